"""Keys and values kept, so that a model that writes computes one token at a time (key/value cache; Shazeer 2019)."""


class Cache:
    """What one attention layer keeps of a text of at most `context` tokens, of which it has seen `length`. No gradients
    pass through it."""

    def __init__(self, context: int):
        self.context, self.length = context, 0
        self.keys = self.values = None  # (B, H, context, D), allocated once: the first tokens tell B, H and D

    def extend(self, k, v):
        """Keep k and v (B, H, T, D) of the next T tokens; returns keys and values of all so far, (B, H, length, D)."""
        B, H, T, D = k.shape
        if self.keys is None:
            self.keys, self.values = (z.new_empty(B, H, self.context, D) for z in (k, v))
        start, self.length = self.length, self.length + T
        assert self.length <= self.context, (self.length, self.context)
        self.keys[:, :, start : self.length], self.values[:, :, start : self.length] = k, v
        return self.keys[:, :, : self.length], self.values[:, :, : self.length]
