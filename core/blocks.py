"""Attention, MLP and block of GPT-2: what Models 3 to 5 are made of, and what newer recipes put in their place.

B batch, T time, C channels (width), H heads. Matrices are nn.Linear (out, in); GPT-2's files store them transposed
(`models.to_gpt2` does the turning).
"""

from contextlib import nullcontext
from functools import partial

import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.attention import SDPBackend, sdpa_kernel

from core import products

BACKENDS = {  # which kernel computes attention; "auto" leaves it to torch but where `slow_kernel`, "manual" is below
    "math": SDPBackend.MATH,
    "flash": SDPBackend.FLASH_ATTENTION,
    "efficient": SDPBackend.EFFICIENT_ATTENTION,
    "cudnn": SDPBackend.CUDNN_ATTENTION,
}


def slow_kernel(q) -> bool:
    """Whether torch's own choice for queries (B, H, T, D) is slower than attention written by hand. Its CPU kernel cuts the
    work into small products, and where oneDNN multiplies them (bfloat16; float32 under `products.fast`) forward and
    backward take up to 40 times as long at T = 16, 7 times at T = 64, no longer at T = 512 (torch 2.13)."""
    small = q.device.type == "cpu" and q.shape[-2] <= 512
    return small and (q.dtype == torch.bfloat16 or products.by_onednn())


def manual_attention(q, k, v, *, scale: float, drop: float = 0.0):
    """Causal attention as a textbook writes it: every score is a number in memory. k, v (B, H, S, D); q (B, H, T, D)
    of the last T of those S tokens."""
    T, S = q.shape[-2], k.shape[-2]
    later = torch.full((T, S), float("-inf"), dtype=q.dtype, device=q.device).triu(1 + S - T)  # and 0 elsewhere
    scores = torch.add(later, q @ k.transpose(-2, -1), alpha=scale)  # (B, H, T, S)
    return F.dropout(scores.softmax(-1), drop) @ v


