"""Why an untrained model with tied N(0, 1) embeddings repeats its input, and what its first loss will be (lesson 8)."""

import math
from statistics import NormalDist

STREAM = (
    0.05  # variance that one block with PyTorch's default weights adds to the residual stream: E[gelu^2]/3 + attention
)


def logits(width: int, init_std: float, divisor: float, blocks: int = 0) -> tuple[float, float]:
    """(logit of the input token itself, spread of the other logits) of an untrained Model 5 with tied embeddings.

    The final LayerNorm makes the stream a vector of length sqrt(d). It still points mostly along the token's own
    embedding (cosine 1/sqrt(2) for token plus position, a little less after each block), and the head takes its
    product with every row. divisor: what the logits are divided by, 1 or sqrt(d). blocks: how many blocks with PyTorch's
    default weights; 0 for GPT-2's small ones.
    """
    scale = 1 / divisor
    cosine = init_std / math.sqrt(2 * init_std**2 + STREAM * blocks) if init_std else 0.0
    return scale * width * init_std * cosine, scale * math.sqrt(width) * init_std


def start_loss(
    vocabulary: int, width: int, init_std: float, divisor: float, blocks: int = 0, tied: bool = True
) -> float:
    """Loss before any training, nats per token: log of the sum over one own logit and V - 1 normal ones; the right
    answer has logit 0 on average. `tied` False: a head that knows nothing of the embedding (no own logit)."""
    own, spread = logits(width, init_std, divisor, blocks)
    count = min(vocabulary, 4000)  # quantiles of the normal stand for the rows; more change nothing below 0.01
    normal = NormalDist()
    terms = [spread * normal.inv_cdf((i + 0.5) / count) + math.log(vocabulary / count) for i in range(count)]
    if tied:
        terms.append(own)
    top = max(terms)
    return top + math.log(sum(math.exp(t - top) for t in terms))


def repeat(vocabulary: int, width: int, init_std: float, divisor: float, blocks: int = 0) -> float:
    """Predicted probability that the untrained, tied model repeats its input token."""
    own, _ = logits(width, init_std, divisor, blocks)
    return math.exp(own - start_loss(vocabulary, width, init_std, divisor, blocks))
