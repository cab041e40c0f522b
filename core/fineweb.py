"""FineWeb (Penedo et al., 2024): the first documents of its 10-billion-token sample, streamed with `datasets`.

The streaming runs in a process of its own, so that a hung connection can be ended, and a page's process never imports
what it needs. What has arrived lies in a file of JSON lines beside the collection's place; the next try continues it.
    python -m core.fineweb COUNT PART [SOURCE]      SOURCE: arguments of load_dataset as JSON
"""

import contextlib
import json
import queue
import subprocess
import sys
import threading
import time
from pathlib import Path

from core import documents, files, network, process
from core.problem import Problem

NAME = "fineweb"
ADDRESS = "https://huggingface.co/datasets/HuggingFaceFW/fineweb"
SOURCE = {"path": "HuggingFaceFW/fineweb", "name": "sample-10BT"}
COUNTS = (300, 1000, 3000, 10_000)
PER_DOCUMENT = 3_200  # bytes of text, about: 215,818 tokens in the first 300 documents
SILENCE = 60.0  # seconds without a document after which the process is ended
ROOT = Path(__file__).resolve().parent.parent


def fetch(count: int, progress=None, cancelled=None, *, source: dict | None = None, silence: float = SILENCE) -> Path:
    """Stream the first `count` documents and keep them as documents.path("fineweb"); returns that path.

    progress(documents so far, count). An interrupted or smaller collection is continued. Raises Problem:
    fineweb_offline(address, folder, file), fineweb_refused(address, reason), download_slow(address, seconds),
    download_cancelled(bytes), disk_full, read_only. What had arrived is kept, except the last, half document.
    """
    if source is None and not network.probe():
        facts = documents.missing(NAME).facts
        raise Problem("fineweb_offline", **facts)
    part = _part()
    _begin(part)
    command = [sys.executable, "-m", "core.fineweb", str(count), str(part), json.dumps(source or SOURCE)]
    environment = network.environment() if source is None else None
    child = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    lines: queue.Queue = queue.Queue()
    reader = threading.Thread(target=_pass_on, args=(child.stdout, lines), daemon=True)
    reader.start()
    heard, last = time.monotonic(), {}
    try:
        while True:
            if cancelled and cancelled():
                raise Problem("download_cancelled", bytes=part.stat().st_size if part.exists() else 0)
            try:
                line = lines.get(timeout=0.2)
            except queue.Empty:
                if time.monotonic() - heard > silence:
                    raise Problem("download_slow", address=ADDRESS, seconds=silence) from None
                continue
            if not line:
                with contextlib.suppress(subprocess.TimeoutExpired):  # it has said all it had to say
                    if (code := child.wait(5)) and not last.keys() & {"code", "error"}:
                        raise Problem("fineweb_refused", address=ADDRESS, reason=f"exit code {code}")
                break
            heard, last = time.monotonic(), json.loads(line)
            if progress and "documents" in last:
                progress(last["documents"], count)
    finally:
        child.kill()
        child.wait()
        reader.join(1)
    if "code" in last:
        raise Problem(last["code"], path=str(part))
    if "error" in last:
        raise Problem("fineweb_refused", address=ADDRESS, reason=last["error"][:200])
    return _finish(part, count)


def _pass_on(output, lines: queue.Queue) -> None:
    """What the process says, line by line; "" when it has ended."""
    with output:
        for line in output:
            lines.put(line)
    lines.put("")


def kept() -> int:
    """Documents that an interrupted download has left."""
    return _whole_lines(_part())


def forget() -> None:
    """Delete what an interrupted download has left."""
    _part().unlink(missing_ok=True)


def _part() -> Path:
    return documents.path(NAME).with_suffix(".jsonl.part")


def _begin(part: Path) -> None:
    """Start from what is there: an interrupted download, or the smaller collection of an earlier one."""
    part.parent.mkdir(parents=True, exist_ok=True)
    if not part.exists() and documents.path(NAME).exists():
        try:
            rows = documents.load(NAME).to_pylist()
        except Problem:
            return
        files.write_atomic(part, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())


def _finish(part: Path, count: int) -> Path:
    import pyarrow as pa

    with open(part, encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.endswith("\n")]
    table = pa.Table.from_pylist(rows[:count], schema=documents.schema())
    files.write_atomic(documents.path(NAME), documents.write(table))
    if len(rows) <= count:  # else more had arrived once than are asked for now: they wait for who asks for them again
        part.unlink(missing_ok=True)
    return documents.path(NAME)


def _whole_lines(path: Path) -> int:
    try:
        with open(path, "rb") as file:
            return sum(line.endswith(b"\n") for line in file)
    except OSError:
        return 0


# --- the process --------------------------------------------------------------------------------------------------


def stream(count: int, part: Path, source: dict) -> None:
    """Append documents to `part` until it has `count`, and say so on standard output, a JSON object a line."""
    from datasets import Features, Value, load_dataset

    have = _whole_lines(part)
    with open(part, "ab+") as file:  # a half line at the end, from a killed process, goes
        file.seek(0)
        whole = file.read().rfind(b"\n") + 1
        file.truncate(whole)
    features = Features({name: Value(kind) for name, kind in documents.COLUMNS.items()})
    rows = load_dataset(**source, split="train", streaming=True, features=features)
    said = time.monotonic()
    print(json.dumps({"documents": have}), flush=True)
    with open(part, "a", encoding="utf-8") as file:
        for row in rows.skip(have) if have else rows:
            if have >= count:
                break
            file.write(json.dumps({name: row[name] for name in documents.COLUMNS}, ensure_ascii=False) + "\n")
            have += 1
            if time.monotonic() - said > 0.2 or have == count:
                said = time.monotonic()
                file.flush()
                print(json.dumps({"documents": have}), flush=True)


def main(arguments: list[str]) -> None:
    count, part, source = int(arguments[0]), Path(arguments[1]), json.loads(arguments[2])
    try:
        stream(count, part, source)
    except Exception as slip:  # whatever the library meets: its words are all there is to tell
        known = files.problem(slip, part) if isinstance(slip, OSError) else slip
        end = {"code": known.code} if isinstance(known, Problem) else {"error": f"{type(slip).__name__}: {slip}"}
        print(json.dumps(end), flush=True)


if __name__ == "__main__":
    process.run(lambda: main(sys.argv[1:]))
