from collections import Counter

import pytest

from core import bpe, tales


def test_the_commonest_pair_is_joined_first():
    # Sennrich et al. 2016: low x5, lower x2, newest x6, widest x3 -> es, est, then lo, low, ...
    pieces = Counter({"low": 5, "lower": 2, "newest": 6, "widest": 3})
    assert bpe.train(pieces, 4) == [b"es", b"est", b"lo", b"low"]


def test_pairs_are_joined_from_the_left_without_overlap():
    assert bpe.merge([b"a", b"a", b"a", b"b"], (b"a", b"a")) == [b"aa", b"a", b"b"]


def test_every_merge_is_made_of_two_earlier_tokens():
    tokens = [bytes([b]) for b in range(256)] + bpe.train(Counter({" the": 9, " then": 5, " hen": 7, " ten": 4}), 9)
    for place, token in enumerate(tokens[256:], 256):
        assert any(token[:cut] in tokens[:place] and token[cut:] in tokens[:place] for cut in range(1, len(token)))


def test_nothing_is_joined_that_occurs_once():
    assert bpe.train(Counter({"abc": 1}), 5) == []


def test_whole_words_are_tokens_and_the_size_is_exact():
    tokens = bpe.vocabulary(Counter({" ab": 50, " abab": 20, " ba": 9}), ["zebra", " ab", "ấy"], size=262)
    assert len(tokens) == len(set(tokens)) == 262
    assert {b"zebra", b" ab", "ấy".encode()} <= set(tokens)


def test_the_file_is_read_back_and_damage_is_seen():
    tokens = [bytes([b]) for b in range(256)] + [b"th", b"the"]
    data = bpe.to_ranks(tokens)
    assert list(bpe.from_ranks(data)) == tokens
    for bad in (data[:-5], data.replace(b" 7\n", b" 8\n", 1), b"", b"<html>", data + b"!!! 258\n"):
        with pytest.raises(ValueError):
            bpe.from_ranks(bad)


def test_every_tales_word_is_one_token_of_the_built_in_tokenizer():
    ranks = bpe.from_ranks(bpe.PATH.read_bytes())
    assert len(ranks) == bpe.SIZE
    for language in tales.LANGUAGES.values():
        assert [p for p in language.vocabulary() if p.encode() not in ranks] == []
