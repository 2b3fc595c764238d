"""The tables of README.md, made from the code: ``python tests/readme.py`` rewrites them.

Between ``<!-- NAME -->`` and ``<!-- end of NAME -->`` stands what the function NAME returns.
"""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pyte

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"


def measures_table() -> str:
    from keynodes.measures import capabilities

    table = capabilities()
    columns = ["measure", "question", "key", "direction", "weights", "labels", "exact", "meaning"]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in table[columns].itertuples(index=False):
        cells = [f"`{row.measure}`", *(str(cell).replace("|", "\\|") for cell in row[1:])]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def commands_table() -> str:
    from keynodes.cli import app

    lines = ["| command | what it does |", "|---|---|"]
    for command in app.registered_commands:
        first = (command.callback.__doc__ or "").strip().split("\n\n")[0].replace("\n", " ")
        lines.append(f"| `keynodes {command.name}` | {re.sub(' +', ' ', first)} |")
    return "\n".join(lines)


def methods_table() -> str:
    from keynodes.communities import capabilities

    columns = ["method", "direction", "weights", "layers", "resolution", "needs", "meaning"]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in capabilities()[columns].itertuples(index=False):
        lines.append("| " + " | ".join([f"`{row.method}`", *map(str, row[1:])]) + " |")
    return "\n".join(lines)


def flow_table() -> str:
    from keynodes import FLOW

    lines = ["| relation | also called | content travels | the act |", "|---|---|---|---|"]
    ways = {
        "back": "from target to source",
        "forth": "from source to target",
        "both": "each way",
    }
    for relation, row in FLOW.items():
        aliases = ", ".join(row.aliases)
        lines.append(f"| {relation} | {aliases} | {row.flow}: {ways[row.flow]} | {row.act} |")
    return "\n".join(lines)


def readers_table() -> str:
    from keynodes import READERS

    lines = ["| reader | what it reads |", "|---|---|"]
    lines += [f"| `{name}` | {row.words} |" for name, row in READERS.items()]
    return "\n".join(lines)


def layouts_table() -> str:
    from keynodes import LAYOUTS

    lines = ["| layout | what it is |", "|---|---|"]
    lines += [f"| `{name}` | {row.summary} |" for name, row in LAYOUTS.items()]
    return "\n".join(lines)


def default_measures() -> str:
    from keynodes.ranking import DEFAULT_MEASURES

    return ", ".join(f"`{name}`" for name in DEFAULT_MEASURES)


def strategies_table() -> str:
    from keynodes.dismantling import capabilities

    columns = ["strategy", "order", "optimises", "costs", "weights", "meaning"]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in capabilities()[columns].itertuples(index=False):
        lines.append("| " + " | ".join([f"`{row.strategy}`", *map(str, row[1:])]) + " |")
    return "\n".join(lines)


def reach_strategies_table() -> str:
    from keynodes.cli.blocking import reach_strategies

    columns = ["strategy", "order", "meaning"]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in reach_strategies()[columns].itertuples(index=False):
        lines.append("| " + " | ".join([f"`{row.strategy}`", *map(str, row[1:])]) + " |")
    return "\n".join(lines)


def models_table() -> str:
    from keynodes.cascades.registration import capabilities

    columns = ["model", "basis", "weights", "posts", "parameters", "meaning"]
    lines = ["| " + " | ".join(columns) + " |", "|" + "---|" * len(columns)]
    for row in capabilities()[columns].itertuples(index=False):
        lines.append("| " + " | ".join([f"`{row.model}`", *map(str, row[1:])]) + " |")
    return "\n".join(lines)


def takedown_curves() -> str:
    from keynodes import build_graph, read_interactions, takedown

    graph = build_graph(read_interactions(ROOT / "graphs" / "recruiting.csv.gz"))
    steps = range(0, 701, 100)
    lines = [
        "| removals | " + " | ".join(map(str, steps)) + " |",
        "|---|" + "---|" * len(steps),
    ]
    for strategy in ("search", "adaptive-degree", "betweenness", "random"):
        order = takedown(graph, target=0.05, strategy=strategy)
        left = order.curve.largest_component / graph.n
        shares = [f"{left[k]:.2f}" if k < len(left) else "" for k in steps]
        lines.append(f"| `{strategy}` | " + " | ".join(shares) + " |")
    return "\n".join(lines)


TABLES = {
    "strategies table": strategies_table,
    "reach strategies table": reach_strategies_table,
    "models table": models_table,
    "takedown curves": takedown_curves,
    "measures table": measures_table,
    "commands table": commands_table,
    "methods table": methods_table,
    "flow table": flow_table,
    "readers table": readers_table,
    "layouts table": layouts_table,
}
INLINE = {"default measures": default_measures}


def filled(text: str) -> str:
    """The README with its tables made anew."""
    for name, make in TABLES.items():
        text = _between(text, name, "\n" + make() + "\n")
    for name, make in INLINE.items():
        text = _between(text, name, make())
    return text


def _between(text: str, name: str, made: str) -> str:
    pattern = rf"(<!-- {name} -->).*?(<!-- end of {name} -->)"
    text, count = re.subn(pattern, lambda match: match[1] + made + match[2], text, flags=re.DOTALL)
    assert count == 1, f"README.md must hold one {name}"
    return text


def played(text: str) -> str:
    """The README with the output of its sessions printed anew."""
    for command, output in sessions(text):
        lines = [line.rstrip() for line in shown_on_a_terminal(command).strip("\n").splitlines()]
        text = text.replace(f"$ {command}\n{output}", f"$ {command}\n" + "\n".join(lines) + "\n")
    return text


def sessions(text: str) -> list[tuple[str, str]]:
    """Every ``$ command`` of the README's console blocks, with the output printed below it."""
    found = []
    for block in re.findall(r"```console\n(.*?)```", text, flags=re.DOTALL):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = part.partition("\n")
            found.append((command, output))
    return found


def shown_on_a_terminal(command: str, columns: int = 122) -> str:
    """What a terminal of a width shows when a command runs in the project's folder."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "TERM": "xterm",
    }
    process = subprocess.Popen(
        command, shell=True, cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    chunks = []
    while True:
        try:
            chunk = os.read(ours, 65536)
        except OSError:  # how Linux says that the other end is closed
            break
        if not chunk:
            break
        chunks.append(chunk)
    process.wait()
    os.close(ours)
    screen = pyte.Screen(columns, 500)
    pyte.ByteStream(screen).feed(b"".join(chunks))
    return "\n".join(line.rstrip() for line in screen.display).rstrip("\n")


if __name__ == "__main__":
    README.write_text(played(filled(README.read_text(encoding="utf-8"))), encoding="utf-8")
