"""The transmission models: rows of MODELS. What is passed on along an arc, how probably?

A model chosen by convention is no prediction: which accounts matter most should be looked at under
more than one, and results carry the name of theirs.
"""

import numpy as np

from keynodes.cascades.calibration import fitted
from keynodes.cascades.registration import Arcs, checked_probability, model
from keynodes.errors import UsageError
from keynodes.escaping import shortened

CONVENTION = "a convention, not a measurement"


@model(
    "weighted-cascade",
    basis=CONVENTION,
    cost="n + a",
    reference="Kempe, Kleinberg & Tardos 2003, doi:10.1145/956750.956769",
)
def weighted_cascade(arcs: Arcs) -> np.ndarray:
    """Share of what the hearer passed on that came from the source: w over all w into it.

    Everybody passes on from everybody together one post in expectation: it needs no parameter,
    and says nothing about how much is passed on in truth. Shares are those in the whole graph and
    stay so when accounts are removed.

    Parameters
    ----------
    arcs : Arcs

    Returns
    -------
    numpy.ndarray of float64, shape (a,)

    Notes
    -----
    O(n + a). With a decay, weights are compared as they have decayed. Who hears one account only
    passes on whatever it says, even if it did so once.

    References
    ----------
    Kempe, D., Kleinberg, J., & Tardos, É. (2003). Maximizing the spread of influence through a
    social network. KDD 2003, 137–146. https://doi.org/10.1145/956750.956769

    Examples
    --------
    >>> from keynodes import InteractionGraph
    >>> from keynodes.cascades.transmission import transmission
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1, 0], [2, 2, 1], [3, 1, 5])
    >>> transmission(graph).probabilities
    array([1.  , 0.75, 0.25])
    """
    return _shares(arcs)


@model(
    "counts",
    basis=CONVENTION,
    cost="a; fitted: 20 times 2,000 cascades",
    posts="cascade_size",
    reference="Goldenberg, Libai & Muller 2001, doi:10.1023/A:1011122126881",
)
def counts(arcs: Arcs, *, beta: float = 0.1, cascade_size: float | None = None) -> np.ndarray:
    """Each interaction seen passes on with probability beta: 1 − (1 − beta)^w.

    Parameters
    ----------
    arcs : Arcs
    beta : float, default 0.1
        Above 0, at most 1. The default is a convention.
    cascade_size : float, optional
        In place of `beta`: how many accounts a post reached on average, its author not counted,
        where that was observed. `beta` is then fitted to it: sources drawn by their posts, in
        worlds of their own that are the same for every `beta`.

    Returns
    -------
    numpy.ndarray of float64, shape (a,)

    Raises
    ------
    UsageError
        When no `beta` gives the `cascade_size`, with the sizes that it can have; or when the posts
        that draw the sources are not known.

    Notes
    -----
    O(a). Fitted: about 20 times `calibration.WORLDS` cascades of the given size, which takes a few
    seconds, and longer where cascades of many hundreds run through accounts heard by thousands.
    One number is fitted to one number: that says nothing about who passes on from whom. Long
    records have larger counts, hence higher probabilities.

    References
    ----------
    Goldenberg, J., Libai, B., & Muller, E. (2001). Talk of the network: a complex systems look at
    the underlying process of word-of-mouth. Marketing Letters 12, 211–223.
    https://doi.org/10.1023/A:1011122126881

    Examples
    --------
    >>> from keynodes import InteractionGraph
    >>> from keynodes.cascades.transmission import transmission
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 0], [1, 2], [1, 2])
    >>> transmission(graph, "counts:beta=0.5").probabilities
    array([0.5 , 0.75])
    """
    _say_weights(arcs, "counts")
    if cascade_size is None:
        return _by_count(arcs.decayed, checked_probability("beta", beta))
    weights = arcs.decayed
    return fitted(arcs, cascade_size, lambda beta: _by_count(weights, beta))


