"""Find communities, ask how far to trust them, and see who stands between them."""

from pathlib import Path

from keynodes import build_graph, gatekeepers, partition, read_interactions, roles

SAMPLE = Path(__file__).parents[1] / "graphs" / "gateways.csv.gz"

graph = build_graph(read_interactions(SAMPLE))
communities = partition(graph, "leiden", runs=10, rng=0)
print(f"{len(communities.names)} communities, agreement of runs {communities.agreement:.2f}")

# Accounts that the runs do not agree about.
for i in communities.on_the_fence[:5]:
    print(communities.accounts[i], communities.stability[i].round(2))

print(roles(graph, communities).to_frame()["role"].value_counts())
print(gatekeepers(graph, communities, pairs=3).to_frame())
