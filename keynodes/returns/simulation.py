"""simulate_return(): reach over time after a takedown, while removed identities come back."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from keynodes.cascades.transmission import Transmission
from keynodes.graph import InteractionGraph
from keynodes.kernels.blocks import Progress
from keynodes.returns.findings import Returns
from keynodes.returns.following import followed
from keynodes.returns.parameters import Preset
from keynodes.returns.setting import REPLICATES, setting, terms_of

if TYPE_CHECKING:
    import numpy as np
    import pandas


def simulate_return(
    graph: InteractionGraph,
    plan: Sequence[str],
    *,
    seeds: Iterable[str] | None = None,
    model: str | Transmission = "weighted-cascade",
    posts: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    accounts: "Mapping[str, float] | pandas.Series | np.ndarray | None" = None,
    preset: str | Preset | None = None,
    return_probability: float | Sequence[float] | None = None,
    delay: str | None = None,
    regained: float | None = None,
    decay: float | None = None,
    speed_up: float | None = None,
    announcers: Iterable[str] | None = None,
    policy: str = "once",
    until: str | None = None,
    horizon: str = "90d",
    replicates: int = REPLICATES,
    worlds: int | None = None,
    protect: Iterable[str] = (),
    rng: int = 0,
    progress: Progress | None = None,
) -> Returns:
    """Follow reach over time after a takedown, while those behind the accounts come back.

    An identity is not an account. When its account is removed, the identity opens another one
    with some probability, after some time; that one starts without an audience, wins back a share
    of the former one, less at each removal, faster where announcers tell of it, and finds a few
    new hearers. The policy says when returned accounts are removed again.

    Parameters
    ----------
    graph : InteractionGraph
        From `build_graph`; it is not changed.
    plan : sequence of str
        The accounts to remove, in this order; day 0 is the first removal.
    seeds : iterable of str, optional
        The accounts that speak; removed ones do not. Without, sources are drawn in proportion to
        posts, and whoever is removed says nothing.
    model : str or Transmission, default "weighted-cascade"
        How likely content is passed on along each arc; see `MODELS`.
    posts, accounts : mapping, Series or array of float, optional
        How many posts each account made; what reaching it counts. As in `reach`.
    preset : str or Preset, optional
        A name in `PRESETS`, or assumptions of your own. Without, what is not given is a labelled
        default of `PARAMETERS`; never an estimate.
    return_probability : float or sequence of float, optional
        Of a return after a removal; a sequence has one for the first removal, the second, and so
        on, and the last holds from then on.
    delay : str, optional
        Median of the time until then, such as ``"3d"``.
    regained, decay : float, optional
        After removal c an account can win back ``regained · decay ** (c − 1)`` of the audience.
    speed_up : float, optional
        It does so ``1 + speed_up · exposure`` times as fast; exposure adds up the
        shares of the former audience that hear each announcer there is, to at most 1.
    announcers : iterable of str, optional
        Who announces; the hundredth of all accounts with most hearers when not given.
    policy : str, default "once"
        A row of `POLICIES`: ``once``, ``daily:20``, ``every:12h``, ``react:2h``.
    until : str, optional
        When the policy ends, such as ``"30d"``; with the horizon when not given.
    horizon : str, default "90d"
        What is simulated. Times of the model are days, whatever the times of the records are;
        the graph needs none. A step is a day, or a 30th or 180th of short and long horizons.
    replicates : int, default 40
        Histories: who returns, and when.
    worlds : int, optional
        In which reach is counted: 500 with seeds, 5,000 without.
    protect : iterable of str
        Accounts that are never removed: left out of the plan, and said so.
    rng : int, default 0
        Seed of everything random.
    progress : callable, optional
        Called as ``progress(done, total)``.

    Returns
    -------
    Returns
        ``.to_frame()`` is the curve; ``.area_share`` what is left over the whole horizon.

    Raises
    ------
    UnknownAccount
        The graph lacks an account of the plan, or one that is protected or announces.
    UnknownName
        No such preset, policy or model.
    UsageError
        An argument out of its range, or one that would be ignored.

    Notes
    -----
    Every planned identity that was not yet removed keeps its account and its audience. A returned
    account hears all whom it heard before. Which hearers come back belongs to the world and is
    nested: who hears the second new account heard the first. A new hearer listens with the mean
    probability of the arcs into it; in a linear threshold model there is none, and activity
    changes nothing. All that is random belongs to (seed, world, arc) and (seed, history, identity,
    cycle), so that plans, policies and parameters are compared on the same worlds and histories.

    Reach is counted at one instant of each step, drawn anew in each history. Each world is kept as
    the arcs that are live in some state of the plan; a step costs a look at the planned accounts
    in it, and a search only where something changed. O(worlds · (arcs looked at + histories ·
    steps · live arcs)) time at most. O(n + m + planned accounts · planned announcers) memory, and
    up to some hundred MB of histories. Same bits on any number of threads.

    The numbers are expected accounts reached under a model, from the seeds given. They are no
    prediction, and they end at this platform's edge: who moves elsewhere is not followed.

    References
    ----------
    Berger, J. M., & Perez, H. (2016). The Islamic State's diminishing returns on Twitter. Program
    on Extremism, George Washington University.

    Conway, M., et al. (2017). Disrupting Daesh: measuring takedown of online terrorist material and
    its impacts. VOX-Pol.

    Diviák, T. (2023). Structural resilience and recovery of a criminal network after disruption.
    Journal of Experimental Criminology. (Closure and preferential attachment.)

    Examples
    --------
    >>> star = InteractionGraph.from_arcs(["hub", "x", "y", "z"], [0, 0, 0], [1, 2, 3])
    >>> gone = simulate_return(star, ["hub"], seeds=["hub"], preset="no-return", worlds=10)
    >>> gone.base, gone.area_share
    (3.0, 0.0)
    >>> back = simulate_return(
    ...     star,
    ...     ["hub"],
    ...     seeds=["hub"],
    ...     return_probability=1.0,
    ...     delay="1h",
    ...     regained=1.0,
    ...     worlds=10,
    ... )
    >>> bool(back.left[0] < back.left[-1]), bool(back.area_share > 0.8)
    (True, True)
    """
    asked = setting(
        graph,
        seeds=seeds,
        model=model,
        posts=posts,
        accounts=accounts,
        terms=terms_of(preset, return_probability, delay, regained, decay, speed_up),
        announcers=announcers,
        policy=policy,
        until=until,
        horizon=horizon,
        replicates=replicates,
        worlds=worlds,
        protect=protect,
        rng=rng,
    )
    return followed(asked, plan, progress)
