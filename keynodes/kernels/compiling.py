"""How a kernel is compiled: one place, one choice.

No fastmath: sums must keep their order, and NaN must stay NaN. `nogil`, because kernels run on
Python threads (see `blocks`). `cache`, because the second start should not compile again.
`error_model="numpy"`: a division by zero gives inf or nan as in numpy, without a hidden test in
every inner loop.
"""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

Function = TypeVar("Function", bound=Callable)


def kernel(function: Function) -> Function:
    """Compile `function` at its first call, and keep the result on disk."""
    return cast(Function, numba.njit(cache=True, nogil=True, error_model="numpy")(function))
