"""The house models: two small ones pretrained here and shipped, for lessons that start from somebody else's weights.

`python -m core.house` (make house-model) trains both and writes core/gallery/house/. "gpt" is Model 5 under GPT-2's
names, so a lesson on GPT-2's weights works with it; "model1" is the donor of lessons 1 and 7. Both read the standard
library's docstrings (gpt also Tales) and never Python's manual, which stays UNSEEN: real prose to fine-tune on.
"""

import hashlib
import json
import math
import platform
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from core import files

FOLDER = Path(__file__).parent / "gallery" / "house"
UNSEEN = "manual"
STORIES = 2000  # of each Tales language: about as many tokens in both together as in the docstrings
TEST_TOKENS = 16_384


@dataclass(frozen=True)
class Recipe:
    """How a house model is made. blocks 0: Model 1. Windows of `context` tokens, `batch` of them a step."""

    name: str
    width: int
    blocks: int
    heads: int
    context: int
    batch: int
    steps: int
    lr: float
    weight_decay: float
    corpora: tuple[str, ...]
    warmup: float = 0.0
    schedule: str = "constant"
    clip: float = 0.0
    seed: int = 0
    tokenizer: str = "bpe"


RECIPES = {
    "gpt": Recipe(
        "gpt",
        width=64,
        blocks=4,
        heads=4,
        context=64,
        batch=32,
        steps=4000,
        lr=3e-3,
        weight_decay=0.1,
        corpora=("docstrings", "tales-en", "tales-vi"),
        warmup=0.02,
        schedule="linear",
        clip=1.0,
    ),
    # lesson 7's own donor: 800 steps at lesson 5's learning rate, 512 pairs a step
    "model1": Recipe(
        "model1", width=64, blocks=0, heads=1, context=8, batch=64, steps=800, lr=5e-3, weight_decay=0.01,
        corpora=("docstrings",),
    ),
}  # fmt: skip


def texts(name: str) -> tuple[str, str]:
    """(train, test) of one of the texts the house models read."""
    from core import corpora, docstrings

    if name == "docstrings":
        return corpora.split(docstrings.text())
    corpus = corpora.load(name)
    stories = corpus.train.splitlines(keepends=True)[:STORIES]
    return "".join(stories), corpus.test


def build(recipe: Recipe):
    """The model of a recipe, freshly initialised. Model 5 has GPT-2's own approximate GELU, as GPT-2's weights need."""
    from core import initializers, rng, tokenizers
    from core.models import Model1, Model5

    vocabulary = tokenizers.load(recipe.tokenizer).n_vocab
    if not recipe.blocks:
        model = Model1(vocabulary, recipe.width)
        initializers.torch_default(model, rng.stream(recipe.seed, "init"))
        return model
    model = Model5(vocabulary, recipe.width, recipe.context, blocks=recipe.blocks, heads=recipe.heads, tanh=True)
    initializers.gpt2(model, rng.stream(recipe.seed, "init"))
    return model


def make(recipe: Recipe, say=print) -> tuple[dict, dict]:
    """(tensors under GPT-2's names, card). Trains for some minutes; `say` hears how it goes."""
    import numpy as np
    import torch

    from core import batches, corpora, events, experiment, losses, schedules, tokenizers
    from core import train as loop
    from core.models import to_gpt2

    tokenizer = tokenizers.load(recipe.tokenizer)
    read = {name: texts(name) for name in recipe.corpora}
    tokens = {name: [np.array(tokenizer.encode(part)) for part in parts] for name, parts in read.items()}
    data = np.concatenate([train for train, _ in tokens.values()])
    tokens[UNSEEN] = [corpora.tokens(UNSEEN, tokenizer, part) for part in ("train", "test")]
    held = {name: test_windows(test, recipe) for name, (_, test) in tokens.items()}
    model, curve, seconds = build(recipe), [], 0.0

    def loss(model, step):
        x, y = batches.batch(data, recipe.seed, step, recipe.batch, recipe.context)
        return losses.cross_entropy(model(x), y)

    def evaluate(model, step):
        for name, rows in held.items():
            yield events.Metric(step, name, test_loss(model, rows))

    groups = [  # weight decay for matrices only: a LayerNorm's gain goes where its gradient leads
        {"params": [p for p in model.parameters() if p.dim() > 1]},
        {"params": [p for p in model.parameters() if p.dim() < 2], "weight_decay": 0.0},
    ]
    points = set(experiment.grid(100)) | set(range(200, recipe.steps + 1, 200))
    for event in loop.train(
        model,
        loss=loss,
        steps=recipe.steps,
        seed=recipe.seed,
        lr=recipe.lr,
        weight_decay=recipe.weight_decay,
        factor=lambda step: schedules.factor(recipe.schedule, step, recipe.steps, recipe.warmup),
        clip=recipe.clip,
        evaluate=evaluate,
        due=points.__contains__,
        groups=[group for group in groups if group["params"]],
    ):
        if event.kind == "metric" and event.name != "train_loss":
            curve.append({"step": event.step, "text": event.name, "loss": round(event.value, 4)})
            say(f"{recipe.name}  step {event.step}  {event.name} {event.value:.4f}  {seconds:.0f} s")
        elif event.kind == "metric":
            seconds = event.seconds
        elif event.kind == "finished" and event.reason != "done":
            raise SystemExit(f"{recipe.name} {event.reason} at step {event.step}")
    tensors = {name: tensor.contiguous() for name, tensor in to_gpt2(model.state_dict()).items()}
    return tensors, {"steps": recipe.steps} | card(recipe, tokenizer, read, tokens, held, curve) | {
        "parameters": sum(t.numel() for t in tensors.values()),
        "torch": torch.__version__,
    }


