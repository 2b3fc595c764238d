"""Networks in XML: GraphML, also what keynodes wrote, and GEXF."""

from keynodes.readers.networks.gexf import load_gexf, looks_like_gexf
from keynodes.readers.networks.graphml import load_graphml, looks_like_graphml
from keynodes.readers.requests import Reader

_FLOW = (
    "an edge says that source acted on target; its column relation, interaction or kind says how, "
    "and FLOW which way the post went; without one it goes forth, from source to target, and both "
    "ways along an undirected edge; arcs that keynodes wrote go as they are"
)

READERS: dict[str, Reader] = {
    "graphml": Reader(looks_like_graphml, load_graphml, "GraphML", _FLOW),
    "gexf": Reader(looks_like_gexf, load_gexf, "GEXF (Gephi)", _FLOW),
}
"""The formats of this file, in the order in which they are tried."""
