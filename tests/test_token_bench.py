"""Tokens counted by hand, and texts that do not come back."""

from core.experiments import token_bench
from core.result import Result


def costs(english, vietnamese):
    result = Result(tuple(token_bench.run(token_bench.Config(english, vietnamese), {})))
    table = result.tables["costs"][0]
    return {(t, x): i for i, (t, x) in enumerate(zip(table["tokenizer"], table["text"], strict=True))}, table, result


def test_bytes_and_characters_are_counted_as_by_hand():
    place, table, _ = costs("a bó", "phở")
    assert table["tokens"][place["characters", "en"]] == 4
    assert table["tokens"][place["bytes", "en"]] == 5
    assert table["tokens"][place["bytes", "vi"]] == 5  # ở is three bytes
    assert table["word"][place["bytes", "vi"]] == 5
    assert table["hundred"][place["characters", "vi"]] == 100


def test_a_word_unknown_to_tales_does_not_come_back():
    place, table, _ = costs("Xyzzy runs.", "phở")
    assert not table["whole"][place["words", "en"]]
    assert table["whole"][place["bpe", "en"]] and table["whole"][place["bytes", "en"]]


def test_pieces_lie_side_by_side():
    _, _, result = costs("One two", "ba bốn")
    pieces = result.tables["pieces"][0]
    for i in range(1, len(pieces["start"])):
        if (pieces["tokenizer"][i], pieces["text"][i]) == (pieces["tokenizer"][i - 1], pieces["text"][i - 1]):
            assert pieces["start"][i] == pieces["stop"][i - 1]


def test_empty_texts_are_left_out():
    _, table, result = costs("", " ")
    assert table["tokenizer"] == [] and result.finished.reason == "done"
