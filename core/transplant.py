"""Somebody else's embedding in a new model: rows matched by token, rescaled, shuffled, fitted to another width."""

from dataclasses import dataclass

import numpy as np

from core import rng
from core.problem import Problem

DONORS = ("house", "tales-en", "tales-vi", "gpt2")
ROWS = ("borrowed", "random", "gauss")
FITS = ("pca", "random")


@dataclass(frozen=True, eq=False)
class Donor:
    """table: (V', C') float32, one row a token. head: (V', C'), the output layer it was trained with. pieces: the text
    of each row's token. width: C'."""

    table: np.ndarray
    head: np.ndarray
    pieces: list[str]

    @property
    def width(self) -> int:
        return self.table.shape[1]


def donor(name: str, state: dict | None = None) -> Donor:
    """The donor of that name. `state`: the tensors of the run that trained it, for the donors that are trained here.

    Raises the Problems of pretrained.find (weights_needed where GPT-2 is not on this machine) and tokenizers.load.
    """
    from core import pretrained, tokenizers

    if state is not None:
        table, head = (state[key].cpu().numpy() for key in ("wte.weight", "lm_head.weight"))
        return Donor(table, head, tokenizers.load("bpe").pieces)
    if name == "gpt2":  # its head is its embedding
        table = pretrained.embedding("gpt2")
        return Donor(table, table, tokenizers.load("gpt2").pieces)
    tensors = pretrained.tensors("house-model1")
    return Donor(tensors["wte.weight"], tensors["lm_head.weight"], tokenizers.load("bpe").pieces)


def match(pieces: list[str], wanted: list[str]) -> np.ndarray:
    """For every token of `wanted` the row of the token with the same text in `pieces`, -1 where there is none: (V,).

    A text that several tokens share (halves of a letter all print as one sign) is matched only where the two
    vocabularies are the same.
    """
    if pieces == wanted:
        return np.arange(len(wanted))
    place: dict[str, int] = {}
    for i, piece in enumerate(pieces):
        place[piece] = -1 if piece in place else i
    return np.array([place.get(piece, -1) for piece in wanted])


def shuffled(table: np.ndarray, share: float, seed: int) -> np.ndarray:
    """A copy in which `share` of the rows have changed places in one ring, so that none of them stays: same vectors,
    wrong tokens."""
    out = table.copy()
    ring = rng.numpy_stream(seed, "noise").permutation(len(table))[: round(share * len(table))]
    out[ring] = table[np.roll(ring, 1)]
    return out


def rescaled(table: np.ndarray, std: float) -> np.ndarray:
    """The same directions at another size: all numbers together have standard deviation `std`."""
    return (table * (std / table.std())).astype(np.float32)


def fitted(table: np.ndarray, width: int, way: str, seed: int) -> np.ndarray:
    """`table` (V, C) in `width` columns. pca: its `width` strongest directions (with the mean left in), the best that
    so few columns can keep; wider than C has nothing to add. random: a random rotation cut to `width` columns, which
    keeps lengths on average (Johnson & Lindenstrauss 1984). Raises Problem("wider_than_donor", width, donor)."""
    c = table.shape[1]
    if width == c:
        return table
    if way == "pca":
        if width > c:
            raise Problem("wider_than_donor", width=width, donor=c)
        _, _, directions = np.linalg.svd(table.T @ table)  # (C, C), the strongest first
        return (table @ directions[:width].T).astype(np.float32)
    draw = rng.numpy_stream(seed, "noise", 1).standard_normal((c, width)) / np.sqrt(width)
    return (table @ draw).astype(np.float32)


def start_rows(
    kind: str, gift: Donor | None, rows: np.ndarray, *, width: int, fit: str, std: float, shuffle: float, seed: int
) -> np.ndarray:
    """The embedding a run starts from, (V, width) float32.

    kind: "borrowed", the donor's rows; "gauss", noise of the donor's own spread; "random", noise N(0, 1), PyTorch's
    default. rows: what `match` found; tokens without a donor row get noise of the donor's spread. std: 0 keeps that
    spread, else everything is rescaled to it. shuffle: share of rows handed to wrong tokens.
    """
    noise = rng.numpy_stream(seed, "init").standard_normal((len(rows), width)).astype(np.float32)
    table = noise
    if kind != "random":
        fitted_rows = fitted(gift.table, width, fit, seed)
        table = noise * fitted_rows.std()
        if kind == "borrowed":
            table = np.where(rows[:, None] >= 0, fitted_rows[rows], table).astype(np.float32)
    table = shuffled(table, shuffle, seed) if shuffle else table
    return rescaled(table, std) if std else table


def copy_rows(target, source) -> None:
    """Copy `source` (a tensor or array) into the Parameter `target` in place: the Parameter, its memory and whoever
    holds it (an optimizer, a tied layer) stay; the donor keeps its own memory."""
    import torch

    with torch.no_grad():
        target.copy_(torch.as_tensor(np.asarray(source)))
