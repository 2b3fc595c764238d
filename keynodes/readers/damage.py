"""Ids that were damaged before we saw them: by a spreadsheet, or by a program that takes them for
numbers. Nothing can repair them, and several accounts may have become one; so it is said loudly.

Two signs are certain by their look: ``1.29E+18``, and a fraction (``1294.0``). The third is a
matter of chance. A spreadsheet keeps 15 digits of a number, a double of JavaScript or pandas 17;
zeros stand for the others. So among the ids of 16 digits or more, those that end in ``000`` (or
``00``) are counted, and a binomial test asks whether chance would give as many. Ids made from
clocks are not uniform: the sequence number in their last bits is mostly 0, so that all may be
multiples of 8. Of these one in 125 ends in ``000`` and one in 25 in ``00``, and so high the test
puts the share that chance gives. It speaks below one in a million, half of it for each ending: a
false alarm for one in a million inputs at most. Three such ids are never enough.
"""

from typing import TYPE_CHECKING, NamedTuple

from keynodes.escaping import shortened
from keynodes.interactions import TABLE

if TYPE_CHECKING:
    import duckdb

FALSE_ALARMS = 1e-6
"""How often undamaged ids are taken for damaged ones by their zeros."""

SAMPLE = 200_000
"""Records whose evidence is looked at."""

_CHANCE = {"000": 1 / 125, "00": 1 / 25}
"""How many long ids end so where all are multiples of 8."""

# A mantissa with a point or comma, or a signed exponent: hashes such as 12e45 have neither.
_SCIENTIFIC = r"\s*[+-]?(\d[.,]\d+[eE]\+?\d{1,3}|\d+[eE]\+\d{1,3})\s*"
_FRACTION = r"\d+[.,]0+"
_LONG = r"\d{16,}"

ADVICE = (
    "lost digits cannot come back, and several accounts may have become one: export again, and "
    "open the file with every column of ids as text"
)


class Damage(NamedTuple):
    """One kind of damage among the ids of an input."""

    what: str
    """``account ids`` or ``evidence ids``."""
    sign: str
    """What they look like."""
    ids: int
    """How many different ids."""
    records: int
    """In how many records they stand."""
    example: str

    @property
    def sentence(self) -> str:
        """What a person is told."""
        return (
            f"DAMAGED IDS: {self.ids:,} {self.what} in {self.records:,} record(s) {self.sign}, "
            f"such as {shortened(self.example, 40)!r}; {ADVICE}"
        )


def damaged_ids(connection: "duckdb.DuckDBPyConnection", rows: str = "true") -> list[Damage]:
    """Look for damaged ids of accounts and of evidence in some rows.

    O(records). Evidence has as many ids as there are records: that of `SAMPLE` records, spread
    evenly, is looked at.
    """
    (records,) = connection.execute(f"SELECT count(*) FROM {TABLE} WHERE {rows}").fetchone() or (0,)
    # Not every so-manieth record: ids that count up would all end alike.
    limit = 2**32 if records <= SAMPLE else 2**32 * SAMPLE // records
    chosen = f"(rowid * 2654435761) % {2**32} < {limit}"
    ends = {
        "account ids": f"SELECT source AS id FROM {TABLE} WHERE {rows} "
        f"UNION ALL SELECT target FROM {TABLE} WHERE {rows} AND target <> source",
        "evidence ids": f"SELECT evidence AS id FROM {TABLE} WHERE {rows} AND {chosen}",
    }
    found = []
    for what, ids in ends.items():
        # Other ids than those that begin like numbers are none of these.
        connection.execute(
            "CREATE OR REPLACE TEMP TABLE looked_at AS "
            f"SELECT id, count(*) AS n FROM ({ids}) WHERE id < ':' GROUP BY id"
        )
        found += _damaged(connection, what)
    connection.execute("DROP TABLE looked_at")
    return found


def _damaged(connection: "duckdb.DuckDBPyConnection", what: str) -> list[Damage]:
    kinds = {
        "scientific": f"regexp_full_match(id, '{_SCIENTIFIC}')",
        "fraction": f"regexp_full_match(id, '{_FRACTION}')",
        **{ending: f"long AND ends_with(id, '{ending}')" for ending in _CHANCE},
    }
    chosen = ", ".join(
        f"count(*) FILTER ({test}), sum(n) FILTER ({test}), min(id) FILTER ({test})"
        for test in kinds.values()
    )
    long, *row = connection.execute(
        f"SELECT count(*) FILTER (long), {chosen} FROM (SELECT id, n, "
        f"strlen(id) > 15 AND regexp_full_match(id, '{_LONG}') AS long FROM looked_at)"
    ).fetchone() or (0,)
    counts = {kind: row[3 * place : 3 * place + 3] for place, kind in enumerate(kinds)}
    found = []
    for kind, sign, least in (
        ("scientific", "are numbers in scientific notation", 0),
        # A lone "2.0" may be a name; a long number with a fraction, or several of them, is none.
        ("fraction", "have a decimal fraction", 6),
    ):
        number, records, example = counts[kind]
        if number > 1 or (number and len(example) > least):
            found.append(Damage(what, sign, number, int(records), example))
    for ending, share in _CHANCE.items():
        number, records, example = counts[ending]
        if beyond_chance(number, long, share):
            sign = f"of {long:,} long ones end in {ending}, far more than chance gives"
            found.append(Damage(what, sign, number, int(records), example))
            break
    return found


def beyond_chance(found: int, of: int, share: float) -> bool:
    """Whether chance gives as many so rarely that it is no explanation (binomial, one-sided).

    Examples
    --------
    >>> beyond_chance(3, 3, 1 / 125), beyond_chance(4, 4, 1 / 125), beyond_chance(9, 1000, 1 / 125)
    (False, True, False)
    """
    if found < 4:
        return False
    from scipy.special import bdtrc

    return float(bdtrc(found - 1, of, share)) < FALSE_ALARMS / 2
