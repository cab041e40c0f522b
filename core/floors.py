"""How well can any model do? The exact entropies of a Tales language, token by token, and the perfect predictor.

The generator's state is a function of the text so far (core/tales.py), so the entropy rate is simply
(entropy of all draws of a story) / (mean tokens per story). The bigram and k-token floors follow from the exact
joint distribution of short token sequences; the oracle is Bayes' rule over the states that the text allows.
Exact for any tokenizer whose tokens never cross the border of two words (words, bytes, and byte-pair encodings with
GPT-2's splitting rule).
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import combinations

from core.tales import PIECE, Language, Story

START = ((), 0, 0, ())  # state: tokens still to print, story, step, draws still needed as ((slot, value), ...)


def _together(first: list, second: list) -> list[tuple]:
    """The pairs of states after a token that both can print."""
    after = defaultdict(list)
    for token, _, state in second:
        after[token].append(state)
    return [(state, other) for token, _, state in first for other in after[token]]


def entropy(weights: Iterable[float]) -> float:
    """Entropy in nats of a distribution given by weights that sum to 1."""
    return -sum(p * math.log(p) for p in weights if p > 0)


class Source:
    """A Tales language seen through a tokenizer: a machine with states that prints one token at a time.

    encode: one printed piece (" girl", ",") -> list of token ids. Values are drawn only when a token depends on them,
    so the number of states stays small. Raises ValueError for a language whose draws cannot be read off its text.
    """

    def __init__(self, language: Language, encode: Callable[[str], list[int]]):
        self.language, self.encode = language, encode
        self.steps = [story.steps() for story in language.stories]
        self._given: dict = {}
        self._emit: dict = {}
        self._first: dict[int, float] = {}
        self._tokens: dict[str, tuple[int, ...]] = {}
        self._live = [self._needed(story, steps) for story, steps in zip(language.stories, self.steps, strict=True)]
        for story, steps in zip(language.stories, self.steps, strict=True):
            self._check(story, steps)

        share = 1 / len(language.stories)
        self.nats = math.log(len(language.stories)) + share * sum(_draw_entropy(s) for s in language.stories)
        self.begin = self._stationary(share)  # [(token, expected count per story, state after it)]
        self.length = sum(weight for _, weight, _ in self.begin)  # mean tokens per story
        self.true = self.nats / self.length  # nats per token
        self.by_token: dict[int, list] = defaultdict(list)
        for token, weight, state in self.begin:
            self.by_token[token].append((weight / self.length, state))

    # --- the machine --------------------------------------------------------------------------------------------

    def emit(self, state) -> list[tuple[int, float, tuple]]:
        """[(token, probability, next state)] from a state. A token may come twice (two values begin alike)."""
        if state not in self._emit:
            if len(self._emit) > 300_000:  # whole stories have endless states; windows only some ten thousand
                self._emit.clear()
            todo, story, step, known = state
            if todo:
                options = [(todo[0], 1.0, (todo[1:], story, step, known))]
            elif state == START:
                share = 1 / len(self.steps)
                options = [option for s in range(len(self.steps)) for option in self._print(s, 0, (), share)]
            else:
                options = self._print(story, step, known, 1.0)
            self._emit[state] = options
        return self._emit[state]

    def _print(self, story: int, step: int, known: tuple, share: float) -> list:
        """What step `step` prints: its first token, its probability times `share`, and the state after that token."""
        return [(t[0], share * p, (t[1:], *after)) for p, t, after in self._options(story, step, known)]

    def _options(self, number: int, step: int, known: tuple) -> list:
        """[(probability, tokens of the whole step, (story, step, known) after it)]."""
        story, (space, name, is_slot) = self.language.stories[number], self.steps[number][step]
        reads = story.agree[name][0] if name in story.agree and is_slot else (name,) if is_slot else ()
        worlds = [(1.0, dict(known))]
        for read in reads:  # draw what this step depends on and the text before has not settled
            worlds = [
                (p * q, world | {read: value})
                for p, world in worlds
                for value, q in self._draw(number, read, world).items()
            ]
        last = step + 1 == len(self.steps[number])
        live = frozenset() if last else self._live[number][step + 1]
        out = []
        for p, world in worlds:
            if not is_slot:
                text = name
            elif name in story.agree:
                text = story.agree[name][1]["|".join(world[read] for read in reads)]
            else:
                text = world[name]
            keep = tuple(sorted((slot, value) for slot, value in world.items() if slot in live))
            out.append((p, self.tokens(space + text), (0, 0, ()) if last else (number, step + 1, keep)))
        return out

    def tokens(self, text: str) -> tuple[int, ...]:
        """The token ids of a printed text, piece by piece."""
        if text not in self._tokens:
            self._tokens[text] = tuple(t for piece in PIECE.findall(text) for t in self.encode(piece))
        return self._tokens[text]

    def _draw(self, number: int, slot: str, world: dict) -> dict[str, float]:
        """P(slot's value | the draws known so far): through its parent, and back through its children."""
        if slot in world:
            return {world[slot]: 1.0}
        story = self.language.stories[number]
        parent = story.given.get(slot)
        children = [c for c, p in story.given.items() if p == slot and c in world]
        key = (number, slot, world.get(parent), tuple(world[c] for c in children))
        if key not in self._given:
            if parent is None:
                table = story.table(slot)
            elif parent in world:
                table = story.table(slot, world[parent])
            else:
                table = defaultdict(float)
                for value, p in story.table(parent).items():
                    for inner, q in story.table(slot, value).items():
                        table[inner] += p * q
            table = {v: p * math.prod(story.table(c, v).get(world[c], 0) for c in children) for v, p in table.items()}
            total = sum(table.values())
            self._given[key] = {value: p / total for value, p in table.items() if p}
        return self._given[key]

    @staticmethod
    def _needed(story: Story, steps: list) -> list[frozenset]:
        """Per step: the draws worth remembering, i.e. read there or later, or kin of one that is."""
        out, needed = [], set()
        for _, name, is_slot in reversed(steps):
            if is_slot:
                reads = story.agree[name][0] if name in story.agree else (name,)
                for read in reads:
                    children = {slot for slot, parent in story.given.items() if parent == read}
                    needed |= {read, story.given.get(read, read)} | children
            out.append(frozenset(needed))
        return out[::-1]

    def shared(self, limit: int) -> tuple[int, int] | None:
        """The first two stories that can print the same text, None where there are none: `nats` counts which story it is as
        something that the text tells. Both machines are walked along the tokens they have in common; raises OverflowError
        where more than `limit` pairs of their states have to be remembered."""
        for pair in combinations(range(len(self.steps)), 2):
            seen, reached = set(), _together(*(self._print(story, 0, (), 1.0) for story in pair))
            while reached:
                new = {both for both in reached if START not in both} - seen
                if (START, START) in reached:
                    return pair
                seen |= new
                if len(seen) > limit:
                    raise OverflowError
                reached = [after for one, other in new for after in _together(self.emit(one), self.emit(other))]
        return None

    def _stationary(self, share: float) -> list:
        """Every (token, weight, state after it) of a story, with nothing known of the text before: where a window
        that starts anywhere can begin."""
        return [
            (token, share * p, (tokens[place + 1 :], *after))
            for number, steps in enumerate(self.steps)
            for step in range(len(steps))
            for p, tokens, after in self._options(number, step, ())
            for place, token in enumerate(tokens)
        ]

    def _check(self, story: Story, steps: list) -> None:
        """Exactness needs every draw printed before anything that reads it, and values that no other one begins."""
        printed: set[str] = set()
        for _, name, is_slot in steps:
            if is_slot and name in story.agree:
                missing = set(story.agree[name][0]) - printed
            elif is_slot and name in story.given:
                missing = {story.given[name]} - printed
            else:
                missing = set()
            if missing:
                raise ValueError(f"{name} depends on {sorted(missing)}, not printed yet")
            printed |= {name} if is_slot else set()
        for slot in story.draws:
            for parent in story.draws[slot] if slot in story.given else [None]:
                rows = sorted(self.tokens(" " + value) for value in story.table(slot, parent))
                if any(b[: len(a)] == a for a, b in zip(rows, rows[1:], strict=False)):
                    raise ValueError(f"two values of {slot} cannot be told apart while they are printed")

    # --- floors -------------------------------------------------------------------------------------------------

    def unigram(self) -> float:
        """H(token), nats."""
        return entropy(sum(w for w, _ in rows) for rows in self.by_token.values())

    def context(self, length: int, limit: int = 400_000) -> list[float]:
        """H(next | previous k tokens) for k = 1..length, nats: no model that sees k tokens beats the k-th.

        Stops early (a shorter list) when more than `limit` contexts would have to be listed.
        """
        now: dict = defaultdict(float)
        for token, rows in self.by_token.items():
            for w, state in rows:
                now[(token,), state] += w
        out = []
        for _ in range(length):
            after: dict = defaultdict(lambda: defaultdict(float))
            then: dict = defaultdict(float)
            for (seen, state), w in now.items():
                for token, p, to in self.emit(state):
                    after[seen][token] += w * p
                    then[(*seen, token), to] += w * p
            out.append(_conditional(after))
            if len(then) > limit:
                break
            now = then
        return out

    def offsets(self, most: int) -> list[float]:
        """H(x[t+k] | x[t]) for k = 1..most, nats: the floor of a model that sees one token and predicts k ahead."""
        return [_conditional(joint) for joint in self.ahead(most)]

    def ahead(self, most: int, limit: float = math.inf) -> Iterator[dict[int, dict[int, float]]]:
        """For k = 1..most: the exact joint distribution {x[t]: {x[t+k]: probability}}. Raises OverflowError where more
        than `limit` pairs of a token and a state would have to be listed."""
        now: dict = defaultdict(float)
        for token, rows in self.by_token.items():
            for w, state in rows:
                now[token, state] += w
        for _ in range(most):
            after: dict = defaultdict(lambda: defaultdict(float))
            then: dict = defaultdict(float)
            for (first, state), w in now.items():
                for token, p, to in self.emit(state):
                    after[first][token] += w * p
                    then[first, to] += w * p
                if len(then) > limit:
                    raise OverflowError(len(then))
            yield after
            now = then

    def longest(self) -> int:
        """The most tokens a story can have: any window of that many holds a line end, and so all that matters."""
        return max(
            sum(
                max(len(self.tokens(space + text)) for text in (story.values(name) if is_slot else [name]))
                for space, name, is_slot in steps
            )
            for story, steps in zip(self.language.stories, self.steps, strict=True)
        )

    # --- the oracle ---------------------------------------------------------------------------------------------

    def believe(self, tokens: Iterable[int], *, aligned: bool = False):
        """Read `tokens` one by one and yield, before each, {token: probability} given those before it.

        aligned: the text starts at the start of a story. Otherwise the start is unknown and the first prediction
        is the unigram distribution. Ends early after a token that no story could print there.
        """
        belief = {START: 1.0} if aligned else None
        if not self._first:
            self._first = {token: sum(w for w, _ in rows) for token, rows in self.by_token.items()}
        for token in tokens:
            forecast: dict = defaultdict(float)
            then: dict = defaultdict(float)
            if belief is None:
                forecast = self._first
                for w, state in self.by_token.get(token, ()):
                    then[state] += w
            else:
                for state, w in belief.items():
                    for other, p, to in self.emit(state):
                        forecast[other] += w * p
                        if other == token:
                            then[to] += w * p
            yield forecast
            total = sum(then.values())
            if not total:
                return
            belief = {state: w / total for state, w in then.items()}

    def losses(self, tokens: list[int], *, aligned: bool = False) -> list[float]:
        """The oracle's loss on every token, nats; inf at the first that no story could print, and there it ends."""
        out = []
        for token, forecast in zip(tokens, self.believe(tokens, aligned=aligned), strict=False):
            p = forecast.get(token, 0.0)
            out.append(-math.log(p) if p > 0 else math.inf)
        return out


def _conditional(joint: dict) -> float:
    """H(y | x) from the joint weights {x: {y: weight}}, nats."""
    total = 0.0
    for row in joint.values():
        mass = sum(row.values())
        total -= sum(w * math.log(w / mass) for w in row.values() if w > 0)
    return total


def _draw_entropy(story: Story) -> float:
    """Entropy of all draws of one story, nats."""
    total = 0.0
    for slot in story.draws:
        parent = story.given.get(slot)
        if parent is None:
            total += entropy(story.table(slot).values())
        else:
            total += sum(p * entropy(story.table(slot, value).values()) for value, p in story.table(parent).items())
    return total
