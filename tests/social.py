"""What the tests of platform exports share."""

from pathlib import Path

from keynodes import build_graph
from keynodes.interactions import connect
from keynodes.readers import READERS
from keynodes.readers.flows import parse_flow
from keynodes.readers.inputs import opened
from keynodes.readers.loading import Loader
from keynodes.readers.requests import Request

EXPORTS = Path(__file__).parent / "exports"
GRAPHS = Path(__file__).parents[1] / "graphs"


def forced(name, path):
    """The part that a reader makes of a file, whatever the file is."""
    loader = Loader(connect(), parse_flow(None))
    with opened(path) as file:
        return READERS[name].load(file, Request(), loader)


def taken(family, own):
    """Files of others' (all but those whose names begin with `own`) that a family would take."""
    others = [path for path in sorted(EXPORTS.iterdir()) if not path.name.startswith(own)]
    found = []
    for path in others + sorted(GRAPHS.glob("*.csv*")):
        with opened(path) as file:
            if any(row.detects(file) for row in family.values()):
                found.append(path.name)
    return found


def travels(interactions):
    """From whom to whom posts travel: the arcs of the graph."""
    arcs = build_graph(interactions).arcs
    return set(zip(arcs["source"], arcs["target"], strict=True))


def acts(interactions):
    """Who acted on whom, but for posts of one's own: relation, source, target."""
    frame = interactions.to_frame()
    frame = frame[frame["relation"] != "post"]
    return sorted(frame[["relation", "source", "target"]].itertuples(index=False, name=None))
