"""Which accounts, closed together, break the network most, and how sure is that?"""

from pathlib import Path

from keynodes import build_graph, impact_table, read_interactions, takedown
from keynodes.lists import read_accounts

root = Path(__file__).parents[1]
graph = build_graph(read_interactions(root / "graphs" / "gateways.csv.gz"))
protected = read_accounts(root / "seeds" / "gateways-protected.csv")

# The set of exactly 12 that leaves least, in its order, tried on replicates with records missing.
plan = takedown(graph, budget=12, protect=protected, intervals=20)
print(plan.to_frame().head().to_string(index=False))
print(*plan.summary(), sep="\n")

# One account alone hardly matters where each way through has two gateways.
print(impact_table(graph, plan.order, top=3).to_string(index=False))

# The smallest set that leaves at most a tenth, beside what others would choose.
rivals = ["search", "adaptive-degree", "betweenness"]
print(takedown(graph, target=0.1, strategy=rivals).comparison().to_string(index=False))
