"""The same records, read with content flowing either way: sources, or their audience."""

import pandas

from keynodes import FLOW, build_graph, rank, read_interactions

records = pandas.DataFrame(
    {
        "source": ["fan-1", "fan-2", "fan-3", "star"],
        "target": ["star", "star", "star", "friend"],
        "relation": ["RT", "RT", "RT", "mention"],
    }
)
print(f"a repost flows {FLOW['repost'].flow}, a mention {FLOW['mention'].flow}")

graph = build_graph(read_interactions(records))
print(graph.arcs[["source", "target", "weight", "n_mention", "n_repost"]])
print(rank(graph, "out_degree", top=1).to_frame())

# Forced the wrong way round, the fans come first: the commonest error in this field.
wrong = build_graph(read_interactions(records, flow="forth"))
print(rank(wrong, "out_degree", top=1).to_frame())
