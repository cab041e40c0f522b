"""Tokenizers, text to numbers and back: built-in byte pairs, Tales words, bytes, GPT-2's where its file is there."""

import base64
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from core import bpe, files, own_tales, tales
from core.problem import Problem

NAMES = ("bpe", "words", "bytes", "gpt2")
UNKNOWN = "\u27e8?\u27e9"  # what the Tales words say for a word they do not have
# GPT-2's vocabulary under the names that tiktoken's cache, Hugging Face and OpenAI give it. Either file is enough.
RANKS = "306cd27f03c1a714eca7108e03d66b7dc042abe8c258b44c199a7ed9838dd930"  # sha256 of r50k_base.tiktoken
WORDS = "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783"  # sha256 of encoder.json = vocab.json
GPT2_FILES = {
    "0ea1e91bbb3a60f729a8dc8f777fd2fc07cd8df4": RANKS,
    "r50k_base.tiktoken": RANKS,
    "gpt2.tiktoken": RANKS,
    "6c7ea1a7e38e3a7f062df639a5b80947f075ffe6": WORDS,
    "encoder.json": WORDS,
    "vocab.json": WORDS,
}
GPT2_ADDRESS = "https://openaipublic.blob.core.windows.net/encodings/r50k_base.tiktoken"
GPT2_BYTES = 835_554
GPT2_SIZE, GPT2_END = 50257, 50256  # tokens, and the id of <|endoftext|>


@dataclass(frozen=True, eq=False)
class Tokenizer:
    """encode: text -> list of ids. decode: ids -> text (what is no whole character shows as U+FFFD)."""

    name: str
    n_vocab: int
    encode: Callable[[str], list[int]]
    decode: Callable[[list[int]], str]
    fingerprint: str  # 12 hex digits that change with the vocabulary
    raw: Callable[[int], bytes]  # the bytes of one token: of a letter, often only a part

    @cached_property
    def pieces(self) -> list[str]:
        """The text of every token, in the order of their ids."""
        return [self.decode([i]) for i in range(self.n_vocab)]

    def show(self, i: int) -> str:
        """Token i as one line that a reader can see: its text, or its bytes in hex ("0xE2 0x80") where they are no whole
        character or nothing that prints."""
        piece = self.decode([i])
        if "\ufffd" in piece or not piece.strip() or not piece.replace("\n", "").isprintable():
            return " ".join(f"0x{byte:02X}" for byte in self.raw(i))
        return piece.replace("\n", "\\n")


def load(name: str, corpus_name: str = "manual") -> Tokenizer:
    """The tokenizer of that name; `corpus_name` matters for "words" only, the vocabulary of one Tales language.

    Raises Problem: unknown_tokenizer, words_needs_tales(corpus), tokenizer_damaged(name, path),
    gpt2_missing(folder, file, address, bytes), gpt2_damaged(path, bytes). Never touches the network.
    """
    if name not in NAMES:
        raise Problem("unknown_tokenizer", name=str(name)[:80], valid=", ".join(NAMES))
    if name == "words":
        if own_tales.language(corpus_name) is None:
            raise Problem("words_needs_tales", corpus=str(corpus_name)[:80])
        return _words(corpus_name)
    if name == "gpt2":
        return _gpt2(*find_gpt2())
    return {"bpe": _bpe, "bytes": _bytes}[name]()


@cache
def _bytes() -> Tokenizer:
    return Tokenizer(
        "bytes",
        256,
        lambda text: list(text.encode("utf-8", "replace")),
        lambda ids: bytes(ids).decode("utf-8", "replace"),
        "256",
        lambda i: bytes([i]),
    )


@cache
def _words(corpus_name: str) -> Tokenizer:
    """One token for each word of the language as it is printed (with the space before it), and one for the rest."""
    pieces = [*own_tales.language(corpus_name).vocabulary(), UNKNOWN]
    ids = {piece: i for i, piece in enumerate(pieces)}
    unknown = ids[UNKNOWN]

    def encode(text: str) -> list[int]:
        out = []
        for piece in tales.PIECE.findall(text):
            if piece == " ":  # the space a learner leaves after a prompt is no word
                continue
            other = piece[1:] if piece.startswith(" ") else " " + piece  # a prompt may begin in the middle of a story
            out.append(ids.get(piece, ids.get(other, unknown)))
        return out

    def decode(row):
        return "".join(pieces[i] for i in row)

    fingerprint = _hash("\n".join(pieces).encode())
    return Tokenizer("words", len(pieces), encode, decode, fingerprint, lambda i: pieces[i].encode())


