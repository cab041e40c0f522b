"""The manual that ships: prose, always the same, and how it was taken out of Python's topics."""

import sys
from types import SimpleNamespace

import pytest

from core import corpora, documents, manual


def test_it_is_prose_and_the_text_that_the_stored_runs_were_trained_on():
    lines = manual.text().splitlines()
    assert sum(map(len, lines)) > 150_000 and len(set(lines)) == len(lines)
    assert not [line for line in lines if "::=" in line or ">>>" in line or "  " in line]
    assert corpora.fingerprint("manual") == "manual-97a666737eb3", "another text: `make gallery`, then this"
    assert corpora.fingerprint("docs-python") == "docs-python-61949317ae15"


@pytest.mark.parametrize(
    "block", ["The title\n*********", "   x = [1, 2]\n   print(x)", 'stmt ::= "if" test', "Short."]
)
def test_headings_code_and_grammar_are_no_prose(block):
    assert manual.prose(block) is None


def test_a_paragraph_becomes_a_line_once_however_often_it_is_quoted():
    said = "A statement of the language is explained here in some\n   words, which wrap into even lines of plain words."
    line = "A statement of the language is explained here in some words, which wrap into even lines of plain words."
    topics = {"b": f"Title\n*****\n\n{said}\n\n   x = 1\n", "a": f'* {said}\n\nstmt ::= "if" test'}
    assert manual.extract(topics) == line + "\n"


def test_both_are_written_anew_from_the_python_at_hand(tmp_path, monkeypatch):
    said = "What this Python says of itself, in a paragraph that is long enough to count as one."
    monkeypatch.setitem(sys.modules, "pydoc_data.topics", SimpleNamespace(topics={"a": said}))
    monkeypatch.setattr(manual, "TEXT", tmp_path / "prose.txt.gz")
    monkeypatch.setattr(manual, "PAGES", tmp_path / "pages.parquet")
    manual.main()
    assert manual.text.__wrapped__() == said + "\n"
    rows = documents.python.__wrapped__().to_pylist()
    assert (rows[0]["text"], rows[0]["url"]) == (said, "pydoc:a")
    assert "module:argparse" in {row["url"] for row in rows}, "the modules' docstrings are pages too"
