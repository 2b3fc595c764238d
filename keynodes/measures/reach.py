"""Reach: how many fewer accounts hear what is said when one account is gone."""

import numpy as np

from keynodes.cascades import vitality
from keynodes.errors import UsageError
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import Progress
from keynodes.measures.registration import Notice, measure
from keynodes.measures.sampling import Generator


@measure(
    question="relays",
    key="high",
    direction=True,
    weights="yes",
    cost="O(worlds · (arcs out of who is reached))",
    reference="Xie et al. 2023, doi:10.1109/ICDE55515.2023.00064",
    exact="sampled",
)
def reach_vitality(
    graph: InteractionGraph,
    *,
    seeds: np.ndarray | None = None,
    model: str = "weighted-cascade",
    worlds: int | None = None,
    hops: int | None = None,
    rng: Generator = 0,
    progress: Progress | None = None,
    notice: Notice | None = None,
) -> np.ndarray:
    """Number of accounts that hear no more of what is said when this account alone is gone.

    Parameters
    ----------
    graph : InteractionGraph
        An arc u → v: what u says can be passed on by v.
    seeds : array of int, optional
        Indices of the accounts that speak. Without them every cascade has one source, drawn by the
        weight with which accounts are heard over the arcs that transmit: a measure has no posts.
    model : str, default "weighted-cascade"
        How likely content is passed on along each arc: a row of `MODELS` of transmission, with
        its parameters if you like. On the command line a measure takes the model with its defaults
        only; ``keynodes reach --vitality`` takes all of its parameters, and draws by posts.
    worlds : int, optional
        How many cascades are drawn: 1,000 to 5,000 with seeds, 20,000 without; fewer
        where they are large.
    hops : int, optional
        Only who is reached in so many steps counts.
    rng : int or numpy.random.Generator
        Seed of the worlds.
    progress : callable, optional
        Called as ``progress(done, total)``.
    notice : callable, optional
        Called with one sentence a fact that a reader should know.

    Returns
    -------
    numpy.ndarray of float64, shape (n,)
        f(G) − f(G − v) with f the expected number of accounts reached, sources apart. The account
        itself counts where it is reached, and all that a source alone said where it is one. 0 for
        who is never reached.

    Raises
    ------
    UsageError
        When seeds are none or no accounts, a number is out of its range, or a model needs posts.

    Notes
    -----
    Exact in every world, for all accounts at once, as the size of their subtree in the dominator
    tree of what is reached; only the worlds are a sample. Under a limit of hops dominators give
    bounds; where they differ, the 200 largest drops are found by trying, and the others are lower
    bounds, which a notice says. Accounts that can stand in for one another each drop little.
    Intervals, the part that an account says itself, and weights of accounts:
    `keynodes.cascades.vitality.reach_vitality`. Time O(worlds · (arcs out of who is reached)),
    memory O(20 n + m).

    References
    ----------
    Xie, J., Zhang, F., Wang, K., Lin, X., & Zhang, W. (2023). Minimizing the influence of
    misinformation via vertex blocking. ICDE 2023. https://doi.org/10.1109/ICDE55515.2023.00064

    Examples
    --------
    >>> chain = InteractionGraph.from_arcs(["a", "b", "c", "d"], [0, 1, 2], [1, 2, 3])
    >>> reach_vitality(chain, seeds=np.array([0]))
    array([3., 3., 2., 1.])
    """
    speakers = None
    if seeds is not None:
        chosen = np.unique(np.asarray(seeds))
        if not len(chosen):
            raise UsageError("reach_vitality: seeds must name at least one account")
        if chosen.dtype.kind not in "iu" or chosen[0] < 0 or chosen[-1] >= graph.n:
            raise UsageError(
                f"reach_vitality: seeds must be account indices from 0 to {graph.n - 1}"
            )
        speakers = graph.accounts[chosen].tolist()
    if not graph.m:
        return np.zeros(graph.n)
    found = vitality.reach_vitality(
        graph,
        speakers,
        model=model,
        worlds=worlds,
        hops=hops,
        rng=int(rng.integers(2**63)) if isinstance(rng, np.random.Generator) else rng,
        progress=None if progress is None else lambda _, done, total: progress(done, total),
    )
    if notice:
        notice(f"reach_vitality: {found.scenario.sentence}; {found.worlds:,} worlds")
        for sentence in found.notices:
            notice(sentence)
    return found.drop
