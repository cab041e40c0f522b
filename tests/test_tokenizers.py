import os
import socket
from pathlib import Path

import pytest

from core import bpe, corpora, manual, tales, tokenizers
from core.problem import Problem

SHARED = Path(os.environ.get("PLAYGROUND_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
CACHE = SHARED / "tiktoken_cache"
TEXTS = ["Hello, world!  \n\n two", "Cô bé tìm thấy năm vỏ ốc.", "🙂 \0 \r\n", "", "it's 1234"]


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """No GPT-2 file on this machine, no network, and a fresh home."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    for name in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "tmp"))

    def refuse(*arguments, **options):
        raise AssertionError("a tokenizer tried to reach the network")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tmp_path


@pytest.mark.parametrize("name", ["bpe", "bytes"])
@pytest.mark.parametrize("text", TEXTS)
def test_text_comes_back(name, text):
    tokenizer = tokenizers.load(name)
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    assert all(0 <= i < tokenizer.n_vocab == len(tokenizer.pieces) for i in ids)


@pytest.mark.parametrize("name", tales.LANGUAGES)
@pytest.mark.parametrize("kind", ["bpe", "words", "bytes"])
def test_stories_come_back_word_by_word(name, kind):
    tokenizer = tokenizers.load(kind, name)
    text = "".join(corpora.load(name).test.splitlines(keepends=True)[:80])
    ids = tokenizer.encode(text)
    assert tokenizer.decode(ids) == text
    # What the floors rest on: no token crosses the border of two words.
    assert ids == [i for piece in tales.PIECE.findall(text) for i in tokenizer.encode(piece)]
    if kind != "bytes":
        assert len(ids) == len(tales.PIECE.findall(text))


def test_words_take_a_prompt_from_the_middle_of_a_story_and_mark_what_they_lack():
    words = tokenizers.load("words", "tales-en")
    ids = words.encode("Mia said banana ")
    assert [words.pieces[i] for i in ids] == [" Mia", " said", tokenizers.UNKNOWN]


@pytest.mark.parametrize("corpus", ["manual", "text-0123456789ab"])
def test_words_are_for_tales_only(corpus):
    with pytest.raises(Problem) as caught:
        tokenizers.load("words", corpus)
    assert (caught.value.code, caught.value.facts) == ("words_needs_tales", {"corpus": corpus})


def test_an_unknown_name_is_a_problem_that_lists_the_known():
    with pytest.raises(Problem) as caught:
        tokenizers.load("gpt9")
    assert caught.value.code == "unknown_tokenizer" and caught.value.facts["valid"] == "bpe, words, bytes, gpt2"


@pytest.mark.parametrize("data", [b"", b"<html>not found</html>", bpe.PATH.read_bytes()[:20_000], None])
def test_a_damaged_file_of_tokens_is_a_problem(monkeypatch, tmp_path, data):
    path = tmp_path / "bpe.tiktoken"
    if data is not None:
        path.write_bytes(data)
    monkeypatch.setattr(bpe, "PATH", path)
    tokenizers._bpe.cache_clear()
    with pytest.raises(Problem) as caught:
        tokenizers.load("bpe")
    assert caught.value.code == "tokenizer_damaged" and caught.value.facts["path"] == str(path)


def test_gpt2_without_its_file_is_a_problem_that_says_where_to_put_it(nowhere):
    with pytest.raises(Problem) as caught:
        tokenizers.load("gpt2")
    assert caught.value.code == "gpt2_missing"
    assert caught.value.facts["folder"] == str(nowhere / "home" / "tokenizers")


@pytest.mark.parametrize("name", ["r50k_base.tiktoken", "vocab.json", "6c7ea1a7e38e3a7f062df639a5b80947f075ffe6"])
def test_a_wrong_gpt2_file_is_named_and_left_alone(nowhere, name):
    path = nowhere / "home" / "tokenizers" / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b"<html>login</html>")
    with pytest.raises(Problem) as caught:
        tokenizers.load("gpt2")
    assert (caught.value.code, caught.value.facts) == ("gpt2_damaged", {"path": str(path), "bytes": 18})
    assert path.exists()


@pytest.mark.skipif(not CACHE.exists(), reason=f"GPT-2's vocabulary is not in {CACHE}")
def test_gpt2_is_the_same_from_either_file(monkeypatch, nowhere):
    import tiktoken
    from tiktoken_ext import openai_public

    ranks, words = "0ea1e91bbb3a60f729a8dc8f777fd2fc07cd8df4", "6c7ea1a7e38e3a7f062df639a5b80947f075ffe6"
    folder = nowhere / "home" / "tokenizers"
    folder.mkdir(parents=True)
    (folder / "vocab.json").write_bytes((CACHE / words).read_bytes())
    from_words = tokenizers.load("gpt2")
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(CACHE))
    monkeypatch.setattr(tokenizers, "GPT2_FILES", {ranks: tokenizers.RANKS})
    from_ranks = tokenizers.load("gpt2")
    assert openai_public.r50k_pat_str == bpe.PATTERN
    reference = tiktoken.get_encoding("gpt2")
    for text in [*TEXTS, manual.text()[:50_000]]:
        assert from_words.encode(text) == from_ranks.encode(text) == reference.encode_ordinary(text)
    assert from_words is not from_ranks and from_words.fingerprint == from_ranks.fingerprint
    assert from_ranks.n_vocab == 50257 and from_ranks.pieces[50256] == "<|endoftext|>"


def test_printable_bytes_cover_every_byte_once():
    table = tokenizers._printable_bytes()
    assert sorted(table.values()) == list(range(256)) and table["Ġ"] == 32
