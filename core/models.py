"""The course's five models, each adding one idea: tokens, positions, attention, blocks, GPT-2.

Every forward takes token ids x (B, T) and returns logits (B, T, V). Names follow GPT-2's files: wte, wpe, h.0.ln_1, ...
"""

from contextlib import contextmanager, nullcontext

import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.checkpoint import checkpoint as checkpointed

from core.blocks import Attention, Block

NONLINEARITIES = {"gelu": F.gelu, "relu": F.relu, "none": lambda x: x}


class Model1(nn.Module):
    """Embedding, GELU, unembedding: it sees one token, so it can learn a bigram table and no more (lesson 5)."""

    def __init__(
        self, vocabulary: int, width: int, *, bias: bool = False, nonlinearity: str = "gelu", dropout: float = 0.0
    ):
        super().__init__()
        self.wte = nn.Embedding(vocabulary, width)
        self.lm_head = nn.Linear(width, vocabulary, bias=bias)
        self.activation = NONLINEARITIES[nonlinearity]
        self.dropout = dropout  # of the embedding's numbers, in training mode only

    def hidden(self, x):
        """(B, T, C): what the head reads."""
        h = self.wte(x)
        if self.dropout:
            h = F.dropout(h, self.dropout, self.training)
        return self.activation(h)

    def forward(self, x):
        return self.lm_head(self.hidden(x))  # (B, T, V)


class Model2(nn.Module):
    """Model 1 and a position embedding, with a final LayerNorm: it knows where a token stands, not what came before."""

    def __init__(self, vocabulary: int, width: int, context: int):
        super().__init__()
        self.wte = nn.Embedding(vocabulary, width)
        self.wpe = nn.Embedding(context, width)
        self.ln_f = nn.LayerNorm(width)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, x):
        h = self.wte(x) + self.wpe.weight[: x.shape[1]]  # (B, T, C)
        return self.lm_head(self.ln_f(F.gelu(h)))


class Model3(nn.Module):
    """Model 2 with one attention head in place of GELU: for the first time a token sees the ones before it."""

    def __init__(self, vocabulary: int, width: int, context: int):
        super().__init__()
        self.wte = nn.Embedding(vocabulary, width)
        self.wpe = nn.Embedding(context, width)
        self.attn = Attention(width, heads=1)
        self.ln_f = nn.LayerNorm(width)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, x):
        h = self.wte(x) + self.wpe.weight[: x.shape[1]]
        return self.lm_head(self.ln_f(h + self.attn(h)))


class Model4(nn.Module):
    """Several full blocks (norm, attention with one head, norm, MLP) in a row."""

    def __init__(self, vocabulary: int, width: int, context: int, blocks: int = 2):
        super().__init__()
        self.wte = nn.Embedding(vocabulary, width)
        self.wpe = nn.Embedding(context, width)
        self.h = nn.ModuleList(Block(width, heads=1) for _ in range(blocks))
        self.ln_f = nn.LayerNorm(width)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)

    def forward(self, x):
        h = self.wte(x) + self.wpe.weight[: x.shape[1]]
        for block in self.h:
            h = block(h)
        return self.lm_head(self.ln_f(h))


