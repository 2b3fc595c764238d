"""From a networkx graph and back: rank the karate club, hand the scores over."""

import networkx

from keynodes import build_graph, rank, read_interactions

club = networkx.karate_club_graph()  # undirected: an arc each way

graph = build_graph(read_interactions(club))
ranking = rank(graph, ["pagerank", "betweenness"], top=3)
print(ranking.to_frame())

scores = dict(zip(ranking.accounts, ranking.scores, strict=True))
networkx.set_node_attributes(club, {n: float(scores[str(n)]) for n in club}, "consensus")
print(club.nodes[33])
