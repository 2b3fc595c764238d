"""Labelled sets of assumptions on return: what was reported where, and what is assumed."""

from typing import TYPE_CHECKING

from keynodes.returns.parameters import PARAMETERS, Preset

if TYPE_CHECKING:
    import pandas

PRESETS: dict[str, Preset] = {
    row.name: row
    for row in (
        Preset(
            "no-return",
            0.0,
            "3d",
            0.0,
            1.0,
            0.0,
            pressure="any",
            source="none: the bound that a takedown without return would reach",
            assumed="everything",
        ),
        Preset(
            "low-pressure-2014",
            0.9,
            "2d",
            0.9,
            0.9,
            2.0,
            pressure="678 of 20,000 accounts suspended from September 2014 to January 2015 (3.4 %)",
            source="Berger & Morgan 2015, 'The ISIS Twitter Census'; Conway et al. 2017",
            assumed="all five: reported is only that the network stayed as it was",
        ),
        Preset(
            "wave-april-2015",
            0.6,
            "3d",
            0.5,
            0.7,
            2.0,
            pressure="10,000 accounts suspended on 2 April 2015, about one in five; at least 2,000 "
            "made meanwhile",
            source="Berger 2015 (intelwire), on the suspensions of 2 April 2015",
            assumed="regained, decay and speed_up; probability and delay such that a fifth is back "
            "in the first days",
        ),
        Preset(
            "routine-2015",
            0.95,
            "1d",
            0.9,
            0.9,
            2.0,
            pressure="less than 2 % of the listed accounts suspended on an average day",
            source="Berger & Perez 2016, 'The Islamic State's Diminishing Returns on Twitter'",
            assumed="all five: reported is only that the network was flat between waves",
        ),
        Preset(
            "repeat-offenders-2015",
            0.9,
            "2d",
            0.4,
            0.6,
            2.0,
            pressure="the same identities suspended again and again",
            source="Berger & Perez 2016: followers fell with each suspension and stayed low",
            assumed="all five: four users were followed, and their numbers are not quoted here",
        ),
        Preset(
            "aggressive-2017",
            0.6,
            "2d",
            0.3,
            0.7,
            1.0,
            pressure="63 % of pro-IS accounts suspended within three months, more than 30 % of "
            "them within two days; others tolerated, with 13 times as many followers",
            source="Conway et al. 2017, 'Disrupting Daesh'",
            assumed="all five",
        ),
        Preset(
            "action-day-2018",
            0.1,
            "7d",
            0.5,
            0.7,
            1.0,
            pressure="one action day: posts −15 %, forwards −9.7 %; 12 new channels, which lived "
            "for 302 days at 4.6 posts a day",
            source="Amarasingam, Maher & Winter 2021 (CREST), on Telegram in October 2018",
            assumed="all five",
        ),
        Preset(
            "sustained-telegram-2019",
            0.1,
            "3d",
            0.2,
            0.5,
            1.0,
            pressure="action days and removals that went on: posts −95.5 %, forwards −95 %; 105 "
            "new channels, which lived for 14 days at 56.8 posts a day",
            source="Amarasingam, Maher & Winter 2021 (CREST), on Telegram in November 2019",
            assumed="all five; activity is 56.8 / 4.6 posts a day",
            activity=56.8 / 4.6,
        ),
    )
}
"""Presets by name; give one, or replace single parameters of it."""

DEFAULTS = Preset(
    "defaults",
    **{name: row.default for name, row in PARAMETERS.items()},  # type: ignore[arg-type]
    source="the defaults of PARAMETERS",
    assumed="everything",
)
"""What holds where neither a preset nor a parameter is given."""


def presets_table() -> "pandas.DataFrame":
    """One row a preset: its parameters and constants, what was done there, and who reports it."""
    import pandas

    return pandas.DataFrame(
        {
            "preset": row.name,
            **{name: getattr(row, name) for name in PARAMETERS},
            **row.constants,
            "pressure": row.pressure,
            "source": row.source,
            "assumed": row.assumed,
        }
        for row in PRESETS.values()
    )
