"""Every option of a training step as one field, and what each one is made of: model, optimizers, precision (lesson 20).

An option is only worth its name if it changes what runs. Each field here ends in another kernel, another dtype, another
number of passes, or another update; tests/test_stepper.py looks at every one of them.
"""

from dataclasses import dataclass, fields

from core import shapes

PRECISIONS = ("float32", "bfloat16", "float16", "pure_bfloat16")
UPDATES = ("fused", "foreach", "loop")
BACKENDS = ("auto", "manual", "math", "flash", "efficient", "cudnn")


@dataclass(frozen=True)
class Options:
    """precision: "bfloat16" and "float16" compute in it under autocast (float16 with a loss scaler), weights stay float32;
    "pure_bfloat16" keeps the weights in it as well. accumulate: micro-batches a step is cut into. divide: each
    micro-batch's mean loss by their number; forgetting it is a classic. update: which of torch's loops AdamW runs.
    matrix_lr: of Muon's matrices, lr of all the rest. index: type of the token ids. pinned: they are copied to
    the GPU from page-locked memory while Python goes on. packed: q, k, v copied before
    attention. padded: the vocabulary rounded up to a multiple of 64. compiled: torch.compile. threads: 0 for as many as
    the run has anyway. products: "fast" lets oneDNN multiply float32 on a CPU where it is the faster (core/products.py),
    "torch" leaves it as torch comes."""

    width: int = 96
    blocks: int = 4
    heads: int = 4
    context: int = 64
    batch: int = 16
    positions: str = "learned"
    qk_norm: bool = False
    activation: str = "gelu"
    tying: str = "same"
    padded: bool = False
    dropout: float = 0.0
    attention: str = "auto"
    packed: bool = False
    checkpoint: bool = False
    precision: str = "float32"
    index: str = "int64"
    pinned: bool = False
    accumulate: int = 1
    divide: bool = True
    optimizer: str = "adamw"
    update: str = "fused"
    lr: float = 1e-3
    matrix_lr: float = 0.02
    weight_decay: float = 0.01
    schedule: str = "constant"
    warmup: float = 0.0
    clip: float = 0.0
    compiled: bool = False
    threads: int = 0
    products: str = "fast"


def of(config, **values) -> Options:
    """The options among a Config's fields, and `values` over them."""
    named = {f.name: getattr(config, f.name) for f in fields(Options) if hasattr(config, f.name)}
    return Options(**(named | values))


MODERN = {  # what small speed runs agree on (Jordan et al. 2024), at this size
    "optimizer": "muon",
    "positions": "rotary",
    "qk_norm": True,
    "activation": "squared_relu",
    "schedule": "wsd",
    "lr": 3e-3,
    "matrix_lr": 0.02,
}


def vocabulary(options: Options, size: int) -> int:
    """Rows of the embedding for `size` tokens: the next multiple of 64 where the vocabulary is padded."""
    return -(-size // 64) * 64 if options.padded else size


def heads(options: Options) -> int:
    """The largest number of heads, at most the one asked for, that fits the width; rotary turns pairs of a head's numbers."""
    even = 2 if options.positions == "rotary" else 1
    return shapes.heads(options.width, options.heads, even)


def micro_batches(options: Options) -> int:
    """The largest number of equal micro-batches, at most the one asked for, that the batch can be cut into."""
    return next(n for n in range(min(options.accumulate, options.batch), 0, -1) if options.batch % n == 0)


def build_model(options: Options, size: int, seed: int):
    """Model 5 with these options for `size` tokens, GPT-2's initialisation. Same seed, same draws for what is the same."""
    import torch

    from core import initializers, rng
    from core.models import Model5

    p = options.dropout
    model = Model5(
        vocabulary(options, size),
        options.width,
        options.context,
        blocks=options.blocks,
        heads=heads(options),
        tying=options.tying,
        drops={place: p for place in ("embedding", "attention", "residual", "mlp")} if p else None,
        qk_norm=options.qk_norm,
        rotary=options.positions == "rotary",
        squared_relu=options.activation == "squared_relu",
        backend=options.attention,
        packed=options.packed,
        checkpoint=options.checkpoint,
    )
    initializers.gpt2(model, rng.stream(seed, "init"))
    return model.to(torch.bfloat16) if options.precision == "pure_bfloat16" else model


def build_optimizers(options: Options, model) -> list:
    """SGD, AdamW in the loop that was asked for, or Muon for the hidden matrices with AdamW for the rest."""
    import torch

    from core import muon

    how = {"fused": {"fused": True}, "foreach": {"foreach": True}, "loop": {"foreach": False}}[options.update]
    rest, found = list(model.parameters()), []
    if options.optimizer == "sgd":
        return [torch.optim.SGD(rest, lr=options.lr, momentum=0.9, weight_decay=options.weight_decay, **how)]
    if options.optimizer == "muon":
        matrices, rest = muon.split(model)
        found = [muon.Muon(matrices, lr=options.matrix_lr, weight_decay=options.weight_decay)]
    return [*found, torch.optim.AdamW(rest, lr=options.lr, weight_decay=options.weight_decay, **how)]


def no_compiler() -> str:
    """ "" where torch.compile can work here, else the program that is missing."""
    import os
    import shutil
    import subprocess
    import sys

    import torch

    if torch.cuda.is_available():
        return ""
    wanted = os.environ.get("CXX", "")
    names = [wanted] if wanted else ["g++", "c++", "clang++"]
    found = next(filter(None, map(shutil.which, names)), "")
    if sys.platform == "darwin" and found.startswith("/usr/bin/"):
        # on every Mac, but only stubs that ask for Apple's Command Line Tools where these are not installed
        found = "" if subprocess.run(["xcode-select", "-p"], capture_output=True).returncode else found
    return "" if found else names[0]


# One option at a time over the baseline: {code: fields}. What needs a GPU is named apart.
BENCHED = {
    "accumulate": {"accumulate": 4},
    "bfloat16": {"precision": "bfloat16"},
    "float16": {"precision": "float16"},
    "pure_bfloat16": {"precision": "pure_bfloat16"},
    "manual": {"attention": "manual"},
    "math": {"attention": "math"},
    "packed": {"packed": True},
    "int32": {"index": "int32"},
    "checkpoint": {"checkpoint": True},
    "foreach": {"update": "foreach"},
    "loop": {"update": "loop"},
    "sgd": {"optimizer": "sgd", "lr": 0.1},
    "muon": {"optimizer": "muon"},
    "untied": {"tying": "untied"},
    "padded": {"padded": True},
    "dropout": {"dropout": 0.1},
    "clip": {"clip": 1.0},
    "rotary": {"positions": "rotary"},
    "qk_norm": {"qk_norm": True},
    "squared_relu": {"activation": "squared_relu"},
    "modern": MODERN,
    "threads": {"threads": -1},  # all cores there are
    "as_torch_comes": {"products": "torch"},
    "compiled": {"compiled": True},
    "pinned": {"pinned": True},
    "efficient": {"attention": "efficient"},
    "cudnn": {"attention": "cudnn"},
}
NEED_GPU = ("pinned", "efficient", "cudnn")
