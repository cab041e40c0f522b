"""A language of the learner's own: a story with {slots}, whose entropy is then as exactly known as that of Tales.

    One day a {who: fox / bear*3 / girl} met a {friend: crow / pirate}. The {friend} said hello, and {she <- who: it /
    it / she} was happy.

{slot: a / b*3 / c} draws a value where it stands (b three times as often as a); {slot} says it again, however much
later; {slot <- other: a / b / c} says the value that belongs to the other slot's, in the same order. Each line is one
kind of story, all told equally often.
"""

import hashlib
import re
from functools import lru_cache
from itertools import pairwise

from core import files, tales, uploads
from core.problem import Problem

NAME = re.compile(r"tales-[0-9a-f]{12}")
BRACES = re.compile(r"\{([^{}]*)\}")
DRAW = re.compile(r"\s*(\w+)\s*(?:<-\s*(\w+)\s*)?(?::(.*))?", re.DOTALL)
LONGEST, STORIES, SLOTS, VALUES = 1500, 4, 16, 16  # characters of a line, lines, slots a line, values a slot
LEAST = 3  # words and marks a story must have
RICHEST = 100_000  # states that exact floors may need: a second or two; Tales itself has 45,000


def language(name: str) -> tales.Language | None:
    """The Tales language of that name, built in or the learner's own; None where the name is not of that kind.

    Raises Problem("tale_missing", name) for an own language this machine does not have.
    """
    if name in tales.LANGUAGES:
        return tales.LANGUAGES[name]
    return _kept(name, str(files.home())) if NAME.fullmatch(str(name)) else None


