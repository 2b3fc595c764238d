"""Lists of accounts: read, matched against a graph, and never failing silently."""

import gzip
import time
from dataclasses import replace

import numpy as np
import pandas
import pytest

from keynodes import InteractionGraph, ReadingError, UnknownAccount, read_interactions
from keynodes.lists import label_codes, match, read_accounts, read_attributes, read_labels


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write a file into the working folder and return its bare name."""
    monkeypatch.chdir(tmp_path)

    def _write(content, name="list.csv"):
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        return name

    return _write


@pytest.fixture
def graph():
    return InteractionGraph.from_arcs(["bob", "Ann", "@eve", "0012", "#x"], [0], [1])


@pytest.mark.parametrize(
    ("text", "accounts"),
    [
        ("ann\nbob\n", ["ann", "bob"]),
        ("ann\r\n\r\n bob \r\n", ["ann", "bob"]),
        ("# seeds of May\nann\n#bob\neve", ["ann", "eve"]),
        (
            'ann\n"#bob"\n"a,b"\n"two\nlines"\n" blank "\n',
            ["ann", "#bob", "a,b", "two\nlines", " blank "],
        ),
        ("account\nann\n", ["ann"]),
        ("why,account\nx,ann\ny,bob\n", ["ann", "bob"]),
        ("id;key\n0012;1\n1e5;0\n", ["0012", "1e5"]),
        ("account\tnote\nann\t\n", ["ann"]),
        ("ann\nann\nbob\n", ["ann", "bob"]),
        ('5"disk\n', ['5"disk']),
        ("\ufeffann\n", ["ann"]),
    ],
)
def test_reading_accounts(write, text, accounts):
    assert read_accounts(write(text)) == accounts


def test_lists_lose_the_apostrophe_of_spreadsheets_only_with_the_flag(write):
    path = write("account\n'=1+1\n''x\n'bob\n'\n")
    assert read_accounts(path) == ["'=1+1", "''x", "'bob", "'"]
    assert read_accounts(path, spreadsheet_safe=True) == ["=1+1", "'x", "'bob", "'"]
    path = write("account,label\n'@eve,'=red\nbob,'-1\n")
    assert read_labels(path) == {"'@eve": "'=red", "bob": "'-1"}
    assert read_labels(path, spreadsheet_safe=True) == {"@eve": "=red"}
    path = write("account,posts,city\n'@eve,3,'+x\n")
    assert read_attributes(path).index.tolist() == ["'@eve"]
    frame = read_attributes(path, spreadsheet_safe=True)
    assert frame.reset_index().values.tolist() == [["@eve", 3.0, "+x"]]
    records = pandas.DataFrame({"from": ["@eve"], "to": ["b"]})
    for safe, posts in ((False, 1.0), (True, 3.0)):
        read = read_interactions(records, accounts=path, spreadsheet_safe=safe, flow="back")
        assert read.posts()[0]["@eve"] == posts


def test_reading_accounts_from_other_encodings(write):
    assert read_accounts(write("Zoë\n".encode("utf-16"))) == ["Zoë"]
    assert read_accounts(write(gzip.compress(b"ann\n"))) == ["ann"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "list.csv names no accounts"),
        (b"# none\n", "list.csv names no accounts"),
        (b"account\n", "list.csv names no accounts"),
        (b"ann\nbob,eve\n", "list.csv, line 2: one account a line is needed"),
        (b"who,why\nann,x\n", "there is no column 'account' among 'who', 'why'"),
        (b"account,why\nann,x\n ,y\n", "list.csv, line 3: the account is blank"),
        (b"ann\nCaf\xe9\n", "list.csv, line 2: byte 0xE9 is not UTF-8"),
        (b'ann\n"bob\neve\n', "list.csv, line 2: a quote that begins here is never closed"),
        (b'"ann"x\n', "list.csv, line 1: "),
        (gzip.compress(b"ann\n" * 1000, mtime=0)[:20], "list.csv: the gzip data are cut off"),
    ],
)
def test_bad_lists(write, content, message):
    with pytest.raises(ReadingError) as caught:
        read_accounts(write(content))
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_missing_lists(tmp_path):
    with pytest.raises(ReadingError, match="there is no such file"):
        read_accounts(tmp_path / "none.txt")
    with pytest.raises(ReadingError, match="is a directory"):
        read_labels(tmp_path)


# --- labels -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "account,label\nann,red\nbob,\n0012,3\n",
        "id,department\nann,red\n0012,3\n",
        "label,account\nred,ann\n3,0012\n",
        "ann,red\n0012,3\n",
        "x,community,user\n1,red,ann\n2,3,0012\n",
        "node\tlabel\nann\tred\nann\tred\n0012\t3\n",
    ],
)
def test_reading_labels(write, text):
    assert read_labels(write(text)) == {"ann": "red", "0012": "3"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("account,label\n", "has a header but no labels"),
        ("ann\nbob\n", "the columns 'account' and 'label' are needed"),
        ("a,b,c\n1,2,3\n", "the columns 'account' and 'label' are needed"),
        ("account,label,group\na,b,c\n", "the columns 'account' and 'label' are needed"),
        ("account,label\nann,red\nann,blue\n", "line 3: account 'ann' has a second label 'blue'"),
        ("account,label\nann\n", "line 2: found no label for 'ann'"),
        ("account,label\n,red\n", "line 2: the account is blank"),
    ],
)
def test_bad_labels(write, text, message):
    with pytest.raises(ReadingError) as caught:
        read_labels(write(text))
    assert message in str(caught.value)


def test_codes_of_labels(graph, write):
    assert graph.accounts.tolist() == ["#x", "0012", "@eve", "Ann", "bob"]
    expected = [-1, 1, -1, 0, 0]
    path = write("account,label\n0012,red\nAnn,blue\nbob,blue\nann,red\n")
    codes, names, notice = label_codes(graph, path)
    assert codes.tolist() == expected
    assert codes.dtype == np.int64
    assert names == ("blue", "red")
    assert "1 labelled account(s) are not in the graph: 'ann' (did you mean 'Ann'?)" in notice
    assert "2 of 5 accounts have no label" in notice
    mapping = {"0012": "red", "Ann": "blue", "bob": "blue", "#x": None, "@eve": float("nan")}
    for labels in (
        mapping,
        pandas.Series(mapping),
        [None, "red", "", "blue", "blue"],
        np.array(["", "red", "", "blue", "blue"]),
    ):
        codes, names, notice = label_codes(graph, labels)
        assert codes.tolist() == expected
        assert names == ("blue", "red")
        assert notice == "2 of 5 accounts have no label"


def test_numbers_as_labels(graph):
    for labels in ([7, 7, 3, 3, -1], np.array([7.0, 7, 3, 3, np.nan])):
        codes, names, _ = label_codes(graph, labels)
        assert codes.tolist() == [1, 1, 0, 0, -1]
        assert names == ("3", "7")


@pytest.mark.parametrize("none", ["-1", " -1 ", "-2", "-01"])
def test_a_whole_number_below_zero_is_no_label_in_any_form(graph, write, none):
    expected = [1, 0, -1, -1, -1]
    path = write(f'account,label\n"#x",0\n0012,-x\n@eve,{none}\nAnn,"{none}"\n')
    assert read_labels(path) == {"#x": "0", "0012": "-x"}
    assert label_codes(graph, path)[0].tolist() == expected
    for labels in (["0", "-x", none, none, -1], {"#x": 0, "0012": "-x", "@eve": none}):
        codes, names, _ = label_codes(graph, labels)
        assert (codes.tolist(), names) == (expected, ("-x", "0"))


def test_minus_nothing_is_a_label_like_any_other(graph):
    assert label_codes(graph, ["-", "-0", "--1", "-1.5", "−1"])[0].min() == 0


def test_labels_that_do_not_fit(graph):
    with pytest.raises(ReadingError, match="2 labels for 5 accounts"):
        label_codes(graph, ["a", "b"])
    with pytest.raises(ReadingError, match="more than once"):
        label_codes(graph, pandas.Series(["a", "b"], index=["bob", "bob"]))


# --- matching -----------------------------------------------------------------------------------


def test_matching(graph):
    found = match(graph, ["bob", "ann", " bob", "eve", "bob", "nobody", "#x"], "protected account")
    assert found.indices.tolist() == [0, 4]
    assert found.indices.dtype == np.int64
    assert found.unknown == ("ann", " bob", "eve", "nobody")
    assert found.near == {"ann": "Ann", " bob": "bob", "eve": "@eve"}
    assert found.asked == 6
    assert found.sentence == (
        "4 of 6 protected accounts are not in the graph: 'ann' (did you mean 'Ann'?), "
        "' bob' (did you mean 'bob'?), 'eve' (did you mean '@eve'?), 'nobody'"
    )


def test_an_unknown_account_that_is_a_handle_is_told_whose_and_not_matched(graph):
    facts = pandas.DataFrame(
        {"handle": ["Alice", "twin", "@TWIN", "away", None, 5]},
        index=["0012", "bob", "Ann", "gone", "@eve", "#x"],
    )
    graph = replace(graph, attributes=facts)
    found = match(graph, ["bob", "nobody", "@alice", "twin", "away", ""], "seed")
    assert found.indices.tolist() == [4]
    # Of a handle of two, or of an account that the graph lacks, nothing is told.
    assert found.handles == {"@alice": "0012"}
    assert found.sentence == (
        "5 of 6 seeds are not in the graph: '@alice' is the handle of '0012', "
        "'nobody', 'twin', 'away', ''"
    )
    with pytest.raises(UnknownAccount, match="no account 'ALICE'; 'ALICE' is the handle of '0012'"):
        graph.index_of("ALICE")
    with pytest.raises(UnknownAccount, match=r"no account 'twin'$"):
        graph.index_of("twin")
    assert "'alice' is the handle of '0012'" in label_codes(graph, {"alice": "x"})[2]


def test_matching_everything_or_nothing(graph):
    assert match(graph, ["bob"]).sentence == ""
    assert match(graph, []).indices.tolist() == []
    missing = match(graph, [f"m{i}" for i in range(9)], "seed")
    assert missing.sentence.endswith("'m3', 'm4' and 4 more")
    assert match(graph, ["zed"], "seed").sentence == "1 of 1 seed is not in the graph: 'zed'"


def test_sentences_show_hostile_names_safely(graph):
    sentence = match(graph, ["\x1b[31m\u202e\n"], "seed").sentence
    assert sentence.isprintable()


def test_near_matching_is_fast():
    names = [f"User{i:06}" for i in range(100_000)]
    large = InteractionGraph.from_arcs(names, [0], [1])
    start = time.process_time()
    found = match(large, [f"@user{i:06} " for i in range(1000)], "seed")
    assert time.process_time() - start < 2
    assert len(found.near) == 1000


# --- facts about accounts -----------------------------------------------------------------------


def test_attributes(write):
    frame = read_attributes(write("city,account,Posts,weight\nRome,0012,7,\nOslo,1e5,0,2.5\n"))
    assert frame.index.tolist() == ["0012", "1e5"]
    assert frame["posts"].tolist() == [7.0, 0.0]
    assert np.isnan(frame["weight"].iloc[0])
    assert frame["city"].tolist() == ["Rome", "Oslo"]


def test_attributes_of_a_frame():
    frame = read_attributes(pandas.DataFrame({"id": [1, 2], "posts": [3, 4]}))
    assert frame.index.tolist() == ["1", "2"]
    indexed = pandas.DataFrame({"posts": [1]}, index=pandas.Index(["ann"], name="account"))
    assert read_attributes(indexed)["posts"].to_dict() == {"ann": 1.0}
    assert read_attributes(pandas.DataFrame({"who": ["x"], "y": [1]})).index.tolist() == ["x"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("account,posts\n", "has a header but no accounts"),
        ("account,posts\nann,1\nann,2\n", "account 'ann' is listed more than once"),
        ("account,posts\nann,-1\n", "posts of account 'ann' must be a number of 0 or more"),
        ("account,weight\nann,many\n", "weight of account 'ann' must be a number of 0 or more"),
        ("account,posts\nann,nan\n", "posts of account 'ann' must be a number"),
        ("account,posts\nann\n", "line 2: found 1 fields where the header has 2"),
        ("account,x,x\nann,1,2\n", "two columns are called 'x'"),
        ("account,x\n,1\n", "line 2: the account is blank"),
    ],
)
def test_bad_attributes(write, text, message):
    path = write(text)
    with pytest.raises(ReadingError) as caught:
        read_interactions(pandas.DataFrame({"from": ["a"], "to": ["b"]}), accounts=path)
    assert message in str(caught.value)


@pytest.mark.parametrize("ids", [[1.5, 2.5], [True, False], [None, "b"]])
def test_bad_ids_of_an_attribute_frame(ids):
    with pytest.raises(ReadingError, match="<accounts DataFrame>"):
        read_attributes(pandas.DataFrame({"account": ids, "posts": [1, 2]}))