@cache
def _bpe() -> Tokenizer:
    try:
        data = bpe.PATH.read_bytes()
        ranks = bpe.from_ranks(data)
        if len(ranks) != bpe.SIZE:  # cut off at the end of a line
            raise ValueError(len(ranks))
    except (OSError, ValueError):
        raise Problem("tokenizer_damaged", name="bpe", path=str(bpe.PATH)) from None
    return _byte_pairs("bpe", ranks, len(ranks), {}, _hash(data))


def _byte_pairs(name: str, ranks: dict[bytes, int], size: int, special: dict[str, int], fingerprint: str) -> Tokenizer:
    import tiktoken

    encoding = tiktoken.Encoding(
        name, pat_str=bpe.PATTERN, mergeable_ranks=ranks, special_tokens=special, explicit_n_vocab=size
    )
    return Tokenizer(
        name, size, encoding.encode_ordinary, encoding.decode, fingerprint, encoding.decode_single_token_bytes
    )


# --- GPT-2 ------------------------------------------------------------------------------------------------------


def gpt2_folders() -> list[Path]:
    """Where GPT-2's vocabulary may lie on this machine, in the order in which it is looked for."""
    folders = [os.environ.get("TIKTOKEN_CACHE_DIR"), os.environ.get("DATA_GYM_CACHE_DIR")]
    folders += [os.path.join(tempfile.gettempdir(), "data-gym-cache"), files.home() / "tokenizers"]
    hub = os.environ.get("HF_HUB_CACHE") or Path(os.environ.get("HF_HOME") or "~/.cache/huggingface") / "hub"
    for model in ("models--openai-community--gpt2", "models--gpt2"):
        folders += sorted((Path(hub).expanduser() / model / "snapshots").glob("*"))
    return [Path(folder) for folder in folders if folder]


def find_gpt2() -> tuple[str, str]:
    """(path, sha256) of the first good file. tiktoken itself would delete a bad one and go to the network, so the
    check is ours. Raises Problem gpt2_damaged where there are only bad ones, gpt2_missing where there is none."""
    bad = None
    for folder in gpt2_folders():
        for name, expected in GPT2_FILES.items():
            path = folder / name
            try:
                data = path.read_bytes()
            except OSError:
                continue
            if hashlib.sha256(data).hexdigest() == expected:
                return str(path), expected
            bad = bad or (path, len(data))
    if bad:
        raise Problem("gpt2_damaged", path=str(bad[0]), bytes=bad[1])
    where = str(files.home() / "tokenizers")
    raise Problem("gpt2_missing", folder=where, file="r50k_base.tiktoken", address=GPT2_ADDRESS, bytes=GPT2_BYTES)


def download_gpt2(*, progress=None, cancelled=None) -> Path:
    """Fetch GPT-2's vocabulary, checked against its hash. The only function here that uses the network.

    Goes into home()/tokenizers: a damaged file elsewhere stays where it is. Raises the Problems of core.download.
    """
    from core import download

    path = files.home() / "tokenizers" / "r50k_base.tiktoken"
    check = {"size": GPT2_BYTES, "sha256": RANKS}
    return download.fetch(GPT2_ADDRESS, path, **check, progress=progress, cancelled=cancelled)


@cache
def _gpt2(path: str, kind: str) -> Tokenizer:
    data = Path(path).read_bytes()
    if kind == RANKS:
        ranks = {base64.b64decode(token): int(rank) for token, rank in map(bytes.split, data.splitlines())}
    else:
        byte = _printable_bytes()
        ranks = {bytes(byte[c] for c in token): rank for token, rank in json.loads(data).items() if rank < GPT2_END}
    return _byte_pairs("gpt2", ranks, GPT2_SIZE, {"<|endoftext|>": GPT2_END}, RANKS[:12])


def _printable_bytes() -> dict[str, int]:
    """GPT-2's JSON writes each byte as one printable character: itself where it is one, else the next free one."""
    plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
    rest = [b for b in range(256) if b not in plain]
    return {chr(b): b for b in plain} | {chr(256 + i): b for i, b in enumerate(rest)}


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]
