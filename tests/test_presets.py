"""Every preset of every lesson, the broken ones too: trained to its end, then said and drawn in both languages. Half an hour,
so `make slow` alone. Left out is what this machine lacks (a text, weights) or would train for hours (course presets)."""

import numpy as np
import pytest

from app import controls
from app.lesson import discover, start
from app.view import View, look
from core import device, experiment, jobs, network, runner
from core.problem import Problem

PATIENCE = 1000  # steps of a small model, some 25 s


@pytest.fixture(autouse=True, scope="module")
def store(tmp_path_factory):
    patch = pytest.MonkeyPatch()
    patch.setenv("PLAYGROUND_HOME", str(tmp_path_factory.mktemp("presets")))
    network.stay_offline()
    yield
    patch.undo()


def presets():
    for number, lesson in discover().items():
        for playground in lesson.playgrounds:
            for preset in playground.presets:
                yield pytest.param(lesson, playground, preset, id=f"{number:02d}-{playground.slug}-{preset.name}")


@pytest.mark.slow
@pytest.mark.parametrize(("lesson", "playground", "preset"), list(presets()))
def test_every_preset_trains_to_an_end_that_can_be_said_and_drawn(lesson, playground, preset):
    values = start(lesson, playground) | preset.values
    try:
        arms = playground.arms(controls.config_of(playground, values), values)
        for one in (line for arm in arms for line in jobs.lineage(arm.config)):
            if not device.small(one) or getattr(one, "steps", 0) > PATIENCE:
                pytest.skip("too long for a test")
        for arm in arms:
            if experiment.of(arm.config).lane != "inline":
                for event in runner.run_here(arm.config):
                    code = event.facts.get("code") if event.kind == "finished" else None
                    assert code != "internal", event.facts
    except Problem as lacking:
        pytest.skip(lacking.code)
    for lang in ("en", "vi"):
        with np.errstate(all="raise", under="ignore"):
            view = View(tuple(look(arm) for arm in arms), values, lang)
            said = [line(lang) for line in playground.verdict(view)] + [
                r.label(lang) for r in playground.readouts(view)
            ]
            for figure in playground.figures:
                charts = figure.chart(view)
                for chart in charts if isinstance(charts, tuple) else (charts,):
                    chart.to_dict()
                figure.rows(view)
            for prediction in playground.predictions:
                prediction.answer(view)
        assert all(said) and "{" not in "".join(said)
