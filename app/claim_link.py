"""From a claim to the settings that show it: the playground that trains what the claim looks at, and how its knobs stand."""

from app import theme
from app.controls import belonging, prefix
from app.lesson import Claim, Lesson, default, quick
from core import experiment
from core.problem import Problem


def settings(number: int, lesson: Lesson, claim: Claim) -> tuple[tuple[str, str], ...]:
    """The link's ((field, value), ...) to the playground closest to the claim's runs: first one that trains that very
    run under its quick preset, else the one whose knobs can show most of it. () where no playground knows such a run:
    the link then opens the lesson as it starts."""
    best, fewest = (), None
    for playground in lesson.playgrounds:
        start = prefix(number, lesson, playground)
        play = {} if playground is lesson.playgrounds[0] else {f"l{number:02d}_play": playground.slug}
        knobs = {c.field: c for c in belonging(lesson, playground) if hasattr(playground.config, c.field)}
        twins = {_id(arm.config) for arm in quick(lesson, playground)}
        for config in claim.needs(claim.seeds[0]).values():
            if type(config) is not type(playground.config):
                continue
            differ = {f: v for f, v in vars(config).items() if v != getattr(playground.config, f)}
            unshown = [f for f in differ if f not in knobs and f not in playground.fixed]
            cost = 0 if _id(config) in twins else 10 * len(unshown) + len(differ) + 1
            if fewest is None or cost < fewest:
                shown = {} if cost == 0 else {f: v for f, v in differ.items() if f in knobs and f != "seed"}
                moved = {start + f: theme.knob(v) for f, v in shown.items() if v != default(knobs[f], playground)}
                best, fewest = tuple((play | moved).items()), cost
    return best


def _id(config) -> str:
    try:
        return experiment.run_id(config)
    except Problem:  # its text is not on this machine
        return ""
