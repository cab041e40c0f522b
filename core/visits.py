"""`apply` on paper: which module writes which matrix when, and how wide it leaves it. Torch-free, for any size."""

from core import spreads

BLOCK = {"c_attn": (3, 1), "attn.c_proj": (1, 1), "c_fc": (4, 1), "mlp.c_proj": (1, 4)}  # (out, in), in widths
STATIONS = {"embedding": ("wte", "wpe", "blocks", "head"), "head": ("head", "wte", "wpe", "blocks")}


def shapes(vocabulary: int, width: int, context: int, blocks: int) -> dict[tuple[str, int], tuple[int, int]]:
    """{(matrix, block): (rows, columns)} of a Model 5, in the order of its registration; block 0: outside the blocks."""
    out = {("wte", 0): (vocabulary, width), ("wpe", 0): (context, width)}
    for block in range(1, blocks + 1):
        out |= {(name, block): (rows * width, columns * width) for name, (rows, columns) in BLOCK.items()}
    return out | {("head", 0): (vocabulary, width)}


def counts(vocabulary: int, width: int, context: int, blocks: int) -> int:
    """Numbers of a Model 5 whose head is its embedding: matrices, biases, LayerNorms."""
    matrices = sum(r * c for (name, _), (r, c) in shapes(vocabulary, width, context, blocks).items() if name != "head")
    biases = sum(rows for rows, _ in BLOCK.values()) * width * blocks
    return matrices + biases + 2 * width * (2 * blocks + 1)


def embedding_spread(rule: str, rows: int, columns: int, std: float) -> float:
    """What the rule for embeddings leaves: Xavier's formula, N(0, std), or PyTorch's N(0, 1)."""
    return {"xavier_normal": spreads.xavier(columns, rows), "normal": std, "pytorch": 1.0}[rule]


def separate(tying: str, moved_first: bool) -> bool:
    """Are there two matrices when `apply` comes along?"""
    return tying == "untied" or (tying == "course" and moved_first)


def visits(
    *,
    vocabulary: int,
    width: int,
    context: int,
    blocks: int,
    tying: str,
    order: str,
    moved_first: bool,
    std: float,
    embeddings: str,
    embedding_std: float,
    position_std: float,
) -> list[dict[tuple[str, int], tuple[str, float, float]]]:
    """After 0, 1, ... 4 stations: {(matrix, block): (rule that wrote it last, std that rule wanted, number of the
    visit)}. Rules: "pytorch" (nobody yet), "linear", "embedding". A shared matrix has one entry under both names."""
    two = separate(tying, moved_first)

    def slot(key):
        return key if two or key[0] != "head" else ("wte", 0)

    parts = shapes(vocabulary, width, context, blocks)
    state = {}
    for (name, block), (_, columns) in parts.items():
        default = 1.0 if name in ("wte", "wpe") else spreads.pytorch(columns)
        if name == "head" and tying == "course":
            default = 1.0  # it was the embedding when it was made
        state.setdefault(slot((name, block)), ("pytorch", default, 0))
    found = [dict(state)]
    for number, station in enumerate(STATIONS[order], 1):
        for (name, block), (rows, columns) in parts.items():
            if station != ("blocks" if block else name):
                continue
            if name not in ("wte", "wpe"):
                state[slot((name, block))] = ("linear", std, number)
            elif name == "wpe" and position_std > 0:
                state[slot((name, block))] = ("embedding", position_std, number)
            else:
                state[slot((name, block))] = (
                    "embedding",
                    embedding_spread(embeddings, rows, columns, embedding_std),
                    number,
                )
        found.append(dict(state))
    return [{key: now[slot(key)] for key in parts} for now in found]
