"""What pairs of accounts cut together beyond what each cuts alone."""

import numpy as np

from keynodes.kernels.compiling import kernel
from keynodes.kernels.dominators import OPEN, dominated


@kernel
def excesses(worlds, which, account, place, status, gone, values, muting, drops, total):
    """Add what the others would cut more if `account` were gone already.

    Parameters
    ----------
    worlds : Worlds
    which : int64
        The worlds that the account is in.
    account : int
    place : int32 (n,)
        The place in `total` of each account that is looked at, −1 for the others.
    status : uint8 (n,)
        All `OPEN`; changed and put back.
    gone : uint8
        `REMOVED` or `MUTED`.
    values, muting
        As in `dominators.dominated`.
    drops : int64 (nodes,)
        What each account cuts alone, in each world.
    total : int64 (looked at,)
    """
    after = np.empty(len(worlds.nodes), np.int64)
    status[account] = gone
    dominated(worlds, which, status, values, muting, after)
    status[account] = OPEN
    for w in which:
        for j in range(worlds.starts[w], worlds.starts[w + 1]):
            at = place[worlds.nodes[j]]
            if at >= 0 and worlds.nodes[j] != account:
                total[at] += after[j] - drops[j]


@kernel
def lost_together(worlds, accounts, status, gone, values, muting, drops, lost, alone):
    """Write what a group of accounts cuts from each world together, and the sum of each alone.

    Parameters
    ----------
    accounts : int64 (k,)
    status : uint8 (n,)
        All `OPEN`; changed and put back.
    drops : int64 (nodes,)
        What each account cuts alone, in each world.
    lost, alone : int64 (w,)
    """
    after = np.empty(len(worlds.nodes), np.int64)
    one = np.empty(1, np.int64)
    inside = np.zeros(len(status), np.bool_)
    for account in accounts:
        inside[account] = True
    for w in range(len(worlds.sources)):
        lost[w], alone[w] = 0, 0
        members = 0
        for j in range(worlds.starts[w], worlds.starts[w + 1]):
            if inside[worlds.nodes[j]]:
                members += 1
                alone[w] += drops[j]
        if members == 0:
            continue
        # One after the other: what each cuts after those before it adds up.
        one[0] = w
        begun = False
        for account in accounts:
            position = -1
            for j in range(worlds.starts[w], worlds.starts[w + 1]):
                if worlds.nodes[j] == account:
                    position = j
            if position < 0:
                continue
            if begun:
                dominated(worlds, one, status, values, muting, after)
                lost[w] += after[position]
            else:
                lost[w] += drops[position]
            status[account] = gone
            begun = True
        for account in accounts:
            status[account] = OPEN
