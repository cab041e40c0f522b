"""A small web made from a seed: prose among menus, spam, price lists, scripts, copies and pages in another language.

It is no sample of anything and is never called FineWeb. Every page carries a hidden label, `kind`, so that a filter can be
scored, which on a real crawl nobody can. The prose is that of Python's manual, the Vietnamese pages are Tales.
"""

import re
from functools import lru_cache

from core import rng

VERSION = 1  # of the generator: it is part of every run's identity
KINDS = ("prose", "banner", "copy", "menu", "spam", "prices", "script", "stub", "spun", "foreign")
GOOD = ("prose", "banner")  # what one would keep; a copy is good prose too, but once is enough
JUNK = {
    "copy": 24,
    "menu": 20,
    "spam": 16,
    "prices": 12,
    "script": 10,
    "stub": 10,
    "spun": 10,
    "foreign": 8,
}  # shares of the rest
SITES = ("garden", "river", "harbour", "lantern", "meadow", "copper", "willow", "summit", "pebble", "orchard")
MENU = (
    "Home|About us|Contact|Log in|Sign up|Cart (0)|Search|Help|News|Blog|Archive|Categories|Tags|Share this|Print|"
    "Next page|Previous|Back to top|Site map|Shipping|Returns|My account|Newsletter|Follow us|Read more|Comments (0)|"
    "Related posts|Popular|Recent|Forum|Members|Gallery|Events|Jobs|Press|Partners|Terms of use|Privacy policy"
).split("|")
THINGS = "kettle|lamp|chair|carpet|bicycle|jacket|camera|teapot|backpack|mirror|blanket|radio|hammer|umbrella".split(
    "|"
)
SORTS = "blue|wooden|vintage|light|classic|small|large|folding|silver|woollen|outdoor|modern|plain|striped".split("|")
PUSH = (
    "buy {s} {t} online|best {s} {t} price|cheap {t} free delivery|{s} {t} discount code|top rated {s} {t} reviews|"
    "order {t} today and save|{s} {t} sale now on|where to buy {s} {t}"
).split("|")
CODE = (
    "var {a} = document.getElementById('{b}');|function {a}_{b}(event) {{ return event.target; }}|"
    "if (window.{a}) {{ {b}.push([{n}, {n}]); }}|<!-- {a} {b} {n} -->|.{a} .{b} {{ margin: {n}px; color: #{n}; }}|"
    "Please enable JavaScript to view the {a} {b}."
).split("|")
SPUN = (
    "If you want to have a {t} with a {s} look, the first thing to do is to think of your {u}.|"
    "Many people say that a {s} {t} is better than a {u}, and that may be true for you.|"
    "In this article we will talk about the {t} and the reasons to choose it with care.|"
    "A good {t} can be the heart of the home, so take the time to find the one that fits.|"
    "The {s} {u} that you have seen may look like a bargain, but it is not always the best of its kind.|"
    "Our team of experts has tested more than {n} {t}s to bring you the top of the list.|"
    "Before you order a {u}, be sure to read what others have to say of the {s} model.|"
    "With so many kinds of {t} to pick from, it can be hard to know where to begin.|"
    "Do not worry, because we have done the work and put all of the answers on one page.|"
    "Every {s} {t} in our test had to stand {n} days of daily use.|"
    "Some makers promise a lot, and only a few of them have what it takes.|"
    "You should also ask yourself how often the {u} will be used and by whom.|"
    "Last but not least, a {t} does not have to be {s} to be worth its price.|"
    "We hope that this guide was of help, and we wish you much joy with your new {u}!"
).split("|")
BANNERS = (
    "This site uses cookies to improve your visit.|Read our privacy policy and terms of use before you go on.|"
    "JavaScript is disabled in your browser.|Share|Log in"
).split("|")
STUBS = (
    "The page you asked for could not be found.|This account has been suspended. Please contact your host.|"
    "This domain is for sale.|Coming soon ...|0 comments so far. Be the first to write one."
).split("|")


@lru_cache(maxsize=2)
def prose(part: str) -> tuple[str, ...]:
    """The paragraphs pages are made of: of the manual's "train" or "test" part, without its markup."""
    from core import corpora

    corpus = corpora.load("manual")
    text = corpus.train if part == "train" else corpus.test
    plain = (re.sub(r"[*`_\\]+", "", re.sub(r'"{2,}|“|”|"', "", line)) for line in text.splitlines())
    return tuple(line for line in plain if len(line) > 60)


def page(kind: str, draw, part: str = "train", source: str | None = None) -> str:
    """The text of one page of that kind. draw: a numpy Generator. source: the page a copy is made from."""
    if kind == "copy":
        return changed(source, draw)
    if kind in GOOD:
        return _prose(kind, draw, part)
    if kind == "foreign":
        from core import own_tales, tales

        told = tales.tell(own_tales.language("tales-vi"), int(draw.integers(3, 9)), draw)
        return told.strip()
    lines = {"menu": _menu, "spam": _spam, "prices": _prices, "script": _script, "stub": _stub, "spun": _spun}[kind](
        draw, part
    )
    return "\n".join(lines)


