"""`two-cells`: eighty accounts that can be checked by eye."""

from keynodes.synthetic.planted import Planted, truth_table

RELAYS = 3
MEMBERS = 33
PHASES = 4


def two_cells() -> Planted:
    """Two cells of 38 with a head each, joined by one pair of couriers, and four reporters.

    Returns
    -------
    Planted
        Key are the two heads and the two couriers. Times are the phases 1 to 4.

    Notes
    -----
    Nothing is drawn at random. In each cell (``a-`` and ``b-``) three relays repost the head in
    every phase, and the 33 members repost the relays, eleven each. In odd phases the head answers
    its relays and every other row of members answers the row before; in even phases four members
    mention their relay and two reporters quote the head. The couriers repost each other and the
    head of their own cell, and the relays repost their courier: all that passes from one cell to
    the other passes both couriers.

    Examples
    --------
    >>> planted = two_cells()
    >>> planted
    <Planted: two-cells, 80 accounts, 424 records>
    >>> planted.truth.query("key == 1")["account"].tolist()
    ['a-courier', 'a-head', 'b-courier', 'b-head']
    """
    import pandas

    rows: list[tuple[str, str, str, int]] = []
    accounts: list[tuple[str, str, str, int]] = []
    for cell, other in (("a", "b"), ("b", "a")):
        head, courier = f"{cell}-head", f"{cell}-courier"
        relays = [f"{cell}-relay-{i + 1}" for i in range(RELAYS)]
        members = [f"{cell}-{i + 1:02}" for i in range(MEMBERS)]
        reporters = [f"{cell}-reporter-{i + 1}" for i in range(2)]
        for phase in range(1, PHASES + 1):
            rows += [(relay, head, "repost", phase) for relay in relays]
            rows += [(relay, courier, "repost", phase) for relay in relays]
            rows += [(courier, head, "repost", phase)]
            rows += [(courier, f"{other}-courier", "repost", phase)]
            rows += [
                (member, relays[i % RELAYS], "repost", phase) for i, member in enumerate(members)
            ]
            if phase % 2:
                rows += [(head, relay, "reply", phase) for relay in relays]
                rows += [
                    (member, members[i - RELAYS], "reply", phase)
                    for i, member in enumerate(members)
                    if i // RELAYS % 2
                ]
            else:
                rows += [(reporter, head, "quote", phase) for reporter in reporters]
                rows += [
                    (members[i], relays[i % RELAYS], "mention", phase) for i in (0, 10, 20, 30)
                ]
        accounts += [(head, "head", cell, 1), (courier, "gateway", cell, 1)]
        accounts += [(relay, "relay", cell, 0) for relay in relays]
        accounts += [(member, "member", cell, 0) for member in members]
        accounts += [(reporter, "reporter", cell, 0) for reporter in reporters]

    records = pandas.DataFrame(rows, columns=["source", "target", "relation", "time"])
    records = records.sort_values(["time", "source", "target", "relation"], ignore_index=True)
    records["evidence"] = [f"m{i + 1:03}" for i in range(len(records))]
    return Planted(
        "two-cells",
        records,
        truth_table(*zip(*accounts, strict=True)),
        seeds=["a-01", "a-12", "b-07"],
        protected=[account for account, role, _, _ in sorted(accounts) if role == "reporter"],
        note="Two cells, each under one head, joined by one pair of couriers only.",
    )
