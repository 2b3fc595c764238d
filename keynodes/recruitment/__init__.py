"""Recruiter hubs: who draws newcomers into a community, measured from acts against chance."""

from keynodes.recruitment.findings import Hubs
from keynodes.recruitment.recruiters import burn_in_partition, end_of_burn_in, hubs
from keynodes.recruitment.structure import StructuralHubs, structural_hubs

__all__ = [
    "Hubs",
    "StructuralHubs",
    "burn_in_partition",
    "end_of_burn_in",
    "hubs",
    "structural_hubs",
]
