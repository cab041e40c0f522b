"""Whatever core refuses or notes, the app has a sentence for it, in both languages, with every blank filled."""

import ast
from pathlib import Path
from string import Formatter

import pytest

from app.sentences import SENTENCES, say

ROOT = Path(__file__).resolve().parent.parent


def calls():
    """(file, code, names of the facts, or None where they come as **facts) of every Problem and Note that is written out."""
    for path in sorted([*(ROOT / "core").rglob("*.py"), *(ROOT / "app").glob("*.py")]):
        for node in ast.walk(ast.parse(path.read_text())):
            name = getattr(getattr(node, "func", None), "id", "")
            place = {"Problem": 0, "Note": 1}.get(name)
            if place is None or len(node.args) <= place or not isinstance(node.args[place], ast.Constant):
                continue
            facts = {k.arg for k in node.keywords}
            if name == "Note":
                given = node.args[2] if len(node.args) > 2 else None
                facts = {k.value for k in given.keys} if isinstance(given, ast.Dict) else None if given else set()
            yield path.name, node.args[place].value, None if facts is not None and None in facts else facts


CALLS = sorted(calls(), key=str)


def test_the_scan_finds_what_core_raises():
    assert {"unknown_field", "snapshot_damaged", "prompt_cropped", "disk_full"} <= {code for _, code, _ in CALLS}


@pytest.mark.parametrize(("file", "code", "facts"), CALLS)
def test_every_code_has_a_sentence_whose_blanks_are_given(file, code, facts):
    assert code in SENTENCES, f"{file} raises {code}, which nobody can read"
    blanks, vietnamese = ({name for _, name, _, _ in Formatter().parse(text) if name} for text in SENTENCES[code])
    assert blanks == vietnamese
    if facts is not None:
        assert blanks <= facts, f"{file}: {blanks - facts} would show as a dash"


def test_a_missing_fact_shows_as_a_dash_and_never_fails():
    assert "–" in say("disk_full").en and "–" in say("disk_full").vi
    assert "–" in say("tokens_skipped").en, "also where the blank has a format"
    assert "no_such_code" in say("no_such_code").vi


def test_every_sentence_is_said_somewhere():
    text = "".join(
        p.read_text()
        for p in [*(ROOT / "core").rglob("*.py"), *(ROOT / "app").glob("*.py")]
        if p.name != "sentences.py"
    )
    assert [code for code in SENTENCES if f'"{code}"' not in text] == []
