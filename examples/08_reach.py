"""Whose closing cuts most of what known accounts say, how sure is that, and what comes back?"""

from pathlib import Path

from keynodes import build_graph, reach, read_interactions, simulate_return, takedown
from keynodes.lists import read_accounts

root = Path(__file__).parents[1]
graph = build_graph(read_interactions(root / "graphs" / "gateways.csv.gz"))
seeds = read_accounts(root / "seeds" / "gateways-seeds.csv")
protected = read_accounts(root / "seeds" / "gateways-protected.csv")

# Expected accounts reached under a model, not people: try more than one.
for model in ("weighted-cascade", "linear-threshold"):
    print(*reach(graph, seeds, model=model).summary()[:2], sep="\n")

plan = takedown(graph, objective="reach", seeds=seeds, protect=protected, budget=8)
print(plan.to_frame().to_string(index=False))
print(*plan.summary(), *plan.notices, sep="\n")

# What is left over 90 days, under labelled assumptions, if new accounts live for half a day.
accounts = plan.to_frame()["account"].tolist()
after = simulate_return(
    graph, accounts, seeds=seeds, preset="repeat-offenders-2015", policy="react:12h"
)
print(after.to_frame()[["day", "reached", "left", "returned"]].iloc[::30].to_string(index=False))
print(*after.summary(), sep="\n")
