"""A picture of the network that opens ready to read in Gephi, and the part of it that matters."""

import tempfile
from pathlib import Path

from keynodes import build_graph, export_network, read_interactions, write_network
from keynodes.lists import read_accounts

root = Path(__file__).parents[1]
graph = build_graph(read_interactions(root / "graphs" / "gateways.csv.gz"))
seeds = read_accounts(root / "seeds" / "gateways-seeds.csv")

# The whole network: open it in Gephi, or in Gephi Lite as .json.
picture = export_network(graph, "betweenness", communities="leiden", seeds=seeds)
print(*picture.notices, sep="\n")
with tempfile.TemporaryDirectory() as folder:
    for name in ("gateways.graphml", "gateways.gexf", "gateways.json"):
        report = write_network(picture.network, Path(folder) / name)
        print(name, (Path(folder) / name).stat().st_size, *report.notices())

    # Two steps around the first five accounts, read back as the same accounts.
    part = export_network(graph, "betweenness", top=5, ego=2, seeds=seeds)
    write_network(part.network, Path(folder) / "part.graphml")
    again = build_graph(read_interactions(Path(folder) / "part.graphml"))
    print(again, set(again.accounts) == set(part.network.ids))
