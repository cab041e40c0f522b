from collections import Counter

import numpy as np
import pytest

from core import counting


def test_known_share_counts_pairs_of_the_text():
    keys = counting.pairs([0, 1, 2, 0, 1], 3)
    assert counting.known_share([0, 1, 2], keys, 3) == 1.0
    assert counting.known_share([1, 0, 1], keys, 3) == 0.5
    assert np.isnan(counting.known_share([1], keys, 3))


def test_the_table_writes_only_pairs_it_has_seen_and_as_often():
    tokens = np.array([0, 1, 0, 2, 0, 1] * 50)
    written = counting.continue_by_pairs(tokens, 0, 3000, np.random.default_rng(0))
    assert counting.known_share([0, *written], counting.pairs(tokens, 3), 3) == 1.0
    assert written.count(1) / (written.count(1) + written.count(2)) == pytest.approx(2 / 3, abs=0.04)


def test_a_token_without_a_successor_is_followed_by_any():
    assert len(counting.continue_by_pairs([0, 0, 0, 5], 5, 4, np.random.default_rng(0))) == 4


def test_shares_of_white_space_and_punctuation():
    assert counting.shares("a, b.") == {"whitespace": 0.2, "punctuation": 0.4}
    assert np.isnan(counting.shares("")["whitespace"])


@pytest.mark.parametrize("part", [3, 50, 10**6])
@pytest.mark.parametrize("kind", [np.uint16, np.int64])
def test_pairs_are_counted_part_by_part_as_in_the_whole(monkeypatch, part, kind):
    monkeypatch.setattr(counting, "PART", part)
    tokens = np.random.default_rng(0).integers(60_000, size=300).astype(kind) // 5000 * 5000
    keys, counts = counting.count_pairs(tokens[:-2], tokens[2:], 60_000)
    by_hand = Counter(a * 60_000 + b for a, b in zip(tokens.tolist(), tokens.tolist()[2:], strict=False))
    assert keys.tolist() == sorted(by_hand) and dict(zip(keys.tolist(), counts.tolist(), strict=True)) == by_hand
    assert counting.frequencies(tokens, 60_000)[5000] == (tokens == 5000).sum()


def test_a_text_of_one_token_has_no_pairs():
    keys, counts = counting.count_pairs([], [], 5)
    assert len(keys) == len(counts) == 0
