"""The command line when something goes wrong: one line, an exit code, and nothing lost."""

import os
import resource
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from commands import PROGRAM, SAMPLE, keynodes, program


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["rank", "missing.csv"], 1, "missing.csv"),
        (["rank", "{file}", "--by", "betweeness"], 2, "did you mean 'betweenness'"),
        (["rank", "{file}", "--by", "katz:aplha=1"], 2, "did you mean 'alpha'"),
        (["rank", "{file}", "--by", "gatekeeper"], 2, "give --communities FILE"),
        (["rank", "{file}", "--format", "xml"], 2, "there is no format 'xml'"),
        (["rank", "{file}", "--format", "parquet"], 2, "-o FILE"),
        (["rank", "{file}", "--top", "-1"], 2, "--top"),
        (["rank", "{file}", "-o", "out.xlsx"], 2, "no .xlsx is written here"),
        (["rank", "{file}", "-o", "out.csv.gz"], 2, "no .gz is written here"),
        (["rank", "{file}", "--by", "pagerank,katz"], 2, "--by A --by B"),
        (["rank", "{bare}", "--flow", "RT=back"], 2, "no relation column; say --flow back"),
        (["rank", "{file}", "--nonsense"], 2, "--nonsense"),
        (["rank", "{file}", "--flow", "RT=sideways"], 2, "sideways"),
        (["rank", "{file}", "--weight", "wieght"], 2, "wieght"),
        (["rank", "{file}", "--seeds", "none.txt"], 1, "none.txt"),
        (["rank", "{file}", "-o", "{file}.no/such/out.csv"], 1, "cannot be written"),
        (["explain", "{file}", "Star"], 1, "did you mean 'star'"),
        (["synth", "nothing", "-o", "x"], 2, "two-cells"),
        (["rank"], 2, "FILE"),
        (["rank", "none.csv", "-o", "{file}.no/such/out.csv"], 1, "cannot be written"),
        (["rank", "none.csv", "-o", "{folder}"], 1, "is a folder"),
        (["rank", "none.csv", "-o", "{folder}/taken.csv"], 1, "taken.csv.manifest.json: is a"),
        (["rank", "{file}", "--missing", "0.1"], 2, "--missing says nothing without --intervals"),
        (["explain", "{file}", "star", "--missing-what", "records"], 2, "--missing-what says noth"),
        (["rank", "{file}", "--allow-unknown"], 2, "--allow-unknown says nothing without --protec"),
        (["measures", "pagerank", "--format", "json"], 2, "-o and --format are for the table"),
        (["measures", "pagerank", "-o", "{folder}/p.csv"], 2, "-o and --format are for the table"),
        (["synth", "two-cells", "-o", "{file}"], 1, "is not a folder"),
        (["synth", "two-cells", "-o", "{file}/below"], 1, "is not a folder"),
    ],
)
def test_errors_are_one_line_with_a_code(retweets, tmp_path, arguments, code, words):
    folder = tmp_path / "folder"
    (folder / "taken.csv.manifest.json").mkdir(parents=True)
    bare = tmp_path / "bare.csv"
    bare.write_text("source,target\na,b\n")
    names = {"{file}": retweets, "{folder}": folder, "{bare}": bare}
    for name, path in names.items():
        arguments = [a.replace(name, str(path)) for a in arguments]
    got, out, err = keynodes(*arguments)
    assert (got, out) == (code, "")
    assert words in err
    if "Usage:" not in err:
        lines = [line for line in err.splitlines() if line.startswith("keynodes: ")]
        assert len(lines) == 1
        assert "Traceback" not in err
    assert os.listdir(folder) == ["taken.csv.manifest.json"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("KEYNODES_THREADS", "abc"),
        ("KEYNODES_THREADS", "0"),
        ("KEYNODES_THREADS", "-1"),
        ("KEYNODES_MEMORY", "foo"),
    ],
)
def test_nonsense_in_the_environment_is_one_line(monkeypatch, retweets, variable, value):
    monkeypatch.setenv(variable, value)
    code, out, err = keynodes("rank", retweets, "--by", "out_degree")
    assert code in (1, 2)
    assert out == ""
    assert err.startswith("keynodes: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("error", [MemoryError(), OSError(28, "No space left on device")])
def test_a_machine_that_is_full_is_one_line(monkeypatch, retweets, error):
    def full(*_, **__):
        raise error

    monkeypatch.setattr("keynodes.building.build_graph", full)
    code, out, err = keynodes("rank", retweets, "--by", "out_degree", "--quiet")
    assert (code, out) == (1, "")
    assert err in (
        "keynodes: there is not enough memory for this\n",
        "keynodes: No space left on device\n",
    )


def test_an_error_that_is_ours_is_not_hidden(monkeypatch, retweets):
    def wrong(*_, **__):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("keynodes.building.build_graph", wrong)
    with pytest.raises(ZeroDivisionError, match="ours"):
        keynodes("rank", retweets, "--by", "out_degree")


def test_a_disk_that_fills_up_under_standard_output_is_one_line(tmp_path):
    with open(tmp_path / "out", "w") as stream:
        result = subprocess.run(
            [Path(sys.executable).parent / "keynodes", "measures"],
            stdout=stream, stderr=subprocess.PIPE, text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (512, 512)),
        )  # fmt: skip
    assert (result.returncode, result.stderr) == (1, "keynodes: File too large\n")


