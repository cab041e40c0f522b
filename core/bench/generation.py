"""Seconds to write a text: with keys and values kept, and as anybody would write it, in turn."""

import statistics

from core import timing
from core.bench import row

TOKENS, PASSES = 200, 9


def rows() -> list[dict]:
    """The quick Model 5, whose context of 32 the text soon leaves behind; and the same with a context it fits into. On
    one thread, as a worker runs it."""
    import torch

    torch.set_num_threads(1)
    return compare(32, PASSES) + compare(256, PASSES)


def compare(context: int, passes: int, tokens: int = TOKENS) -> list[dict]:
    """One text of the untrained quick Model 5 with this context: medians, and how many of the tokens are the same."""
    import torch

    from core.experiments import model5
    from core.writing import generate

    model, tokenizer = model5.build(model5.Config(context=context))
    model.eval()
    ids = torch.tensor([tokenizer.encode("One")])  # (1, T)
    how = {"tokens": tokens, "seed": 0, "context": context}
    cases = {"kept": lambda: generate(model, ids, **how), "plain": lambda: plain_generate(model, ids, **how)}
    *_, taken = timing.interleaved(cases, passes)
    kept, plain = (statistics.median(taken[name]) for name in ("kept", "plain"))
    out = [
        row(f"{tokens} tokens from the quick Model 5, context {context}", round(kept, 3), "s", "≤ 1"),
        row("  without kept keys and values", round(plain, 3), "s", ""),
        row("  ratio", round(plain / kept, 2), "×", ""),
    ]
    for temperature in (0.0, 1.0):
        a, b = (write(model, ids, **how, temperature=temperature) for write in (generate, plain_generate))
        same = int((a == b)[0, ids.shape[1] :].sum())
        out.append(row(f"  equal tokens at temperature {temperature:.0f}", same, "tokens", f"= {tokens}"))
    return out


def plain_generate(model, ids, *, tokens: int, seed: int, context: int, temperature: float = 1.0):
    """The baseline, in the mode the model is in: for every token all logits of the whole window, whose last row counts."""
    import torch

    from core import rng

    with torch.no_grad():
        for i in range(tokens):
            logits = model(ids[:, -context:])[:, -1]  # (B, V)
            if temperature == 0:
                chosen = logits.argmax(-1, keepdim=True)
            else:
                p = torch.softmax(logits / temperature, -1) + 1e-12
                chosen = torch.multinomial(p, 1, generator=rng.stream(seed, "sample", i))
            ids = torch.cat([ids, chosen], 1)
    return ids
