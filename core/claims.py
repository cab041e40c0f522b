"""Is the course right? A claim is measured over seeds and judged with its spread: holds, fails, depends, or unclear.

A judge takes the numbers (one per seed) and says whether a condition on their mean is met, not met, or undecided; the
verdict is about the *statement*: `fails(above(0))` reads "if the mean is above 0, the statement fails".
"""

import contextlib
import json
import math
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path

from core import corpora, device, experiment, files
from core.problem import Problem

STATES = ("holds", "depends", "fails", "unclear", "not_measured")
BOOKS = {
    "time_machine": "book-35",
    "gulliver": "book-829",
    "fineweb": "fineweb",
}  # what `requires` calls a text, and its corpus
# two-sided 95 % quantiles of Student's t, by degrees of freedom: three seeds need 4.3 standard errors, not 2
T95 = (math.inf, 12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262)


@dataclass(frozen=True)
class Verdict:
    """state: one of STATES. measured and spread: mean and standard deviation over seeds. condition: on what it depends
    (a T of the page). missing: what a measurement here would need."""

    state: str
    measured: float = math.nan
    spread: float = 0.0
    numbers: tuple[float, ...] = ()
    condition: object = None
    missing: tuple[str, ...] = ()
    seconds: float = 0.0
    facts: dict = field(default_factory=dict)


Judge = Callable[[list[float]], Verdict]


def interval(numbers: list[float]) -> tuple[float, float]:
    """The 95 % t-interval of the mean; one number is exact and its interval is itself."""
    mean = statistics.fmean(numbers)
    if len(numbers) == 1 or math.isinf(mean):
        return mean, mean
    half = T95[min(len(numbers) - 1, len(T95) - 1)] * statistics.stdev(numbers) / math.sqrt(len(numbers))
    return mean - half, mean + half


def _judged(numbers: list[float], yes: Callable[[float, float], bool], no: Callable[[float, float], bool]) -> Verdict:
    numbers = list(numbers)
    beyond = not all(map(math.isfinite, numbers)) and len(set(numbers)) > 1  # infinite for one seed: no mean, no spread
    if not numbers or beyond or math.isnan(numbers[0]):
        return Verdict("unclear", numbers=tuple(numbers))
    low, high = interval(numbers)
    state = "holds" if yes(low, high) else "fails" if no(low, high) else "unclear"
    spread = statistics.stdev(numbers) if len(set(numbers)) > 1 else 0.0
    return Verdict(state, statistics.fmean(numbers), spread, tuple(numbers))


def above(threshold: float) -> Judge:
    """Holds where the whole interval lies above, fails where it lies below, else unclear."""
    return lambda numbers: _judged(numbers, lambda low, high: low > threshold, lambda low, high: high < threshold)


def below(threshold: float) -> Judge:
    return lambda numbers: _judged(numbers, lambda low, high: high < threshold, lambda low, high: low > threshold)


def between(low: float, high: float) -> Judge:
    """Holds where the interval of the mean lies within [low, high], fails where it lies outside."""
    return lambda numbers: _judged(numbers, lambda a, b: low <= a and b <= high, lambda a, b: b < low or a > high)


def near(value: float, tolerance: float) -> Judge:
    return between(value - tolerance, value + tolerance)


def fails(judge: Judge) -> Judge:
    """The condition refutes the statement: where it holds the statement fails, and the other way round."""
    turned = {"holds": "fails", "fails": "holds"}

    def judged(numbers):
        verdict = judge(numbers)
        return replace(verdict, state=turned.get(verdict.state, verdict.state))

    return judged


def depends(judge: Judge, condition) -> Judge:
    """Where the condition is met, the statement is true only under `condition` (a T)."""

    def judged(numbers):
        verdict = judge(numbers)
        return replace(verdict, state="depends", condition=condition) if verdict.state == "holds" else verdict

    return judged


# --- what a claim looks at: its `needs(seed)` ----------------------------------------------------------------------------


def runs(**configs) -> Callable[[int], dict]:
    """The same runs for every seed, each with that seed."""
    return lambda seed: {name: replace(config, seed=seed) for name, config in configs.items()}


def once(**configs) -> Callable[[int], dict]:
    """These runs as they are: for what is exact."""
    return lambda seed: dict(configs)


# --- measuring -------------------------------------------------------------------------------------------------------


def runs_of(claim) -> list:
    """Every Config this claim looks at, over its seeds."""
    return [config for seed in claim.seeds for config in claim.needs(seed).values()]


def missing(claim) -> tuple[str, ...]:
    """What the claim needs and this machine does not have."""
    return tuple(name for name in claim.requires if not PRESENT.get(name, lambda: False)())


