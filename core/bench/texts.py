"""A text that gets longer: kept, loaded, cut into tokens, its pairs counted. Up to the limit of core/uploads.py as a
learner's own text goes; beyond it through the layers below, which know no limit."""

from collections.abc import Callable, Iterator

from core import corpora, files, manual, pair_counts, references, rng, tokenizers, uploads
from core.bench import growth

SIZES = (0.5, 1, 2, 10, 30, 100)  # MB


def points(*, small: bool = False) -> list[dict]:
    """mib: what the process holds at most, beyond what it held before there was a text."""
    out = []
    _, before = growth.resident(manual.text)
    for megabytes in (0.01, 0.02) if small else SIZES:
        with growth.private_store():
            for what, act in acts(prose(megabytes)):
                seconds, peak = growth.resident(act)
                mib = None if peak is None else peak - before
                out.append(growth.point("corpus", what, megabytes, seconds, mib))
    return out


def prose(megabytes: float) -> str:
    """Paragraphs of Python's manual, drawn at random: so many bytes of them."""
    paragraphs = manual.text().splitlines(keepends=True)
    mean = sum(map(len, paragraphs)) / len(paragraphs)
    draw = rng.numpy_stream(0, "data").integers(len(paragraphs), size=int(1.1 * megabytes * 1e6 / mean) + 100)
    return "".join(paragraphs[i] for i in draw).encode()[: int(megabytes * 1e6)].decode(errors="ignore")


def acts(text: str) -> Iterator[tuple[str, Callable]]:
    """(what, a function that does it for the first time), in the order in which a run does them."""
    name = uploads.name_of(text)
    if len(text.encode()) <= uploads.LARGEST:
        yield "kept as an own text", lambda: uploads.add(text)
    else:
        files.write_atomic(uploads.path(name), text.encode())
    yield "loaded", lambda: corpora.load(name)
    for kind in ("bytes", "bpe"):
        tokenizer = tokenizers.load(kind)
        yield f"tokens, {kind}", lambda: [corpora.tokens(corpora.load(name), tokenizer, p) for p in ("train", "test")]
        yield f"pairs counted, {kind}", lambda: pair_counts.of(name, kind, 1)
        yield f"floors, {kind}", lambda: references.lines(name, tokenizer, 8)
        pair_counts._of.cache_clear()  # as large as the text, and of no use to the next one