@model(
    "bernoulli",
    basis="estimated from shares of posts passed on",
    cost="n + a",
    posts="yes",
    reference="Goyal, Bonchi & Lakshmanan 2010, doi:10.1145/1718487.1718518",
)
def bernoulli(arcs: Arcs, *, strength: float = 10.0) -> np.ndarray:
    """Share of the source's posts that the hearer passed on, drawn towards the mean of all.

    (w + a)/(N + a + b), N the posts of the source: the mean of the posterior under a Beta prior
    with the mean share of all arcs, Σw / ΣN, that counts as much as a + b = `strength` posts.

    Parameters
    ----------
    arcs : Arcs
    strength : float, default 10
        How many posts the prior is worth: above 0. The default is a convention.

    Returns
    -------
    numpy.ndarray of float64, shape (a,)

    Raises
    ------
    UsageError
        When the posts of accounts are not known, or no account that is heard has any.

    Notes
    -----
    O(n + a). A share above 1 (more passed on than there are posts, as where a post was passed on
    twice or posts are not in the records) counts as 1, and a notice says how often. With a decay
    w decays and N does not. Only what was passed on at least once has an arc: shares are those
    among pairs of whom something is known, higher than among all.

    References
    ----------
    Goyal, A., Bonchi, F., & Lakshmanan, L. V. S. (2010). Learning influence probabilities in social
    networks. WSDM 2010, 241–250. https://doi.org/10.1145/1718487.1718518

    Examples
    --------
    >>> from keynodes import InteractionGraph
    >>> from keynodes.cascades.transmission import transmission
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 0], [1, 2], [10, 30])
    >>> transmission(graph, "bernoulli", posts={"a": 100}).probabilities.round(4)
    array([0.1091, 0.2909])
    """
    _say_weights(arcs, "bernoulli")
    if arcs.posts is None:
        raise UsageError(
            "the model bernoulli needs the posts of accounts: give posts, such as "
            "Interactions.posts()[0], or choose another model, such as counts"
        )
    weights = arcs.decayed
    if not len(weights):
        return np.zeros(0)
    of_tail = arcs.posts[arcs.tails]
    # The sums may be too large for a float: divided first, they are not.
    scale = max(of_tail.max(), weights.max())
    everything = (of_tail / scale).sum()
    if not everything > 0:
        raise UsageError(
            "the model bernoulli needs the posts of accounts, and no account that is heard has any"
        )
    with np.errstate(over="ignore"):
        mean = float((weights / scale).sum() / everything)
        passed_on = min(mean, 1.0) * strength
        shares = (weights + passed_on) / (of_tail + strength)
    if excess := int((weights > of_tail).sum()):
        arcs.notices.append(
            f"{excess:,} of {len(weights):,} arcs passed on more than the source has posts: "
            "bernoulli takes their share as at most 1"
        )
    arcs.details.append(f"mean share {mean:.3g}")
    return np.clip(shares, np.finfo(np.float64).tiny, 1.0)


@model(
    "given",
    basis="probabilities as given",
    cost="a",
    weights="probabilities",
    reference="Kempe, Kleinberg & Tardos 2003, doi:10.1145/956750.956769",
)
def given(arcs: Arcs) -> np.ndarray:
    """The weight of an arc is its probability.

    Records with the same arc must have been combined to 1 − ∏(1 − p) when the graph was built:
    ``build_graph(interactions, combine="probabilities")``.

    Parameters
    ----------
    arcs : Arcs

    Returns
    -------
    numpy.ndarray of float64, shape (a,)

    Raises
    ------
    UsageError
        When a weight is above 1, with the arc; or when weights are counts of repeats, or repeats
        were added up.

    Notes
    -----
    O(a). Weights of `InteractionGraph.from_arcs` are taken as they are: it adds repeats up.

    References
    ----------
    Kempe, D., Kleinberg, J., & Tardos, É. (2003). Maximizing the spread of influence through a
    social network. KDD 2003, 137–146. https://doi.org/10.1145/956750.956769

    Examples
    --------
    >>> import pandas
    >>> from keynodes import build_graph, read_interactions
    >>> from keynodes.cascades.transmission import transmission
    >>> records = pandas.DataFrame({"source": ["a", "a"], "target": ["b", "b"], "weight": 0.5})
    >>> graph = build_graph(read_interactions(records, flow="forth"), combine="probabilities")
    >>> transmission(graph, "given").probabilities
    array([0.75])
    """
    graph = arcs.graph
    how = 'build_graph(…, combine="probabilities") combines repeats to 1 − ∏(1 − p)'
    wrong = np.flatnonzero(arcs.weights > 1)
    if len(wrong):
        i = wrong[0]
        tail, head = (
            repr(shortened(str(graph.accounts[end]), 40)) for end in (arcs.tails[i], arcs.heads[i])
        )
        if graph.weights_are_counts:
            raise UsageError(
                f"the model given takes weights as probabilities, and here they count records "
                f"({arcs.weights[i]:g} from {tail} to {head}): {how}; or choose another model"
            )
        raise UsageError(
            f"the model given takes weights as probabilities, and the arc from {tail} to {head} "
            f"weighs {arcs.weights[i]:g}: {how}; or scale the weights"
        )
    if graph.weights_are_counts and len(arcs.weights):
        arcs.notices.append("every arc has the weight 1: the model given makes all of them certain")
    elif not graph.weights_are_probabilities and (repeats := int((graph.counts > 1).sum())):
        raise UsageError(
            f"the model given takes weights as probabilities, and here those of {repeats:,} "
            f"arc{'s' * (repeats > 1)} were added up over several records: {how}; or choose "
            "another model"
        )
    return arcs.weights


