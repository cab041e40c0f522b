"""Attention, MLP and block of GPT-2: what Models 3 to 5 are made of.

B batch, T time, C channels (width), H heads. Matrices are nn.Linear (out, in); GPT-2's files store them transposed
(`models.to_gpt2` does the turning).
"""

from torch import nn
from torch.nn import functional as F


class Attention(nn.Module):
    """Causal self-attention with fused query, key and value (Vaswani et al. 2017; course lesson 8).

    scale: times the standard 1/sqrt(d_head). drop: probability of dropping an attention weight. qk_norm: a LayerNorm on
    every query and key (Henry et al. 2020), so that no score leaves ±sqrt(d_head) times its two gains.
    """

    def __init__(self, width: int, heads: int, *, scale: float = 1.0, drop: float = 0.0, qk_norm: bool = False):
        super().__init__()
        assert width % heads == 0, (width, heads)
        self.heads, self.drop = heads, drop
        self.scale = scale * (width // heads) ** -0.5
        self.c_attn = nn.Linear(width, 3 * width)
        self.c_proj = nn.Linear(width, width)
        self.norm_q, self.norm_k = (nn.LayerNorm(width // heads) if qk_norm else nn.Identity() for _ in range(2))

    def project(self, x):
        """Queries, keys and values of x (B, T, C): three times (B, H, T, C/H)."""
        B, T, C = x.shape
        q, k, v = (z.view(B, T, self.heads, -1).transpose(1, 2) for z in self.c_attn(x).split(C, -1))
        return self.norm_q(q), self.norm_k(k), v

    def forward(self, x):
        B, T, C = x.shape
        q, k, v = self.project(x)
        drop = self.drop if self.training else 0.0
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True, dropout_p=drop, scale=self.scale or 1e-9)
        return self.c_proj(y.transpose(1, 2).reshape(B, T, C))


class MLP(nn.Module):
    """Four times as wide, GELU, back: each token by itself. `tanh`: GPT-2's approximate GELU."""

    def __init__(self, width: int, *, tanh: bool = False):
        super().__init__()
        self.c_fc = nn.Linear(width, 4 * width)
        self.c_proj = nn.Linear(4 * width, width)
        self.approximate = "tanh" if tanh else "none"

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x), approximate=self.approximate))


class Block(nn.Module):
    """Pre-norm block: x + attention(norm(x)), then x + mlp(norm(x)) (GPT-2).

    drops: probabilities for attention weights, attention's output ("residual") and the MLP's output ("mlp").
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
    ):
        super().__init__()
        drops = drops or {}
        self.ln_1 = nn.LayerNorm(width)
        self.attn = Attention(width, heads, scale=scale, drop=drops.get("attention", 0.0), qk_norm=qk_norm)
        self.ln_2 = nn.LayerNorm(width)
        self.mlp = MLP(width, tanh=tanh)
        self.drop_residual, self.drop_mlp = drops.get("residual", 0.0), drops.get("mlp", 0.0)

    def forward(self, x):
        x = x + F.dropout(self.attn(self.ln_1(x)), self.drop_residual, self.training)
        return x + F.dropout(self.mlp(self.ln_2(x)), self.drop_mlp, self.training)
