"""No network: how long a library takes to say so, and what a text file becomes when `datasets` loads it.

Each question is asked in a process of its own, with an address where nobody listens: nothing here leaves the machine.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from core.events import Event, Finished, Metric, Started, Table
from core.experiment import Experiment, knob

NOBODY = "http://127.0.0.1:9"  # the discard port: closed on every machine that was not set up otherwise
LONGEST = 90  # seconds a question may take
ASK = """
import json, time
from huggingface_hub import hf_hub_download
began = time.perf_counter()
try:
    hf_hub_download("demo/tiny", "config.json", local_files_only={local})
    error = ""
except Exception as problem:
    error = type(problem).__name__
print(json.dumps([time.perf_counter() - began, error]))
"""
LOAD = """
import json, time
from datasets import load_dataset
began = time.perf_counter()
data = load_dataset("text", data_files={path!r}, cache_dir={cache!r})
mapped = time.perf_counter() - began
began = time.perf_counter()
rows = load_dataset("text", data_files={path!r}, cache_dir={cache!r}, streaming=True)
first = next(iter(next(iter(rows.values()))))["text"]
print(json.dumps([mapped, sorted(data), sum(len(part) for part in data.values()), time.perf_counter() - began]))
"""


@dataclass(frozen=True)
class Config:
    """ask: retries (the default settings) | local_files_only | offline (HF_HUB_OFFLINE=1) | text (a file of `rows`
    stories of Tales, loaded by `datasets`)."""

    experiment: ClassVar[str] = "hub_offline"
    ask: str = knob("retries", choices=("retries", "local_files_only", "offline", "text"))
    rows: int = knob(1000, low=10, high=2000)


def run(config: Config, inputs: dict, resume=None) -> Iterator[Event]:
    """Metrics at step 0: seconds; for text also splits, rows, streamed_seconds (to the first row). Table "answer":
    the error's name, or the names of the splits."""
    yield Started(0)
    with tempfile.TemporaryDirectory() as folder:
        if config.ask == "text":
            from core import corpora

            path = Path(folder) / "tales.txt"
            lines = corpora.load("tales-en").train.splitlines()[: config.rows]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            code = LOAD.format(path=str(path), cache=str(Path(folder) / "cache"))
        else:
            code = ASK.format(local=config.ask == "local_files_only")
        answer, seconds = asked(code, folder, offline=config.ask in ("offline", "text"))
    if config.ask == "text" and answer:
        seconds, splits, rows, streamed = answer
        for name, value in (("splits", len(splits)), ("rows", rows), ("streamed_seconds", streamed)):
            yield Metric(0, name, float(value))
        said = splits
    else:
        seconds, said = (answer[0], [answer[1]]) if answer else (seconds, ["timeout"])
    yield Metric(0, "seconds", float(seconds))
    yield Table(0, "answer", {"text": said})
    yield Finished(0, "done")


def asked(code: str, folder: str, *, offline: bool) -> tuple[list | None, float]:
    """(what the process printed, None if it never did; seconds it took)."""
    quiet = {k: v for k, v in os.environ.items() if not k.startswith(("HF_", "HUGGING_FACE_"))}
    quiet |= {"HF_ENDPOINT": NOBODY, "HF_HOME": folder, "HF_HUB_DISABLE_TELEMETRY": "1", "NO_PROXY": "127.0.0.1"}
    quiet |= {"HF_HUB_OFFLINE": "1"} if offline else {}
    began = time.perf_counter()
    try:
        done = subprocess.run(
            [sys.executable, "-c", code], env=quiet, cwd=folder, capture_output=True, text=True, timeout=LONGEST
        )
        return json.loads(done.stdout.strip().splitlines()[-1]), time.perf_counter() - began
    except (subprocess.TimeoutExpired, ValueError, IndexError):
        return None, time.perf_counter() - began


EXPERIMENT = Experiment("hub_offline", 1, Config, run, lane="alone", machine=True)
