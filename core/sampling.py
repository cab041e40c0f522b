"""From a row of outputs to the next token: temperature, top-k, top-p and one uniform number (course lesson 15)."""

import numpy as np

from core import spread
from core.problem import Problem

TINY = 1e-30  # a temperature below this makes float32 logits infinite


def probabilities(output, temperature: float = 1.0, top_k: int = 0, top_p: float = 1.0):
    """What the next token is drawn from, (..., V). output: the logits z, or log_softmax(z): nothing here can tell which.

    The proof: log_softmax(z) = z − c with one c a row, (z − c)/T = z/T − c/T, and softmax does not see a constant.
    temperature 0 is argmax, and so is one too small to divide by. top_k 0 and top_p 1 keep every token. A banned token has
    −inf and stays out.
    Raises Problem("no_token_left") where a whole row is −inf.
    """
    if not np.isfinite(output).any(-1).all():
        raise Problem("no_token_left", vocabulary=output.shape[-1])
    temperature = output.dtype.type(temperature)
    if float(temperature) < TINY:
        return (np.arange(output.shape[-1]) == output.argmax(-1)[..., None]).astype(output.dtype)
    scores = output / temperature
    p = spread.softmax(np.where(kept(scores, top_k, top_p), scores, -np.inf))
    return p.astype(output.dtype)


def kept(scores, top_k: int = 0, top_p: float = 1.0):
    """Which tokens may be drawn, (..., V) of bool: the top_k highest scores, and of these the likeliest until their
    probabilities add up to top_p (Holtzman et al. 2020). A top_k beyond V keeps all."""
    allowed = scores > -np.inf
    if 0 < top_k < scores.shape[-1]:
        allowed &= scores >= -np.partition(-scores, top_k - 1, -1)[..., top_k - 1 : top_k]
    if top_p < 1:
        p = spread.softmax(np.where(allowed, scores, -np.inf))
        order = np.argsort(-p, -1, kind="stable")
        before = np.cumsum(np.take_along_axis(p, order, -1), -1) - np.take_along_axis(p, order, -1)
        inside = np.empty_like(allowed)
        np.put_along_axis(inside, order, before < top_p, -1)
        allowed &= inside
    return allowed


def draw(p, u: float) -> int:
    """The token at which the probabilities p (V,), added up in order, pass u in [0, 1): same u, same p, same token."""
    total = np.cumsum(p, dtype=np.float64)
    return int(np.searchsorted(total, u * total[-1], side="right"))
