import errno
import os
import sys
import unicodedata
from pathlib import Path

import numpy as np
import pytest

from core import corpora, files, manual, tokenizers, uploads
from core.problem import Problem


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    return tmp_path


STORY = "The old clock struck twelve, and nobody in the house had gone to bed.\n" * 40


@pytest.mark.parametrize("name", corpora.NAMES)
def test_train_and_test_share_no_line(name):
    corpus = corpora.load(name)
    train, test = set(corpus.train.splitlines()), corpus.test.splitlines()
    assert len(test) >= 50
    # Tales are drawn afresh: two equal stories are possible, and rare. The manual quotes itself, so it is made unique.
    assert sum(line in train for line in test) <= (0.02 * len(test) if corpus.tale else 0)
    assert 0.05 < len(corpus.test) / (len(corpus.train) + len(corpus.test)) < 0.2


def test_fingerprints_differ_and_need_no_torch():
    prints = {corpora.fingerprint(name) for name in corpora.NAMES}
    assert len(prints) == 3
    import subprocess

    code = "import sys; from core import corpora, tokenizers, references, tales, floors; " + (
        "corpora.fingerprint('manual'); references.lines('tales-en', 'bpe', 8); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[1])


@pytest.mark.parametrize("name", ["novel", "", "text-xyz", "../secrets", "text-0123456789ab/../.."])
def test_an_unknown_name_is_a_problem(name):
    with pytest.raises(Problem) as caught:
        corpora.load(name)
    assert caught.value.code == "unknown_corpus"


# --- tokens -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name, kind", [("tales-vi", "bpe"), ("tales-en", "words"), ("manual", "bpe")])
def test_tokens_are_those_of_the_text_also_from_the_cache(name, kind):
    tokenizer = tokenizers.load(kind, name)
    first = corpora.tokens(name, kind, "test")
    assert first.dtype == np.uint16 and first.tolist() == tokenizer.encode(corpora.load(name).test)
    assert (corpora.tokens(corpora.load(name), tokenizer, "test") == first).all()


def test_a_damaged_cache_is_made_again(home):
    first = corpora.tokens("tales-en", "bpe", "test")
    (path,) = (home / "cache" / "tokens").glob("*.npy")
    path.write_bytes(path.read_bytes()[:200])
    assert (corpora.tokens("tales-en", "bpe", "test") == first).all()


def test_a_full_disk_costs_the_cache_and_not_the_lesson(monkeypatch):
    def full(handle):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    assert len(corpora.tokens("tales-en", "bpe", "test")) > 30_000


# --- a learner's own text ---------------------------------------------------------------------------------------


def test_a_text_comes_back_in_two_parts_that_meet():
    name = uploads.add(STORY)
    corpus = corpora.load(name)
    assert uploads.NAME.fullmatch(name) and corpora.fingerprint(name) == name
    assert corpus.train + corpus.test == STORY and corpus.test.startswith("The old") and corpus.language == "en"
    assert len(corpora.tokens(name, "bpe", "test")) > 50


VIET = "Chiều ấy trời mưa to, cả nhà ngồi quanh bếp lửa kể chuyện ngày xưa.\n" * 30


@pytest.mark.parametrize(
    "data",
    [
        VIET.encode(),
        VIET.encode("utf-8-sig"),
        VIET.encode("utf-16"),
        VIET.replace("\n", "\r\n").encode(),
        unicodedata.normalize("NFD", VIET).encode(),
    ],
    ids=["utf-8", "with a mark", "utf-16", "CRLF", "split accents"],
)
def test_the_same_text_in_any_encoding_is_the_same_corpus(data):
    assert uploads.add(data) == uploads.add(VIET)
    assert corpora.load(uploads.add(data)).language == "vi"


def test_an_old_windows_file_is_read():
    text = "The café’s “menu” was naïve. " * 50
    assert corpora.load(uploads.add(text.encode("cp1252"))).train.startswith("The café’s")


@pytest.mark.parametrize(
    "data, code",
    [
        (b"", "text_empty"),
        (" \n\t " * 600, "text_empty"),
        ("short", "text_short"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "text_binary"),
        (b"PK\x03\x04" + os.urandom(5000), "text_binary"),
        (b"a" * 2_000_001, "text_too_large"),
    ],
)
def test_what_is_no_usable_text_is_refused_with_a_reason(home, data, code):
    with pytest.raises(Problem) as caught:
        uploads.add(data)
    assert caught.value.code == code
    assert not (home / "texts").exists()


def test_a_text_this_machine_lacks_or_that_was_changed_is_a_problem(home):
    with pytest.raises(Problem) as caught:
        corpora.load("text-0123456789ab")
    assert caught.value.code == "text_missing"
    name = uploads.add(STORY)
    corpora._load.cache_clear()
    files.write_atomic(home / "texts" / f"{name}.txt", b"changed by hand")
    with pytest.raises(Problem) as caught:
        corpora.load(name)
    assert caught.value.code == "text_damaged"


@pytest.mark.parametrize("kind", ["bytes", "bpe"])
@pytest.mark.parametrize("size", [1, 100])
def test_a_text_encodes_part_by_part_as_in_the_whole(kind, size):
    """White space of every kind around line ends: a cut in the wrong place would part or join pieces."""
    text = manual.text()[:20_000] + "\n\n \n a\n\x1cb\n\u2028c\u2028d \ne\n\u3000f\r\ng\n\n\nh\n 1\n2\n!\n'll\n" * 9
    encode, parts = tokenizers.load(kind).encode, list(corpora.parts_of(text, size))
    assert len(parts) > 50 and "".join(parts) == text
    assert [token for part in parts for token in encode(part)] == encode(text)


def test_a_text_without_line_ends_is_one_part():
    assert list(corpora.parts_of("word " * 1000, 10)) == ["word " * 1000]
    assert list(corpora.parts_of("")) == [""]
