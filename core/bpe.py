"""Byte-pair encoding, trained from scratch: start from the 256 bytes, join the commonest neighbours, again and again.

`python -m core.bpe` trains the built-in tokenizer of 2,000 tokens and writes core/gallery/bpe.tiktoken. It reads the
prose of Python's manual and some Tales; every word of Tales is made one token, so that a story has the same number
of tokens as words and marks.
"""

import base64
from collections import Counter, defaultdict
from pathlib import Path

SIZE = 2000
PATH = Path(__file__).parent / "gallery" / "bpe.tiktoken"
# GPT-2's rule for cutting a text before any merge: contractions, words with their space, numbers, marks, spaces.
PATTERN = r"'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"


def train(pieces: Counter, merges: int) -> list[bytes]:
    """The first `merges` tokens that byte-pair encoding finds in {piece: count}, in the order it finds them.

    Each step joins the pair of neighbouring tokens with the highest count (ties: the smaller bytes first, so that
    every machine finds the same). Only the pieces that hold the pair are touched. Source: Sennrich et al. 2016.
    """
    words = [[bytes([b]) for b in piece.encode()] for piece in pieces]
    counts = list(pieces.values())
    pairs: Counter = Counter()
    where: dict[tuple, set[int]] = defaultdict(set)
    for number, word in enumerate(words):
        for pair in zip(word, word[1:], strict=False):
            pairs[pair] += counts[number]
            where[pair].add(number)
    found: list[bytes] = []
    while len(found) < merges and pairs:
        best = max(pairs.items(), key=lambda item: (item[1], [-b for b in item[0][0] + item[0][1]], -len(item[0][0])))
        if best[1] < 2:
            break
        pair, joined = best[0], best[0][0] + best[0][1]
        if joined not in found:  # two ways to spell the same token give one token
            found.append(joined)
        for number in where.pop(pair):
            word = words[number]
            for old in zip(word, word[1:], strict=False):
                pairs[old] -= counts[number]
            words[number] = word = merge(word, pair)
            for new in zip(word, word[1:], strict=False):
                pairs[new] += counts[number]
                where[new].add(number)
        pairs = +pairs
    return found


def merge(word: list[bytes], pair: tuple[bytes, bytes]) -> list[bytes]:
    """`word` with every neighbouring `pair`, from the left, joined to one token."""
    out, place = [], 0
    while place < len(word):
        if tuple(word[place : place + 2]) == pair:
            out.append(pair[0] + pair[1])
            place += 2
        else:
            out.append(word[place])
            place += 1
    return out


def vocabulary(pieces: Counter, whole: list[str], size: int = SIZE) -> list[bytes]:
    """`size` tokens: the bytes, as many merges as there is room for, and every text of `whole` as one token.

    A piece that is itself a token is never cut (tiktoken looks there first), so `whole` words need no merges on the
    way to them; those the merges do not reach by themselves come last.
    """
    first = [bytes([b]) for b in range(256)]
    merges = train(pieces, size - len(first))
    for kept in range(len(merges), -1, -1):
        tokens = first + merges[:kept]
        have = set(tokens)
        missing = [word.encode() for word in whole if word.encode() not in have]
        if len(tokens) + len(missing) <= size:
            break
    tokens += missing
    assert len(tokens) == len(set(tokens)) == size, (len(tokens), len(set(tokens)))
    return tokens


def to_ranks(tokens: list[bytes]) -> bytes:
    """The file format of tiktoken: one line per token, its bytes in base64 and its id."""
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(tokens))


def from_ranks(data: bytes) -> dict[bytes, int]:
    """{token: id} of such a file. Raises ValueError if it is damaged: a byte missing, an id twice or skipped."""
    ranks = {}
    for line in data.splitlines():
        token, rank = line.split()
        ranks[base64.b64decode(token, validate=True)] = int(rank)
    if sorted(ranks.values()) != list(range(len(ranks))) or any(bytes([b]) not in ranks for b in range(256)):
        raise ValueError("not a complete list of tokens")
    return ranks


def main() -> None:
    import regex  # tiktoken brings it; the rule above needs its \p{L}

    from core import files, manual, rng, tales

    texts = [manual.text()]
    texts += [tales.tell(language, 300, rng.numpy_stream(9, "data")) for language in tales.LANGUAGES.values()]
    pieces = Counter(piece for text in texts for piece in regex.findall(PATTERN, text))
    whole = list(dict.fromkeys(p for language in tales.LANGUAGES.values() for p in language.vocabulary()))
    tokens = vocabulary(pieces, whole)
    files.write_atomic(PATH, to_ranks(tokens))
    reached = sum(len(token) > 1 for token in tokens) - sum(w.encode() in tokens[-len(whole) :] for w in whole)
    print(f"{len(tokens)} tokens: 256 bytes, about {reached} merges, {len(whole)} Tales words -> {PATH}")


if __name__ == "__main__":
    main()
