"""Weights somebody trained before us: the house models that ship, and GPT-2 (124M) where this machine has it.

Everything is read from safetensors files, only the tensors asked for; nothing is ever unpickled. GPT-2's file is
looked for where the learner said it is, in home()/weights/gpt2, and in Hugging Face's cache; core/gpt2_download.py
fetches it.
"""

import hashlib
import json
import os
from functools import cache, lru_cache
from pathlib import Path

from core import files, gpt2, house, weights_file
from core.gpt2 import Shape, Weights
from core.problem import Problem
from core.weights_file import Entry

SOURCES = ("house", "house-model1", "gpt2")


# --- where the weights are ---------------------------------------------------------------------------------------


def folder() -> Path:
    """Where downloads go and where a file may be put by hand."""
    return files.home() / "weights" / "gpt2"


def places() -> list[Path]:
    """Where GPT-2's whole file may lie, in the order in which it is looked for: the learner's choice first."""
    hub = os.environ.get("HF_HUB_CACHE") or Path(os.environ.get("HF_HOME") or "~/.cache/huggingface") / "hub"
    out = [chosen(), folder() / "model.safetensors"]
    for model in ("models--openai-community--gpt2", "models--gpt2"):
        out += sorted((Path(hub).expanduser() / model / "snapshots").glob("*/model.safetensors"))
    return [path for path in out if path]


def chosen() -> Path | None:
    """The local file the learner named, None where there is none."""
    try:
        return Path(json.loads((folder() / "chosen.json").read_text(encoding="utf-8"))["path"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def choose(path: str | None) -> Weights | None:
    """Use this local file from now on, if it is GPT-2 (124M); None: forget the choice. The file stays where it is."""
    if path is None:
        (folder() / "chosen.json").unlink(missing_ok=True)
        return None
    place = Path(path.strip().strip("\"'")).expanduser().absolute()
    weights = gpt2.open_file(place / "model.safetensors" if place.is_dir() else place, shape=gpt2.RELEASE.shape)
    files.write_atomic(folder() / "chosen.json", json.dumps({"path": str(weights.path)}).encode())
    return weights


def find(source: str, names: tuple[str, ...] | None = None) -> Weights:
    """The file that holds these tensors of a source (all by default); for GPT-2 a downloaded part will do.

    Raises Problem: unknown_source(name, valid), house_damaged(path); for GPT-2 weights_needed(address, bytes, folder)
    where there is no file, else what is wrong with the first one that was found.
    """
    if source not in SOURCES:
        raise Problem("unknown_source", name=str(source)[:80], valid=", ".join(SOURCES))
    if source != "gpt2":
        return _house(_name(source))
    first = None
    for path in places():
        if path.exists() or path.is_symlink() or path == chosen():
            try:
                return gpt2.open_file(path, shape=gpt2.RELEASE.shape)
            except Problem as problem:
                first = first or problem
    for part, its in gpt2.RELEASE.shape.parts().items():
        path = folder() / f"{part}.safetensors"
        if names and set(names) <= set(its) and path.exists():
            entries = gpt2.plain(weights_file.header(path))
            gpt2.check(entries, gpt2.RELEASE.shape, its, path)
            return Weights(path, gpt2.RELEASE.shape, gpt2.RELEASE.shape.width // gpt2.HEAD, entries)
    raise first or Problem(
        "weights_needed", address=gpt2.RELEASE.address, bytes=gpt2.RELEASE.bytes, folder=str(folder())
    )


def has(source: str, names: tuple[str, ...] | None = None) -> bool:
    """Whether these tensors of the source are on this machine, as far as a header tells."""
    try:
        find(source, names)
        return True
    except Problem:
        return False


def verify(path: Path | str) -> None:
    """Read every byte of a file (two seconds for GPT-2's). Raises Problem(weights_hash) unless it is the original."""
    with open(path, "rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != gpt2.RELEASE.sha256:
        raise Problem("weights_hash", path=str(path), found=found, expected=gpt2.RELEASE.sha256)


# --- the house models --------------------------------------------------------------------------------------------


def card(source: str = "house") -> dict:
    """What a house model is: data, steps, test losses beside their floors, date, hash (core/house.py writes it)."""
    return _card(_name(source))


def _name(source: str) -> str:
    """Of the files of a house model."""
    return "gpt" if source == "house" else source.removeprefix("house-")


@cache
def _card(name: str) -> dict:
    path = house.FOLDER / f"{name}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        raise Problem("house_damaged", path=str(path)) from None


@cache
def _house(name: str) -> Weights:
    facts, path = _card(name), house.FOLDER / f"{name}.safetensors"
    try:
        whole = house.digest(path.read_bytes()) == facts["sha256"]
    except OSError:
        whole = False
    if not whole:
        raise Problem("house_damaged", path=str(path))
    recipe = facts["recipe"]
    shape = Shape(facts["vocabulary"], recipe["width"], recipe["context"], recipe["blocks"])
    return Weights(path, shape, recipe["heads"], weights_file.header(path))


# --- into numbers, into a model ----------------------------------------------------------------------------------


def tensors(source: str, names: tuple[str, ...] | None = None) -> dict:
    """{name: float32 numpy array} of a source, under GPT-2's names and in its orientation. Raises what `find` does."""
    return find(source, names).read(names)


@lru_cache(maxsize=4)
def _embedding(path: Path, _changed: float, entry: Entry):
    table = weights_file.read(path, {"wte": entry})["wte"]
    table.flags.writeable = False  # shared: a lesson copies it before it trains it
    return table


def embedding(source: str = "house"):
    """The token embedding (V, C), a read-only float32 numpy array; its rows are the tokens of `tokenizer(source)`."""
    weights = find(source, ("wte.weight",))
    return _embedding(weights.path, weights.path.stat().st_mtime, weights.entries["wte.weight"])


def norms(source: str = "house") -> dict:
    """{name: (C,) array} of every LayerNorm's gain and bias: ln_1 and ln_2 of each block, ln_f."""
    shape = find(source, gpt2.RELEASE.shape.parts()["norms"] if source == "gpt2" else None).shape
    return tensors(source, shape.parts()["norms"])


def tokenizer(source: str = "house") -> str:
    """The name of the tokenizer whose ids a source's embedding has rows for."""
    return "gpt2" if source == "gpt2" else "bpe"


def model(source: str = "house"):
    """The source as a model in training mode, ready to go on: Model 5, or Model 1 for "house-model1".

    GPT-2's logits are Hugging Face's to 1e-4 (tests/test_pretrained.py). Raises what `find` does.
    """
    weights = find(source)
    if source == "house-model1":
        import torch

        from core.models import Model1

        network = Model1(weights.shape.vocabulary, weights.shape.width)
        network.load_state_dict({name: torch.from_numpy(array) for name, array in weights.read().items()})
        return network
    return to_model(weights)


def to_model(weights: Weights):
    """Model 5 with these weights: GPT-2's approximate GELU, the head tied to the embedding unless the file has one."""
    import torch

    from core.models import Model5, from_gpt2

    found = {name: torch.from_numpy(array) for name, array in weights.read().items()}
    head, shape = found.get("lm_head.weight"), weights.shape
    tied = head is None or torch.equal(head, found["wte.weight"])
    network = Model5(
        shape.vocabulary,
        shape.width,
        shape.context,
        blocks=shape.blocks,
        heads=weights.heads,
        tying="same" if tied else "untied",
        tanh=True,
    )
    network.load_state_dict(from_gpt2(found))
    return network