def in_shell(command, **environment):
    result = subprocess.run(
        command, shell=True, capture_output=True, env={**os.environ, **environment}, timeout=240
    )
    return result.returncode, result.stdout, result.stderr.decode()


def test_closed_streams(retweets, tmp_path):
    rank = f"{PROGRAM} rank {retweets} --by out_degree"
    code, _, err = in_shell(f"{rank} >&-")
    assert (code, err) == (1, "keynodes: standard output is closed; name a file with -o FILE\n")
    code, _, err = in_shell(f"{rank} -q -o {tmp_path / 'out.csv'} >&-")
    assert (code, err) == (0, "")
    code, out, _ = in_shell(f"{rank} 2>&-")
    assert (code, out) == (0, (tmp_path / "out.csv").read_bytes())
    code, _, err = in_shell(f"{PROGRAM} measures h_index >&-")
    assert (code, err.count("\n")) == (1, 1)
    assert in_shell(f"{PROGRAM} rank none.csv 2>&-") == (1, b"", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-16"])
def test_output_is_utf_8_whatever_the_terminal_claims(tmp_path, encoding):
    path = tmp_path / "é.csv"
    path.write_text("source,target\né,Ωmega\n", encoding="utf-8")
    command = f"{PROGRAM} rank {path} --by in_degree"
    code, out, err = in_shell(command, PYTHONIOENCODING=encoding)
    assert code == 0
    assert out.decode("utf-8").splitlines()[1:] == ["1,Ωmega,1.0", "2,é,0.0"]
    assert "'Ωmega'" in err
    assert in_shell(f"{PROGRAM} --help", PYTHONIOENCODING=encoding)[0] == 0


def test_protection_does_not_fail_silently(retweets, tmp_path):
    (tmp_path / "protect").write_text("Star\n")
    code, out, err = keynodes("rank", retweets, "--protect", tmp_path / "protect")
    assert (code, out) == (1, "")
    assert "'Star' (did you mean 'star'?)" in err
    code, out, err = keynodes(
        "rank", retweets, "--protect", tmp_path / "protect", "--allow-unknown"
    )
    assert code == 0
    assert "'Star'" in err


def test_an_input_is_never_written_over_by_a_failure(retweets, tmp_path):
    before = retweets.read_bytes()
    keynodes("rank", retweets, "--by", "nonsense", "-o", tmp_path / "out.csv")
    assert retweets.read_bytes() == before
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("arguments", "output"),
    [
        (["in.csv"], "in.csv"),
        (["./in.csv"], "in.csv"),
        (["in.csv"], "link.csv"),
        (["link.csv"], "in.csv"),
        (["in.csv"], "hard.csv"),
        (["i*.csv"], "in.csv"),
        (["other.csv", "in.csv"], "in.csv"),
        (["made.csv.manifest.json"], "made.csv"),
        (["other.csv", "--accounts", "in.csv"], "in.csv"),
        (["other.csv", "--seeds", "in.csv"], "in.csv"),
        (["other.csv", "--protect", "in.csv"], "link.csv"),
        (["other.csv", "--labels", "in.csv"], "in.csv"),
        (["other.csv", "--labels", "made.csv.manifest.json"], "made.csv"),
        (["-"], "in.csv"),
    ],
)
@pytest.mark.parametrize("command", ["rank", "info", "explain"])
def test_no_input_is_written_over(retweets, monkeypatch, command, arguments, output):
    lists = {"--seeds", "--protect", "--labels"} & set(arguments)
    if lists and command != "rank":
        pytest.skip("rank has all the lists")
    monkeypatch.chdir(retweets.parent)
    content = retweets.read_bytes()
    for name in ("in.csv", "other.csv", "made.csv.manifest.json"):
        Path(name).write_bytes(content)
    Path("link.csv").symlink_to("in.csv")
    os.link("in.csv", "hard.csv")
    before = sorted(os.listdir())
    account = ["star"] if command == "explain" else []
    if arguments == ["-"]:
        with open("in.csv") as stream:
            result = program(command, "-", *account, "-o", output, stdin=stream)
        code, out, err = result.returncode, result.stdout, result.stderr
    else:
        code, out, err = keynodes(command, *arguments, *account, "-o", output)
    assert (code, out) == (2, "")
    assert "would be written over, but it is read" in err
    assert sorted(os.listdir()) == before
    for name in ("in.csv", "link.csv", "other.csv", "made.csv.manifest.json"):
        assert Path(name).read_bytes() == content


