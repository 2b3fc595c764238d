"""Mastodon statuses, as an instance's interface gives them."""

from typing import Any

from keynodes.errors import ReadingError
from keynodes.readers.exports import Export, list_at, load_objects, sampled_objects, text_at
from keynodes.readers.inputs import File
from keynodes.readers.loading import Loader
from keynodes.readers.requests import Part, Reader, Request

# Ids of accounts and statuses count on the instance that was asked and nowhere else. An account is
# called by its address, name@domain; those of the instance itself go without a domain there.


def _person(path: str, of: str = "object") -> str:
    """SQL: what a status says of an account: its local id, its name, and where its page is."""
    pages = f"{text_at(path + '.url', of)}, {text_at(path + '.uri', of)}"
    host = f"nullif(lower(regexp_extract(concat_ws(' ', {pages}), 'https?://([^/\\s?#]+)', 1)), '')"
    return (
        f"{{'id': {text_at(path + '.id', of)}, 'acct': nullif(trim({text_at(path + '.acct', of)}), "
        f"''), 'host': {host}}}"
    )


def _address(person: str) -> str:
    """SQL: the address of an account; ``server`` is the one that the file is from, if it is one."""
    return (
        f"CASE WHEN contains({person}.acct, '@') THEN {person}.acct "
        f"ELSE {person}.acct || '@' || coalesce({person}.host, server) END"
    )


_DIGEST = f"""
    SELECT line, {text_at("$.created_at")} AS time, {text_at("$.id")} AS id,
        coalesce({text_at("$.uri")}, {text_at("$.url")}, {text_at("$.id")}) AS evidence,
        {_person("$.account")} AS author,
        (object -> '$.account.suspended') = 'true'::JSON AS suspended,
        coalesce(json_type(object, '$.reblog'), 'NULL') <> 'NULL' AS is_reblog,
        {_person("$.reblog.account")} AS reblogged,
        {text_at("$.in_reply_to_account_id")} AS answered,
        {text_at("$.in_reply_to_id")} AS answered_status,
        [{_person("$", "m")} FOR m IN coalesce({list_at("$.mentions")}, [])] AS mentions,
        coalesce(json_type(object, '$.quote'), 'NULL') <> 'NULL' OR {text_at("$.quote_id")}
            IS NOT NULL AS is_quote,
        {_person("$.quote.quoted_status.account")} AS quoted,
        {_person("$.quote.account")} AS quoted_directly,
        coalesce({text_at("$.quote.quoted_status_id")}, {text_at("$.quote_id")}) AS quoted_status,
        {text_at("$.reblog.id")} AS reblogged_status
    FROM records
"""

_NAMED = f"""
    person AS (
        SELECT author AS p FROM records UNION ALL SELECT reblogged FROM records
        UNION ALL SELECT quoted FROM records UNION ALL SELECT quoted_directly FROM records
        UNION ALL SELECT unnest(mentions) FROM records
    ),
    home AS (
        SELECT CASE WHEN count(DISTINCT p.host) = 1 THEN min(p.host) END AS server,
            count(DISTINCT p.host) > 1 AS mixed
        FROM person WHERE NOT contains(p.acct, '@')
    ),
    -- A status stands twice where its address, its author and its time do.
    seen AS MATERIALIZED (
        SELECT *, row_number() OVER (
            PARTITION BY coalesce(evidence, 'row ' || n), account, time ORDER BY n) AS copy
        FROM (SELECT records.rowid AS n, *, {_address("author")} AS account FROM records, home)
    ),
    status AS MATERIALIZED (SELECT * EXCLUDE (copy) FROM seen WHERE copy = 1)
"""