class Model5(nn.Module):
    """GPT-2: multi-head blocks and a head tied to the embedding (Radford et al. 2019; course lesson 8).

    tying: "same" (one Parameter), "course" (nn.Parameter(wte.weight): a second Parameter on the same memory, until
    the first move to another device), "untied". divide_logits: by sqrt(width), as the course does. drops: probability
    of dropping per place (embedding, attention, residual, mlp). attention_scale: times 1/sqrt(d_head). qk_norm:
    LayerNorm on queries and keys. rotary: positions turn queries and keys in every block, and there is no wpe.
    squared_relu: in the MLPs. backend, packed: how attention is computed (blocks.Attention). checkpoint: a block keeps
    its input alone and is computed again for the backward pass (Chen et al. 2016).
    """

    def __init__(
        self,
        vocabulary: int,
        width: int,
        context: int,
        *,
        blocks: int,
        heads: int,
        tying: str = "same",
        divide_logits: bool = False,
        attention_scale: float = 1.0,
        drops: dict | None = None,
        tanh: bool = False,
        qk_norm: bool = False,
        rotary: bool = False,
        squared_relu: bool = False,
        backend: str = "auto",
        packed: bool = False,
        checkpoint: bool = False,
    ):
        super().__init__()
        drops = drops or {}
        self.wte = nn.Embedding(vocabulary, width)
        self.wpe = None if rotary else nn.Embedding(context, width)
        attention = {"rotary": rotary, "backend": backend, "packed": packed}
        self.h = nn.ModuleList(
            Block(
                width,
                heads,
                scale=attention_scale,
                drops=drops,
                tanh=tanh,
                qk_norm=qk_norm,
                squared_relu=squared_relu,
                attention=attention,
            )
            for _ in range(blocks)
        )
        self.ln_f = nn.LayerNorm(width)
        self.lm_head = nn.Linear(width, vocabulary, bias=False)
        if tying == "same":
            self.lm_head.weight = self.wte.weight
        elif tying == "course":
            self.lm_head.weight = nn.Parameter(self.wte.weight)
        self.checkpoint = checkpoint
        self.drop_embedding = drops.get("embedding", 0.0)
        self.logit_scale = width**-0.5 if divide_logits else 1.0

    def hidden(self, x, caches=None):
        """(B, T, C): what the head reads. caches: one kv_cache.Cache a block, of the tokens before x."""
        h = self.wte(x)
        if self.wpe is not None:
            h = h + self.wpe.weight.narrow(0, caches[0].length if caches else 0, x.shape[1])
        h = F.dropout(h, self.drop_embedding, self.training)
        for block, cache in zip(self.h, caches or [None] * len(self.h), strict=True):
            h = recomputed(block, h) if self.checkpoint and self.training else block(h, cache)
        return self.ln_f(h)

    def forward(self, x, places=None, caches=None):
        """Logits (B, T, V); with `places` (k,) only those places reach the head: (B, k, V). caches: as in `hidden`."""
        hidden = self.hidden(x, caches)
        return self.lm_head(hidden if places is None else hidden[:, places]) * self.logit_scale


def recomputed(block: nn.Module, h):
    """block(h), (B, T, C), of which only h is kept: the backward pass computes the rest once more, with the same dropout
    masks. torch sees to these on CPU and CUDA; MPS's generator it forgets, so there `same_masks` does."""
    forgotten = h.device.type == "mps" and not torch.compiler.is_compiling()  # a compiler takes no contexts
    return checkpointed(block, h, use_reentrant=False, **({"context_fn": same_masks} if forgotten else {}))


def same_masks():
    """(context of a forward pass that begins now, context of its repetition): both draw the same from MPS's generator."""
    begun = torch.mps.get_rng_state()

    @contextmanager
    def again():
        now = torch.mps.get_rng_state()
        torch.mps.set_rng_state(begun)
        try:
            yield
        finally:
            torch.mps.set_rng_state(now)

    return nullcontext(), again()


def parameters(model: nn.Module) -> tuple[int, int]:
    """(unique, counted): numbers in distinct storages, and numbers over all Parameters as torch lists them."""
    storages = {p.untyped_storage().data_ptr(): p.numel() for p in model.parameters()}
    return sum(storages.values()), sum(p.numel() for p in model.parameters())


TURNED = ("c_attn.weight", "c_proj.weight", "c_fc.weight")  # GPT-2's Conv1D stores (in, out)


def to_gpt2(state: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """A Model 5 state under GPT-2's names and orientation: the tied head is not written, matrices are turned."""
    out = {}
    for name, tensor in state.items():
        if name == "lm_head.weight" and torch.equal(tensor, state["wte.weight"]):
            continue
        out[name] = tensor.t().contiguous() if name.endswith(TURNED) else tensor
    return out


def from_gpt2(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """GPT-2's tensors as a Model 5 state: names with or without `transformer.`, causal masks dropped, matrices turned."""
    state = {}
    for name, tensor in tensors.items():
        name = name.removeprefix("transformer.")
        if name.endswith((".attn.bias", ".attn.masked_bias")):
            continue
        state[name] = tensor.t().contiguous() if name.endswith(TURNED) else tensor
    state.setdefault("lm_head.weight", state["wte.weight"])
    return state
