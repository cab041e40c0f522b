"""A page as it is shown to a class: addresses masked, and the places that a rule looks at marked."""

import re

from core import c4
from core.web_words import WORD, has_letter

# What may lead to a person stands on real pages; nobody needs it to see why a page was removed.
PRIVATE = (
    (re.compile(r"(?:https?://|www\.)\S+"), "⟨url⟩"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "⟨e-mail⟩"),
    (re.compile(r"\+?\d(?:[\s().-]?\d){6,}"), "⟨digits⟩"),
)
LONGEST = 2400  # characters shown of a page


def mask(text: str) -> str:
    """The text without addresses, e-mail addresses and runs of seven digits or more."""
    for pattern, name in PRIVATE:
        text = pattern.sub(name, text)
    return text


def marked(text: str, rule: str, thresholds) -> tuple[list[str], list[int]]:
    """(pieces that make up the masked page, indices of those the rule is about): lines for rules about lines, runs of
    words for repetition, words for the rest. No place is marked where the rule is about the page as a whole."""
    text = mask(text)[:LONGEST]
    if rule.startswith(("top_", "dup_")) and rule[4:].isdigit():
        return _runs(text, int(rule[4:]), top=rule.startswith("top_"))
    if rule in ("hashes", "ellipses", "letters"):
        return _words(text, rule)
    pieces = text.splitlines(keepends=True)
    return pieces, [i for i, line in enumerate(pieces) if _about(rule, i, pieces, thresholds)]


def _about(rule: str, i: int, lines: list[str], t) -> bool:
    line = lines[i].strip()
    low = line.lower()
    if not line:
        return False
    return {
        "dup_paragraphs": line in map(str.strip, lines[:i]),
        "dup_paragraph_chars": line in map(str.strip, lines[:i]),
        "dup_lines": line in map(str.strip, lines[:i]),
        "dup_line_chars": line in map(str.strip, lines[:i]),
        "dup_chars": line in map(str.strip, lines[:i]),
        "bullets": line.startswith(("•", "-")),
        "ellipsis_lines": line.endswith(("...", "…")),
        "lorem": "lorem ipsum" in low,
        "curly": "{" in line,
        "sentences": dropped(line, t),
        "punct_lines": not line.endswith(c4.TERMINAL),
        "short_lines": len(line) <= c4.SHORT,
        "newlines": len(line) <= c4.SHORT,
    }.get(rule, False)


def dropped(line: str, t) -> bool:
    """Whether C4's line rules drop this line."""
    low = line.lower()
    return (
        len(line.split()) < t.line_words
        or (t.javascript and "javascript" in low)
        or (t.policy and any(p in low for p in c4.POLICY))
        or (t.end_mark and (not line.endswith(c4.ENDS) or line.endswith("...")))
    )


def _words(text: str, rule: str) -> tuple[list[str], list[int]]:
    pieces, hits, place = [], [], 0
    for found in WORD.finditer(text):
        word = found[0]
        if found.start() > place:
            pieces.append(text[place : found.start()])
        about = {"hashes": "#" in word, "ellipses": word in ("...", "…"), "letters": not has_letter(word)}[rule]
        if about:
            hits.append(len(pieces))
        pieces.append(word)
        place = found.end()
    return [*pieces, text[place:]], hits


def _runs(text: str, n: int, top: bool) -> tuple[list[str], list[int]]:
    from collections import Counter

    spans = [m.span() for m in WORD.finditer(text)]
    words = [text[a:b] for a, b in spans]
    runs = list(zip(*(words[i:] for i in range(n)), strict=False))
    counts = Counter(runs)
    best = counts.most_common(1)[0][0] if counts else None
    about = {i + k for i, run in enumerate(runs) if (run == best if top else counts[run] > 1) for k in range(n)}
    if top and best and counts[best] < 2:
        about = set()
    pieces, hits, place = [], [], 0
    for i, (a, b) in enumerate(spans):
        if a > place:
            pieces.append(text[place:a])
        if i in about:
            hits.append(len(pieces))
        pieces.append(text[a:b])
        place = b
    return [*pieces, text[place:]], hits
