"""A device that no test machine has, played by the CPU: strict where a real one is, so that a tensor left behind is found.

Inside `device(monkeypatch)` a tensor sent "to cuda" stays in ordinary memory, but is remembered as being there. Then, as on
a GPU, nothing may mix tensors of both places, and numpy does not see those there; and as on Apple's, there is no float64.
"""

from contextlib import contextmanager

import torch
from torch.overrides import TorchFunctionMode
from torch.utils._pytree import tree_leaves

from core import rng

THERE, HERE = torch.device("cuda"), torch.device("cpu")
MAY_MIX = ("copy_", "__set__", "_has_compatible_shallow_copy_type")


def is_there(tensor) -> bool:
    return getattr(tensor, "is_elsewhere", False)


def put(value, there: bool):
    """Remember of every tensor in `value` where it is."""
    for one in tree_leaves(value):
        if isinstance(one, torch.Tensor):
            one.is_elsewhere = there
            if there and one.dtype == torch.float64:
                raise TypeError("this device has no float64")
    return value


def place_of(given):
    """ "there", "here" or None: what an argument of `to` says about a place."""
    if isinstance(given, str | torch.device):
        return "there" if str(given).startswith("cuda") else "here"
    return None


class Elsewhere(TorchFunctionMode):
    def __init__(self):
        super().__init__()
        self.generators: list = []  # those that belong there

    def __torch_function__(self, func, types, args=(), kwargs=None):
        kwargs, name = dict(kwargs or {}), getattr(func, "__name__", "")
        if func == torch.Tensor.device.__get__:
            return THERE if is_there(args[0]) else HERE
        if name in ("cpu", "to", "cuda"):
            return self.move(name, args, kwargs)
        tensors = [t for t in tree_leaves((args, kwargs)) if isinstance(t, torch.Tensor)]
        there = any(is_there(t) for t in tensors)
        if "device" in kwargs:
            there = place_of(kwargs.pop("device")) == "there"
        else:
            self.refuse(func, name, args, kwargs, tensors, there)
        out = func(*args, **kwargs)
        if name == "__set__" and len(args) == 2 and isinstance(args[1], torch.Tensor):
            put(args[0], is_there(args[1]))  # model.to sets a parameter's data
            return out
        return out if name in ("item", "tolist") else put(out, there)

    def refuse(self, func, name, args, kwargs, tensors, there):
        if name == "numpy" and there:
            raise TypeError("can't convert a tensor of this device to numpy")
        if not there or name in MAY_MIX:
            return
        behind = [t for t in tensors if not is_there(t) and t.dim()]  # a number may come from anywhere
        if name in ("__getitem__", "__setitem__") and is_there(args[0]):
            behind = []  # an index may lie on the CPU
        if behind:
            raise RuntimeError(f"{name}: Expected all tensors to be on the same device")
        generator = kwargs.get("generator")
        if generator is not None and not any(generator is one for one in self.generators):
            raise RuntimeError(f"{name}: Expected a generator of this device")

    def move(self, name, args, kwargs):
        tensor, given = args[0], [*args[1:], *kwargs.values()]
        place = {"cpu": "here", "cuda": "there"}.get(name)
        for one in given:
            place = place or place_of(one) or (("there" if is_there(one) else "here") if torch.is_tensor(one) else None)
        there = is_there(tensor) if place is None else place == "there"
        dtype = next((one for one in given if isinstance(one, torch.dtype)), tensor.dtype)
        if there == is_there(tensor) and dtype == tensor.dtype:
            return tensor
        return put(tensor.to(dtype, copy=True), there)


@contextmanager
def device(monkeypatch):
    mode, real = Elsewhere(), rng.stream

    def stream(seed, purpose, step=0, micro=0, device="cpu"):
        generator = real(seed, purpose, step, micro)
        if place_of(device) == "there":
            mode.generators.append(generator)
        return generator

    monkeypatch.setattr(rng, "stream", stream)
    with mode:
        yield