@lru_cache(maxsize=8)
def _kept(name: str, home: str) -> tales.Language:
    try:
        template = path(name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise Problem("tale_missing", name=name) from None
    if name_of(template) != name:
        raise Problem("text_damaged", name=name, path=str(path(name)))
    return parse(template)


def add(template: str) -> str:
    """Keep a template and return its name, "tales-<12 hex digits>". Raises parse's and check's Problems, and nothing
    is kept then; disk_full, read_only."""
    found = parse(template)
    check(found)
    files.write_atomic(path(found.name), normal(template).encode())
    return found.name


def template(name: str) -> str:
    """The text of a kept template. Raises Problem("tale_missing", name)."""
    language(name)
    return path(name).read_text(encoding="utf-8")


def name_of(template: str) -> str:
    return f"tales-{hashlib.sha256(normal(template).encode()).hexdigest()[:12]}"


def normal(template: str) -> str:
    """Lines without spaces around them or before a full stop or comma, which are printed without; empty ones dropped."""
    lines = (re.sub(r" +(?=[.,])", "", " ".join(raw.split())) for raw in template.splitlines())
    return "\n".join(line for line in lines if line)


def parse(template: str) -> tales.Language:
    """The language of a template. Raises Problem: tale_empty, tale_long(characters, limit), tale_lines(lines, limit),
    tale_brace(near), tale_slot(slot), tale_values(slot, values, least, most), tale_weight(slot, value), tale_undefined
    (slot), tale_twice(slot), tale_map(slot, other, values, needed), tale_slots(slots, least, most), tale_glued(near),
    tale_short(words, needed).
    """
    lines = normal(template).split("\n")
    if lines == [""]:
        raise Problem("tale_empty")
    if len(lines) > STORIES:
        raise Problem("tale_lines", lines=len(lines), limit=STORIES)
    stories = tuple(_story(line) for line in lines)
    plain = " ".join(BRACES.sub("", line) for line in lines) + " ".join(
        value for story in stories for slot in [*story.draws, *story.agree] for value in story.values(slot)
    )
    return tales.Language(name_of(template), uploads.language_of(plain), stories, unused=())


def check(language: tales.Language) -> dict[str, float]:
    """Can its entropy be known? {"nats": per story, "length": mean tokens, "true", "unigram", "bigram": nats per token
    of the built-in byte pairs}. Raises Problem: tale_prefix(slot), tale_rich, tale_same(first, second)."""
    from core import floors, references, tokenizers

    try:
        source = floors.Source(language, tokenizers.load("bpe").encode)
    except ValueError as error:
        slot = next((w for w in str(error).split() if any(w in s.draws for s in language.stories)), "?")
        raise Problem("tale_prefix", slot=slot) from None
    try:
        for _ in source.ahead(references.OFFSETS, RICHEST):
            pass
        alike = source.shared(RICHEST)
    except OverflowError:
        raise Problem("tale_rich") from None
    if alike:
        raise Problem("tale_same", first=alike[0] + 1, second=alike[1] + 1)
    bigram = source.offsets(1)[0]
    known = {"nats": source.nats, "length": source.length, "true": source.true}
    return known | {"unigram": source.unigram(), "bigram": bigram}


def _story(line: str) -> tales.Story:
    if len(line) > LONGEST:
        raise Problem("tale_long", characters=len(line), limit=LONGEST)
    rest = BRACES.sub("", line)
    if (stray := re.search(r"[{}]", rest)) is not None:
        raise Problem("tale_brace", near=rest[max(0, stray.start() - 20) : stray.start() + 20])
    draws: dict[str, dict[str, float]] = {}
    agree: dict[str, tuple] = {}
    kinds: dict[str, str] = {}
    for inside in BRACES.findall(line):
        slot, other, values = DRAW.fullmatch(inside).groups() if DRAW.fullmatch(inside) else (None, None, None)
        if slot is None:
            raise Problem("tale_slot", slot=inside[:40])
        if values is None:
            if slot not in draws and slot not in agree:
                raise Problem("tale_undefined", slot=slot)
            continue
        if slot in draws or slot in agree:
            raise Problem("tale_twice", slot=slot)
        table = _table(slot, values, unique=other is None)
        if other is None:
            draws[slot], kinds[slot] = dict(table), "object"
            continue
        if other not in draws:
            raise Problem("tale_undefined", slot=other)
        if len(table) != len(draws[other]):
            raise Problem("tale_map", slot=slot, other=other, values=len(table), needed=len(draws[other]))
        agree[slot] = ((other,), dict(zip(draws[other], [value for value, _ in table], strict=True)))
        kinds[slot] = "pronoun"
    if not 1 <= len(draws) <= SLOTS:
        raise Problem("tale_slots", slots=len(draws), least=1, most=SLOTS)
    text = BRACES.sub(lambda found: "{" + DRAW.fullmatch(found[1])[1] + "}", line) + "\n"
    story = tales.Story(text, draws, {}, agree, kinds)
    steps = story.steps()
    for before, (space, name, _) in pairwise(steps):
        # A token never crosses the border of two words: a slot must be a word of its own, or the floors are not exact.
        if not space and name not in (".", ",", "\n"):
            raise Problem("tale_glued", near=f"{before[1]}{name}"[:40])
    if len(steps) - 1 < LEAST:
        raise Problem("tale_short", words=len(steps) - 1, needed=LEAST)
    return story


def _table(slot: str, values: str, *, unique: bool) -> list[tuple[str, float]]:
    """[(value, weight)] of "a / b*3 / c"."""
    table = []
    for part in values.split("/"):
        value, star, weight = part.partition("*")
        value = " ".join(value.split())
        try:
            number = float(weight) if star else 1.0
        except ValueError:
            number = -1.0
        if not value or not 0 < number <= 1e6:
            raise Problem("tale_weight", slot=slot, value=part.strip()[:40])
        table.append((value, number))
    if unique and (len({value for value, _ in table}) < len(table) or not 2 <= len(table) <= VALUES):
        raise Problem("tale_values", slot=slot, values=len({value for value, _ in table}), least=2, most=VALUES)
    return table


def path(name: str):
    """Where the template of that name lies."""
    return files.home() / "tales" / f"{name}.txt"
