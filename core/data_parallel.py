"""Data parallel training with torchrun: every process takes its part of each batch, and the gradients are averaged.

`launch` starts the processes and reads what the first of them prints; run as a module under torchrun, this file is one of
them. They talk over gloo on this machine's loopback only (Li et al. 2020, "PyTorch Distributed"; course lesson 20).
"""

import json
import os
import queue
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from core import process
from core.problem import Problem

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 120  # seconds without a word: before the first step torch is imported twice on a slow laptop
BREATH = 0.1  # seconds without a line after which the caller may look around
TURN = 0.002  # seconds between two looks whether the machine is free
_machine = threading.Lock()  # a worker's arms take turns, their processes would not: one training at a time


def launch(settings: dict, processes: int, threads: int, *, breaths: bool = False) -> Iterator[dict]:
    """The lines of rank 0, as dictionaries, while `processes` processes of `threads` threads each train.

    settings: JSON values, what `train_rank` reads. breaths: also {} after every BREATH seconds in which none came, for who
    has to look whether this is still wanted. Closing the generator ends the processes: torchrun clears up. Raises
    Problem: no_distributed, processes_failed(reason), also when nothing came for PATIENCE seconds.
    """
    import torch

    if not torch.distributed.is_available() or not torch.distributed.is_gloo_available():
        raise Problem("no_distributed")
    command = [sys.executable, "-m", "torch.distributed.run", f"--nproc-per-node={processes}", "--max-restarts=0"]
    command += ["--rdzv-backend=c10d", "--rdzv-endpoint=127.0.0.1:0", "--local-addr=127.0.0.1"]
    loopback = {"linux": "lo", "darwin": "lo0"}.get(sys.platform)
    environment = (
        os.environ | {"OMP_NUM_THREADS": str(threads)} | ({"GLOO_SOCKET_IFNAME": loopback} if loopback else {})
    )
    while not _machine.acquire(blocking=False):
        time.sleep(TURN)  # no longer: who trains may be another generator of this very thread, and waits for its turn
        if breaths:
            yield {}
    try:
        # torchrun makes a folder for its logs and leaves it there; in ours it goes with the run.
        with tempfile.TemporaryFile() as complaints, tempfile.TemporaryDirectory() as logs:
            command += [f"--log-dir={logs}", "-m", "core.data_parallel", json.dumps(settings)]
            process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=complaints)
            try:
                yield from _said(process, breaths=breaths)
                if process.wait(PATIENCE):
                    raise Problem("processes_failed", reason=_reason(_text(complaints)))
            except (TimeoutError, subprocess.TimeoutExpired):
                silence = f"silent for {PATIENCE} seconds, {_reason(_text(complaints))}"[:200]
                raise Problem("processes_failed", reason=silence) from None
            finally:
                _end(process)
    finally:
        _machine.release()


def _said(process: subprocess.Popen, *, breaths: bool) -> Iterator[dict]:
    """What `launch` yields, until the process has closed its output. Raises TimeoutError after PATIENCE seconds of silence,
    which a read from the pipe itself would sit through."""
    lines: queue.Queue = queue.Queue()
    threading.Thread(target=_pass_on, args=(process, lines), daemon=True).start()
    heard = time.monotonic()
    while True:
        try:
            line = lines.get(timeout=BREATH)
        except queue.Empty:
            if time.monotonic() - heard > PATIENCE:
                raise TimeoutError from None
            if breaths:
                yield {}
            continue
        if not line:
            return
        heard = time.monotonic()
        if line.startswith(b"{"):  # gloo and torchrun have their own say
            yield json.loads(line)


def _pass_on(process: subprocess.Popen, lines: queue.Queue) -> None:
    """What the process says, line by line; b"" when it has ended."""
    with process.stdout:
        for line in process.stdout:
            if process.returncode is not None:
                break  # torchrun had to be killed: rank 0, left alone, ends when it can print no more
            lines.put(line)
    lines.put(b"")


def _text(complaints) -> str:
    complaints.seek(0)
    return complaints.read().decode("utf-8", "replace")


def _end(process: subprocess.Popen) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _reason(complaints: str) -> str:
    """What went wrong first, of all that torchrun and its processes have printed, at most 200 characters.

    torchrun lists the processes that failed, those that only missed a neighbour among them, with the signal that ended
    each, if it was one. A process with an exception has printed it, each line behind its rank. An abort follows from
    another's end, and SIGTERM is how torchrun then ends the rest, so these come after both.
    """
    signals = re.findall(r"traceback *: (Signal .*)", complaints)
    later = [s for s in signals if "SIGABRT" in s or "SIGTERM" in s]
    errors = re.findall(r"^\[rank\d+\]: (\w*(?:Error|Exception)\b.*)", complaints, re.MULTILINE)
    lines = complaints.strip().splitlines()
    found = [s for s in signals if s not in later] + errors[:1] + later + lines[-1:]
    return found[0].strip()[:200] if found else "no reason given"


def shard(x, y, rank: int, processes: int):
    """The windows of a batch (B, T) that fall to one process: every `processes`-th. B must divide evenly, or the mean of
    the processes' means would not be the mean of the batch."""
    assert len(x) % processes == 0, f"{len(x)} windows do not divide among {processes} processes"
    return x[rank::processes], y[rank::processes]


def train_rank(settings: dict, rank: int, processes: int, say) -> None:
    """One process's share of the training. `say(dict)`: what rank 0 reports after every step: step, loss (mean over the
    whole batch), seconds (of training so far), and at the end test_loss."""
    from torch import distributed
    from torch.nn.parallel import DistributedDataParallel

    from core import batches, corpora, initializers, losses, optimizers, products, rng, tokenizers
    from core.models import Model5

    s = settings
    tokenizer = tokenizers.load(s["tokenizer"], s["corpus"])
    train, test = (corpora.tokens(s["corpus"], s["tokenizer"], part) for part in ("train", "test"))
    model = Model5(tokenizer.n_vocab, s["width"], s["context"], blocks=s["blocks"], heads=s["heads"])
    initializers.SCHEMES["gpt2"](model, rng.stream(s["seed"], "init"))
    together = DistributedDataParallel(model) if processes > 1 else model
    optimizer = optimizers.build("adamw", model.parameters(), lr=s["lr"], weight_decay=0.01)
    clock = 0.0
    for step in range(1, s["steps"] + 1):
        started = time.perf_counter()
        x, y = shard(*batches.batch(train, s["seed"], step, s["batch"], s["context"]), rank, processes)
        optimizer.zero_grad(set_to_none=True)
        with products.fast():
            loss = losses.cross_entropy(together(x), y)
            loss.backward()  # DistributedDataParallel averages the gradients while they are being computed
        optimizer.step()
        clock += time.perf_counter() - started
        mean = loss.detach()
        if processes > 1:
            distributed.all_reduce(mean)
            mean /= processes
        if rank == 0:
            say({"step": step, "loss": mean.item(), "seconds": clock})
    if rank == 0:
        from core import train as loop

        model.eval()
        test_loss = loop.test_losses(model, *batches.test_windows(test, s["context"], 64)).mean().item()
        say({"step": s["steps"], "test_loss": test_loss, "seconds": clock})


def main() -> None:
    from torch import distributed

    distributed.init_process_group("gloo")
    try:
        rank, processes = distributed.get_rank(), distributed.get_world_size()
        train_rank(json.loads(sys.argv[1]), rank, processes, lambda said: print(json.dumps(said), flush=True))
        distributed.barrier()
    finally:
        distributed.destroy_process_group()


if __name__ == "__main__":
    process.run(main)
