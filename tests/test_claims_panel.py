"""A claim measured again: by runs of this machine, not by those that ship."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from app import claims_panel
from app.i18n import same
from core import claims, runs
from core.events import Finished, Metric, Started
from core.experiments import model1

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
        kind="training",
        seeds=(0,),
        requires=(),
        source=None,
        needs=lambda seed: {"run": CONFIG},
        measure=lambda results: results["run"].final("test_loss"),
        judge=claims.below(5),
        explain=same(""),
    )


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
