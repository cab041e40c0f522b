"""Head and cross-entropy in one for large vocabularies: a block of the vocabulary at a time, all tokens at once.

With 50,257 words and a narrow model nearly all of a step is this product and its softmax. Whole, the logits go out to
main memory and back half a dozen times; a block of them stays in the cache until it is done with. Each block is computed
twice, because no probability is known before the last block has been summed (Milakov & Gimelshein 2018 do the same within
one row); a second product costs less than keeping the first.
"""

import torch
from torch.nn import functional as F

BLOCK = 2048  # words: of 512 tokens then 2 to 4 MiB, what a core's share of cache holds; measured in `make bench`


class BlockedCrossEntropy(torch.autograd.Function):
    """Forward: for every block and token, ln of its sum of e^logit over e^(the target's own logit). Backward: the softmax of
    each block by itself, times the block's share of the whole sum, is the probability of its words."""

    @staticmethod
    def forward(ctx, hidden, weight, targets, block: int, dtype):
        h, w = hidden.to(dtype), weight.to(dtype)
        own = (h * w[targets]).sum(-1).float()  # (N,) the targets' logits
        wide = torch.empty(len(h), min(block, len(w)) + 1, device=h.device)
        over = torch.stack([_over(product, own, wide) for _, product in _products(h, w, block)])  # (blocks, N)
        total = over.logsumexp(0)
        ctx.save_for_backward(h, w, targets, (over - total).exp())
        ctx.block, ctx.formats = block, (hidden.dtype, weight.dtype)
        return total.mean()

    @staticmethod
    def backward(ctx, upstream):
        h, w, targets, shares = ctx.saved_tensors
        d_hidden, d_weight = (torch.zeros(one.shape, device=one.device) for one in (h, w))
        parts = zip(_products(h, w, ctx.block), shares[:, :, None], d_weight.split(ctx.block), strict=True)
        for (words, logits), share, d_words in parts:
            p = logits.softmax(-1)  # (N, block), each row summing to 1
            d_hidden.addcmul_(p @ words, share)
            d_words.copy_(p.T @ (h * share).to(h.dtype))
        each = upstream / len(targets)
        d_hidden.sub_(w[targets]).mul_(each)
        d_weight.index_add_(0, targets, -h.float()).mul_(each)
        return d_hidden.to(ctx.formats[0]), d_weight.to(ctx.formats[1]), None, None, None


def _products(h, w, block: int):
    """(words (n, C), their logits (N, n)) of each block; the logits' memory is used again for the next."""
    room = h.new_empty(len(h), min(block, len(w)))
    for words in w.split(block):
        yield words, torch.mm(h, words.T, out=room[:, : len(words)])


def _over(logits, own, wide):
    """ln of (sum of e^logits / e^own) for each row of logits (N, n); own (N,), wide: room for (N, at least n + 1).

    One more column, of own, before the softmax: it gets s = e^own / (e^own + sum), so the answer is ln(1/s - 1). torch's
    softmax is twice as fast as its logsumexp, which is left for rows where s is too small to be inverted.
    """
    n = logits.shape[1]
    wide = wide[:, : n + 1]
    wide[:, :n], wide[:, n] = logits, own
    s = wide.softmax(-1)[:, n]
    over = (1 / s - 1).log()
    tiny = s < 1e-30
    if tiny.any():
        over[tiny] = wide[tiny, :n].logsumexp(-1) - own[tiny]
    return over


def blocked_cross_entropy(hidden, weight, targets, bias=None, block: int = BLOCK, dtype=torch.float32):
    """Mean cross-entropy (nats) of hidden @ weight.T + bias against targets. hidden (N, C), weight (V, C), targets (N,),
    bias (V,).

    In float32 the value and the gradients of F.cross_entropy of these logits, up to rounding. dtype bfloat16: the products
    alone are computed in it, sums stay in float32; the gradient of a step is then off by about 1 %.
    """
    if bias is not None:  # one more column, which is always 1 in the hidden states
        hidden, weight = F.pad(hidden, (0, 1), value=1.0), torch.cat([weight, bias[:, None]], 1)
    return BlockedCrossEntropy.apply(hidden, weight, targets, block, dtype)
