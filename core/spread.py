"""What softmax makes of a row of scores: how spread the probabilities are and how much gradient they let through."""

import numpy as np

DEAD = 0.01  # a row whose Jacobian is smaller than this passes almost no gradient


def softmax(scores):
    """Probabilities along the last axis."""
    shifted = np.exp(scores - scores.max(-1, keepdims=True))
    return shifted / shifted.sum(-1, keepdims=True)


def log_softmax(scores):
    """Logarithms of softmax(scores) along the last axis: the scores less one constant a row. The largest score is taken
    away first, so that no exp can overflow. −inf stays −inf."""
    shifted = scores - scores.max(-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))


def at_temperature(p, temperature: float):
    """Probabilities p raised to 1/temperature and made to add up to 1 again: what "temperature" means in sampling."""
    raised = p ** (1 / temperature)
    return raised / raised.sum(-1, keepdims=True)


def top(p):
    return p.max(-1)


def entropy(p):
    """Nats along the last axis; 0·ln 0 counts as 0."""
    return -(p * np.log(np.where(p > 0, p, 1.0))).sum(-1)


def effective(p):
    """1/Σp²: over how many keys the attention is spread (n where all are equal, 1 where one has everything)."""
    return 1 / (p * p).sum(-1)


def jacobian_norm(p):
    """Frobenius norm of ∂softmax/∂scores = diag(p) − p pᵀ: √(Σp² − 2Σp³ + (Σp²)²)."""
    squares = (p * p).sum(-1)
    return np.sqrt(np.maximum(squares - 2 * (p**3).sum(-1) + squares**2, 0.0))