_STATUSES = f"""
    WITH {_NAMED},
    -- In a file of several instances, one id can be two accounts.
    known AS (
        SELECT p.id AS id, min({_address("p")}) AS address FROM person, home
        WHERE NOT mixed GROUP BY p.id HAVING count(DISTINCT {_address("p")}) = 1
    ),
    written AS (
        SELECT id, min(address) AS address FROM (
            SELECT id, account AS address FROM status WHERE NOT mixed
            UNION ALL
            SELECT reblogged_status, {_address("reblogged")} FROM status WHERE NOT mixed
        ) GROUP BY id HAVING count(DISTINCT address) = 1
    ),
    mention AS MATERIALIZED (
        SELECT DISTINCT n, answered, p.id AS id, {_address("p")} AS address
        FROM (SELECT n, answered, server, unnest(mentions) AS p FROM status
            WHERE account IS NOT NULL AND NOT is_reblog)
    ),
    addressed AS (SELECT n, min(address) AS address FROM mention WHERE id = answered GROUP BY n),
    act AS MATERIALIZED (
        SELECT n, {_address("reblogged")} AS target, 'repost' AS relation,
            CASE WHEN target IS NULL THEN 'a boost of a post that does not name its author' END
                AS reason
        FROM status WHERE is_reblog
        UNION ALL
        SELECT n, coalesce(CASE WHEN answered = author.id THEN account END, addressed.address,
                known.address, written.address) AS target, 'reply',
            CASE WHEN target IS NULL THEN 'a reply to an account that the file does not name' END
        FROM status LEFT JOIN addressed USING (n) LEFT JOIN known ON known.id = answered
            LEFT JOIN written ON written.id = answered_status
        WHERE NOT is_reblog AND (answered IS NOT NULL OR answered_status IS NOT NULL)
        UNION ALL
        SELECT n, address, 'mention',
            CASE WHEN address IS NULL THEN 'a mention of an account without an address' END
        FROM mention WHERE id IS DISTINCT FROM answered OR answered IS NULL
        UNION ALL
        SELECT n, coalesce({_address("quoted")}, {_address("quoted_directly")}, written.address)
                AS target, 'quote',
            CASE WHEN target IS NOT NULL THEN NULL WHEN quoted_status IS NOT NULL
                THEN 'the quoted post is not in the file, and its author is not named'
                ELSE 'a quote of a post that is not shown (deleted, or not approved)' END
        FROM status LEFT JOIN written ON written.id = quoted_status
        WHERE NOT is_reblog AND is_quote
    )
    SELECT line, account AS source, target, relation, time, evidence, reason
    FROM act JOIN status USING (n) WHERE account IS NOT NULL
    UNION ALL
    SELECT line, account, account, 'post', time, evidence, NULL
    FROM status ANTI JOIN (SELECT n FROM act WHERE reason IS NULL) AS acted USING (n)
    WHERE account IS NOT NULL AND NOT is_reblog
    UNION ALL
    SELECT line, NULL, NULL, NULL, NULL, NULL, CASE WHEN account IS NULL
        THEN 'a status that does not name its author'
        ELSE 'a status that stood in the file before' END
    FROM seen WHERE account IS NULL OR copy > 1
"""

STATUSES = Export(
    _STATUSES,
    handles=f"""
        WITH {_NAMED}
        SELECT account, account AS handle, time FROM (
            SELECT account, time FROM status
            UNION ALL SELECT {_address("reblogged")}, time FROM status
        ) WHERE account IS NOT NULL
    """,
    removals=f"""
        WITH {_NAMED}
        SELECT account, NULL::VARCHAR AS time, 'account suspended' AS event,
            NULL::VARCHAR AS evidence
        FROM status WHERE suspended AND account IS NOT NULL
    """,
    isolated=f"""
        WITH {_NAMED}
        SELECT account FROM status WHERE account IS NOT NULL AND is_reblog
            AND {_address("reblogged")} IS NULL
    """,
    digest=_DIGEST,
)


def _is_status(one: dict[str, Any]) -> bool:
    account = one.get("account")
    return isinstance(account, dict) and "acct" in account and "created_at" in one and "id" in one


def _is_statuses(file: File) -> bool:
    return any(_is_status(one) for one in sampled_objects(file))


def _load(file: File, request: Request, loader: Loader) -> Part:
    if sampled_objects(file) and not _is_statuses(file):
        raise ReadingError(
            f"{file.name} holds no Mastodon statuses: none of its first objects has account.acct "
            "and created_at"
        )
    return load_objects(file, request, loader, STATUSES)


READERS: dict[str, Reader] = {
    "mastodon": Reader(
        _is_statuses,
        _load,
        "Mastodon: statuses, one a line or in an array",
        "whoever boosts, quotes or replies acts on the author, whose posts have reached it; "
        "whoever mentions reaches the mentioned account (but for the mention of whom it answers)",
        "mastodon",
        export=STATUSES,
    ),
}
"""The formats of this file, in the order in which they are tried."""