def rotate(x, base: float = 10_000.0, start: int = 0):
    """Rotary positions (Su et al. 2021): pairs of numbers of x (B, H, T, D) turn by an angle that grows with the place,
    each pair at its own speed, so that the product of a query and a key depends on their distance alone. start: the
    place of the first."""
    T, D = x.shape[-2:]
    speed = base ** (-torch.arange(0, D // 2, device=x.device, dtype=torch.float32) * 2 / D)  # (D/2,)
    angle = torch.arange(start, start + T, device=x.device, dtype=torch.float32)[:, None] * speed  # (T, D/2)
    return Turn.apply(x, angle.cos().to(x.dtype), angle.sin().to(x.dtype))


class Turn(torch.autograd.Function):
    """(a, b) ← (a cos − b sin, b cos + a sin) for the two halves of x. Its gradient turns the other way: said here, or
    autograd would keep and go through each of the six products."""

    @staticmethod
    def forward(ctx, x, cos, sin):
        ctx.save_for_backward(cos, sin)
        return Turn.turned(x, cos, sin)

    @staticmethod
    def backward(ctx, upstream):
        cos, sin = ctx.saved_tensors
        return Turn.turned(upstream, cos, -sin), None, None

    @staticmethod
    def turned(x, cos, sin):
        a, b = x.chunk(2, -1)
        out = torch.empty_like(x)
        left, right = out.chunk(2, -1)
        torch.mul(a, cos, out=left).addcmul_(b, sin, value=-1)
        torch.mul(b, cos, out=right).addcmul_(a, sin)
        return out


class Attention(nn.Module):
    """Causal self-attention with fused query, key and value (Vaswani et al. 2017; course lesson 8).

    scale: times the standard 1/sqrt(d_head). drop: probability of dropping an attention weight. qk_norm: a LayerNorm on
    every query and key (Dehghani et al. 2023; the idea is Henry et al.'s, 2020), so that no score leaves ±sqrt(d_head)
    times its two gains. rotary: queries and keys turn with their place. backend: "auto", "manual" or one of BACKENDS.
    packed: q, k and v are copied into memory of their own before the kernel reads them; else they stay views into the
    fused projection.
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        scale: float = 1.0,
        drop: float = 0.0,
        qk_norm: bool = False,
        rotary: bool = False,
        backend: str = "auto",
        packed: bool = False,
    ):
        super().__init__()
        assert width % heads == 0, (width, heads)
        assert not rotary or (width // heads) % 2 == 0, "rotary positions turn pairs: d_head must be even"
        self.heads, self.drop = heads, drop
        self.rotary, self.backend, self.packed = rotary, backend, packed
        self.scale = scale * (width // heads) ** -0.5
        self.c_attn = nn.Linear(width, 3 * width)
        self.c_proj = nn.Linear(width, width)
        self.norm_q, self.norm_k = (nn.LayerNorm(width // heads) if qk_norm else nn.Identity() for _ in range(2))

    def project(self, x, start: int = 0):
        """Queries, keys and values of x (B, T, C), whose first token has place `start`: three times (B, H, T, C/H)."""
        B, T, C = x.shape
        q, k, v = (z.view(B, T, self.heads, -1).transpose(1, 2) for z in self.c_attn(x).split(C, -1))
        q, k = self.norm_q(q), self.norm_k(k)
        return (rotate(q, start=start), rotate(k, start=start), v) if self.rotary else (q, k, v)

    def forward(self, x, cache=None):
        """cache: the kv_cache.Cache of the tokens before x, if any; x is then a text's beginning or one token more."""
        B, T, C = x.shape
        q, k, v = self.project(x, cache.length if cache else 0)
        if self.packed:
            q, k, v = q.contiguous(), k.contiguous(), v.contiguous()
        if cache:
            k, v = cache.extend(k, v)
        causal = k.shape[-2] == T  # else one token more, which may look at all before it: no mask
        assert causal or T == 1, (T, k.shape)
        drop, scale = self.drop if self.training else 0.0, self.scale or 1e-9
        slow = slow_kernel(q)
        if self.backend == "manual" or (self.backend == "auto" and slow):
            y = manual_attention(q, k, v, scale=scale, drop=drop)
        else:
            kernel = partial(F.scaled_dot_product_attention, is_causal=causal, dropout_p=drop, scale=scale)
            with sdpa_kernel(BACKENDS[self.backend]) if self.backend in BACKENDS else nullcontext():
                y = products.by_mkl(kernel, q, k, v) if slow and q.dtype == torch.float32 else kernel(q, k, v)
        return self.c_proj(y.transpose(1, 2).reshape(B, T, C))


class SquaredReLU(torch.autograd.Function):
    """max(x, 0)². What is kept is max(x, 0): twice that, zeros and all, is the derivative."""

    @staticmethod
    def forward(ctx, x):
        kept = x.relu()
        ctx.save_for_backward(kept)
        return kept * kept

    @staticmethod
    def backward(ctx, upstream):
        (kept,) = ctx.saved_tensors
        return (upstream * kept).mul_(2)


class MLP(nn.Module):
    """Four times as wide, GELU, back: each token by itself. `tanh`: GPT-2's approximate GELU. `squared_relu`: max(x, 0)²
    in GELU's place (So et al. 2021, "Primer")."""

    def __init__(self, width: int, *, tanh: bool = False, squared_relu: bool = False):
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)
        self.approximate = "tanh" if tanh else "none"
        self.squared_relu = squared_relu

    def forward(self, x):
        if self.squared_relu:
            return self.c_proj(SquaredReLU.apply(self.c_fc(x)))
        return self.c_proj(F.gelu(self.c_fc(x), approximate=self.approximate))


class Block(nn.Module):
    """Pre-norm block: x + attention(norm(x)), then x + mlp(norm(x)) (GPT-2).

    drops: probabilities for attention weights, attention's output ("residual") and the MLP's output ("mlp").
    attention: further options of Attention (rotary, backend, packed).
    """

    def __init__(
        self,
        width: int,
        heads: int,
        *,
        scale: float = 1.0,
        drops: dict | None = None,
        tanh: bool = False,
        qk_norm: bool = False,
        squared_relu: bool = False,
        attention: dict | None = None,
    ):
        super().__init__()
        drops = drops or {}
        self.ln_1 = nn.LayerNorm(width)
        p = drops.get("attention", 0.0)
        self.attn = Attention(width, heads, scale=scale, drop=p, qk_norm=qk_norm, **(attention or {}))
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = MLP(width, tanh=tanh, squared_relu=squared_relu)
        self.drop_residual, self.drop_mlp = drops.get("residual", 0.0), drops.get("mlp", 0.0)

    def forward(self, x, cache=None):
        x = x + F.dropout(self.attn(self.ln_1(x), cache), self.drop_residual, self.training)
        return x + F.dropout(self.mlp(self.ln_2(x)), self.drop_mlp, self.training)
