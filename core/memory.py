"""How much memory a training step needs: measured, not estimated."""

import os
import sys
from contextlib import contextmanager

import torch
from torch.utils._python_dispatch import TorchDispatchMode

from core import timing


def bytes_of(tensors) -> int:
    """Bytes of these tensors, memory they share counted once."""
    held = {t.untyped_storage().data_ptr(): t.untyped_storage().nbytes() for t in tensors if t is not None}
    return sum(held.values())


def standing(stepper) -> int:
    """Bytes that are there before a step begins: weights, what is left of the gradients, the optimizers' state."""
    params = list(stepper.model.parameters())
    states = [t for one in stepper.optimizers for s in one.state.values() for t in s.values() if torch.is_tensor(t)]
    return bytes_of([*params, *(p.grad for p in params), *states])


def peak(stepper, step) -> int:
    """Most bytes alive at once while `step()` runs. On a CUDA GPU the allocator's own record. On a CPU what was `allocated`
    on top of what was standing: the process's size would also count torch itself, and memory that is kept for later.
    MPS keeps no record of its peak, only of the moment, which is read after every operation: what one takes and gives back
    by itself is not seen."""
    if stepper.device == "cuda":
        timing.wait("cuda")
        torch.cuda.reset_peak_memory_stats()
        step()
        timing.wait("cuda")
        return torch.cuda.max_memory_allocated()
    if stepper.device == "mps":
        with _Highest(torch.mps.current_allocated_memory) as record:
            step()
        return record.most
    before = standing(stepper)
    return before + allocated(step)


class _Highest(TorchDispatchMode):
    """The highest reading of `now()` after any of the operations inside."""

    def __init__(self, now):
        super().__init__()
        self.now, self.most = now, now()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        out = func(*args, **(kwargs or {}))
        self.most = max(self.most, self.now())
        return out


def allocated(act) -> int:
    """Most bytes alive at once on the CPU while `act()` runs, beyond those before: every allocation that torch's profiler
    reports, added up in order."""
    from torch.profiler import ProfilerActivity, profile

    with _quiet(), profile(activities=[ProfilerActivity.CPU], profile_memory=True) as record:
        act()
    moves = [e for e in record.profiler.kineto_results.events() if e.name() == "[memory]"]
    now = most = 0
    for event in sorted(moves, key=lambda e: e.start_ns()):
        now += event.nbytes()
        most = max(most, now)
    return most


def saved_for_backward(forward, weights=()) -> int:
    """Bytes the forward pass keeps for the backward one, beyond the parameters: every tensor autograd saves, each storage
    once. forward() -> loss. weights: a view of one of these (a matrix that is kept transposed) does not count either."""
    kept, own = {}, {w.untyped_storage().data_ptr() for w in weights}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if not isinstance(tensor, torch.nn.Parameter) and storage.data_ptr() not in own:
            kept[storage.data_ptr()] = (storage.nbytes(), tensor)  # held, so that no address is used twice
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = forward()
    total = sum(size for size, _ in kept.values())
    del loss
    return total


@contextmanager
def _quiet():
    """The profiler announces itself on the error stream of the process, past Python: not here."""
    sys.stderr.flush()
    try:
        kept = os.dup(2)
    except OSError:  # no error stream at all
        yield
        return
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nothing)
