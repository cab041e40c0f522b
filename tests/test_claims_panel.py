"""A claim measured again: by runs of this machine, not by those that ship."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from app import claims_panel
from app.i18n import same
from core import claims, runs
from core.events import Finished, Metric, Started
from core.experiments import model1
from core.result import Result

CONFIG = replace(model1.Config(), steps=20)


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    """A store, and a gallery with one finished run of the claim, whose loss is 9."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    stored = (Started(20), Metric(20, "test_loss", 9.0), Finished(20, "done"))
    monkeypatch.setattr(runs, "GALLERY", tmp_path / "gallery")
    monkeypatch.setattr(runs, "gallery_events", lambda id: stored)
    place = tmp_path / "gallery" / "runs" / f"{runs.Run(claims_panel.experiment.run_id(CONFIG)).id}.jsonl.gz"
    place.parent.mkdir(parents=True)
    place.touch()


def claim():
    return SimpleNamespace(
        id="5.99",
        text=same("It learns."),
        reported="",
        unit=same("nats"),
        kind="training",
        seeds=(0,),
        requires=(),
        source=None,
        needs=lambda seed: {"run": CONFIG},
        measure=lambda results: results["run"].final("test_loss"),
        judge=claims.below(5),
        explain=same(""),
    )


def panel():
    from app import claims_panel
    from tests.test_claims_panel import claim

    claims_panel.draw((claim(),), "en")


def test_a_run_that_ships_is_no_measurement_of_this_machine():
    assert runs.find(CONFIG).source == "gallery"
    assert not claims_panel._ended(CONFIG)


def test_the_verdict_is_that_of_the_run_trained_here():
    from core import events

    run = runs.create(CONFIG)
    run.log.write_text("".join(events.to_json(e) + "\n" for e in (Started(20), Metric(20, "test_loss", 2.0))))
    assert not claims_panel._ended(CONFIG), "it is not through yet"
    with run.log.open("a") as log:
        log.write(events.to_json(Finished(20, "done")) + "\n")
    assert claims_panel._ended(CONFIG)
    claims_panel._judge(claim())
    verdict, facts = claims.recall(claim())
    assert (verdict.state, verdict.measured, facts["source"]) == ("holds", 2.0, "here")


def test_what_was_measured_here_stands_below_the_button():
    def below():
        page = AppTest.from_function(panel).run()
        assert not page.exception
        return [m.value for m in page.markdown[1:]]  # the first is the list of all

    assert below() == []
    claims.remember(claim(), claim().judge([2.0]))
    (said,) = below()
    assert ":green-badge[holds]" in said and "measured: 2.00 nats" in said and "this machine" in said


@pytest.mark.parametrize("end", [(), (Finished(7, "stopped"),)])
def test_a_run_that_was_paused_or_stopped_on_its_way_measures_nothing(end):
    claims.remember(claim(), claim().judge([2.0]))
    before = claims.recall(claim())
    half = Result((Started(20), Metric(7, "test_loss", 9.0), *end))
    verdict = claims.evaluate(claim(), lambda config: half)
    assert (verdict.state, verdict.missing) == ("not_measured", (claims.UNFINISHED,))
    assert "stopped" in claims_panel.figure(claim(), verdict, "en")
    claims.remember(claim(), verdict)
    assert claims.recall(claim()) == before


def test_a_run_that_went_on_past_the_claims_last_step_is_whole():
    longer = (Metric(20, "test_loss", 2.0), Metric(23, "train_loss", 1.0), Finished(30, "stopped"))
    assert claims.evaluate(claim(), lambda config: Result(longer, 20)).state == "holds"


def test_who_stopped_a_run_of_a_measurement_is_told_so():
    from core import events

    run = runs.create(CONFIG)
    run.log.write_text(
        events.to_json(Metric(7, "test_loss", 9.0)) + "\n" + events.to_json(Finished(7, "stopped")) + "\n"
    )
    runs.wish(run, {"want": "stop", "steps": 20})
    claims_panel._asked.add(claim().id)
    try:
        page = AppTest.from_function(panel).run()
        assert not page.exception and any("5.99" in c.value and "not stopped" in c.value for c in page.caption)
        later = AppTest.from_function(panel).run()
        assert not any("not stopped" in c.value for c in later.caption), "who comes later did not measure it"
    finally:
        claims_panel._asked.discard(claim().id)
        claims_panel._halted.clear()


def test_a_measurement_whose_runs_were_cleared_away_is_over():
    """Its button would stay off, for everybody, until the server is started anew."""
    claims_panel._asked.add(claim().id)
    try:
        page = AppTest.from_function(panel).run()
        assert not page.exception and claim().id not in claims_panel._asked
        assert claim().id in claims_panel._halted and claims.recall(claim()) is None
    finally:
        claims_panel._asked.discard(claim().id)
        claims_panel._halted.clear()
