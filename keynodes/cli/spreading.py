"""How content is passed on: the options of every command that counts who is reached."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    import pandas

    from keynodes.graph import InteractionGraph
    from keynodes.interactions import Interactions

REACH = "reach"
"""The objective of `takedown` and `curve` that these options belong to."""

PANEL = "Reach"

Seeds = Annotated[
    str | None,
    typer.Option(
        metavar="FILE",
        help="The accounts that speak. Without them everybody does, in proportion to posts.",
        rich_help_panel=PANEL,
    ),
]
"""Who speaks."""

Cut = Annotated[
    str,
    typer.Option(
        metavar="accounts|reposts",
        help="Remove accounts, or only limit them: they go on hearing, and pass on nothing that "
        "others said.",
        rich_help_panel=PANEL,
    ),
]
"""What is cut."""

Seed = Annotated[int, typer.Option(min=0, help="Of everything random.")]
"""The seed of everything random."""

_MEMORY = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([kmgt]?)i?b?", re.IGNORECASE)


def against_reach(objective: str) -> bool:
    """Whether an objective is reach, and no kind of fragmentation.

    Raises
    ------
    UnknownName
        When there is no such objective, with the nearest.
    """
    from keynodes.takedowns import objective_called

    return objective_called(objective) == REACH


def memory(text: str | None) -> float | None:
    """Read an amount of memory such as ``500MB``, in bytes; a kB is 1024 of them."""
    from keynodes.errors import UsageError
    from keynodes.escaping import shortened

    if text is None:
        return None
    found = _MEMORY.fullmatch(text.strip())
    amount = float(found[1]) * 1024 ** " kmgt".index(found[2].lower() or " ") if found else 0.0
    if not amount > 0:
        raise UsageError(
            f"--max-memory is an amount such as 500MB or 2GB, got {shortened(text, 40)!r}"
        )
    return amount


def check_least(option: str, value: int | None, least: int) -> None:
    """Refuse a number that is too small."""
    from keynodes.errors import UsageError

    if value is not None and value < least:
        raise UsageError(f"{option} must be a whole number from {least} on, got {value}")


def marked(
    graph: "InteractionGraph", frame: "pandas.DataFrame", lists: Mapping[str, Any]
) -> "pandas.DataFrame":
    """Mark seeds and protected accounts in a table of accounts, where such lists were given.

    A high place in it is no reason to remove either: seeds are known, and protected ones stay.
    """
    from keynodes.lists import resolved

    for name, column in (("seeds", "seed"), ("protect", "protected")):
        if lists.get(name):
            frame[column] = frame["account"].isin(set(resolved(graph, lists[name])))
    return frame


def known_of(
    graph: "InteractionGraph",
    accounts: list[str],
    what: str,
    allow_unknown: bool,
    notices: list[str],
) -> list[str]:
    """Return the accounts of a list that the graph has, or stop when it lacks one."""
    from keynodes.lists import match, resolved

    accounts = resolved(graph, accounts)
    found = match(graph, accounts, what)
    if not allow_unknown:
        found.require("--allow-unknown")
    if found.unknown:
        notices.append(f"{found.sentence}; passed over")
    unknown = set(found.unknown)
    return [account for account in accounts if account not in unknown]


def check_cut(cut: str) -> str:
    """Return what is cut, however it is written; refuse what is neither accounts nor reposts."""
    from keynodes.blocking.takedowns import CUTS
    from keynodes.registry import pick

    return pick(CUTS, cut, "way to cut")


@dataclass(frozen=True)
class Spreading:
    """How content is passed on, how far, and in how many worlds."""

    model: Annotated[
        str,
        typer.Option(
            metavar="NAME[:k=v]",
            help="How likely content is passed on along each arc: weighted-cascade, "
            "counts:beta=0.1, bernoulli, given (weights are probabilities), constant, "
            "linear-threshold; see 'keynodes takedown --models'.",
            rich_help_panel=PANEL,
        ),
    ] = "weighted-cascade"
    model_relations: Annotated[
        list[str] | None,
        typer.Option(
            metavar="RELATION",
            help="A relation by which content is passed on: repost, forward, quote and reply "
            "unless said, and all where there are none of these.",
            rich_help_panel=PANEL,
        ),
    ] = None
    decay: Annotated[
        str | None,
        typer.Option(
            metavar="T",
            help="Weigh records by exp(−age/T), such as 30d.",
            rich_help_panel=PANEL,
        ),
    ] = None
    hops: Annotated[
        int | None,
        typer.Option(
            metavar="H", help="Only who is reached in H steps counts.", rich_help_panel=PANEL
        ),
    ] = None
    within: Annotated[
        str | None,
        typer.Option(
            metavar="T",
            help="Only who is reached within T counts, each passing on taking --delay.",
            rich_help_panel=PANEL,
        ),
    ] = None
    delay: Annotated[
        str | None,
        typer.Option(
            metavar="T",
            help="With --within: how long one passing on takes, on average.",
            rich_help_panel=PANEL,
        ),
    ] = None
    worlds: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Cascades that are drawn: 1,000 to 5,000 with --seeds, 20,000 without; fewer "
            "where they are large.",
            rich_help_panel=PANEL,
        ),
    ] = None

    def check(self) -> None:
        """Look the names up, and the numbers over, before anything is read."""
        from keynodes.cascades.registration import asked_for
        from keynodes.errors import UsageError

        # Imported for the models that it registers.
        import keynodes.cascades  # noqa: F401 # isort: skip

        asked_for(self.model)
        check_least("--hops", self.hops, 1)
        check_least("--worlds", self.worlds, 2)
        if self.hops is not None and self.within is not None:
            raise UsageError("give --hops or a time (--within), not both")
        if (self.within is None) != (self.delay is None):
            raise UsageError(
                "--within and --delay go together: the time that counts, and how long one passing "
                "on takes"
            )

    @property
    def combine(self) -> str:
        """What the weights of repeats become when the graph is built: see `build_graph`."""
        from keynodes.cascades import MODELS
        from keynodes.cascades.registration import asked_for

        row = asked_for(self.model).row
        return "probabilities" if MODELS[row.name].weights == "probabilities" else "sum"

    def terms(
        self, interactions: "Interactions", seeds: list[str] | None
    ) -> tuple[dict[str, Any], list[str]]:
        """Return all but worlds as arguments of `scenario`, and what is to be said of them."""
        from keynodes.cascades.registration import asked_for

        terms: dict[str, Any] = {
            "model": self.model,
            "relations": self.model_relations or None,
            "decay": self.decay,
            "hops": self.hops,
            "within": self.within,
            "delay": self.delay,
        }
        if seeds is not None and not asked_for(self.model).takes_posts:
            return terms, []
        terms["posts"], basis = interactions.posts()
        return terms, [f"posts of accounts are counted by their {basis}"]


def without_limits(
    graph: "InteractionGraph", terms: dict[str, Any], *, seeded: bool, rng: int
) -> dict[str, Any]:
    """Arguments of `scenario` as those of `simulate_return`: the model, ready, and posts.

    With seeds only the model takes posts, and it is ready.
    """
    from keynodes.cascades.transmission import transmission

    posts = terms.get("posts")
    return {
        "model": transmission(
            graph,
            terms["model"],
            relations=terms["relations"],
            decay=terms["decay"],
            posts=posts,
            rng=rng,
        ),
        "posts": None if seeded else posts,
    }
