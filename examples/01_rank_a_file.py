"""Read a file, build the graph, rank by one measure and by the default consensus."""

from pathlib import Path

from keynodes import build_graph, rank, read_interactions

SAMPLE = Path(__file__).parents[1] / "graphs" / "two-cells.csv"

interactions = read_interactions(SAMPLE)
print(f"{interactions.report.rows} records, {interactions.report.self_loops} self-loops")

graph = build_graph(interactions)
print(graph)

print(rank(graph, "betweenness", top=4).to_frame())

# The consensus shows each member's rank, so that anyone sees why an account is on the list.
print(rank(graph, top=4).to_frame())
