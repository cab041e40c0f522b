"""What a picture is drawn from: the arms of a playground with what their runs have shown so far."""

import math
import threading
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from app.lesson import Arm
from core import experiment, runs
from core.queue import Ticket
from core.result import Result


@dataclass(frozen=True)
class ArmView:
    """source: live (this store), stored (the gallery that ships), inline (computed here), pinned, none."""

    arm: Arm
    run_id: str
    status: runs.Status
    result: Result
    source: str

    @property
    def complete(self) -> bool:
        """Whether the run has ended and goes as far as these settings ask."""
        end = self.result.finished
        if end is None or end.reason == "diverged" or self.source == "inline":
            return end is not None
        return max(self.result.step, end.step) >= getattr(self.arm.config, "steps", 0)


@dataclass(frozen=True, eq=False)
class View:
    """arms: of the settings in front of the learner, the main one first. pinned: other runs kept for comparison.
    last: the arms before the last change of a knob, a ghost for what is computed at once (empty for trained runs).
    shown: "" or how the drawn settings differ from the chosen ones (a picture kept while nothing new has run)."""

    arms: tuple[ArmView, ...]
    values: dict
    lang: str = "en"
    size: float = 1.0
    pinned: tuple[ArmView, ...] = ()
    last: tuple[ArmView, ...] = ()
    shown: str = ""

    @property
    def config(self):
        return self.arms[0].arm.config

    def result(self, label: str) -> Result:
        """The Result of the arm of that label (an empty one if there is no such arm)."""
        return next((a.result for a in self.arms if a.arm.label == label), Result(()))

    @cached_property
    def main(self) -> Result:
        return self.arms[0].result

    @property
    def done(self) -> bool:
        """Whether every arm has come to its end."""
        return all(a.complete for a in self.arms)

    @cached_property
    def references(self) -> dict[str, float]:
        """{name: nats/token} of the lines that say what a loss is worth, from the first arm that knows them. An older log
        has null for a line that was infinite: there is no such line."""
        found = next((a.result.facts["references"] for a in self.arms if a.result.facts.get("references")), {})
        return {name: value for name, value in found.items() if value is not None}

    @property
    def active(self) -> bool:
        return any(a.status.active for a in self.arms)

    def lines(self, *metrics: str) -> Iterator[tuple[ArmView, str, str]]:
        """(arm, role, metric) of each of these metrics, all there are if none is named: arms first, then pins."""
        for role, group in (("arm", self.arms), ("pinned", self.pinned)):
            for a in group:
                yield from ((a, role, metric) for metric in metrics or a.result.lines if metric in a.result.lines)

    def frame(self, *metrics: str):
        """Long DataFrame of these metrics, all arms and pins: run, arm, name, role (arm | pinned), seed, step, metric,
        value (nan where not finite), seconds."""
        return stack([self.part(*line) for line in self.lines(*metrics)])

    def part(self, a: ArmView, role: str, metric: str, places=slice(None)) -> dict:
        """The columns of `frame` for one of its lines, at these places (all)."""
        steps, values = (column[places] for column in a.result.lines[metric])
        return {
            "run": a.run_id,
            "arm": a.arm.label,
            "name": a.arm.name(self.lang),
            "role": role,
            "seed": getattr(a.arm.config, "seed", 0),
            "step": steps,
            "metric": metric,
            "value": values,
            "seconds": a.result.when(steps),
        }


COLUMNS = ["run", "arm", "name", "role", "seed", "step", "metric", "value", "seconds"]


def stack(parts: list[dict]):
    """One DataFrame of such columns, each an array or one value for all rows of its part."""
    import numpy as np
    import pandas as pd

    if not parts:
        return pd.DataFrame(columns=COLUMNS)
    out = {}
    for name in parts[0]:
        kind = object if isinstance(parts[0][name], str) else None
        columns = [np.asarray(part[name], dtype=kind) for part in parts]
        columns = [np.broadcast_to(c, part["step"].shape) for c, part in zip(columns, parts, strict=True)]
        out[name] = np.concatenate(columns)
    return pd.DataFrame(out)


# --- reading runs, each line once ----------------------------------------------------------------------------------

_lock = threading.Lock()
_seen: OrderedDict[tuple, tuple] = OrderedDict()  # where its log is -> (when the folder was made, bytes read, Result)
KEEP = 128


def read(run: runs.Run) -> Result:
    """The run so far. A line that one session has read, and what one has worked out of it, is there for all others."""
    key = (run.source, run.log)
    with _lock:
        made, size = _made(run)
        known, offset, result = _seen.pop(key, (made, 0, Result(())))
        if made != known or size < offset:  # trained anew: another log under the same name
            offset, result = 0, Result(())
        fresh, offset = run.events(offset)
        if fresh:
            result = result.grown((*result.events, *fresh))
        _seen[key] = made, offset, result
        while len(_seen) > KEEP:
            _seen.popitem(last=False)
        return result


def _made(run: runs.Run) -> tuple[int, float]:
    """(when its folder was made, bytes of its log); of one that ships nothing changes, and where there is none there is 0."""
    if run.source == "gallery":
        return 0, math.inf
    try:
        return (run.dir / "config.json").stat().st_mtime_ns, run.log.stat().st_size
    except OSError:
        return 0, 0


_inline: OrderedDict[str, Result] = OrderedDict()


def inline(config) -> Result:
    """An inline experiment's Result, computed here and now (milliseconds), kept by identity."""
    id = experiment.run_id(config)
    with _lock:
        if id in _inline:
            _inline.move_to_end(id)
            return _inline[id]
    result = Result(tuple(experiment.of(config).run(config, {})))
    with _lock:
        _inline[id] = result
        while len(_inline) > KEEP:
            _inline.popitem(last=False)
    return result


def look(arm: Arm, tickets: list[Ticket] | None = None, until: int | None = None, session: str = "") -> ArmView:
    """This arm's run as it stands (for this session, `runs.find`): computed inline, live in the store, stored in the
    gallery, or not there yet."""
    config = arm.config
    if experiment.of(config).lane == "inline":
        result = inline(config)
        return ArmView(arm, experiment.run_id(config), runs.Status("done", result.step, result.step), result, "inline")
    run = runs.find(config, session, tickets)
    if run is None:
        id = experiment.run_id(config)
        return ArmView(arm, id, runs.Run(id).status(tickets), Result(()), "none")
    return _reading(arm, run, tickets, until)


def stored(arm: Arm) -> ArmView | None:
    """This arm's run as it ships, whatever the store holds; None where it does not ship."""
    run = runs.ships(arm.config)
    return _reading(arm, run) if run else None


def _reading(arm: Arm, run: runs.Run, tickets: list[Ticket] | None = None, until: int | None = None) -> ArmView:
    until = getattr(arm.config, "steps", None) if until is None else until
    result = read(run).up_to(until)
    status = run.status(tickets)
    if until is not None and result.step >= until and result.finished is None and not status.active:
        # the run went on past what is asked for here: this view of it has come to its end
        from core.events import Finished

        kept = (e for e in result.events if e.kind != "finished" and getattr(e, "step", 0) <= until)
        result = Result((*kept, Finished(until, "done")), until)
    return ArmView(arm, run.id, status, result, "stored" if run.source == "gallery" else "live")
