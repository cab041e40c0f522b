"""What a training step must cost, by counting: parameters, operations and bytes of a GPT (course lesson 20)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Shape:
    """d `width`, V `vocabulary`, T `context`. tied: the head is the embedding."""

    width: int
    blocks: int
    vocabulary: int
    context: int
    tied: bool = True
    learned_positions: bool = True


def parameters(shape: Shape) -> dict[str, int]:
    """{part: numbers}: embedding, positions, blocks (with biases and norms), head (0 where it is tied)."""
    d = shape.width
    block = 12 * d * d + 13 * d  # 3d² + d² attention, 4d² + 4d² MLP; their biases 9d, two norms 4d
    return {
        "embedding": shape.vocabulary * d,
        "positions": shape.context * d if shape.learned_positions else 0,
        "blocks": shape.blocks * block + 2 * d,
        "head": 0 if shape.tied else shape.vocabulary * d,
    }


def flops_per_token(shape: Shape) -> dict[str, float]:
    """{part: operations for each token of a training step}: two a weight forward, four backward; and for attention every
    place against all T (the causal half would be enough, and good kernels stop there): PaLM, appendix B."""
    d = shape.width
    return {
        "blocks": 6.0 * shape.blocks * 12 * d * d,
        "head": 6.0 * d * shape.vocabulary,
        "attention": 12.0 * shape.blocks * shape.context * d,
    }


WEIGHT_BYTES = {"float32": 4, "bfloat16": 4, "float16": 4, "pure_bfloat16": 2}  # autocast leaves the weights in float32
MOMENTS = {"sgd": 1, "adamw": 2}


def optimizer_numbers(shape: Shape, optimizer: str) -> int:
    """How many numbers the optimizer remembers: one momentum for SGD, two moments for AdamW, one for Muon's matrices."""
    sizes = parameters(shape)
    total = sum(sizes.values())
    if optimizer == "muon":
        return 2 * total - shape.blocks * 12 * shape.width**2
    return MOMENTS[optimizer] * total


def activation_bytes(shape: Shape, batch: int, heads: int, precision: str, *, manual: bool, checkpoint: bool) -> dict:
    """{part: bytes kept for the backward pass} of `batch` windows, counted over the operations of blocks.Block.

    Numbers for each token of a block: two norms and their results 4d, q k v 3d, attention's result 2d, MLP in 4d and out
    of GELU 4d, rounded to 17d; scores of attention written by hand: heads · T more. checkpoint: d, the block's input, and
    one whole block at a time. The loss keeps the logits, in float32 whatever the rest is (twice, where that is a copy).
    """
    size = 2 if precision != "float32" else 4
    tokens = batch * shape.context
    scores = heads * shape.context if manual else 0
    one = tokens * (17 * shape.width + scores) * size
    kept = shape.blocks * tokens * shape.width * size + one if checkpoint else shape.blocks * one
    logits = tokens * shape.vocabulary * 4 * (1 if size == 4 else 1.5)
    return {"activations": kept, "logits": logits}


def memory(
    shape: Shape,
    *,
    batch: int,
    accumulate: int = 1,
    heads: int = 12,
    precision: str = "float32",
    optimizer: str = "adamw",
    manual: bool = False,
    checkpoint: bool = False,
) -> dict[str, float]:
    """{part: bytes}: weights, gradients, optimizer, activations and logits of one micro-batch."""
    total, each = sum(parameters(shape).values()), WEIGHT_BYTES[precision]
    return {
        "weights": each * total,
        "gradients": each * total,
        "optimizer": each * optimizer_numbers(shape, optimizer),
    } | activation_bytes(shape, batch // accumulate, heads, precision, manual=manual, checkpoint=checkpoint)


def mfu(flops_of_token: float, tokens_per_second: float, peak: float) -> float:
    """Model FLOP utilisation (Chowdhery et al. 2022): the share of the machine's peak that the model's own sums get."""
    return flops_of_token * tokens_per_second / peak


def saved_days(seconds: float, steps: float) -> float:
    """Days saved by `seconds` less in each of `steps` steps."""
    return seconds * steps / 86_400