def test_windows(tokens, recipe: Recipe):
    """Fixed windows of unseen text: int64 numpy array (N, T + 1), about TEST_TOKENS tokens."""
    from core import batches

    return batches.test_rows(tokens, recipe.context, TEST_TOKENS // recipe.context)


def test_loss(model, rows) -> float:
    """Mean loss on windows (N, T + 1), nats per token."""
    import torch

    from core import train as loop

    ids = torch.from_numpy(rows)
    return loop.test_losses(model, ids[:, :-1], ids[:, 1:]).mean().item()


def card(recipe: Recipe, tokenizer, read: dict, tokens: dict, held: dict, curve: list) -> dict:
    """What the model is, what it read, how good it is beside the floors: everything but the file's own hash."""
    from core import manual, references

    last = {row["text"]: row["loss"] for row in curve}
    results = []
    for name, rows in held.items():
        lines = {"uniform": math.log(tokenizer.n_vocab)}
        lines |= references.count_tables(tokens[name][0], rows, tokenizer.n_vocab)
        if name.startswith("tales-"):
            if recipe.blocks:
                lines["oracle"] = float(references.oracle(name, tokenizer, rows).mean())
            else:
                lines["bigram"] = float(references.best_of_one(name, tokenizer, rows).mean())
        results.append(
            {"text": name, "test_loss": last[name], "references": {k: round(v, 4) for k, v in lines.items()}}
        )
    return {
        "recipe": asdict(recipe),
        "layout": "GPT-2" if recipe.blocks else "Model 1",
        "vocabulary": tokenizer.n_vocab,
        "tokenizer": {"name": tokenizer.name, "fingerprint": tokenizer.fingerprint},
        "data": [
            {
                "text": name,
                "sha256": digest("".join(parts).encode()),
                "characters": len(parts[0]),
                "tokens": len(tokens[name][0]),
                "held_out_tokens": len(tokens[name][1]),
            }
            for name, parts in read.items()
        ],
        "unseen": {"text": UNSEEN, "sha256": digest(manual.text().encode())},
        "python": platform.python_version(),
        "tokens_seen": recipe.steps * recipe.batch * recipe.context,
        "date": time.strftime("%Y-%m-%d"),
        "results": results,
        "curve": curve,
    }


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def main(arguments: list[str]) -> None:
    import torch
    from safetensors.torch import save

    torch.set_num_threads(1)  # so small a model gains little from a second, and a busy machine loses much
    if not set(arguments) <= set(RECIPES):
        sys.exit(f"usage: python -m core.house [{' | '.join(RECIPES)}]")
    for name in arguments or RECIPES:
        tensors, facts = make(RECIPES[name])
        data = save(tensors, metadata={"format": "pt"})
        files.write_atomic(FOLDER / f"{name}.safetensors", data)
        text = json.dumps({"name": name, "bytes": len(data), "sha256": digest(data)} | facts, indent=1)
        files.write_atomic(FOLDER / f"{name}.json", (text + "\n").encode())
        print(f"{name}: {len(data):,} bytes, {facts['steps']} steps -> {FOLDER}")


if __name__ == "__main__":
    main(sys.argv[1:])
