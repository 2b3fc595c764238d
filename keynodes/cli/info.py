"""`keynodes info`: what kind of graph a file holds."""

from typing import TYPE_CHECKING

from keynodes.cli.options import Output, shares_options
from keynodes.cli.reading import Reading

if TYPE_CHECKING:
    from keynodes.interactions import ReadingReport


@shares_options
def command(reading: Reading, output: Output) -> None:
    """Describe the graph in a file: accounts, arcs, period, relations, components."""
    import pandas

    from keynodes.cli.delivery import deliver
    from keynodes.cli.talking import talk

    form = output.chosen_format()
    with talk(output.quiet) as progress:
        interactions, graph, about = reading.read(progress, output.quiet)
        with progress.about("describing the graph"):
            facts = {**_reading(interactions.report), **_flat(graph.describe())}
    deliver(
        pandas.DataFrame({"fact": list(facts), "value": list(facts.values())}, dtype=object),
        reading,
        output,
        form,
        command="info",
        options={},
        interactions=interactions,
        graph=graph,
        notices=about,
    )


def _reading(report: "ReadingReport") -> dict[str, object]:
    """What was read and what was left out."""
    return {
        "rows": report.rows,
        "rows_refused": report.rows_refused,
        "rows_outside_period": report.rows_outside_period,
        "self_loops": report.self_loops,
    }


def _flat(facts: dict[str, object]) -> dict[str, object]:
    """One line a relation: ``relation repost``, and so on."""
    flat: dict[str, object] = {}
    for name, value in facts.items():
        if isinstance(value, dict):
            flat |= {f"relation {relation}": count for relation, count in value.items()}
        else:
            flat[name] = value
    return flat