def _gpt2() -> bool:
    from core import tokenizers

    try:
        tokenizers.load("gpt2")
        return True
    except Problem:
        return False


def _weights(part: str = "") -> bool:
    from core import gpt2, pretrained

    return pretrained.has("gpt2", gpt2.RELEASE.shape.parts()[part] if part else None)


def _book(name: str) -> bool:
    try:
        corpora.fingerprint(name)
        return True
    except Problem:
        return False


PRESENT = {
    "gpt2": _gpt2,
    "gpt2_weights": _weights,
    "gpt2_embedding": lambda: _weights("embedding"),
    "gpt2_norms": lambda: _weights("norms"),
    "gpu": lambda: device.remembered().get("cuda") == "",
} | {name: partial(_book, corpus) for name, corpus in BOOKS.items()}


UNFINISHED = "whole_runs"  # what is missing where a run was paused or stopped on its way


def evaluate(claim, result: Callable[[object], object]) -> Verdict:
    """Measure and judge. result(config) -> Result: how the caller gets a finished run. Takes what `missing` finds as
    not measured; a measurement that meets a Problem is not measured either, with its code as what is missing."""
    if claim.kind == "citation" or claim.measure is None:
        return Verdict("not_measured", missing=claim.requires)
    lacking = missing(claim)
    if lacking:
        return Verdict("not_measured", missing=lacking)
    seconds, numbers = 0.0, []
    for seed in claim.seeds:
        needs = claim.needs(seed)
        results = {label: result(config) for label, config in needs.items()}
        for label, one in results.items():
            end = one.finished
            if end is not None and end.reason == "failed":
                return Verdict("not_measured", missing=(str(end.facts.get("code", "failed")),))
            went_on = 0 < getattr(needs[label], "steps", 0) < one.reach  # past what is asked for: its end lies beyond
            if not (went_on if end is None else end.reason in ("done", "diverged")):
                return Verdict("not_measured", missing=(UNFINISHED,))
            seconds += next(reversed(one.seconds.values()), 0.0) or 0.0
        numbers.append(float(claim.measure(results)))
    return replace(claim.judge(numbers), seconds=seconds)


def stamp(claim) -> str:
    """What a stored verdict is valid for: the runs it looked at, by identity (which holds their versions). A run whose
    text is not on this machine has none, and no verdict is valid for it."""
    try:
        ids = sorted({experiment.run_id(config) for config in runs_of(claim)})
        if claim.measure:
            ids += [corpora.fingerprint(BOOKS[name]) for name in claim.requires if name in BOOKS]
    except Problem as problem:
        return f"{problem.code} {claim.id}"
    return " ".join(ids)[:4000]


def remember(claim, verdict: Verdict) -> None:
    """Keep a verdict in the store, with the date, the machine and what it is valid for. Not one that met a run halfway: what
    was known before still stands."""
    if UNFINISHED in verdict.missing:
        return
    data = asdict(replace(verdict, condition=None)) | {
        "stamp": stamp(claim),
        "date": time.strftime("%Y-%m-%d"),
        "machine": device.machine(),
    }
    text = json.dumps({k: (None if isinstance(v, float) and not math.isfinite(v) else v) for k, v in data.items()})
    files.write_atomic(files.home() / "claims" / f"{claim.id}.json", text.encode())


def ledger_path(lesson: str | int) -> Path:
    """The verdicts of one lesson that ship with the app."""
    from core.runs import GALLERY

    return GALLERY / "claims" / f"{int(lesson):02d}.json"


@cache
def _shipped(lesson: str) -> dict:
    from core.runs import read_json

    return read_json(ledger_path(lesson))


def recall(claim) -> tuple[Verdict, dict] | None:
    """(verdict, {date, machine, source}) last measured here, else the one that ships; None where both are out of date."""
    from core.runs import read_json

    shipped = _shipped(claim.id.split(".")[0]).get(claim.id, {})
    for source, data in (("here", read_json(files.home() / "claims" / f"{claim.id}.json")), ("shipped", shipped)):
        if data and data.get("stamp") == stamp(claim):
            with contextlib.suppress(KeyError, TypeError, ValueError):  # damaged: as if it were not there
                return _told(claim, data), {"date": data["date"], "machine": data["machine"], "source": source}
    return None


def _told(claim, data: dict) -> Verdict:
    """The verdict that a ledger's entry tells, judged anew. Raises KeyError, TypeError or ValueError where it is damaged."""
    numbers = [math.nan if n is None else float(n) for n in data["numbers"]]
    if numbers and claim.judge:
        return replace(claim.judge(numbers), seconds=data["seconds"])
    return Verdict(STATES[STATES.index(data["state"])], missing=tuple(data["missing"]), seconds=data["seconds"])
