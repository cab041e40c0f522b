"""Whatever core refuses or notes, the app has a sentence for it, in both languages, with every blank filled."""

import ast
from pathlib import Path
from string import Formatter
from types import SimpleNamespace

import pytest

from app.i18n import T, same
from app.knobs import TOKENIZER
from app.sentences import SENTENCES, TENTH, any_diverged, diverged, say
from app.shell import TEXT as TITLES
from core.events import Finished, Metric
from core.result import Result

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


@pytest.mark.parametrize("code", ["gpt2_missing", "gpt2_damaged", "weights_needed"])
def test_what_is_to_be_downloaded_is_named_as_on_the_page_and_on_the_command_line(code):
    line = say(code, {"bytes": 835554, "path": "p", "folder": "f", "file": "n", "address": "a"})
    for lang in ("en", "vi"):
        assert TITLES["library"](lang) in line(lang) and "835,554" in line(lang)
    assert "library" not in line.en and "thư viện" not in line.vi


@pytest.mark.parametrize(
    ("code", "codes"), [("gpt2_missing", ("bpe",)), ("words_needs_tales", ("words", "bpe", "bytes"))]
)
def test_a_tokenizer_is_called_by_its_label_and_by_its_code(code, codes):
    for lang in ("en", "vi"):
        for name in codes:
            label = dict(TOKENIZER.options)[name](lang).split(",")[0]
            assert label in say(code)(lang) and (label == name or f"({name})" in say(code)(lang)), (name, lang)


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


def test_who_diverged_is_told_at_which_step_and_what_to_try():
    lost = Result((Metric(20, "test_loss", float("nan")), Finished(24, "diverged")))
    (line,) = diverged(T("yours", "của bạn"), lost)
    assert line.en == f"yours: diverged at step 24. {TENTH.en}" and line.vi == f"của bạn: phân kỳ ở bước 24. {TENTH.vi}"
    (line,) = diverged(same("A"), Result(lost.events[:1]), T("Less.", "Ít hơn."))
    assert line == ("A: diverged at step 20. Less.", "A: phân kỳ ở bước 20. Ít hơn."), "stopped before it was given up"
    assert diverged(same("A"), Result((Metric(20, "test_loss", 2.0), Finished(20, "done")))) == []
    (line,) = diverged(same("A"), Result((Metric(0, "test_loss", float("inf")), Finished(0, "done"))))
    assert "learning rate" not in line.en and "its start is at fault" in line.en, "no step was made"


def test_where_many_diverged_one_sentence_names_them_all():
    lost, fine = [Result((Finished(24 + i, "diverged"),)) for i in range(4)], Result((Finished(24, "done"),))
    arms = [SimpleNamespace(arm=SimpleNamespace(name=T(f"arm {i}", f"nhánh {i}")), result=lost[i]) for i in range(4)]
    arms.append(SimpleNamespace(arm=SimpleNamespace(name=same("sound")), result=fine))
    assert [line.en[:5] for line in any_diverged(arms[1:])] == ["arm 1", "arm 2", "arm 3"]
    (line,) = any_diverged(arms)
    assert (
        line.en == f"arm 0, arm 1, arm 2, arm 3: diverged at step 24–27. {TENTH.en}"
        and "nhánh 3" in line.vi
        and "sound" not in line.en
    )
