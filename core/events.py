"""What a run says while it runs: a handful of typed events, each one line of JSON in the run's log.

Events are dispatched on their `kind` string, never with isinstance: Streamlit's hot reload makes a second
class of the same name, and isinstance between the two is False. They have slots because a long run's log holds a
hundred thousand of them.
"""

import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, fields
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Started:
    """First event of a run: how long it will be, and what is known before the first step.

    facts: JSON values, e.g. {"parameters": 114688, "vocabulary": 2000, "references": {"uniform": 7.6, ...}}.
    """

    kind: ClassVar[str] = "started"
    steps: int
    facts: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Metric:
    """One number at one step. `seconds`: training time so far, without evaluation (None outside training)."""

    kind: ClassVar[str] = "metric"
    step: int
    name: str
    value: float
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A small table at one step (a histogram, next-token bars, ...): columns of equal length."""

    kind: ClassVar[str] = "table"
    step: int
    name: str
    columns: dict[str, list]


@dataclass(frozen=True, slots=True)
class Sample:
    """Text written by the model at one step. `facts`: counts about it, e.g. {"accepted": 3, "temperature": 1.0}."""

    kind: ClassVar[str] = "sample"
    step: int
    name: str
    prompt: str
    text: str
    facts: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Note:
    """Something the reader should know, by code; app/sentences.py has the sentence (prompt cropped, resumed, ...)."""

    kind: ClassVar[str] = "note"
    step: int
    code: str
    facts: dict = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """An offer to save: `state()` returns {name: tensor}, enough to go on bit for bit. The caller decides whether to.

    In the log only {"kind": "snapshot", "step": n} appears, written after the file is safely on disk.
    """

    kind: ClassVar[str] = "snapshot"
    step: int
    state: Callable[[], dict] | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """Last event. reason: done | stopped | diverged | failed; facts say more (a Problem's code, the bad value)."""

    kind: ClassVar[str] = "finished"
    step: int
    reason: str
    facts: dict = field(default_factory=dict)


Event = Started | Metric | Table | Sample | Note | Snapshot | Finished
TYPES = {cls.kind: cls for cls in (Started, Metric, Table, Sample, Note, Snapshot, Finished)}
NUMBER = (int, float)
KINDS = {"steps": int, "step": int, "value": NUMBER, "seconds": (*NUMBER, type(None)), "facts": dict, "columns": dict}
FIELDS = {kind: tuple(f.name for f in fields(cls)) for kind, cls in TYPES.items()}


def to_json(event: Event) -> str:
    """One line of strict JSON. A Metric that is not finite becomes null with `finite: false` (NaN is not JSON)."""
    if event.kind == "snapshot":
        return json.dumps({"kind": "snapshot", "step": event.step})
    line = {"kind": event.kind, **asdict(event)}
    if event.kind == "metric" and not math.isfinite(event.value):
        line |= {"value": None, "finite": False, "text": str(float(event.value))}
    return json.dumps(_finite(line), ensure_ascii=False, allow_nan=False)


def _finite(value):
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dict):
        return {name: _finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value


def from_json(line: str) -> Event:
    """The event of one log line. Raises ValueError on a damaged line or an unknown kind; unknown keys are ignored."""
    try:
        data = json.loads(line)
        kind = data["kind"]
        if kind == "metric" and data.get("finite") is False:
            data["value"] = float(data.get("text", "nan"))
        if "name" in data:
            data["name"] = sys.intern(data["name"])  # a long run says the same name at every step
        found = {name: data[name] for name in FIELDS[kind] if name in data}
        if all(isinstance(value, KINDS.get(name, str)) for name, value in found.items()):
            return TYPES[kind](**found)
    except (TypeError, KeyError, OverflowError, RecursionError):  # no object, of no kind, a field missing
        pass
    raise ValueError(f"not an event: {line[:80]!r}")


def read_lines(lines: Iterable[str]) -> Iterator[Event]:
    """Events of complete log lines; damaged ones are skipped (a line cut by a crash loses only itself)."""
    for line in lines:
        try:
            yield from_json(line)
        except ValueError:
            continue
