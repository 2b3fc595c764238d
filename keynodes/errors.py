"""What can go wrong, said in one line: what, where, what was found, what to do.

Every error that keynodes raises on purpose is a `KeynodesError`; the command line prints its
message and leaves with its `exit_code`. Messages quote account names, and account names are
chosen by the people under study, so a message is made printable before anyone sees it.
"""

from keynodes.escaping import one_line


class KeynodesError(Exception):
    """The base of all errors raised on purpose: bad data, exit code 1."""

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(one_line(message))


class ReadingError(KeynodesError):
    """A file or a table that cannot be read as interactions or as a list of accounts."""


class UnknownRelation(ReadingError):
    """A relation of which nobody has said which way its content flows."""


class UnknownAccount(KeynodesError):
    """An account that the graph does not hold."""


class NotConverged(KeynodesError):
    """An iteration that did not come to rest within its limit."""


class UsageError(KeynodesError):
    """A call that cannot be carried out as it was put: exit code 2."""

    exit_code = 2


class UnknownName(UsageError):
    """A measure, method, parameter or column that does not exist."""


class LabelsNeeded(UsageError):
    """A measure that compares communities was called without community labels."""
