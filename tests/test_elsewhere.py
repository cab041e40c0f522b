"""Every training experiment on a device that is not the CPU, played by tests/elsewhere.py: nothing is left behind."""

import re
from dataclasses import fields, replace
from pathlib import Path

import pytest
import torch

from core import experiment
from core.experiment import encode, make
from core.experiments import like_x, model1, repair, row_norms
from core.result import Result
from tests import elsewhere

pytestmark = [pytest.mark.usefixtures("private_home"), pytest.mark.filterwarnings("ignore:.*CUDA is not available")]

CORE = Path(__file__).resolve().parent.parent / "core"
TINY = {"width": 16, "blocks": 1, "heads": 2, "context": 16, "batch": 4, "steps": 2}
MORE = {
    "model5": [{}, {"close": 8, "graded": 2}, {"dropout": 0.2, "tying": "untied"}],
    "like_x": [{"start": "random", "target": t, "loss": x} for t, x in (("reference", "kl"), ("frequency", "hard"))],
    "unused_tokens": [{"keep": 6000, "group": 20, "mask": mask} for mask in ("none", "logits", "loss")],
    "initial_weights": [{}],
    "weight_growth": [{}],
    "attention_scale": [{}],
    "transfer": [{"start": "frozen"}],
    "model1": [{}],
    "splits": [{}],
    "lm_losses": [{}],
    "page_training": [{}],
    "gains": [{}],
    "borrowed": [{}],
}
CASES = [(name, values) for name, cases in MORE.items() for values in cases]


def played(name: str, values: dict, device: str) -> Result:
    found = experiment.load(name)
    known = {f.name for f in fields(found.Config)}
    config = make(found.Config, **{k: v for k, v in (TINY | values | {"device": device}).items() if k in known})
    return Result(tuple(event for event in found.run(config, {}) if event.kind != "snapshot"))


@pytest.mark.parametrize(("name", "values"), CASES, ids=[f"{n}-{'-'.join(map(str, v.values()))}" for n, v in CASES])
def test_a_run_elsewhere_says_what_it_says_on_the_cpu(monkeypatch, name, values):
    with elsewhere.device(monkeypatch):
        there = played(name, values, "cuda")
    here = played(name, values, "cpu")
    assert there.finished.reason == "done" and set(there.metrics) == set(here.metrics)
    for metric in here.metrics:
        assert there.final(metric) == pytest.approx(here.final(metric), abs=1e-5, nan_ok=True), metric


def test_a_repair_is_where_the_bent_run_was(monkeypatch):
    values = {k: v for k, v in TINY.items() if k != "steps"}
    bent = make(like_x.Config, **values, start="random", device="cuda")
    config = make(repair.Config, parent=encode(bent), steps=2)
    inputs = {"bent": like_x.build(bent)[0].state_dict()}
    with elsewhere.device(monkeypatch):
        events = [event for event in repair.run(config, inputs) if event.kind == "finished"]
    assert events[0].reason == "done"


def test_the_rows_of_a_run_elsewhere_are_measured(monkeypatch):
    """The run's weights come from a file, to the CPU; the model they are held against is built where it was trained."""
    there = make(model1.Config, width=16, corpus="tales-en", tokenizer="words", device="cuda")
    inputs = {"model": model1.build(replace(there, device="cpu"))[0].state_dict()}
    with elsewhere.device(monkeypatch):
        events = tuple(row_norms.run(row_norms.Config(parent=encode(there)), inputs))
    assert set(Result(events).tables["rows"][1]["median"]) == {1.0}, "untrained, no row has moved"


def test_the_stand_in_is_as_strict_as_a_device(monkeypatch):
    with elsewhere.device(monkeypatch):
        here, there = torch.ones(3), torch.ones(3, device="cuda")
        assert (there + there).device.type == "cuda" and (there.cpu() + here).device.type == "cpu"
        for slip in (lambda: here + there, lambda: here[there.long()], there.double, lambda: there.numpy()):
            with pytest.raises((RuntimeError, TypeError)):
                slip()
        assert torch.nn.Linear(3, 1).to("cuda")(there).device.type == "cuda"


def test_float64_is_reached_by_way_of_the_cpu():
    """Not every device has it: wherever a tensor may come from one, it goes to the CPU first."""
    for path in CORE.rglob("*.py"):
        assert not re.search(r"\.double\(\)\.cpu\(\)|float64\)\.cpu\(\)", path.read_text()), path.name
