"""What is counted once about a text, against counting by hand."""

import math
from collections import Counter

import numpy as np
import pytest

from core import corpora, pair_counts, tokenizers


def test_the_counts_are_those_of_a_counter_over_the_text():
    found = pair_counts.of("tales-en", "words", 2)
    tokens = corpora.tokens("tales-en", "words", "train").tolist()
    size = tokenizers.load("words", "tales-en").n_vocab
    by_hand = Counter(a * size + b for a, b in zip(tokens, tokens[2:], strict=False))
    keys, counts = found.targets["text_loss"]
    assert dict(zip(keys.tolist(), counts.tolist(), strict=True)) == by_hand


def test_the_lowest_loss_is_the_conditional_entropy_of_the_pairs():
    found = pair_counts.of("tales-en", "words", 1)
    pairs = Counter(zip(found.train.tolist(), found.train.tolist()[1:], strict=False))
    first = Counter(found.train.tolist()[:-1])
    entropy = -sum(n * math.log(n / first[a]) for (a, _), n in pairs.items()) / (len(found.train) - 1)
    assert found.least == pytest.approx(entropy, abs=1e-9)


def test_contexts_are_the_least_settled_tokens_first():
    found = pair_counts.of("tales-en", "words", 1)
    loads = []
    for a in found.contexts:
        after = Counter(b for x, b in zip(found.train.tolist(), found.train.tolist()[1:], strict=False) if x == a)
        total = sum(after.values())
        loads.append(-sum(n * math.log(n / total) for n in after.values()))
    assert np.all(np.diff(loads) <= 1e-6)


def test_counted_once_and_kept():
    assert pair_counts.of("tales-en", "words", 3) is pair_counts.of("tales-en", "words", 3)
