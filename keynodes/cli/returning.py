"""The options of commands that follow reach while removed accounts come back."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from keynodes.graph import InteractionGraph
    from keynodes.returns import Returns

PANEL = "Return of accounts"

DEFAULTS = "defaults"
"""The preset that is none: the labelled default of each parameter."""


def _option(metavar: str, help: str, *names: str) -> Any:  # noqa: A002 - typer's own word
    return typer.Option(*names, metavar=metavar, help=help, rich_help_panel=PANEL)


@dataclass(frozen=True)
class Returning:
    """What is assumed of accounts that come back, and what is done about them."""

    preset: Annotated[
        str | None,
        _option(
            "PRESET",
            "Follow reach while removed accounts come back, under these assumptions: see "
            "'keynodes takedown --presets'; or 'defaults'. They are labelled assumptions, never "
            "estimates.",
            "--return",
        ),
    ] = None
    horizon: Annotated[str, _option("T", "How long reach is followed.")] = "90d"
    policy: Annotated[
        str,
        _option(
            "once|daily:K|every:T|react:T",
            "Remove the plan once; K accounts a day; whoever is back every T; or each new account "
            "T after it appeared.",
        ),
    ] = "once"
    policy_until: Annotated[
        str | None, _option("T", "When the policy ends: with the horizon unless said.")
    ] = None
    return_probability: Annotated[
        str | None,
        _option("P[,P…]", "That an account comes back, after its first removal, its second…"),
    ] = None
    return_delay: Annotated[
        str | None, _option("T", "Median time from a removal to the new account.")
    ] = None
    regained: Annotated[
        float | None, _option("F", "Share of its audience that the first new account wins back.")
    ] = None
    regained_decay: Annotated[
        float | None, _option("F", "Factor on that share for each further removal.")
    ] = None
    speed_up: Annotated[
        float | None, _option("S", "How much faster that goes where all hear an announcer.")
    ] = None
    announcers: Annotated[
        str | None,
        _option("FILE", "Who announces new accounts: the 1 % most widely heard unless said."),
    ] = None
    histories: Annotated[int, _option("N", "Histories of who returns, and when.")] = 40

    def check(self) -> None:
        """Look the names up, and the numbers over, before anything is read."""
        from keynodes.cli.spreading import check_least
        from keynodes.returns.parameters import days
        from keynodes.returns.policies import policy_named
        from keynodes.returns.setting import terms_of

        if self.preset is None:
            return
        check_least("--histories", self.histories, 1)
        if self.return_delay is not None:
            days(self.return_delay, "return_delay")
        until = None if self.policy_until is None else days(self.policy_until, "policy_until")
        policy_named(self.policy, days(self.horizon, "horizon"), until)
        terms_of(**self._assumptions())

    def _assumptions(self) -> dict[str, Any]:
        from keynodes.registry import pick
        from keynodes.returns import PRESETS

        names = {name: name for name in PRESETS} | {DEFAULTS: None}
        return {
            "preset": pick(names, self.preset or DEFAULTS, "preset of return"),
            "return_probability": _probabilities(self.return_probability),
            "delay": self.return_delay,
            "regained": self.regained,
            "decay": self.regained_decay,
            "speed_up": self.speed_up,
        }

    def asked(self, spreadsheet_safe: bool) -> dict[str, Any]:
        """Read who announces, and return all as arguments of `simulate_return`."""
        from keynodes.lists import read_accounts

        announcers = None
        if self.announcers is not None:
            announcers = read_accounts(self.announcers, spreadsheet_safe=spreadsheet_safe)
        return self._assumptions() | {
            "announcers": announcers,
            "policy": self.policy,
            "until": self.policy_until,
            "horizon": self.horizon,
            "replicates": self.histories,
        }


def _probabilities(text: str | None) -> "float | list[float] | None":
    """Read one probability, or one for each removal."""
    from keynodes.errors import UsageError
    from keynodes.escaping import shortened

    if text is None:
        return None
    try:
        values = [float(part) for part in text.split(",")]
    except ValueError:
        raise UsageError(
            "--return-probability is a probability such as 0.6, or one for each removal: 0.9,0.5; "
            f"got {shortened(text, 40)!r}"
        ) from None
    return values[0] if len(values) == 1 else values


def followed(
    graph: "InteractionGraph",
    plan: "Sequence[str]",
    asked: dict[str, Any],
    terms: dict[str, Any],
    progress: "Callable[[int, int], None] | None",
    **more: Any,
) -> "tuple[Returns, list[str]]":
    """Follow reach after a plan, with what is to be said: the plan itself, then the summary."""
    from keynodes.cli.spreading import without_limits
    from keynodes.returns import simulate_return

    ready = without_limits(
        graph, terms, seeded=more.get("seeds") is not None, rng=more.get("rng", 0)
    )
    found = simulate_return(graph, plan, **asked, **ready, **more, progress=progress)
    return found, [*found.notices, *found.summary()]


def in_order(plan: "Sequence[str]") -> str:
    """Name the accounts of a plan that no table shows, the first of them."""
    from keynodes.escaping import one_line, shortened

    shown = 20
    named = ", ".join(shortened(account, 40) for account in plan[:shown])
    more = f" and {len(plan) - shown:,} more" if len(plan) > shown else ""
    return one_line(f"the plan, in its order: {named}{more}")
