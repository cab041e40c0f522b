"""A seed is a seed in every process: nothing that is computed at once depends on the order of a set, which Python changes."""

import os
import subprocess
import sys
from pathlib import Path

SHOW = """
from app.lesson import discover, quick
from app.view import inline
from core import events, experiment

for number, lesson in discover().items():
    for playground in lesson.playgrounds:
        if experiment.of(playground.config).lane == "inline":
            for arm in quick(lesson, playground):
                for event in inline(arm.config).events:
                    print(number, playground.slug, arm.label, events.to_json(event))
"""


def test_what_is_computed_at_once_is_the_same_under_another_hash_seed():
    made = [
        subprocess.Popen(
            [sys.executable, "-c", SHOW],
            cwd=Path(__file__).resolve().parent.parent,
            env=os.environ | {"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        for seed in ("1", "2")
    ]
    (first, said), (second, _) = (process.communicate(timeout=120) for process in made)
    assert all(process.returncode == 0 for process in made), said[-2000:]
    one, two = first.splitlines(), second.splitlines()
    assert len(one) == len(two) > 1000
    assert [(a[:200], b[:200]) for a, b in zip(one, two, strict=True) if a != b] == []