@model(
    "constant",
    basis=CONVENTION,
    cost="a",
    weights="no",
    reference="Goldenberg, Libai & Muller 2001, doi:10.1023/A:1011122126881",
)
def constant(arcs: Arcs, *, probability: float = 0.1) -> np.ndarray:
    """Every arc has the same probability, however often it was used.

    Parameters
    ----------
    arcs : Arcs
    probability : float, default 0.1
        Above 0, at most 1. The default is a convention.

    Returns
    -------
    numpy.ndarray of float64, shape (a,)

    Notes
    -----
    O(a).

    References
    ----------
    Goldenberg, J., Libai, B., & Muller, E. (2001). Talk of the network: a complex systems look at
    the underlying process of word-of-mouth. Marketing Letters 12, 211–223.
    https://doi.org/10.1023/A:1011122126881

    Examples
    --------
    >>> from keynodes import InteractionGraph
    >>> from keynodes.cascades.transmission import transmission
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 0], [1, 2], [1, 2])
    >>> transmission(graph, "constant:probability=0.02").probabilities
    array([0.02, 0.02])
    """
    return np.full(len(arcs.weights), checked_probability("probability", probability))


@model(
    "linear-threshold",
    basis=CONVENTION,
    cost="n + a",
    threshold=True,
    reference="Kempe, Kleinberg & Tardos 2003, doi:10.1145/956750.956769",
)
def linear_threshold(arcs: Arcs) -> np.ndarray:
    """Each account passes on what one account says, drawn by the share that it heard from it.

    The arcs into an account have the probabilities of `weighted_cascade`, but at most one of them
    is live: that reaches the same accounts, in distribution, as accounts that pass on once enough
    of those they hear have done so, by a threshold drawn evenly from 0 to 1.

    Parameters
    ----------
    arcs : Arcs

    Returns
    -------
    numpy.ndarray of float64, shape (a,)

    Notes
    -----
    O(n + a).

    References
    ----------
    Kempe, D., Kleinberg, J., & Tardos, É. (2003). Maximizing the spread of influence through a
    social network. KDD 2003, 137–146. https://doi.org/10.1145/956750.956769

    Examples
    --------
    >>> from keynodes import InteractionGraph
    >>> from keynodes.cascades.transmission import transmission
    >>> graph = InteractionGraph.from_arcs(["a", "b", "c"], [0, 1], [2, 2], [3, 1])
    >>> found = transmission(graph, "linear-threshold")
    >>> found.low, found.top + 1
    (array([         0, 3221225472], dtype=uint32), array([3221225472, 1073741824], dtype=uint32))
    """
    return _shares(arcs)


def _shares(arcs: Arcs) -> np.ndarray:
    """The weight of each arc over that of all into its head."""
    n = arcs.graph.n
    weights = arcs.weights
    if arcs.ages is not None:
        # Only ages relative to the latest at the same head matter; the others may underflow.
        latest = np.full(n, np.inf)
        np.minimum.at(latest, arcs.heads, arcs.ages)
        weights = weights * np.exp(latest[arcs.heads] - arcs.ages)
    # A power of two changes no digit, and the sums cannot overflow.
    weights = np.ldexp(weights, -np.frexp(weights.max(initial=1.0))[1])
    weights = np.maximum(weights, np.finfo(np.float64).tiny)
    shares = weights / np.bincount(arcs.heads, weights, minlength=n)[arcs.heads]
    return np.clip(shares, np.finfo(np.float64).tiny, 1.0)


def _by_count(weights: np.ndarray, beta: float) -> np.ndarray:
    """1 − (1 − beta)^w, with all digits where it is small."""
    with np.errstate(divide="ignore"):
        passed = -np.expm1(weights * np.log1p(-beta))
    return np.maximum(passed, np.finfo(np.float64).tiny)


def _say_weights(arcs: Arcs, name: str) -> None:
    if not arcs.graph.weights_are_counts:
        arcs.notices.append(f"weights are not counts of interactions; {name} takes them as such")
