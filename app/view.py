"""What a picture is drawn from: the arms of a playground with what their runs have shown so far."""

import math
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property

from app.lesson import Arm
from core import experiment, runs
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
        return self.result.step >= getattr(self.arm.config, "steps", 0)


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
    extra: dict = field(default_factory=dict)

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
        """{name: nats/token} of the lines that say what a loss is worth, from the first arm that knows them."""
        return next((a.result.facts["references"] for a in self.arms if a.result.facts.get("references")), {})

    @property
    def active(self) -> bool:
        return any(a.status.active for a in self.arms)

    def frame(self, *metrics: str):
        """Long DataFrame of these metrics, all arms and pins: run, arm, name, role (arm | pinned), seed, step, metric,
        value (None where not finite), seconds."""
        import pandas as pd

        rows = []
        for role, group in (("arm", self.arms), ("pinned", self.pinned)):
            for a in group:
                seed = getattr(a.arm.config, "seed", 0)
                for metric in metrics or a.result.metrics:
                    for step, value in a.result.metrics.get(metric, {}).items():
                        shown = value if math.isfinite(value) else None
                        seconds = a.result.seconds.get(step)
                        rows.append(
                            (a.run_id, a.arm.label, a.arm.name(self.lang), role, seed, step, metric, shown, seconds)
                        )
        return pd.DataFrame(rows, columns=["run", "arm", "name", "role", "seed", "step", "metric", "value", "seconds"])


# --- reading runs, each line once ----------------------------------------------------------------------------------

_lock = threading.Lock()
_seen: OrderedDict[str, tuple[int, tuple]] = OrderedDict()  # run id -> (bytes read, events)
KEEP = 128


def read(run: runs.Run) -> tuple:
    """The run's events; what other sessions have read already is not read again."""
    if run.source == "gallery":
        return runs.gallery_events(run.id)
    with _lock:
        offset, events = _seen.get(run.id, (0, ()))
        try:
            if run.log.stat().st_size < offset:  # trained anew: another log under the same name
                offset, events = 0, ()
        except OSError:
            offset, events = 0, ()
        fresh, offset = run.events(offset)
        if fresh:
            events = (*events, *fresh)
        _seen[run.id] = (offset, events)
        _seen.move_to_end(run.id)
        while len(_seen) > KEEP:
            _seen.popitem(last=False)
        return events


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


def look(arm: Arm, queue: list[str] | None = None, until: int | None = None) -> ArmView:
    """This arm's run as it stands: computed inline, live in the store, stored in the gallery, or not there yet."""
    config = arm.config
    if experiment.of(config).lane == "inline":
        result = inline(config)
        return ArmView(arm, experiment.run_id(config), runs.Status("done", result.step, result.step), result, "inline")
    run = runs.find(config)
    if run is None:
        id = experiment.run_id(config)
        return ArmView(arm, id, runs.Run(id).status(queue), Result(()), "none")
    until = getattr(config, "steps", None) if until is None else until
    result = Result(read(run), until)
    status = run.status(queue)
    if until is not None and result.step >= until and result.finished is None and not status.active:
        # the run went on past what is asked for here: this view of it has come to its end
        from core.events import Finished

        result = Result((*result._of("started"), *_cut(result), Finished(until, "done")), until)
    return ArmView(arm, run.id, status, result, "stored" if run.source == "gallery" else "live")


def _cut(result: Result):
    return [e for e in result.events if e.kind not in ("started", "finished") and getattr(e, "step", 0) <= result.until]
