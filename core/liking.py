"""Which tokens a learner likes, and the target distribution Q over them (course lesson 10)."""

import re
import string

from core.problem import Problem

RANGES = {"0-9": string.digits, "A-Z": string.ascii_uppercase, "a-z": string.ascii_lowercase}


def token_mask(pieces: list[str], letters: str, case_sensitive: bool = True):
    """Boolean numpy array (V,): the tokens whose text contains one of `letters`.

    letters: one text ("x", "Time"), several parted by commas ("a,e"), or ranges: "0-9", "A-Z,a-z". Beside anything else a
    range stands for itself, "0-9,x", as in runs that are stored. Tokens that are a fragment of a character (shown with a
    replacement sign) are left out. Raises Problem: no_token_has (with the letters that would work) when nothing matches,
    every_token_has when all do.
    """
    import numpy as np

    wanted = [part for part in letters.split(",") if part]
    if all(part in RANGES for part in wanted):
        wanted = [c for part in wanted for c in RANGES[part]]
    fold = (lambda text: text) if case_sensitive else str.lower
    wanted = [fold(part) for part in wanted]
    mask = np.array([("\ufffd" not in piece) and any(w in fold(piece) for w in wanted) for piece in pieces])
    if not mask.any():
        works = sorted({c for piece in pieces for c in piece if re.match(r"[a-zA-Z]", c)})
        shown = ", ".join(works[:60]) + (" …" if len(works) > 60 else "")
        raise Problem("no_token_has", letters=letters[:20], works=shown)
    if mask.all():
        raise Problem("every_token_has", letters=letters[:20])
    return mask


def target(mask, counts=None):
    """Q (V,), float32, sums to 1: uniform over the set, or in proportion to `counts` (V,) of the training text.
    A set that never occurs in the text falls back to uniform: there is no frequency to follow."""
    import numpy as np

    weights = mask.astype(np.float64) if counts is None else mask * counts.astype(np.float64)
    if not weights.sum():
        weights = mask.astype(np.float64)
    return (weights / weights.sum()).astype(np.float32)
