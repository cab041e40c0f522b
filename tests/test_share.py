"""What a learner takes along: a link that opens the same settings, and a script that ends with the same losses."""

import os
import subprocess
import sys
from pathlib import Path

from app import share
from core import runner
from core.experiments import model1

ROOT = Path(__file__).resolve().parent.parent


def test_the_link_keeps_the_settings_and_drops_the_person():
    query = {"me": "0a1b2c3d", "lang": "vi", "l05_lr": "2e-3", "l08_lr": "1e-3"}
    assert share.address_of("http://localhost:8501/05-train-model-1", query, 5) == (
        "http://localhost:8501/05-train-model-1?lang=vi&l05_lr=2e-3"
    )


def test_the_qr_code_is_drawn_as_a_picture():
    picture = share.qr("http://localhost:8501/?l05_lr=2e-3")
    assert picture.startswith("data:image/svg+xml") and '"' not in picture


def test_the_exported_script_reproduces_the_last_loss_to_the_digit(tmp_path, monkeypatch):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "mine"))
    config = model1.Config(width=8, batch=8, steps=12)
    for _ in runner.run_here(config):
        pass
    mine = runner.result(config)
    file = tmp_path / "again.py"
    file.write_text(share.script('A "title"', {"arm": config}))
    other = os.environ | {"PLAYGROUND_HOME": str(tmp_path / "theirs"), "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, str(file)], cwd=ROOT, env=other, capture_output=True, text=True, check=True)
    last = done.stdout.splitlines()[-1]
    assert last.startswith("arm ") and f"'test_loss': {mine.final('test_loss')!r}" in last
    assert f"'train_loss': {mine.final('train_loss')!r}" in last
