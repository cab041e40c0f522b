"""Does a model mean what it says? Of the tokens it is 70 % sure of, 70 % should be right (Guo et al. 2017)."""

import numpy as np

BINS = 10


def reliability(confidence, correct, weight, bins: int = BINS) -> dict[str, list]:
    """Predictions sorted into `bins` equal stretches of confidence: columns stated (mean confidence), observed (share
    that was right) and share (of all predictions); stretches without predictions are left out.

    confidence: the probability of the likeliest token (n,). correct: how often it was the right one, 0 to 1 (n,).
    weight: how many predictions each entry stands for (n,).
    """
    confidence, correct, weight = (np.asarray(x, dtype=float) for x in (confidence, correct, weight))
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(place, weight, minlength=bins)
    kept = count > 0
    return {
        "stated": (np.bincount(place, weight * confidence, minlength=bins)[kept] / count[kept]).tolist(),
        "observed": (np.bincount(place, weight * correct, minlength=bins)[kept] / count[kept]).tolist(),
        "share": (count[kept] / count.sum()).tolist(),
    }


def expected_error(table: dict[str, list]) -> float:
    """Expected calibration error: the gap between stated and observed, weighted by how often it occurs."""
    gaps = zip(table["stated"], table["observed"], table["share"], strict=True)
    return float(sum(share * abs(stated - observed) for stated, observed, share in gaps))
