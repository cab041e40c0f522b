"""Which library multiplies float32 matrices on a CPU. torch is built with two and takes MKL, which on a processor that is
not Intel's leaves its widest vectors (AVX-512) alone: half the speed, from the same numbers. oneDNN uses what is there."""

import platform
from contextlib import contextmanager
from functools import cache

import torch

from core import device

SIDE, TRIES = 512, 6
WORTH = 1.2  # times as fast: below, torch's own choice stays


def without_onednn() -> None:
    """Switch oneDNN off for this process where torch would do so itself, halfway: an ARM processor without bfloat16, at
    its first product in bfloat16. What a run computes would then depend on what this process had computed before."""
    arm = platform.machine() in ("aarch64", "arm64") and torch.backends.mkldnn.is_available()
    if arm and not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        torch.backends.mkldnn.set_flags(_enabled=False)


without_onednn()


@cache
def onednn_pays() -> bool:
    """Whether oneDNN is faster here and rounds no more than MKL: tried once on a machine, some 30 ms.

    The only way to ask torch for it is set_float32_matmul_precision("medium"), which *allows* products in bfloat16. A
    processor without bfloat16 matrix units (AMX) computes in float32 all the same; one that has them is found out by
    its error, and left as it was.
    """

    def better():
        (seconds, error), (mkl_seconds, mkl_error) = trial("medium"), trial("highest")
        return mkl_seconds > WORTH * seconds and error < 2 * mkl_error

    return torch.backends.mkldnn.is_available() and device.settled("oneDNN multiplies float32", better)


def trial(precision: str) -> tuple[float, float]:
    """(seconds, distance from the exact result) of a product of two matrices of random numbers; the best of some."""
    from core import rng, timing

    draw, best = rng.stream(0, "noise"), float("inf")
    a, b = (torch.randn(SIDE, SIDE, generator=draw) for _ in range(2))
    with told(precision):
        for _ in range(TRIES):
            began = timing.clock()
            product = a @ b
            best = min(best, timing.clock() - began)
    return best, (product - a.double() @ b.double()).norm().item()


@contextmanager
def fast(name: str = "cpu"):
    """Float32 products on the device of this name go to the faster library inside, where there is one. Never around a
    yield: the setting belongs to the process."""
    if name == "cpu" and onednn_pays():
        with told("medium"):
            yield
    else:
        yield


@contextmanager
def told(precision: str):
    """torch.set_float32_matmul_precision(precision) inside, what it was before afterwards."""
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def by_onednn() -> bool:
    """Whether float32 products go to oneDNN now."""
    return torch.get_float32_matmul_precision() == "medium"


def by_mkl(function, *tensors):
    """function(*tensors), its gradient too, with torch's own library: for a kernel made of many small products, whose
    preparation takes oneDNN longer than the products."""
    if torch.is_grad_enabled() and any(t.requires_grad for t in tensors):
        return _ByMkl.apply(function, *tensors)
    with told("highest"):
        return function(*tensors)


class _ByMkl(torch.autograd.Function):
    """Keeps the function's own graph and goes back through it under the same setting."""

    @staticmethod
    def forward(ctx, function, *tensors):
        ctx.inputs = [t.detach().requires_grad_() for t in tensors]
        with told("highest"), torch.enable_grad():
            ctx.result = function(*ctx.inputs)
        return ctx.result.detach()

    @staticmethod
    def backward(ctx, upstream):
        with told("highest"):
            return None, *torch.autograd.grad(ctx.result, ctx.inputs, upstream)
