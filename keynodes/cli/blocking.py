"""What `keynodes takedown` does against reach: its options, checks and tables."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from keynodes.cli.spreading import PANEL, Cut, check_cut, check_least, memory

if TYPE_CHECKING:
    import pandas

    from keynodes.blocking import ReachTakedown
    from keynodes.cli.options import Output
    from keynodes.graph import InteractionGraph
    from keynodes.kernels.blocks import NamedProgress


@dataclass(frozen=True)
class Blocking:
    """What is cut, who may be proposed, and how much is spent on it."""

    cut: Cut = "accounts"
    seeds_removable: Annotated[
        bool,
        typer.Option(
            "--seeds-removable",
            help="Seeds may be proposed too; else what they say is cut on its way.",
            rich_help_panel=PANEL,
        ),
    ] = False
    fresh_worlds: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Cascades behind the numbers, none of which chose the plan: as many as --worlds "
            "unless said.",
            rich_help_panel=PANEL,
        ),
    ] = None
    max_memory: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="What stored cascades may take, such as 500MB: 1GB unless said; fewer are stored "
            "where they do not fit.",
            rich_help_panel=PANEL,
        ),
    ] = None

    def check(self, strategies: Sequence[str], budget: float | None, by_cost: bool) -> None:
        """Look the names up, and the numbers over, before anything is read."""
        from keynodes.blocking.running import reach_asked_for
        from keynodes.errors import UsageError

        check_cut(self.cut)
        check_least("--fresh-worlds", self.fresh_worlds, 2)
        memory(self.max_memory)
        names = [reach_asked_for(text).text for text in strategies]
        if twice := next((name for name in names if names.count(name) > 1), None):
            raise UsageError(f"strategy {twice!r} is asked for twice")
        if budget is None:
            return
        if not (math.isfinite(budget) and budget > 0):
            raise UsageError(f"budget must be above 0, got {budget:g}")
        if not by_cost and budget != int(budget):
            raise UsageError(
                f"budget is a number of accounts unless accounts have costs; got {budget:g}"
            )

    def asked(self) -> dict[str, Any]:
        """Return all as arguments of `takedown`."""
        return {
            "cut": check_cut(self.cut),
            "seeds_removable": self.seeds_removable,
            "fresh_worlds": self.fresh_worlds,
            "max_memory": memory(self.max_memory),
        }


def impact_of(
    graph: "InteractionGraph",
    found: "ReachTakedown",
    top: int,
    asked: dict[str, Any],
    progress: "NamedProgress",
) -> "pandas.DataFrame":
    """What the loss of each account alone would cut, beside its place in the plan.

    The first `top` of the plan and the `top` largest losses; 0 for all accounts of the plan and
    all that lose anything.
    """
    import pandas

    from keynodes.cascades.vitality import reach_vitality

    names = ("model", "relations", "decay", "posts", "hops", "within", "delay", "seeds", "rng")
    alone = reach_vitality(
        graph,
        **{name: asked[name] for name in names if name in asked},
        muting=found.muting,
        worlds=asked["fresh_worlds"] or asked["worlds"],
        progress=progress,
    )
    table = alone.to_frame()
    plan = {account: step for step, account in enumerate(found.accounts[found.order], start=1)}
    carrying = set(table["account"])
    silent = [account for account in plan if account not in carrying]
    if silent:
        nothing = pandas.DataFrame({"rank": len(table) + 1, "account": silent})
        table = pandas.concat([table, nothing]).fillna(0.0)
    step = table["account"].map(plan).astype("Int64").reset_index(drop=True)
    table = table.reset_index(drop=True)
    table.insert(2, "step", step)
    if top:
        table = table[(table.index < top) | (step <= top).fillna(False)]
    return table.reset_index(drop=True)


def write_strategies(output: "Output", form: str) -> None:
    """Write the strategies of both kinds of objective."""
    import pandas

    from keynodes.dismantling import capabilities
    from keynodes.interop.tables import write_table

    table = pandas.concat([capabilities(), reach_strategies()], ignore_index=True)
    if form == "table":
        # A person reads the meaning; costs and references are in the full table.
        table = table.drop(columns=["cost", "reference"])
    write_table(table, output.output, form, longest=120)


def reach_strategies() -> "pandas.DataFrame":
    """One row a strategy against reach, with the columns of those against fragmentation."""
    import pandas

    from keynodes.blocking import REACH_STRATEGIES

    return pandas.DataFrame(
        {
            "strategy": row.name,
            "order": row.order,
            "optimises": ", ".join(row.optimises),
            "direction": "yes" if row.direction else "no",
            "costs": "yes" if row.costs else "no",
            "weights": "yes" if row.weights else "no",
            "parameters": "",
            "cost": row.cost,
            "meaning": row.summary,
            "reference": row.reference,
        }
        for row in sorted(REACH_STRATEGIES.values(), key=lambda row: (row.order, row.name))
    )


def write_models(output: "Output", form: str) -> None:
    """Write the transmission models."""
    # Imported for the models that it registers.
    import keynodes.cascades  # noqa: F401
    from keynodes.cascades.registration import capabilities
    from keynodes.interop.tables import write_table

    table = capabilities()
    if form == "table":
        table = table.drop(columns=["cost", "reference"])
    write_table(table, output.output, form, longest=120)


def write_parameters(output: "Output", form: str) -> None:
    """Write the five parameters of return, with their ranges and where these come from."""
    from keynodes.interop.tables import write_table
    from keynodes.returns import parameters_table

    write_table(parameters_table(), output.output, form, longest=120)


def write_presets(output: "Output", form: str) -> None:
    """Write the presets of return, with their sources and what is assumed."""
    from keynodes.interop.tables import write_table
    from keynodes.returns import presets_table
    from keynodes.returns.parameters import PARAMETERS

    table = presets_table()
    if form == "table":
        table = table[["preset", *PARAMETERS, "pressure", "source", "assumed"]]
    write_table(table, output.output, form, longest=120)
