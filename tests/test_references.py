import math
from collections import Counter

import numpy as np
import pytest

from core import batches, corpora, references, tales, tokenizers
from core.floors import Source


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("name", tales.LANGUAGES)
@pytest.mark.parametrize("kind", ["bpe", "words", "bytes"])
def test_stored_floors_are_those_of_the_language_as_it_is(name, kind):
    tokenizer = tokenizers.load(kind, name)
    stored = references._stored()[f"{name}/{kind}"]
    assert stored["key"] == references._key(name, tokenizer), "run: python -m core.references --write"
    machine = Source(tales.LANGUAGES[name], tokenizer.encode)
    assert math.isclose(stored["true"], machine.true) and math.isclose(stored["unigram"], machine.unigram())
    assert np.allclose(stored["offsets"][:3], machine.offsets(3), atol=1e-5)
    assert np.allclose(stored["context"][:4], machine.context(4), atol=1e-5)
    assert stored["error"] < 0.003


@pytest.mark.parametrize("name", tales.LANGUAGES)
def test_lines_come_in_the_order_a_learner_meets_them(name):
    lines = references.lines(name, "bpe", 32)
    assert list(lines) == ["uniform", "unigram", "bigram", "window", "true"]
    assert list(lines.values()) == sorted(lines.values(), reverse=True)
    assert math.isclose(lines["uniform"], math.log(2000))
    assert references.lines(name, "bpe", 8)["window"] > references.lines(name, "bpe", 64)["window"] > lines["true"]
    assert math.isclose(references.lines(name, "bpe", 1)["window"], lines["bigram"], abs_tol=1e-5)
    assert references.lines(name, "bpe", 10_000)["window"] < lines["true"] + 0.01


def test_two_tokens_ahead_is_another_floor():
    assert list(references.lines("tales-en", "bpe", 8, offset=2)) == ["uniform", "unigram", "bigram"]
    rising = [references.lines("tales-en", "bpe", 8, offset=k)["bigram"] for k in range(1, 9)]
    assert rising == sorted(rising)


def test_counted_lines_of_a_text_agree_with_counting_by_hand():
    tokens = corpora.tokens("manual", "bpe", "train")
    lines = references.lines("manual", "bpe", 8, offset=2)
    ids = tokens.tolist()
    pairs, single = Counter(zip(ids, ids[2:], strict=False)), Counter(ids[:-2])
    by_hand = -sum(n * math.log(n / single[a]) for (a, _), n in pairs.items()) / (len(ids) - 2)
    assert math.isclose(lines["bigram"], by_hand, abs_tol=1e-9)
    assert set(lines) == {"uniform", "unigram", "bigram"}


def test_counted_entropies_approach_the_exact_ones_of_tales():
    tokens = corpora.tokens("tales-en", "bpe", "train")
    exact = references.lines("tales-en", "bpe", 8)
    assert abs(references.entropy(tokens) - exact["unigram"]) < 0.01
    assert abs(references.conditional_entropy(tokens) - exact["bigram"]) < 0.01
    assert abs(references.conditional_entropy(tokens, 3) - references.lines("tales-en", "bpe", 8, 3)["bigram"]) < 0.02


def test_count_tables_equal_the_formula_written_out():
    train, windows = [0, 1, 2, 0, 1, 1, 0, 2], [[0, 1, 0], [2, 2, 3], [3, 0, 1]]
    size = 5
    counts, pairs = Counter(train), Counter(zip(train, train[1:], strict=False))
    unigram = {b: (counts[b] + 1) / (len(train) + size) for b in range(size)}

    def bigram(a, b):
        seen = sum(n for (first, _), n in pairs.items() if first == a)
        kinds = sum(first == a for first, _ in pairs)
        return (pairs[a, b] + kinds * unigram[b]) / (seen + kinds) if kinds else unigram[b]

    found = references.count_tables(train, windows, size)
    steps = [pair for row in windows for pair in zip(row, row[1:], strict=False)]
    assert math.isclose(found["unigram_table"], -sum(math.log(unigram[b]) for _, b in steps) / len(steps))
    assert math.isclose(found["bigram_table"], -sum(math.log(bigram(a, b)) for a, b in steps) / len(steps))
    assert all(math.isclose(sum(bigram(a, b) for b in range(size)), 1) for a in range(size))


def test_the_oracle_on_test_windows_is_near_the_floor_of_its_context(home):
    rows = batches.test_rows(corpora.tokens("tales-en", "bpe", "test"), 32, 400)
    losses = references.oracle("tales-en", "bpe", rows)
    assert losses.shape == (400,)
    floor = references.lines("tales-en", "bpe", 32)["window"]
    assert abs(losses.mean() - floor) < 3 * losses.std() / math.sqrt(len(losses))
    assert list((home / "cache" / "oracle").glob("*.npy"))
    assert (references.oracle("tales-en", "bpe", rows) == losses).all()


@pytest.mark.parametrize("offset", [1, 2])
def test_the_best_model_of_one_token_is_near_its_floor_and_close_to_a_counted_table(offset):
    rows = batches.test_rows(corpora.tokens("tales-vi", "bpe", "test"), 16, 2000, offset)
    losses = references.best_of_one("tales-vi", "bpe", rows, offset)
    floor = references.lines("tales-vi", "bpe", 16, offset)["bigram"]
    assert abs(losses.mean() - floor) < 3 * losses.std() / math.sqrt(len(losses))
    if offset == 1:
        table = references.count_tables(corpora.tokens("tales-vi", "bpe", "train"), rows, 2000)["bigram_table"]
        assert 0 < table - losses.mean() < 0.01


def test_a_window_no_story_could_print_costs_infinitely_much():
    rows = batches.test_rows(corpora.tokens("tales-vi", "words", "test"), 16, 4)
    rows[2, 8] = rows[2, 7]
    assert np.isinf(references.oracle("tales-vi", "words", rows)).tolist() == [False, False, True, False]


def test_floors_that_are_not_stored_are_computed_and_kept(monkeypatch, home):
    monkeypatch.setattr(references, "_stored", dict)
    references._own.cache_clear()
    known = references.floors("tales-en", tokenizers.load("words", "tales-en"))
    assert abs(known["true"] - references.lines("tales-en", "bpe", 8)["true"]) < 1e-9
    assert list((home / "cache" / "floors").glob("*.json"))
    references._own.cache_clear()


def test_the_entropy_of_pairs_is_that_of_a_count_by_hand(monkeypatch):
    monkeypatch.setattr("core.counting.PART", 100)
    tokens = np.random.default_rng(1).integers(7, size=1000).astype(np.uint16)
    pairs = Counter(zip(tokens.tolist(), tokens.tolist()[3:], strict=False))
    first = Counter(tokens.tolist()[:-3])
    by_hand = -sum(n / 997 * math.log(n / first[a]) for (a, _), n in pairs.items())
    assert references.conditional_entropy(tokens, 3) == pytest.approx(by_hand, abs=1e-12)
