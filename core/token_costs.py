"""What a text costs under a tokenizer: how many tokens, how much text each carries, how many a word or syllable takes.

`python -m core.token_costs FILE...` prints the table of files under GPT-2's vocabulary (the built-in one where that is
not on this machine): tokens, distinct tokens, characters per token, windows of lesson 5; "clean" is without the byte
order mark and the carriage returns.
"""

import argparse
import re
import sys
from dataclasses import dataclass

from core.tokenizers import Tokenizer

WORD = re.compile(r"\w+|[^\w\s]")  # a word (in Vietnamese: a syllable) or a mark


@dataclass(frozen=True)
class Cost:
    """Counts of one text under one tokenizer. words: words (Vietnamese: syllables) and marks."""

    tokens: int
    distinct: int
    characters: int
    words: int

    @property
    def characters_per_token(self) -> float:
        return self.characters / self.tokens if self.tokens else 0.0

    @property
    def tokens_per_word(self) -> float:
        return self.tokens / self.words if self.words else 0.0


def cost(tokenizer: Tokenizer, text: str) -> Cost:
    ids = tokenizer.encode(text)
    return Cost(len(ids), len(set(ids)), len(text), len(WORD.findall(text)))


def spell(tokenizer: Tokenizer, text: str, limit: int | None = None) -> list[str]:
    """The tokens of a text (its first `limit`) as they can be shown: part of a letter as its bytes, ⟨e1 ba⟩."""
    out = []
    for i in tokenizer.encode(text)[:limit]:
        data = tokenizer.raw(i)
        try:
            out.append(data.decode())
        except UnicodeDecodeError:
            out.append(f"⟨{data.hex(' ')}⟩")
    return out


def windows(tokens: int, context: int = 8, stride: int = 2, offset: int = 1) -> int:
    """How many windows a text of so many tokens gives (lesson 5: eight tokens, every second place)."""
    return max(0, (tokens - context - offset) // stride + 1)


def main(words: list[str]) -> int:
    from pathlib import Path

    from core import tokenizers
    from core.problem import Problem

    parser = argparse.ArgumentParser(prog="python -m core.token_costs", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a text in UTF-8")
    files = parser.parse_args(words).files
    try:
        texts = {path: path.read_bytes().decode("utf-8") for path in files}
    except (OSError, UnicodeDecodeError) as trouble:
        parser.error(f"a file cannot be read as text in UTF-8: {trouble}")
    try:
        tokenizer = tokenizers.load("gpt2")
    except Problem as missing:
        where = missing.facts.get("folder", "this machine")
        print(f"GPT-2's vocabulary cannot be read from {where}; the built-in one counts instead.", file=sys.stderr)
        tokenizer = tokenizers.load("bpe")
    print(f"{tokenizer.name}: tokens, distinct, characters per token, windows of 8 with stride 2")
    for path, text in texts.items():
        for ends, shown in (("as served", text), ("clean", text.removeprefix("\ufeff").replace("\r\n", "\n"))):
            if ends == "as served" or shown != text:
                found = cost(tokenizer, shown)
                figures = f"{found.tokens:9,} {found.distinct:7,} {found.characters_per_token:6.2f}"
                print(f"{path.name:32} {ends:10} {figures} {windows(found.tokens):8,}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
