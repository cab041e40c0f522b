"""Which tokens a text uses often, seldom, never: three groups, and the groups the course's notebook really plots."""

from dataclasses import dataclass

import numpy as np

from core import rng

NAMES = ("common", "rare", "never")


@dataclass(frozen=True)
class Groups:
    """Token ids, each int64 (n,). ties: how many tokens occur exactly as often as the most frequent of `rare`, in the
    group or not. counts: occurrences of every token of the vocabulary, int64 (V,)."""

    common: np.ndarray
    rare: np.ndarray
    never: np.ndarray
    counts: np.ndarray
    ties: int

    def ids(self) -> dict[str, np.ndarray]:
        return {name: getattr(self, name) for name in NAMES}


def frequency_groups(tokens, vocabulary: int, size: int, seed: int = 0) -> Groups:
    """The `size` most common tokens of `tokens` (N,), the `size` least common that occur, and `size` that never do.

    common and rare never overlap: each has at most a third of the tokens that occur. Equal counts are ordered by a seeded
    draw, and the never group is a draw from all unused tokens, so that neither depends on how ids were dealt out.
    """
    counts = np.bincount(np.asarray(tokens, dtype=np.int64), minlength=vocabulary)
    shuffled = rng.numpy_stream(seed, "data").permutation(vocabulary)
    order = shuffled[np.argsort(-counts[shuffled], kind="stable")]  # most common first, ties in drawn order
    used = int((counts > 0).sum())
    inner = max(1, min(size, used // 3))
    rare = order[used - inner : used]
    ties = int((counts == counts[rare].max()).sum())
    return Groups(np.sort(order[:inner]), np.sort(rare), np.sort(order[used:][:size]), counts, ties)


def notebook_groups(tokens, vocabulary: int, size: int) -> dict[str, np.ndarray]:
    """The same three as the course's notebook indexes them (CCunusedTokens): `np.unique` sorts the counts of the tokens
    that occur, and the *positions* in that list are used as if they were token ids. Its never group is right, but takes
    the first `size` free ids instead of a draw. How the notebook's sort orders equal counts differs from processor to
    processor; here the later position comes first."""
    found, counts = np.unique(np.asarray(tokens), return_counts=True)
    order = np.argsort(counts, kind="stable")[::-1].copy()  # positions in `found`, not ids: found[order] was meant
    inner = max(1, min(size, len(found) // 3))
    free = np.setdiff1d(np.arange(vocabulary), found)
    return {"common": order[:inner], "rare": order[-inner:], "never": free[:size]}


def audit(groups: Groups, drawn: dict[str, np.ndarray]) -> dict[str, float]:
    """What is wrong with groups that were drawn otherwise: how many of its ids are in the true group ("overlap_common",
    "overlap_rare"), how many never occur ("unused_common", "unused_rare"), and the share of the text that the true and
    the drawn common tokens cover ("share", "share_drawn")."""
    counts = groups.counts
    found = {"share": counts[groups.common].sum() / counts.sum()}
    found["share_drawn"] = counts[drawn["common"]].sum() / counts.sum()
    for name in ("common", "rare"):
        found[f"overlap_{name}"] = np.isin(drawn[name], groups.ids()[name]).sum()
        found[f"unused_{name}"] = (counts[drawn[name]] == 0).sum()
    return {name: float(value) for name, value in found.items()}


def floor(counts, ids) -> float:
    """ln of the mean frequency of these tokens in the text: where ln(mean p) of a model that only counts would settle."""
    return float(np.log(counts[ids].mean() / counts.sum()))
