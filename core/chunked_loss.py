"""Head and cross-entropy in one, a few tokens at a time: the table of all logits never exists (course lesson 15)."""

import torch


class ChunkedCrossEntropy(torch.autograd.Function):
    """Forward goes through the tokens in chunks, and takes both gradients of a chunk while its logits are at hand:
    dL/dlogits = (softmax − onehot) / N. What is kept for the backward pass has the size of the hidden states and of the
    head, none of it grows with N · V. The idea is in Hsu et al. 2024 (Liger Kernel); this is plain PyTorch."""

    @staticmethod
    def forward(ctx, hidden, weight, targets, chunk: int):
        count = len(targets)
        total = hidden.new_zeros((), dtype=torch.float32)
        d_hidden, d_weight = torch.empty_like(hidden), torch.zeros_like(weight, dtype=torch.float32)
        for begin in range(0, count, chunk):
            h, y = hidden[begin : begin + chunk], targets[begin : begin + chunk, None]
            push = (h @ weight.T).float()  # (chunk, V): the logits, turned into their own gradient in place
            constant = push.logsumexp(-1, keepdim=True)
            total += (constant - push.gather(1, y)).sum()
            push.sub_(constant).exp_()
            push.scatter_add_(1, y, push.new_full(y.shape, -1.0))
            push = push.div_(count).to(h.dtype)
            d_hidden[begin : begin + chunk] = push @ weight
            d_weight.addmm_(push.T.float(), h.float())
        ctx.save_for_backward(d_hidden, d_weight)
        return total / count

    @staticmethod
    def backward(ctx, upstream):
        d_hidden, d_weight = ctx.saved_tensors
        return d_hidden * upstream.to(d_hidden.dtype), (d_weight * upstream).to(d_hidden.dtype), None, None


def chunked_cross_entropy(hidden, weight, targets, chunk: int = 128):
    """Mean cross-entropy (nats) of hidden @ weight.T against targets. hidden (N, C), weight (V, C), targets (N,).

    Same value and same gradients as F.cross_entropy(hidden @ weight.T, targets), up to rounding, with chunk · V logits alive
    instead of N · V.
    """
    return ChunkedCrossEntropy.apply(hidden, weight, targets, chunk)
