"""Does a generated story hang together? Which agreements of Tales hold in a text, and which one broke first.

No judge model is needed: the language's own rules say what every repeated word, pronoun and sum has to be.
"""

from collections import Counter
from dataclasses import dataclass, field

from core.tales import KINDS, Language, Story

FORM = "form"  # a word that no story of the language could have there, whatever came before


@dataclass
class Agreements:
    """Counts over the stories of a text.

    stories: stories that were finished or broke. accepted: those the language could have told, word for word.
    held, total: kind of agreement (core.tales.KINDS) -> how often it held, how often the text had to keep it.
    first: kind, or "form", -> in how many stories it was the first thing to break.
    """

    stories: int = 0
    accepted: int = 0
    held: Counter = field(default_factory=Counter)
    total: Counter = field(default_factory=Counter)
    first: Counter = field(default_factory=Counter)

    def share(self, kind: str) -> float:
        """How often this kind of agreement held, nan where the text never came to one."""
        return self.held[kind] / self.total[kind] if self.total[kind] else float("nan")

    def facts(self) -> dict:
        """The counts as JSON values, for Sample.facts."""
        return {
            "stories": self.stories,
            "accepted": self.accepted,
            "held": {kind: self.held[kind] for kind in KINDS},
            "total": {kind: self.total[kind] for kind in KINDS},
            "first": dict(self.first),
        }


def agreements(text: str, language: Language, *, aligned: bool = True) -> Agreements:
    """Judge the stories of `text`, one a line. aligned: the text begins where a story begins; otherwise what stands
    before its first line end is passed over. The last story may be cut off: its agreements so far count, and it
    counts as a story only if it is already broken."""
    lines = text.split("\n")
    result = Agreements()
    for number, line in enumerate(lines):
        cut = number == len(lines) - 1
        if (number == 0 and not aligned) or (cut and not line):
            continue
        # The template that explains most of the line is the story it tried to tell.
        tries = [_read(story, line, cut) for story in language.stories]
        _, checks, end = max(tries, key=lambda found: found[0])
        for kind, holds in checks:
            result.total[kind] += 1
            result.held[kind] += holds
        broken = next((kind for kind, holds in checks if not holds), None) or (FORM if end == FORM else None)
        if broken or not cut:
            result.stories += 1
            if broken:
                result.first[broken] += 1
            else:
                result.accepted += 1
    return result


def _read(story: Story, line: str, cut: bool) -> tuple[int, list[tuple[str, bool]], str]:
    """Follow a template along a line: (characters explained, [(kind, does it hold)], "end" | "cut" | "form")."""
    place, known, checks = 0, {}, []
    for space, name, is_slot in story.steps():
        if name == "\n":
            return (
                place,
                checks,
                "end" if place == len(line) and not cut else "cut" if cut and place == len(line) else FORM,
            )
        texts = story.values(name) if is_slot else [name]
        printed = next((t for t in texts if _stands(line, space + t, place)), None)
        rest = line[place:]
        ends = cut and (printed is None or place + len(space + printed) == len(line))
        if ends and any((space + t).startswith(rest) for t in texts):
            # The text may end in the middle of a word ("sun" of "sunny"): nothing to judge there yet.
            return len(line), checks, "cut"
        if printed is None:
            return place, checks, FORM
        place += len(space + printed)
        if is_slot:
            if (expected := _expected(story, name, known)) is not None:
                checks.append((story.kinds[name], printed in expected))
            known.setdefault(name, printed)
    return place, checks, "end"


def _stands(line: str, text: str, place: int) -> bool:
    """Does `text` stand at `place` as whole words?"""
    after = line[place + len(text) : place + len(text) + 1]
    return line.startswith(text, place) and (after in " .," or not text[-1].isalnum())


def _expected(story: Story, name: str, known: dict[str, str]):
    """The values that agree with what was printed before; None where the slot is free."""
    if name in known:
        return (known[name],)
    if name in story.agree:
        reads, table = story.agree[name]
        return (table["|".join(known[read] for read in reads)],)
    if name in story.given:
        return story.draws[name].get(known[story.given[name]], ())
    return None
