"""A learner without an account: a random id in the link, and one small file with pins, predictions and notes."""

import json
import re
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from core import files, runs

PINS = 5
_lock = threading.Lock()


def new_id() -> str:
    return secrets.token_hex(4)


def valid(id: str) -> bool:
    return bool(re.fullmatch(r"[0-9a-f]{8}", id or ""))


def _path(id: str) -> Path:
    return files.home() / "learners" / f"{id}.json"


def load(id: str) -> dict:
    """{"pins": {lesson: [run ids]}, "predictions": {lesson/question: answer}}; empty where there is none."""
    data = runs.read_json(_path(id))
    for name in ("pins", "predictions"):  # of another shape: damaged, and no reason to break everybody's page
        if not isinstance(data.get(name), dict):
            data[name] = {}
    rows = {lesson: row for lesson, row in data["pins"].items() if isinstance(row, list)}
    data["pins"] = {lesson: [pin for pin in row if _whole(pin)] for lesson, row in rows.items()}
    return data


def _whole(pin) -> bool:
    return isinstance(pin, dict) and isinstance(pin.get("run"), str)


def save(id: str, data: dict) -> None:
    """Raises Problem(disk_full | read_only)."""
    files.write_atomic(_path(id), json.dumps(data, ensure_ascii=False).encode())


def change(id: str, act: Callable[[dict], None]) -> dict:
    """Let act(data) change what the file holds now, and return it. Two tabs of one learner may be open: each puts its own
    change into what the other has written meanwhile. Raises Problem(disk_full | read_only)."""
    with _lock:
        data = load(id)
        act(data)
        save(id, data)
    return data


def pinned() -> frozenset[str]:
    """Every run that anybody here has pinned: never cleared."""
    ids: set[str] = set()
    for path in (files.home() / "learners").glob("*.json"):
        for pins in load(path.stem)["pins"].values():
            ids |= {pin["run"] for pin in pins}
    return frozenset(ids)
