"""Where the learner stands: this lesson, this playground, these settings; and the views of it that are drawn."""

from dataclasses import dataclass, replace

import streamlit as st

from app import controls
from app.compare import QUICK, pinned_views
from app.i18n import T
from app.lesson import Arm, Lesson, Playground, quick
from app.view import View, look, stored
from core import device, estimates, experiment, queue, slots

SHIPPED = T("the stored run", "lần chạy có sẵn")
LAST = T("before the last change", "trước lần đổi gần nhất")


@dataclass(frozen=True)
class Spot:
    number: int
    lesson: Lesson
    playground: Playground
    values: dict
    arms: tuple[Arm, ...]
    lang: str
    size: float
    me: str

    @property
    def config(self):
        return self.arms[0].config

    @property
    def inline(self) -> bool:
        return all(experiment.of(arm.config).lane == "inline" for arm in self.arms)

    @property
    def prefix(self) -> str:
        first = self.lesson.playgrounds[0].slug == self.playground.slug
        return f"l{self.number:02d}_" if first else f"l{self.number:02d}_{self.playground.slug}_"


def arms_of(playground: Playground, values: dict) -> tuple:
    """The arms of these settings, on the device that was chosen."""
    config = controls.config_of(playground, values)
    if hasattr(config, "device"):
        wanted = st.session_state.get("device", "auto")
        config = replace(config, device=device.resolve(wanted, small=device.small(config)))
    return playground.arms(config, values)


def make_view(spot: Spot) -> View:
    """The arms of the settings in front of the learner, as they stand."""
    tickets = queue.waiting()
    arms = tuple(look(arm, tickets, session=spot.me) for arm in spot.arms)
    rest = any(a.source == "stored" for a in arms) and not any(
        a.status.active or a.status.state == "paused" for a in arms
    )
    if rest:  # what was stopped early is no match for whole runs: one's own are shown where all of them are
        arms = tuple(a if a.complete else stored(a.arm) or a for a in arms)
    return View(arms, spot.values, spot.lang, spot.size, pinned_views(spot, arms))


def drawn(spot: Spot, view: View) -> View:
    """What the picture shows: the view itself once its main run has a point; until then the run of these settings that
    ships, else the last picture, at first the stored quick run, named by how it differs. So no page is ever empty, and a
    run's first point only changes data."""
    memory = st.session_state.setdefault(f"state_{spot.number}", {})
    key = f"last_{spot.playground.slug}"
    if _has_begun(spot, view):
        last = _before(spot, memory) if spot.inline else ()
        memory[key] = spot.arms
        return replace(view, last=last)
    same = tuple(stored(arm) or own for arm, own in zip(spot.arms, view.arms, strict=True))
    if same[0].source == "stored":
        return replace(view, arms=same, shown=SHIPPED(spot.lang))
    before = memory.get(key, ())  # one's own run of it may be on its way, and is then what was in front
    for arms, me in ((before, spot.me), (before, ""), (quick(spot.lesson, spot.playground), "")):
        seen = tuple(look(arm, session=me) for arm in arms)
        if arms != spot.arms and any(a.result.metrics for a in seen):
            shown = controls.differing(spot.lesson, arms[0].config, spot.config) or QUICK
            return replace(view, arms=seen, pinned=pinned_views(spot, seen), shown=shown(spot.lang))
    return view


def _has_begun(spot: Spot, view: View) -> bool:
    """Whether the main picture has something to show: before the first step an evaluation may still be on its way."""
    if not view.active:
        return any(a.result.metrics for a in view.arms)
    if not view.main.metrics or view.main.step > 0:
        return bool(view.main.metrics)
    rows = spot.playground.figures[0].rows(view)
    return rows is not None and len(rows) > 0


def _before(spot: Spot, memory: dict) -> tuple:
    """What was in front before the last change of a knob. Asked several times a rerun, it answers the same."""
    shown, ghost = f"last_{spot.playground.slug}", f"ghost_{spot.playground.slug}"
    if shown in memory and memory[shown] != spot.arms:
        memory[ghost] = memory[shown]
    return tuple(look(replace(arm, name=LAST)) for arm in memory.get(ghost, ()) if arm not in spot.arms)


def estimate(lesson: Lesson, playground: Playground, arms: tuple[Arm, ...]) -> float | None:
    """Seconds until all arms are through, on as many cores as there are slots; 0 for what is computed at once."""
    if all(experiment.of(arm.config).lane == "inline" for arm in arms):
        return 0
    like = [arm.config for arm in quick(lesson, playground)]
    each = [estimates.seconds_of(arm.config, like) for arm in arms if experiment.of(arm.config).lane != "inline"]
    if any(seconds is None for seconds in each):
        return None
    return max(max(each), sum(each) / slots.count())
