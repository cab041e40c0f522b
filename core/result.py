"""What a run has shown so far: its events, ready to ask. Plain Python; pandas only where a frame is wanted."""

import math
from dataclasses import dataclass
from functools import cached_property
from operator import add, or_

from core.events import Event, Finished


@dataclass(frozen=True, eq=False)
class Result:
    """The events of one run up to `until` steps (None: all). Later rows of the same (step, name) win: a run that
    was killed and resumed may have logged a few steps twice, with equal values."""

    events: tuple[Event, ...]
    until: int | None = None

    def _of(self, kind: str) -> list[Event]:
        found = [e for e in self.events if e.kind == kind]
        return found if self.until is None else [e for e in found if getattr(e, "step", 0) <= self.until]

    def grown(self, events: tuple[Event, ...]) -> "Result":
        """The Result of `events`, of which these are the beginning. What has been asked of this one is copied and added to,
        so that another look at a long run costs what is new in it."""
        out, new = Result(events, self.until), Result(events[len(self.events) :], self.until)
        for name, join in JOIN.items():
            if name in self.__dict__:
                out.__dict__[name] = join(getattr(self, name), getattr(new, name))
        for until, part in list(self._parts.items()):  # a copy: other sessions may be asking for one more
            out._parts[until] = part.grown(events)
        return out

    def up_to(self, until: int | None) -> "Result":
        """The first `until` steps: itself where it has gone no further (None: all), else worked out once and kept."""
        if until is None or self.reach <= until:
            return self
        if until not in self._parts:
            self._parts[until] = Result(self.events, until)
        return self._parts[until]

    @cached_property
    def _parts(self) -> dict[int, "Result"]:
        return {}

    @cached_property
    def reach(self) -> int:
        """The last step that any event names."""
        return max((getattr(e, "step", 0) for e in self.events), default=0)

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
    def lines(self) -> dict:
        """{name of a metric: (steps (n,) int64, values (n,) float64, nan where not finite)}, to be drawn."""
        import numpy as np

        out = {}
        for name, points in self.metrics.items():
            values = np.fromiter(points.values(), float, len(points))
            out[name] = np.fromiter(points, np.int64, len(points)), np.where(np.isfinite(values), values, np.nan)
        return out

    @cached_property
    def seconds(self) -> dict[int, float]:
        """{step: training seconds so far}, without evaluation, as logged. Of any step: `when`."""
        return {e.step: e.seconds for e in self._of("metric") if e.seconds is not None}

    @cached_property
    def _clock(self) -> tuple:
        """`seconds` as arrays: (steps (n,) int64, seconds (n,) float64), steps ascending."""
        import numpy as np

        known = dict(sorted(self.seconds.items()))
        return np.fromiter(known, np.int64, len(known)), np.fromiter(known.values(), float, len(known))

    def when(self, steps):
        """The training seconds (same shape) at these steps: nan for a run without a clock, 0 at step 0, and where the log says
        nothing of a step (what ships keeps few training losses) on the straight line between its neighbours."""
        import numpy as np

        known, seconds = self._clock
        if not len(known):
            return np.full(np.shape(steps), np.nan)
        first = seconds[0] / max(1, known[0])
        return np.where(np.less(steps, known[0]), np.multiply(steps, first), np.interp(steps, known, seconds))

    @cached_property
    def tables(self) -> dict[str, dict[int, dict[str, list]]]:
        """{name: {step: columns}}."""
        out: dict[str, dict[int, dict[str, list]]] = {}
        for e in self._of("table"):
            out.setdefault(e.name, {})[e.step] = e.columns
        return out

    def table(self, name: str) -> dict[str, list]:
        """The columns of the last table of that name, {} where there is none. A number that was none is None: JSON has no nan."""
        found = self.tables.get(name)
        return found[max(found)] if found else {}

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
        """The last Finished, if nothing was logged after it (a continued run is not finished). However a run ended beyond
        `until`: up to there it went well, and is done."""
        last = self.events[-1] if self.events else None
        if last is None or last.kind != "finished":
            return None
        return last if self.until is None or last.step <= self.until else Finished(self.until, "done")

    @cached_property
    def diverged(self) -> bool:
        """Whether its loss is no number any more: training has given it up, or will at the next steps (a run that was stopped or
        killed between the two stays as it is)."""
        if self.finished is not None and self.finished.reason == "diverged":
            return True
        return "test_loss" in self.metrics and not math.isfinite(self.final("test_loss"))

    @cached_property
    def step(self) -> int:
        """The last step any metric has reached."""
        return max((e.step for e in self._of("metric")), default=0)

    def final(self, name: str) -> float:
        """The last value of a metric, nan if there is none."""
        points = self.metrics.get(name)
        return next(reversed(points.values())) if points else math.nan

    def at(self, name: str, step: int) -> float:
        """The value at this step or the last one before it, nan if there is none."""
        return next((v for s, v in reversed(self.metrics.get(name, {}).items()) if s <= step), math.nan)

    def lately(self, name: str, n: int = 20) -> float:
        """Mean of the last n values: of what is measured on one batch, and so jumps. nan where there are none."""
        last = list(self.metrics.get(name, {}).values())[-n:]
        return sum(last) / len(last) if last else math.nan

    def best(self, name: str) -> float:
        """The lowest finite value of a metric, nan if there is none."""
        return min((v for v in self.metrics.get(name, {}).values() if math.isfinite(v)), default=math.nan)

    def frame(self):
        """Long DataFrame: step, metric, value, seconds (one row per metric and step)."""
        import pandas as pd

        rows = [(s, name, v) for name, points in self.metrics.items() for s, v in points.items()]
        frame = pd.DataFrame(rows, columns=["step", "metric", "value"])
        return frame.assign(seconds=self.when(frame["step"].to_numpy(int)))


# --- how what was known of a run's beginning and what is known of the rest of it make the whole ------------------------


def _join(known: dict, new: dict) -> dict:
    """{name: {step: anything}}; of equal steps the later one."""
    return known | {name: known.get(name, {}) | points for name, points in new.items()}


def _join_metrics(known: dict, new: dict) -> dict:
    whole = _join(known, new)
    for name in new.keys() & known.keys():
        if next(iter(new[name])) <= next(reversed(known[name])):  # a resumed run logs some steps again
            whole[name] = dict(sorted(whole[name].items()))
    return whole


def _join_lines(known: dict, new: dict) -> dict:
    return known | {name: _join_line(known[name], line) if name in known else line for name, line in new.items()}


def _join_line(known: tuple, new: tuple) -> tuple:
    """(steps, values) of both, of equal steps the later one."""
    import numpy as np

    steps, values = (np.concatenate(both) for both in zip(known, new, strict=True))
    if len(known[0]) and len(new[0]) and new[0][0] <= known[0][-1]:
        steps, last = np.unique(steps[::-1], return_index=True)
        values = values[::-1][last]
    return steps, values


JOIN = {
    "facts": lambda known, new: known or new,
    "metrics": _join_metrics,
    "lines": _join_lines,
    "seconds": or_,
    "_clock": _join_line,
    "tables": _join,
    "samples": _join,
    "notes": add,
    "step": max,
    "reach": max,
}
