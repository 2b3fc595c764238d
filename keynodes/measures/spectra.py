"""Principal eigenvalues and eigenvectors of what is too large to write down as a matrix.

Arnoldi's method with full orthogonalisation and Krylov–Schur restarts (Stewart 2001,
doi:10.1137/S0895479800371529). It needs products only, forgives a small gap to the next
eigenvalue far better than the power method, and is indifferent to periodic graphs, on which the
power method swings for ever. Seen from a start vector, an eigenvalue has one eigenvector, the
projection of that start; so a shared principal eigenvalue, too, has one answer.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from keynodes.graph import Adjacency
from keynodes.kernels import walks as kernels

BASIS = 24
"""Vectors held at most: memory is BASIS · n floats."""
KEPT = 8
"""Directions that survive a restart."""
SMOOTHING = 2
"""Products after convergence, for the digits of the small entries."""
PRECISION = 1e-12
"""Relative residual at which the spectral radius is taken as found."""


class RitzPair(NamedTuple):
    """What the products so far say about the eigenvalue furthest to the right."""

    value: float
    runner_up: float
    """The next eigenvalue to its left as far as seen; -inf when there is none."""
    residual: float
    """Norm of A x − value · x for the unit vector x."""
    vector: Callable[[], np.ndarray]
    """Makes the unit vector x, its largest entry above 0; to be called before the next step."""


def ritz_pairs(
    multiply: Callable[[np.ndarray], np.ndarray], start: np.ndarray
) -> Iterator[RitzPair]:
    """Yield better and better approximations of the rightmost eigenpair, one a product.

    Ends early, with residual 0, when `start` has nothing more to say (an invariant subspace).
    """
    basis = np.empty((BASIS + 1, len(start)))
    basis[0] = start / np.sqrt((start * start).sum())
    projected = np.zeros((BASIS + 1, BASIS))
    k = 0
    runner_up = -np.inf
    while True:
        if k == BASIS:
            k = _restart(projected, basis)
        following = multiply(basis[k])
        parts = kernels.orthogonalise(basis, k + 1, following)
        k += 1
        projected[: k + 1, k - 1] = parts
        values, vectors = np.linalg.eig(projected[:k, :k])
        top, *others = np.argsort(-values.real, kind="stable")
        if others:
            runner_up = max(runner_up, float(values[others[0]].real))
        weights = vectors[:, top].real / np.linalg.norm(vectors[:, top].real)
        residual = abs(float((projected[k, :k] * weights).sum()))
        yield RitzPair(
            float(values[top].real),
            runner_up,
            residual,
            lambda weights=weights, rows=basis[:k]: _combined(weights, rows),  # type: ignore[misc]
        )
        if parts[k] == 0.0:
            return
        basis[k] = following / parts[k]


def spectral_radius(adjacency: Adjacency, max_iterations: int) -> tuple[float, float]:
    """Return the largest eigenvalue of the 0/1 adjacency, and its residual over the eigenvalue.

    An arc between two strongly connected components is on no closed walk and changes no
    eigenvalue. Without such arcs each component is irreducible, its largest eigenvalue simple
    (Perron and Frobenius), and convergence safe. No closed walk at all: 0.
    """
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    indptr, indices, _ = adjacency
    n = len(indptr) - 1
    unweighted = csr_array((np.ones(len(indices)), indices, indptr), shape=(n, n))
    _, component = connected_components(unweighted, directed=True, connection="strong")
    component = component.astype(np.int32)
    steps = kernels.row_steps(indptr)

    def multiply(vector: np.ndarray) -> np.ndarray:
        sums = np.empty(n)
        for first, last in steps:
            kernels.sums_within(indptr, indices, first, last, component, vector, sums)
        return sums

    start = (np.bincount(component, minlength=1)[component] > 1).astype(np.float64)
    if not start.any():
        return 0.0, 0.0
    for _, pair in zip(range(max_iterations), ritz_pairs(multiply, start), strict=False):
        if pair.residual <= PRECISION * pair.value:
            break
    return pair.value, pair.residual / pair.value


def principal_singular_vectors(
    adjacency: Adjacency, tolerance: float, max_iterations: int
) -> tuple[np.ndarray, np.ndarray, int, float]:
    """Return the principal left and right singular vectors of the weighted adjacency A.

    The right one, h, is the eigenvector of AᵀA that the vector of ones projects onto, at length
    1; its entries below `tolerance` are taken for 0. The left one is A · h at some length. Then
    come the products that it took and a bound on the angle of h to its limit: the residual over
    the gap to the next eigenvalue, as far as that was seen.
    """
    indptr, indices, weights = adjacency
    n = len(indptr) - 1
    steps = kernels.row_steps(indptr)
    scale = 1 / float(weights.max())  # squares of large weights must not overflow
    left = np.empty(n)
    products = 0

    def multiply(vector: np.ndarray) -> np.ndarray:
        nonlocal products
        products += 1
        product = np.zeros(n)
        for first, last in steps:
            kernels.gram(indptr, indices, weights, first, last, scale, vector, left, product)
        return product

    # One product first: what it leaves out, accounts that hear nobody, is exactly 0 ever after.
    everyone = multiply(np.ones(n))
    for pair in ritz_pairs(multiply, everyone):
        gap = pair.value - max(pair.runner_up, 0.0)
        angle = pair.residual / gap if gap > 0 else float("inf")
        if angle <= tolerance or products >= max_iterations:
            break
    taken = products
    right = pair.vector()
    # The errors of an entry do not depend on its size, so a small one has few true digits. Sums of
    # positive entries are as exact as what they sum: a few products, and every entry has many.
    for _ in range(SMOOTHING):
        right[right < tolerance] = 0.0
        right = multiply(right)
        right /= np.sqrt((right * right).sum())
    right[right < tolerance] = 0.0
    multiply(right)
    return left, right, taken, angle


def _restart(projected: np.ndarray, basis: np.ndarray) -> int:
    """Keep the part of the basis that holds the rightmost eigenvalues; return its size."""
    from scipy.linalg import schur

    square = projected[:BASIS, :BASIS]
    real_parts = -np.sort(-np.linalg.eigvals(square).real)
    gaps = real_parts[:-1] - real_parts[1:]
    # Never cut through a tie: a complex pair (one real part, up to rounding) stays together.
    wide = gaps > 1e-9 * abs(real_parts[0])
    cut = np.inf
    for size in (*range(KEPT, 0, -1), *range(KEPT + 1, BASIS)):
        if wide[size - 1]:
            cut = (real_parts[size - 1] + real_parts[size]) / 2
            break

    def far_right(real: float, imaginary: float = 0.0) -> bool:
        return bool(real > cut)

    triangular, rotation, kept = schur(square, output="real", sort=far_right)
    link = (projected[BASIS, :, None] * rotation).sum(axis=0)
    last = basis[BASIS].copy()
    basis[:kept] = np.einsum("ij,ik->jk", rotation[:, :kept], basis[:BASIS])
    basis[kept] = last
    projected[:] = 0.0
    projected[:kept, :kept] = triangular[:kept, :kept]
    projected[kept, :kept] = link[:kept]
    return kept


def _combined(weights: np.ndarray, rows: np.ndarray) -> np.ndarray:
    vector = np.einsum("i,ij->j", weights, rows)
    return vector if vector[np.argmax(np.abs(vector))] > 0 else -vector