def test_into_a_pipe_without_a_manifest(retweets, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()), daemon=True)
    reader.start()
    code, out, err = keynodes("rank", retweets, "--by", "out_degree", "-o", pipe)
    reader.join(20)
    assert (code, out) == (0, "")
    assert read == [keynodes("rank", retweets, "--by", "out_degree")[1]]
    assert "no plain file: there is no manifest" in err
    assert sorted(os.listdir(tmp_path)) == ["pipe", "retweets.csv"]


@pytest.mark.compiled
def test_ctrl_c_is_heard_soon_and_writes_nothing(tmp_path):
    keynodes("synth", "gateways", "-o", tmp_path)
    output = tmp_path / "out.csv"
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / "keynodes"), "rank", str(tmp_path / "records.csv"),
         "--intervals", "20000", "-o", str(output)],
        stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )  # fmt: skip
    time.sleep(8)
    process.send_signal(signal.SIGINT)
    start = time.perf_counter()
    _, err = process.communicate(timeout=60)
    assert time.perf_counter() - start < 5  # half a second on an idle machine
    assert process.returncode == 130
    assert "interrupted" in err
    assert "Traceback" not in err
    assert not output.exists()


@pytest.mark.parametrize("module", ["keynodes.cli.application", "pandas", "keynodes.ranking"])
@pytest.mark.parametrize("swallowed", [False, True])
def test_ctrl_c_is_heard_while_modules_are_loaded(module, swallowed):
    """Also where a compiled module makes an ImportError of it."""
    code = f"""
import os, signal, sys
class Stop:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            try:
                os.kill(os.getpid(), signal.SIGINT)
                signal.sigtimedwait([], 0.2)
            except KeyboardInterrupt:
                if {swallowed}:
                    raise ImportError("compiled") from None
                raise
sys.meta_path.insert(0, Stop())
sys.argv[1:] = ["rank", {str(SAMPLE)!r}, "--by", "out_degree"]
from keynodes.cli import main
main()
"""
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert result.returncode == 130
    assert result.stderr.splitlines()[-1] == "keynodes: interrupted"
    assert "Traceback" not in result.stderr


def test_a_reader_that_goes_away_is_no_error():
    command = f"{Path(sys.executable).parent / 'keynodes'} measures | head -1"
    result = subprocess.run(command, shell=True, capture_output=True, text=True)
    assert result.returncode == 0
    assert result.stderr == ""
