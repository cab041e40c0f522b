"""Near-copies: datasketch's hashes estimate the similarity, its index follows the curve, and clusters keep the first."""

import numpy as np
import pytest

from core import near_copies as nc
from core import simulated_web


@pytest.fixture(scope="module")
def web():
    texts, kinds = simulated_web.web(300, 3, 0.6)
    sets, signature = nc.sketch(texts, 5)
    return texts, kinds, sets, signature, nc.similar(sets)


def jaccard(a: frozenset, b: frozenset) -> float:
    """Shared runs over all runs of the two; 0 where both are empty."""
    return len(a & b) / len(a | b) if a or b else 0.0


def test_true_similarities_are_those_counted_pair_by_pair(web):
    _, _, sets, _, true = web
    by_hand = {(i, j): jaccard(sets[i], sets[j]) for i in range(80) for j in range(i + 1, 80)}
    for pair, s in by_hand.items():
        assert true.get(pair, 0.0) == pytest.approx(s if s >= 0.2 else 0.0)


def test_equal_hashes_estimate_the_similarity_without_bias(web):
    """The mean error is that of 112 coin throws; a poor family of hash functions was off by 0.2."""
    *_, signature, true = web
    errors = np.array([nc.agreement(signature, i, j, 112) - s for (i, j), s in true.items()])
    assert np.abs(errors).mean() < 0.05
    assert abs(errors.mean()) < 0.02


def test_the_curve_is_that_of_the_write_up():
    assert [round(float(nc.curve(s, 14, 8)), 3) for s in (0.5, 0.72, 0.8)] == [0.053, 0.65, 0.924]
    assert nc.threshold(14, 8) == pytest.approx(0.719, abs=1e-3)


def test_the_index_finds_exactly_the_pairs_that_agree_in_a_whole_band(web):
    *_, signature, _ = web
    bands, rows, count = 6, 3, 60
    cut = signature[:count, : bands * rows].reshape(count, bands, rows)
    by_hand = {(i, j) for i in range(count) for j in range(i + 1, count) if (cut[i] == cut[j]).all(1).any()}
    assert nc.pairs(signature[:count], bands, rows) == by_hand


def test_near_copies_are_caught_and_different_pages_are_not(web):
    texts, _, _, _, true = web
    found = nc.candidates(texts, 5, 14, 8)
    near = [pair in found for pair, s in true.items() if s >= 0.85]
    assert len(near) > 10 and np.mean(near) >= 0.95
    assert not [pair for pair in found if true.get(pair, 0) < 0.3]


def test_pages_without_words_are_nobodys_copies():
    assert nc.candidates(("", "...", "a page of words", "a page of words"), 5, 2, 2) == {(2, 3)}


def test_of_every_cluster_the_first_that_stays_is_kept():
    links = {(0, 1), (1, 2), (4, 5)}
    assert nc.first_of_each(links, [0, 1, 2, 3, 4, 5]) == [0, 3, 4]
    assert nc.first_of_each(links, [1, 3, 5]) == [1, 3, 5]
    assert nc.first_of_each(links, []) == []
    assert nc.clusters(links, 6) == [0, 0, 0, 3, 4, 4]
