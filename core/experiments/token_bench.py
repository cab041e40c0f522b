"""The same two sentences through every tokenizer: tokens, tokens per word, and whether the text comes back whole."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from core.events import Event, Finished, Metric, Note, Started, Table
from core.experiment import Experiment, knob
from core.problem import Problem

LONGEST, SHOWN = 5000, 60  # characters read, tokens of a text drawn


@dataclass(frozen=True)
class Config:
    experiment: ClassVar[str] = "token_bench"
    english: str = knob("My grandmother sold noodles at the market, and every morning she got up before the sun.")
    vietnamese: str = knob("Bà tôi bán phở ngoài chợ, và sáng nào bà cũng dậy trước mặt trời.")


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Table "costs": tokenizer, text (en | vi), tokens, characters, hundred (tokens per 100 characters), word (tokens
    per word, syllable or mark), whole (whether decode(encode(text)) is the text), vocabulary. Table "pieces":
    tokenizer, text, piece, start, stop (columns as drawn). Note where GPT-2's vocabulary is not here."""
    from core import token_costs, tokenizers

    yield Started(0)
    costs = {c: [] for c in ("tokenizer", "text", "tokens", "characters", "hundred", "word", "whole", "vocabulary")}
    pieces = {c: [] for c in ("tokenizer", "text", "piece", "start", "stop", "odd")}
    for name in ("characters", *tokenizers.NAMES):
        for side, text in (("en", config.english[:LONGEST]), ("vi", config.vietnamese[:LONGEST])):
            if not text.strip():
                continue
            if name == "characters":
                cut, whole, size = list(text), True, len(set(text))
                found = token_costs.Cost(len(cut), size, len(text), len(token_costs.WORD.findall(text)))
            else:
                try:
                    tokenizer = tokenizers.load(name, f"tales-{side}")
                except Problem as problem:
                    if side == "en":
                        yield Note(0, problem.code, problem.facts)
                    continue
                found, size = token_costs.cost(tokenizer, text), tokenizer.n_vocab
                cut = token_costs.spell(tokenizer, text, SHOWN)
                whole = tokenizer.decode(tokenizer.encode(text)) == text
            hundred = 100 * found.tokens / found.characters
            row = (name, side, found.tokens, found.characters, hundred, found.tokens_per_word, whole, size)
            for column, value in zip(costs, row, strict=True):
                costs[column].append(value)
            at = 0
            for i, piece in enumerate(cut[:SHOWN]):
                shown = piece.replace("\n", "↵")
                row = (name, side, shown, at, at + len(shown), i % 2)
                for column, value in zip(pieces, row, strict=True):
                    pieces[column].append(value)
                at += len(shown)
            yield Metric(0, f"{name}_{side}", found.tokens_per_word)
    yield Table(0, "costs", costs)
    yield Table(0, "pieces", pieces)
    yield Finished(0, "done")


EXPERIMENT = Experiment("token_bench", 1, Config, run, lane="inline")
