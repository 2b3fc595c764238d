"""The command line: read, call one library function, write."""

from typing import TYPE_CHECKING, Any

from keynodes.cli.guarding import guarded, ready

if TYPE_CHECKING:
    from keynodes.cli.application import app

__all__ = ["app", "main"]


def main() -> None:
    """Run the command line."""

    def run() -> None:
        # Imported here, so that Ctrl-C is heard while even this is loaded.
        ready()
        from keynodes.cli.application import app

        app()

    guarded(run)


def __getattr__(name: str) -> Any:
    if name != "app":
        raise AttributeError(f"module 'keynodes.cli' has no attribute {name!r}")
    from keynodes.cli.application import app

    return app
