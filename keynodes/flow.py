"""`FLOW`: which way content travels in each relation. Direction is decided by this table, once."""

from typing import NamedTuple


class Flow(NamedTuple):
    """What a relation says: which way content went, and what kind of act it was."""

    flow: str
    """``back``: from the target to the actor; ``forth``: from the actor to the target; ``both``:
    each way."""
    act: str
    """``react``: the actor answers to what it saw; ``address``: the actor turns to the target."""
    aliases: tuple[str, ...]


FLOW: dict[str, Flow] = {
    "repost": Flow("back", "react", ("retweet", "RT", "retweeted", "reblog", "boost", "share")),
    "like": Flow("back", "react", ()),
    "follow": Flow("back", "react", ()),
    "forward": Flow("back", "react", ()),
    "quote": Flow("back", "address", ("quoted",)),
    "reply": Flow("back", "address", ("RE", "replied_to", "Replies to")),
    "mention": Flow("forth", "address", ("MT", "Mentions")),
    "invite": Flow("forth", "address", ("invite_members",)),
    "message": Flow("forth", "address", ("dm",)),
    "co-share": Flow(
        "both",
        "react",
        ("co_retweet", "co_tweet", "co_reply", "co_link", "co_similar_tweet", "co_post"),
    ),
    "post": Flow("forth", "address", ("tweet", "toot")),
}
"""Which way content flows in each relation (matched in any case, by name or alias).

Whoever reposts, likes, follows, forwards, quotes or replies has seen the target's post: content
went back, from the target to the actor. Whoever mentions, invites or messages speaks to the
target: content goes forth. Who shared the same at nearly the same moment (``co-share``) need not
have seen each other: an arc each way. A ``post`` is a record of an account with itself: it makes
no arc, and counts as one of its posts.
"""

FLOWS = ("back", "forth", "both")

_CANONICAL = {
    name.casefold(): relation for relation, row in FLOW.items() for name in (relation, *row.aliases)
}


def canonical_relation(relation: str) -> str:
    """Return the name of `FLOW` that `relation` stands for, or `relation` itself if none.

    Examples
    --------
    >>> canonical_relation("RT"), canonical_relation("Replies to"), canonical_relation("sold to")
    ('repost', 'reply', 'sold to')
    """
    return _CANONICAL.get(relation.strip().casefold(), relation)


def act_of(relation: str | None, flow: str) -> str:
    """Return whether a record was a reaction or turned to its target (``react``, ``address``).

    Relations outside `FLOW` go by their flow: content that came back was reacted to.
    """
    row = FLOW.get(canonical_relation(relation)) if relation is not None else None
    if row is not None:
        return row.act
    return "react" if flow == "back" else "address"
