"""Doors out: plain tables in, files out, with every account name made safe for its format."""
