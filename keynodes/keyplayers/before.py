"""The network before anything is removed, and what a removal changes in it, on a sample."""

import numpy as np

from keynodes.graph import Adjacency
from keynodes.kernels import keyplayers as kernels
from keynodes.kernels import nearness
from keynodes.keyplayers.problem import Asked
from keynodes.keyplayers.sampling import NOTHING, frozen, rows_of, without

BESIDE = 128
"""Neighbours of a set that are sampled apart from the others."""


class Before:
    """What a set is worth, from what its removal changes for a sample of accounts.

    To value a set on a sample as it stands would favour those who are in the sample themselves,
    and those on whom one of the sample hangs: with one of 256 gone, the mean of the others is
    another. So what can be counted exactly is, and what loses most is sampled most:

    - what the members of the set have in the pairs, by searches from and to them;
    - what the others lose because they end up in another component, by components alone; a
      sampled loss only corrects it (a control variate);
    - neighbours of the set, who lose most, are a stratum of their own: the first of them in an
      order that is random but fixed, so that sets that differ by one are compared on nearly the
      same neighbours.

    Pairs inside the set are taken off twice; there are k² of n².
    """

    def __init__(
        self,
        asked: Asked,
        views: tuple[Adjacency, Adjacency],
        sources: np.ndarray,
        harmonic: bool,
        generator: np.random.Generator,
    ) -> None:
        self.asked, self.views, self.sources, self.harmonic = asked, views, sources, harmonic
        n = asked.graph.n
        self.everybody = without(n, [])
        self.place = generator.permutation(n)
        self.worth = np.concatenate([[0.0], 1.0 / np.arange(1, 256)])
        if not harmonic:
            self.worth = np.ceil(self.worth)
        self.rows = np.full(n, np.nan)  # what each account reaches, where that is known
        self.members: dict[int, tuple[float, np.ndarray]] = {}
        self.roots, self.masses = self._components(self.everybody)
        self._know(sources)
        own = asked.weights[sources]
        self.population = asked.weights > 0
        joined = float((own * self.rows[sources]).sum())
        self.pairs = int(self.population.sum()) * joined / len(sources)
        there = float((own * (self.masses[sources] - own)).sum())
        self.share = joined / there if there > 0 else 0.0

    def value(self, members: list[int], alive: np.ndarray) -> float:
        """Return about what F (or DF) is when `members` are gone."""
        weights = self.asked.weights
        present = weights[alive]
        everything = present.sum() ** 2 - (present * present).sum()
        if everything <= NOTHING * present.sum() ** 2:
            return 1.0
        beside = self._neighbours(members, alive)
        near = np.flatnonzero(beside)
        near = near[np.argsort(self.place[near])][:BESIDE]
        far = self.sources[alive[self.sources] & ~beside[self.sources]]
        some = frozen(np.concatenate([near, far]))
        self._know(some)
        after = rows_of(self.views, weights, alive, some, self.harmonic, None)
        own_pairs, to_members = self._of_members(members, some)
        lost = weights[some] * (self.rows[some] - to_members - after)
        # What each account loses in its component, beside the members that were in it.
        gone = np.bincount(self.roots[members], weights[members], minlength=len(weights))
        _, masses = self._components(alive)
        cut_off = weights * (self.masses - gone[self.roots] - masses)
        cut_off[~alive] = 0.0
        differs = lost - self.share * cut_off[some]
        loss = self.share * float(cut_off.sum())
        if len(near):
            loss += int(beside.sum()) * float(differs[: len(near)].mean())
        if len(far):
            others = int((self.population & alive & ~beside).sum())
            loss += others * float(differs[len(near) :].mean())
        return float(1.0 - (self.pairs - own_pairs - loss) / everything)

    def _neighbours(self, members: list[int], alive: np.ndarray) -> np.ndarray:
        """Which accounts with a weight are neighbours of the set and not in it."""
        view = self.asked.graph.both
        beside = np.zeros(len(alive), bool)
        for account in members:
            beside[view.indices[view.indptr[account] : view.indptr[account + 1]]] = True
        return beside & alive & self.population

    def _know(self, accounts: np.ndarray) -> None:
        """Search from accounts of which it is not known yet what they reach."""
        new = accounts[np.isnan(self.rows[accounts])]
        if len(new):
            found = self.views, self.asked.weights, self.everybody, frozen(new), self.harmonic, None
            self.rows[new] = rows_of(*found)

    def _of_members(self, members: list[int], some: np.ndarray) -> tuple[float, np.ndarray]:
        """What members have in the pairs, and what each of `some` has with them."""
        new = [account for account in members if account not in self.members]
        for first in range(0, len(new), nearness.LANES):
            block = frozen(np.array(new[first : first + nearness.LANES]))
            weights = self.asked.weights
            self._know(block)
            reached, near, levels = nearness.search_lanes(
                *self.views[1][:2], *self.views[0][:2], weights, self.everybody, block, True
            )
            back = near if self.harmonic else reached
            for lane, account in enumerate(block.tolist()):
                both = float(weights[account] * (self.rows[account] + back[lane]))
                self.members[account] = both, levels[:, lane].copy()
        together = np.zeros(len(some))
        for account in members:
            levels_of = self.members[account][1]
            together += self.asked.weights[account] * self.worth[levels_of[some]]
        return sum(self.members[account][0] for account in members), together

    def _components(self, alive: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The root and the weight of each account's weak component."""
        view = self.asked.graph.both
        _, parent, mass = kernels.start_joining(
            view.indptr, view.indices, self.asked.weights, alive
        )
        above = parent[parent]
        while not np.array_equal(above, parent):
            parent, above = above, above[above]
        return parent, mass[parent]
