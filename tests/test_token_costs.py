"""Counts of tokens against counts by hand, and the course texts under GPT-2 against figures counted elsewhere."""

import os
import re
from pathlib import Path

import pytest

from core import batches, token_costs, tokenizers

SHARED = Path(os.environ.get("PLAYGROUND_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
TEXT = "Cô bé tìm thấy năm vỏ ốc."
# (file, ends): tokens, distinct (None: not counted there), windows of 8 with stride 2
COURSE = {
    ("pg829_full_crlf_bom.txt", "as served"): (158_350, 10_273, 79_171),
    ("pg829_full_crlf_bom.txt", "clean"): (148_313, None, 74_153),
    ("gullivers_travels.txt", "as served"): (143_691, 9_786, 71_842),
    ("pg35_full_crlf_bom.txt", "as served"): (53_484, 6_643, 26_738),
    ("pg35_full_crlf_bom.txt", "clean"): (49_860, None, 24_926),
    ("35-0_course_layout.txt", "as served"): (45_295, 6_032, 22_644),
    ("the_time_machine.txt", "as served"): (45_261, 6_018, 22_627),
}


def test_words_are_syllables_and_marks():
    found = token_costs.cost(tokenizers.load("bytes"), TEXT)
    assert (found.tokens, found.characters, found.words) == (len(TEXT.encode()), len(TEXT), 8)
    assert found.distinct == len(set(TEXT.encode()))
    assert found.tokens_per_word == len(TEXT.encode()) / 8
    nothing = token_costs.cost(tokenizers.load("bpe"), "")
    assert (nothing.tokens_per_word, nothing.characters_per_token) == (0, 0)


@pytest.mark.parametrize("name", ["bpe", "bytes"])
def test_what_is_spelled_is_the_text_again(name):
    """Parts of letters are shown as their bytes; put back together they are the letters."""
    data = b""
    for piece in token_costs.spell(tokenizers.load(name), TEXT):
        part = re.fullmatch("⟨([0-9a-f ]+)⟩", piece)
        data += bytes.fromhex(part[1]) if part else piece.encode()
    assert data.decode() == TEXT
    assert len(token_costs.spell(tokenizers.load(name), TEXT, 3)) == 3


def test_an_unknown_word_is_spelled_as_unknown():
    assert token_costs.spell(tokenizers.load("words", "tales-vi"), "Cô bé banana")[-1] == tokenizers.UNKNOWN


@pytest.mark.parametrize("tokens", [8, 9, 10, 57, 100])
def test_windows_are_those_that_batches_cuts(tokens):
    expected = batches.batches_per_epoch(range(tokens), 1, 8, 2) if tokens > 8 else 0
    assert token_costs.windows(tokens) == expected


@pytest.mark.skipif(not (SHARED / "tiktoken_cache").exists(), reason=f"the course texts are not in {SHARED}")
def test_gpt2_counts_of_the_course_texts_are_those_counted_elsewhere(monkeypatch, capsys):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(SHARED / "tiktoken_cache"))
    assert token_costs.main([str(SHARED / "texts" / name) for name in dict.fromkeys(n for n, _ in COURSE)]) == 0
    printed = capsys.readouterr().out
    print(printed)  # with `pytest -s`: the table
    rows = {}
    for line in printed.splitlines()[1:]:
        name, ends, tokens, distinct, _, windows = re.split(r"\s\s+|(?<=\d)\s", line.strip())
        rows[name, ends] = tuple(int(n.replace(",", "")) for n in (tokens, distinct, windows))
    assert set(rows) == set(COURSE)
    for key, (tokens, distinct, windows) in COURSE.items():
        assert rows[key] == (tokens, distinct or rows[key][1], windows), key


@pytest.mark.skipif(not (SHARED / "tiktoken_cache").exists(), reason=f"GPT-2's vocabulary is not in {SHARED}")
def test_vietnamese_costs_gpt2_three_tokens_a_syllable(monkeypatch):
    from core import corpora

    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(SHARED / "tiktoken_cache"))
    gpt2, bpe = tokenizers.load("gpt2"), tokenizers.load("bpe")
    text = {name: corpora.load(name).test[:60_000] for name in ("tales-en", "tales-vi")}
    assert 2.9 < token_costs.cost(gpt2, text["tales-vi"]).tokens_per_word < 3.3
    assert token_costs.cost(gpt2, text["tales-en"]).tokens_per_word < 1.1
    assert token_costs.cost(bpe, text["tales-vi"]).tokens_per_word < 1.1  # it was trained on both


def test_the_command_says_in_a_sentence_what_it_cannot_read(tmp_path, capsys):
    (tmp_path / "picture").write_bytes(b"\xff\xd8\xff")
    for words in ([], [str(tmp_path / "nothing")], [str(tmp_path / "picture")]):
        with pytest.raises(SystemExit) as end:
            token_costs.main(words)
        said = capsys.readouterr().err
        assert end.value.code == 2 and "FILE" in said and "Traceback" not in said
    (tmp_path / "text").write_text("One fox.\r\n")
    assert token_costs.main([str(tmp_path / "text")]) == 0
    assert "as served" in (said := capsys.readouterr().out) and "clean" in said
