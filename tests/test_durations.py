import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keynodes.durations import SECONDS, duration
from keynodes.errors import UsageError


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("45s", 45),
        ("30m", 1800),
        ("12h", 43200),
        ("7d", 604800),
        ("2w", 1209600),
        ("1.5d", 129600),
        (".5h", 1800),
        (" 7 d ", 604800),
        (90, 90),
        (0.25, 0.25),
    ],
)
def test_where_times_are_dates_it_is_seconds(value, seconds):
    assert duration(value, "timestamp") == seconds


@pytest.mark.parametrize("text", ["90", "7", "1e3", " 2.5 "])
def test_where_times_are_dates_a_text_says_its_unit(text):
    """Seven seconds are hardly meant."""
    with pytest.raises(UsageError, match=r"of what\? Say 7d, 12h, 30m \(minutes\), 45s or 2w"):
        duration(text, "timestamp")


@pytest.mark.parametrize(("value", "length"), [("3", 3), ("0.5", 0.5), (2, 2), (1.5, 1.5)])
def test_where_times_are_numbers_it_is_the_number(value, length):
    assert duration(value, "number") == length


@given(st.integers(1, 10**6), st.sampled_from(sorted(SECONDS)))
def test_a_unit_multiplies(number, unit):
    assert duration(f"{number}{unit}", "timestamp") == number * SECONDS[unit]


@pytest.mark.parametrize("text", ["7d", "1.5h", "2 w", "5y"])
def test_a_unit_on_plain_numbers_is_refused(text):
    with pytest.raises(UsageError) as raised:
        duration(text, "number", "burn_in")
    assert str(raised.value) == (
        "times are plain numbers (phases, not dates): give --burn-in as a plain number, "
        f"found {text!r}"
    )
    assert raised.value.exit_code == 2


@pytest.mark.parametrize("unit", ["timestamp", "number"])
@pytest.mark.parametrize(
    "value",
    ["", "d", "-7", "-7d", "0", "0d", "0s", 0, -1, "nan", "inf", "-inf", math.nan, math.inf,
     10**400, "9" * 400, "1" + "0" * 308 + "w", "P7D", "7d12h", "1,5d", "seven", None, True,
     False, [7], "7\nd\n7"],
)  # fmt: skip
def test_what_is_no_length_of_time_is_refused(value, unit):
    with pytest.raises(UsageError, match="--window") as raised:
        duration(value, unit, "window")
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("text", ["7D", "7days", "3M", "1y"])
def test_an_unknown_unit_is_named(text):
    with pytest.raises(UsageError, match=r"there is no unit '\w+' in .*; use s, m \(minutes\), h"):
        duration(text, "timestamp")


def test_without_times_there_is_no_duration():
    for value in ("7d", 7):
        with pytest.raises(UsageError, match="--horizon needs times, and the records have none"):
            duration(value, None, "horizon")
