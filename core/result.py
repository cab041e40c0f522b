"""What a run has shown so far: its events, ready to ask. Plain Python; pandas only where a frame is wanted."""

import math
from dataclasses import dataclass
from functools import cached_property

from core.events import Event


@dataclass(frozen=True, eq=False)
class Result:
    """The events of one run up to `until` steps (None: all). Later rows of the same (step, name) win: a run that
    was killed and resumed may have logged a few steps twice, with equal values."""

    events: tuple[Event, ...]
    until: int | None = None

    def _of(self, kind: str) -> list[Event]:
        return [
            e for e in self.events if e.kind == kind and (self.until is None or getattr(e, "step", 0) <= self.until)
        ]

    @cached_property
    def facts(self) -> dict:
        """The facts of Started, {} before it."""
        return next((e.facts for e in self.events if e.kind == "started"), {})

    @cached_property
    def metrics(self) -> dict[str, dict[int, float]]:
        """{name: {step: value}}, steps ascending."""
        rows: dict[str, dict[int, float]] = {}
        for e in self._of("metric"):
            rows.setdefault(e.name, {})[e.step] = e.value
        return {name: dict(sorted(points.items())) for name, points in rows.items()}

    @cached_property
    def seconds(self) -> dict[int, float]:
        """{step: training seconds so far}, without evaluation."""
        return {e.step: e.seconds for e in self._of("metric") if e.seconds is not None}

    @cached_property
    def tables(self) -> dict[str, dict[int, dict[str, list]]]:
        """{name: {step: columns}}."""
        out: dict[str, dict[int, dict[str, list]]] = {}
        for e in self._of("table"):
            out.setdefault(e.name, {})[e.step] = e.columns
        return out

    @cached_property
    def samples(self) -> dict[str, dict[int, Event]]:
        """{name: {step: Sample}}."""
        out: dict[str, dict[int, Event]] = {}
        for e in self._of("sample"):
            out.setdefault(e.name, {})[e.step] = e
        return out

    @cached_property
    def notes(self) -> list[Event]:
        return self._of("note")

    @cached_property
    def finished(self) -> Event | None:
        """The last Finished, if nothing was logged after it (a continued run is not finished)."""
        last = self.events[-1] if self.events else None
        return last if last is not None and last.kind == "finished" else None

    @cached_property
    def step(self) -> int:
        """The last step any metric has reached."""
        return max((e.step for e in self._of("metric")), default=0)

    def final(self, name: str) -> float:
        """The last value of a metric, nan if there is none."""
        points = self.metrics.get(name)
        return list(points.values())[-1] if points else math.nan

    def at(self, name: str, step: int) -> float:
        """The value at this step or the last one before it, nan if there is none."""
        return next((v for s, v in reversed(self.metrics.get(name, {}).items()) if s <= step), math.nan)

    def best(self, name: str) -> float:
        """The lowest finite value of a metric, nan if there is none."""
        return min((v for v in self.metrics.get(name, {}).values() if math.isfinite(v)), default=math.nan)

    def frame(self):
        """Long DataFrame: step, metric, value, seconds (one row per metric and step)."""
        import pandas as pd

        rows = [(s, name, v, self.seconds.get(s)) for name, points in self.metrics.items() for s, v in points.items()]
        return pd.DataFrame(rows, columns=["step", "metric", "value", "seconds"])
