"""Where the learner stands: this lesson, this playground, these settings. And the view of it that pictures are drawn from."""

from dataclasses import dataclass

import streamlit as st

from app import theme
from app.compare import pinned_views
from app.lesson import Arm, Lesson, Playground
from app.view import View, look
from core import experiment, jobs, runs


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


def make_view(spot: Spot) -> View:
    """The arms as they stand. Where nothing has run with these settings, the last picture stays, named by how it differs."""
    queue = runs.waiting()
    arms = tuple(look(arm, queue) for arm in spot.arms)
    memory = st.session_state.setdefault(f"state_{spot.number}", {})
    key, shown = f"last_{spot.playground.slug}", ""
    if any(a.result.events or a.status.active for a in arms):
        memory[key] = spot.arms
    elif key in memory and len(memory[key]) and any(runs.find(arm.config) for arm in memory[key]):
        arms = tuple(look(arm, queue) for arm in memory[key])
        was, now = vars(memory[key][0].config), vars(spot.config)
        shown = ", ".join(f"{k} {theme.knob(was[k])}" for k in now if was.get(k) != now[k]) or "quick"
    return View(arms, spot.values, spot.lang, spot.size, pinned_views(spot, arms), shown)


def estimate(arms: tuple[Arm, ...]) -> float | None:
    """Seconds until all arms are through, on as many cores as there are slots; 0 for what is computed at once."""
    if all(experiment.of(arm.config).lane == "inline" for arm in arms):
        return 0
    each = [jobs.estimate(arm.config) for arm in arms if experiment.of(arm.config).lane != "inline"]
    if any(seconds is None for seconds in each):
        return None
    return max(max(each), sum(each) / jobs.slot_count())
