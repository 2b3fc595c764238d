"""Exports of platforms and of the tools that collect from them: a file a family."""
