"""What the tests of reading share."""


def rows(interactions, *columns):
    """The chosen columns (source and target by default) as sorted tuples."""
    frame = interactions.to_frame()[list(columns or ("source", "target"))]
    return sorted(frame.itertuples(index=False, name=None), key=repr)


def times_of(interactions):
    """The times as they are stored, in the order of the rows."""
    return interactions.connection.execute("SELECT time FROM interactions").fetchall()
