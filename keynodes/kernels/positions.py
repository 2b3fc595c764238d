"""Where accounts stand in a picture: steps of a force-directed layout, and discs laid side by side.

Far accounts push together: the plane is cut into ever smaller squares, and what is not in a
neighbouring square of one size acts with the others of its square, from their mean place.
"""

import numpy as np

from keynodes.kernels.compiling import kernel


@kernel
def squares_of(places, low, side, levels):
    """Count the accounts of every square and add up their places, from 4 × 4 squares on.

    Level l has 2^(l + 2) squares a side; those of all levels lie one after the other, from
    ``first[l]``. Returns first, the counts, and the sums of x and of y. O(n + squares).
    """
    first = np.zeros(levels + 1, np.int64)
    for level in range(levels):
        first[level + 1] = first[level] + (1 << 2 * (level + 2))
    counts = np.zeros(first[levels], np.float64)
    sums = np.zeros((first[levels], 2), np.float64)
    across = 1 << (levels + 1)
    start = first[levels - 1]
    for i in range(places.shape[0]):
        column = min(int((places[i, 0] - low[0]) / side * across), across - 1)
        row = min(int((places[i, 1] - low[1]) / side * across), across - 1)
        at = start + row * across + column
        counts[at] += 1.0
        sums[at, 0] += places[i, 0]
        sums[at, 1] += places[i, 1]
    for level in range(levels - 2, -1, -1):
        across = 1 << (level + 2)
        for row in range(2 * across):
            for column in range(2 * across):
                fine = first[level + 1] + row * 2 * across + column
                coarse = first[level] + (row // 2) * across + column // 2
                counts[coarse] += counts[fine]
                sums[coarse, 0] += sums[fine, 0]
                sums[coarse, 1] += sums[fine, 1]
    return first, counts, sums


@kernel
def fields(start, stop, first, counts, sums, push):
    """How the accounts that are not near push on the smallest squares `start` … `stop` − 1.

    Near is what is in a neighbouring square. Of the others, each size of squares acts where it
    is no neighbour, but its parent is. O(log n) a square.
    """
    field = np.zeros((stop - start, 2), np.float64)
    levels = first.shape[0] - 1
    side = 1 << (levels + 1)
    for square in range(start, stop):
        mine = first[levels - 1] + square
        if counts[mine] == 0.0:
            continue
        x, y = sums[mine, 0] / counts[mine], sums[mine, 1] / counts[mine]
        row, column = square // side, square % side
        away_x = away_y = 0.0
        for level in range(levels):
            shift = levels - 1 - level
            across = 1 << (level + 2)
            my_row, my_column = row >> shift, column >> shift
            # Of the largest squares all.
            row_from, row_to, column_from, column_to = 0, across, 0, across
            if level > 0:
                row_from = max(2 * (my_row // 2 - 1), 0)
                row_to = min(2 * (my_row // 2 + 2), across)
                column_from = max(2 * (my_column // 2 - 1), 0)
                column_to = min(2 * (my_column // 2 + 2), across)
            for other_row in range(row_from, row_to):
                for other_column in range(column_from, column_to):
                    if abs(other_row - my_row) <= 1 and abs(other_column - my_column) <= 1:
                        continue
                    at = first[level] + other_row * across + other_column
                    count = counts[at]
                    if count > 0.0:
                        gap_x = x - sums[at, 0] / count
                        gap_y = y - sums[at, 1] / count
                        force = push * count / (gap_x * gap_x + gap_y * gap_y + push)
                        away_x += force * gap_x
                        away_y += force * gap_y
        field[square - start, 0] = away_x
        field[square - start, 1] = away_y
    return field


@kernel
def moves(
    start, stop, indptr, indices, pulls, places, low, side, first, counts, sums, push, field
):  # fmt: skip
    """How accounts `start` … `stop` − 1 want to move.

    Each halfway to the mean of its neighbours (weighed by `pulls`), and away from all others with
    the force `push` / distance: those far away by the `field` of its square. O(1) an account, and
    its neighbours.
    """
    wanted = np.empty((stop - start, 2), np.float64)
    levels = first.shape[0] - 1
    across = 1 << (levels + 1)
    for i in range(start, stop):
        x, y = places[i, 0], places[i, 1]
        near_x = near_y = total = 0.0
        for k in range(indptr[i], indptr[i + 1]):
            j = indices[k]
            near_x += pulls[k] * places[j, 0]
            near_y += pulls[k] * places[j, 1]
            total += pulls[k]
        column = min(int((x - low[0]) / side * across), across - 1)
        row = min(int((y - low[1]) / side * across), across - 1)
        move_x, move_y = field[row * across + column, 0], field[row * across + column, 1]
        if total > 0.0:
            move_x += 0.5 * (near_x / total - x)
            move_y += 0.5 * (near_y / total - y)
        for other_row in range(max(row - 1, 0), min(row + 2, across)):
            for other_column in range(max(column - 1, 0), min(column + 2, across)):
                at = first[levels - 1] + other_row * across + other_column
                count, sum_x, sum_y = counts[at], sums[at, 0], sums[at, 1]
                if other_row == row and other_column == column:
                    count, sum_x, sum_y = count - 1.0, sum_x - x, sum_y - y
                if count > 0.0:
                    gap_x = x - sum_x / count
                    gap_y = y - sum_y / count
                    force = push * count / (gap_x * gap_x + gap_y * gap_y + push)
                    move_x += force * gap_x
                    move_y += force * gap_y
        wanted[i - start, 0] = move_x
        wanted[i - start, 1] = move_y
    return wanted


@kernel
def first_gaps(places, radii, placed, radius, rays):
    """How far from the origin a disc first fits beside those placed already, on each ray.

    Discs 0 … `placed` − 1 have their centres at `places`; `rays` are unit vectors. At most
    O(placed²) a ray, usually a few times `placed`.
    """
    found = np.zeros(rays.shape[0], np.float64)
    for r in range(rays.shape[0]):
        distance = 0.0
        going = True
        while going:
            going = False
            for j in range(placed):
                along = rays[r, 0] * places[j, 0] + rays[r, 1] * places[j, 1]
                aside = rays[r, 0] * places[j, 1] - rays[r, 1] * places[j, 0]
                reach = radius + radii[j]
                left = reach * reach - aside * aside
                if left > 0.0:
                    half = np.sqrt(left)
                    # A hair's breadth inside the edge counts as on it: else it would never end.
                    edge = along + half
                    if distance > along - half and distance < edge - 1e-9 * reach:
                        distance = edge
                        going = True
        found[r] = distance
    return found


@kernel
def parted(places, radii, spots, starts, members, looks, across):
    """Push apart, in place and in the order of accounts, those whose circles overlap.

    Account i was in square ``spots[i]`` (column, row) of `across` a side; square s held
    ``members[starts[s]:starts[s + 1]]``. It looks ``looks[i]`` squares around its own. Of a pair
    the larger circle moves less. Returns how many pairs overlapped.
    """
    overlaps = 0
    for i in range(places.shape[0]):
        column, row = spots[i, 0], spots[i, 1]
        look = looks[i]
        for other_row in range(max(row - look, 0), min(row + look + 1, across)):
            for other_column in range(max(column - look, 0), min(column + look + 1, across)):
                square = other_row * across + other_column
                for k in range(starts[square], starts[square + 1]):
                    j = members[k]
                    # Each pair once, met from its larger circle.
                    if radii[j] > radii[i] or (radii[j] == radii[i] and j <= i):
                        continue
                    gap_x = places[j, 0] - places[i, 0]
                    gap_y = places[j, 1] - places[i, 1]
                    room = radii[i] + radii[j]
                    squared = gap_x * gap_x + gap_y * gap_y
                    if squared >= room * room:
                        continue
                    overlaps += 1
                    distance = np.sqrt(squared)
                    share = 0.9 * (room - distance)
                    if distance > 0.0:
                        share /= distance
                    else:
                        gap_x = 1.0
                    mine = radii[j] * radii[j] / (radii[i] * radii[i] + radii[j] * radii[j])
                    places[i, 0] -= share * mine * gap_x
                    places[i, 1] -= share * mine * gap_y
                    places[j, 0] += share * (1.0 - mine) * gap_x
                    places[j, 1] += share * (1.0 - mine) * gap_y
    return overlaps
