"""Find who draws newcomers into the communities, and look at the evidence."""

from pathlib import Path

from keynodes import burn_in_partition, hubs, read_interactions

SAMPLE = Path(__file__).parents[1] / "graphs" / "recruiting.csv.gz"

interactions = read_interactions(SAMPLE)
# Communities of the first 60 days: they have not seen whom anybody recruited.
communities = burn_in_partition(interactions, "60d")
found = hubs(interactions, communities, burn_in="60d", window="7d", horizon="30d", top=5)
print(found.to_frame())

for notice in found.notices:
    print(notice)

# Every newcomer of the first of them: when, how, and what became of it.
evidence = found.evidence_frame().query("rank == 1")
print(evidence[["newcomer", "contact", "time", "relation", "evidence", "outcome"]].head())
