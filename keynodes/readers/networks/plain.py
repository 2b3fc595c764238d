"""Networks as plain text: GML, Pajek, GDF, UCINET DL, SNAP and KONECT edge lists."""

from keynodes.readers.networks.edge_lists import (
    load_konect,
    load_snap,
    looks_like_konect,
    looks_like_snap,
)
from keynodes.readers.networks.gdf import load_gdf, looks_like_gdf
from keynodes.readers.networks.gml import load_gml, looks_like_gml
from keynodes.readers.networks.pajek import load_pajek, looks_like_pajek
from keynodes.readers.networks.ucinet import load_ucinet, looks_like_ucinet
from keynodes.readers.requests import Reader

_EDGES = (
    "an edge says that its first end acted on its second, and its relation, where it has one, how; "
    "without one the post goes forth, from the first to the second"
)

READERS: dict[str, Reader] = {
    "gml": Reader(
        looks_like_gml, load_gml, "GML", f"{_EDGES}; both ways unless it says directed 1"
    ),
    "pajek": Reader(
        looks_like_pajek,
        load_pajek,
        "Pajek .net",
        f"{_EDGES} along *Arcs and a *Matrix, both ways along *Edges",
    ),
    "gdf": Reader(
        looks_like_gdf,
        load_gdf,
        "GDF (GUESS, Gephi)",
        f"{_EDGES}; both ways where its column directed is false",
    ),
    "ucinet-dl": Reader(
        looks_like_ucinet,
        load_ucinet,
        "UCINET DL: matrix, edge list or node list",
        f"{_EDGES}, from row to column; both ways in half a matrix",
    ),
    "konect": Reader(
        looks_like_konect,
        load_konect,
        "KONECT edge list",
        "the first column acted on the second, and the post goes forth, from the first to the "
        "second; both ways in a file that says sym; files of two modes (bip) are refused",
    ),
    "snap": Reader(
        looks_like_snap,
        load_snap,
        "SNAP edge list",
        "the first column acted on the second, and the post goes forth, from the first to the "
        "second; both ways where a comment says undirected graph",
    ),
}
"""The formats of this file, in the order in which they are tried."""
