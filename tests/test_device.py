"""Where a run is computed: small ones on the CPU, large ones on a GPU where there is one, and what was asked for first."""

import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from app import controls
from app.lesson import discover
from core import device, files
from core.experiment import make
from core.experiments import model1, model5

ROOT = Path(__file__).resolve().parent.parent
GPU = {"cpu": "", "cuda": "", "mps": "not_a_mac"}
LARGE = make(model5.Config, width=768, blocks=12, heads=12, context=256, tokenizer="gpt2")


@pytest.fixture
def machine(monkeypatch, tmp_path):
    """What a worker has found out about this machine."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))

    def has(devices):
        files.write_atomic(tmp_path / "device.json", json.dumps({"devices": devices}).encode())

    return has


def test_auto_is_the_cpu_for_small_models_and_a_gpu_for_large_ones(machine):
    machine(GPU)
    for config, where in ((model5.Config(), "cpu"), (model1.Config(), "cpu"), (LARGE, "cuda")):
        assert device.resolve("auto", small=device.small(config)) == where
        assert device.resolve("cuda", small=device.small(config)) == "cuda", "who chooses gets it"
        assert device.resolve("mps", small=device.small(config)) == "cpu", "what is not there becomes the CPU"


def test_without_a_gpu_auto_is_the_cpu(machine):
    assert device.resolve("auto", small=False) == "cpu", "nobody has looked yet"
    machine({"cpu": "", "cuda": "no_gpu", "mps": "not_a_mac"})
    assert device.resolve("auto", small=device.small(LARGE)) == "cpu"


def test_every_quick_run_is_small_and_every_preset_that_asks_for_a_gpu_is_not():
    for lesson in discover().values():
        for playground in lesson.playgrounds:
            if not hasattr(playground.config, "device"):
                continue
            for preset in playground.presets:
                small = device.small(controls.config_of(playground, preset.values))
                where = (lesson.slug, playground.slug, preset.name)
                assert small or preset.name != "quick", where
                assert not small or preset.needs is None or "GPU" not in preset.needs.en.replace("GPU-", ""), where


def test_processes_that_ask_at_the_same_moment_get_the_same_answer(machine, monkeypatch, tmp_path):
    """Both have measured before either has written, and a write takes its time."""
    both, write = threading.Barrier(2), files.write_atomic
    monkeypatch.setattr(files, "write_atomic", lambda *args: (time.sleep(0.2), write(*args)))

    def asked(answer):
        return device.settled("a", lambda: (both.wait(5), answer)[1])

    with ThreadPoolExecutor(2) as pool:
        answers = set(pool.map(asked, (True, False)))
    kept = json.loads((tmp_path / "settled.json").read_text(encoding="utf-8"))[device.machine()]
    assert answers == {kept["a"]}


def test_files_are_read_in_the_encoding_they_were_written_in(tmp_path):
    """Under a locale of ASCII alone, a Vietnamese learner's file would be read as none at all."""
    code = (
        "from app import learner\n"
        "names = {'run': 'Nguy' + chr(0x1ec5) + 'n'}; learner.save('a1b2c3d4', {'names': names})\n"
        "assert learner.load('a1b2c3d4')['names'] == names"
    )
    ascii_only = {"PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0", "LC_ALL": "C", "PLAYGROUND_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ | ascii_only, check=True)


def test_computers_that_share_a_home_keep_each_others_answers(machine, monkeypatch, tmp_path):
    assert device.settled("a", lambda: True)
    for name, answer in (("other-pc", False), ("third-pc", True)):
        monkeypatch.setattr(device, "machine", lambda name=name: name)
        assert device.settled("a", lambda answer=answer: answer) is answer
    monkeypatch.undo()
    kept = json.loads((tmp_path / "settled.json").read_text(encoding="utf-8"))
    assert sorted(answers["a"] for answers in kept.values()) == [False, True, True]


def test_a_mac_is_told_from_another_mac(monkeypatch):
    """platform says "arm" of every one of them."""
    asked = []
    monkeypatch.setattr(device.sys, "platform", "darwin")
    monkeypatch.setattr(
        device.subprocess, "run", lambda command, **_: asked.append(command) or SimpleNamespace(stdout="Apple M3 Pro\n")
    )
    assert device.processor.__wrapped__() == "Apple M3 Pro" and asked[0][0] == "sysctl"
    monkeypatch.setattr(device.subprocess, "run", lambda *_, **__: SimpleNamespace(stdout=""))
    assert device.processor.__wrapped__() != ""


@pytest.mark.parametrize(
    "text", ["[]", '{"devices": {}}', '{"devices": [1]}', '{"devices": {"mps": 3}}', "[" * 100_000, ""]
)
def test_a_damaged_list_of_devices_is_a_machine_with_a_cpu(machine, tmp_path, text):
    (tmp_path / "device.json").write_text(text)
    assert device.remembered()["cpu"] == "" and device.resolve("auto", small=False) == "cpu"