def changed(text: str, draw) -> str:
    """A near-copy: about one word in 15 to 250 is replaced by another of the same page, the rate drawn per copy."""
    words = re.split(r"(\s+)", text)
    rate = float(1 / 15 * (15 / 250) ** draw.random())
    for i in range(0, len(words), 2):
        if draw.random() < rate:
            words[i] = words[2 * int(draw.integers(0, (len(words) + 1) // 2))]
    return "".join(words)


def _pick(draw, things):
    return things[int(draw.integers(len(things)))]


def _prose(kind: str, draw, part: str) -> str:
    found = prose(part)
    count = int(min(30, max(2, round(draw.lognormal(1.5, 0.75)))))  # pages are short, a few are very long
    first = int(draw.integers(0, max(1, len(found) - count)))
    lines = list(found[first : first + count])
    if kind == "banner":
        for _ in range(int(draw.integers(2, 5))):
            lines.insert(int(draw.integers(0, len(lines) + 1)), _pick(draw, BANNERS))
    return "\n".join(lines)


def _menu(draw, part):
    count = int(draw.integers(20, 90))
    lines = [_pick(draw, MENU) if draw.random() < 0.8 else _pick(draw, SITES).title() for _ in range(count)]
    if draw.random() < 0.4:  # a menu around a little prose
        lines.insert(int(draw.integers(0, count)), _pick(draw, prose(part)))
    return lines


def _spam(draw, part):
    sort, thing = _pick(draw, SORTS), _pick(draw, THINGS)
    phrases = [_pick(draw, PUSH).format(s=sort, t=thing) for _ in range(int(draw.integers(30, 160)))]
    return [" ".join(phrases[i : i + 8]) + "." for i in range(0, len(phrases), 8)]


def _prices(draw, part):
    lines = []
    for _ in range(int(draw.integers(15, 80))):
        name = f"{_pick(draw, SORTS)} {_pick(draw, THINGS)}"
        lines.append(
            f"{name.title()} | ${int(draw.integers(5, 400))}.{int(draw.integers(10, 99))} | in stock | Add to cart"
        )
    return lines


def _script(draw, part):
    lines = []
    for _ in range(int(draw.integers(8, 40))):
        names = {"a": _pick(draw, SITES), "b": _pick(draw, THINGS), "n": int(draw.integers(100, 999))}
        lines.append(_pick(draw, CODE).format(**names))
    return [*lines, _pick(draw, prose(part))]


def _spun(draw, part):
    """Sentences out of templates: grammar without news. The rules do not read, so most of it passes."""
    names = [{"t": _pick(draw, THINGS), "s": _pick(draw, SORTS), "u": _pick(draw, THINGS)} for _ in SPUN]
    order = draw.permutation(len(SPUN))[: int(draw.integers(7, len(SPUN) + 1))]
    said = [SPUN[i].format(n=int(draw.integers(20, 90)), **names[i]) for i in order]
    return [" ".join(said[i : i + 3]) for i in range(0, len(said), 3)]


def _stub(draw, part):
    return [_pick(draw, STUBS) for _ in range(int(draw.integers(1, 3)))]


@lru_cache(maxsize=8)
def web(count: int, seed: int, junk: float, part: str = "train") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(texts, kinds) of `count` pages, a share `junk` of which is no prose worth keeping. Same arguments, same web.

    Pages of prose overlap now and then, as they do where one text is quoted by many.
    """
    import numpy as np

    draw = rng.numpy_stream(seed, "data", 16, 0 if part == "train" else 1)
    rest = sum(JUNK.values())
    shares = [0.75 * (1 - junk), 0.25 * (1 - junk), *(junk * share / rest for share in JUNK.values())]
    kinds = draw.choice([*GOOD, *JUNK], size=count, p=np.array(shares) / sum(shares)).tolist()
    texts = ["" if kind == "copy" else page(kind, draw, part) for kind in kinds]
    originals = [text for text, kind in zip(texts, kinds, strict=True) if kind in GOOD] or [page("prose", draw, part)]
    for i, kind in enumerate(kinds):
        if kind == "copy":
            texts[i] = page("copy", draw, part, _pick(draw, originals))
    return tuple(texts), tuple(kinds)


def score(kind: str, draw) -> tuple[str, float]:
    """(language, score) as a detector might say it of a page of this kind."""
    if kind == "foreign":
        return "vi", round(float(draw.uniform(0.9, 1.0)), 3)
    low, high = {"menu": (0.35, 0.95), "prices": (0.3, 0.9), "script": (0.25, 0.9), "stub": (0.6, 0.99)}.get(
        kind, (0.8, 0.99)
    )
    return "en", round(float(draw.uniform(low, high)), 3)


def detected(kinds, seed: int) -> tuple[tuple[str, ...], tuple[float, ...]]:
    """(languages, scores) of pages of these kinds."""
    draw = rng.numpy_stream(seed, "data", 17)
    found = [score(kind, draw) for kind in kinds]
    return tuple(language for language, _ in found), tuple(sure for _, sure in found)


def rows(count: int = 565, seed: int = 0, junk: float = 0.6) -> list[dict]:
    """The web as FineWeb stores one, nine columns; token_count is counted with the built-in byte pairs."""
    from core import tokenizers

    texts, kinds = web(count, seed, junk)
    encode, (languages, scores) = tokenizers.load("bpe").encode, detected(kinds, seed)
    return [
        {
            "text": text,
            "id": f"<simulated:{seed}:{number}>",
            "dump": f"simulated-{seed}",
            "url": f"https://{SITES[number % len(SITES)]}.example/page/{number}",
            "date": None,
            "file_path": None,
            "language": languages[number],
            "language_score": scores[number],
            "token_count": len(encode(text)),
        }
        for number, text in enumerate(texts)
    ]
