"""From files, tables and networks to `Interactions`: a format is a query.

`READERS` (in `formats`) holds a row a file format. To add one, declare an `exports.Export`, or
write a function that finds out what the columns are and hands `loading.Loader` a query which yields
line, source, target, relation, time, weight and evidence; all checks of values are there, the same
for every format. `reading` takes any number of inputs, `reporting` gives the account of them.
"""

from keynodes.readers.formats import READERS
from keynodes.readers.reading import read_interactions
from keynodes.readers.requests import Part, Reader, Request

__all__ = ["READERS", "Part", "Reader", "Request", "read_interactions"]
