"""Exact floors against an independent source: listing every story of a small language and counting its tokens."""

import itertools
import math
from collections import defaultdict

import pytest

from core import rng, tales, tokenizers
from core.floors import Source
from core.references import source

SMALL = tales.Language(
    "small",
    "en",
    (
        tales.Story(
            text="A {kind} {name} had {n} {pet}. {She} kept the {pet}.\n",
            draws={
                "kind": {"girl": 2, "boy": 1},
                "name": {"girl": {"Ann": 1, "Eve": 3}, "boy": {"Tim": 1}},
                "n": {"two": 1, "three": 1},
                "pet": {"big dogs": 1, "big cats": 2},
            },
            given={"name": "kind"},
            agree={"She": (("kind",), {"girl": "She", "boy": "He"})},
            kinds={"name": "name", "She": "pronoun", "pet": "object"},
        ),
        tales.Story(text="No {n} was left.\n", draws={"n": {"dog": 1, "cat": 3}}, given={}, agree={}, kinds={}),
    ),
    (),
)


def encode(piece, table={}):  # noqa: B006 the shared default is the vocabulary
    return [table.setdefault(part, len(table)) for part in (piece[:2], piece[2:]) if part]


def listing(machine):
    """[(probability, tokens)] of every story, by walking all draws: no states, no conditioning."""
    out = []
    for story in machine.language.stories:
        free = [slot for slot in story.draws if slot not in story.given]
        for values in itertools.product(*(story.table(slot).items() for slot in free)):
            known = {slot: value for slot, (value, _) in zip(free, values, strict=True)}
            worlds = [(math.prod(p for _, p in values), known)]
            for slot, parent in story.given.items():
                worlds = [(p * q, k | {slot: v}) for p, k in worlds for v, q in story.table(slot, k[parent]).items()]
            for p, k in worlds:
                k = k | {s: t["|".join(k[r] for r in reads)] for s, (reads, t) in story.agree.items()}
                pieces = tales.PIECE.findall(story.text.format(**k))
                out.append((p / len(machine.language.stories), [t for piece in pieces for t in encode(piece)]))
    return out


def counted(stories, size):
    """{tokens[:size]: probability} at a random place of an endless stream of stories."""
    length = sum(p * len(tokens) for p, tokens in stories)
    grams = defaultdict(float)

    def extend(done, p):
        if len(done) >= size:
            grams[tuple(done[:size])] += p / length
            return
        for q, tokens in stories:
            extend(done + tokens, p * q)

    for p, tokens in stories:
        for start in range(len(tokens)):
            extend(tokens[start:], p)
    return grams


def conditional(grams, given, target):
    """H(gram[target] | gram[given]) from {gram: probability}."""
    joint, marginal = defaultdict(float), defaultdict(float)
    for gram, p in grams.items():
        joint[gram[given], gram[target]] += p
        marginal[gram[given]] += p
    return -sum(p * math.log(p / marginal[given]) for (given, _), p in joint.items())


def test_floors_equal_those_of_a_listing_of_every_story():
    machine = Source(SMALL, encode)
    stories = listing(machine)
    assert math.isclose(sum(p for p, _ in stories), 1)
    assert math.isclose(machine.nats, -sum(p * math.log(p) for p, _ in stories))
    assert math.isclose(machine.length, sum(p * len(tokens) for p, tokens in stories))
    assert machine.longest() == max(len(tokens) for _, tokens in stories)
    grams = counted(stories, 7)
    contexts, offsets = machine.context(6), machine.offsets(6)
    for k in range(1, 7):
        assert math.isclose(contexts[k - 1], conditional(grams, slice(6 - k, 6), 6), abs_tol=1e-9), k
        assert math.isclose(offsets[k - 1], conditional(grams, 6 - k, 6), abs_tol=1e-9), k


def test_the_oracle_gives_every_story_its_true_probability():
    machine = Source(SMALL, encode)
    for p, tokens in listing(machine):
        assert math.isclose(sum(machine.losses(tokens, aligned=True)), -math.log(p), abs_tol=1e-9)


def test_the_oracle_from_an_unknown_start_is_bayes_rule():
    machine = Source(SMALL, encode)
    grams = counted(listing(machine), 6)
    for gram, p in list(grams.items())[::7]:
        assert math.isclose(sum(machine.losses(list(gram))), -math.log(p), abs_tol=1e-9)


def test_the_oracle_stops_at_what_no_story_says():
    machine = Source(SMALL, encode)
    tokens = listing(machine)[0][1]
    assert machine.losses([*tokens[:3], *tokens[:3]], aligned=True)[-1] == math.inf


@pytest.mark.parametrize("name", tales.LANGUAGES)
def test_the_oracle_meets_the_floor_on_unseen_stories(name):
    tokenizer = tokenizers.load("bpe", name)
    machine = source(name, tokenizer)
    stories = tales.tell(tales.LANGUAGES[name], 1500, rng.numpy_stream(21, "data")).splitlines(keepends=True)
    rows = [tokenizer.encode(story) for story in stories]
    nats = [sum(machine.losses(row, aligned=True)) for row in rows]
    length = [len(row) for row in rows]
    mean = sum(nats) / sum(length)
    spread = math.sqrt(sum((a - mean * b) ** 2 for a, b in zip(nats, length, strict=True))) / sum(length)
    assert abs(mean - machine.true) < 3 * spread


def test_a_longer_context_never_hurts():
    machine = source("tales-en", tokenizers.load("bpe"))
    curve = machine.context(5)
    assert machine.unigram() > curve[0] and curve == sorted(curve, reverse=True) and curve[-1] > machine.true
    assert curve[0] > 2 * machine.true  # the gap lesson 5 is about


@pytest.mark.parametrize(
    "story",
    [
        tales.Story("A {x}.\n", {"x": {"dog": 1, "dog house": 1}}, {}, {}, {}),  # one value begins another
        tales.Story("{y} a {x}.\n", {"x": {"a": 1, "b": 1}}, {}, {"y": (("x",), {"a": "A", "b": "B"})}, {}),
        tales.Story("{y} a {x}.\n", {"x": {"a": 1}, "y": {"a": {"c": 1}}}, {"y": "x"}, {}, {}),
    ],
)
def test_a_language_whose_draws_cannot_be_read_is_refused(story):
    with pytest.raises(ValueError):
        Source(tales.Language("bad", "en", (story,), ()), encode)
