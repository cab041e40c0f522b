"""Writing: a model continues a text token by token, each drawn from what it predicts after the ones before."""

import torch

from core import rng
from core.kv_cache import Cache
from core.models import Model5
from core.sampling import TINY


@torch.no_grad()
def generate(model, ids, *, tokens: int, seed: int, context: int, temperature: float = 1.0, in_evaluation: bool = True):
    """Continue each row of ids (B, T) by `tokens`, sampled at `temperature` (0: the likeliest). Returns (B, T + tokens).

    Token i of a text is drawn with rng.stream(seed, "sample", i): same seed, same luck, whatever the model. The model
    sees the last `context` tokens. in_evaluation False leaves it in the mode it is in, dropout and all (lesson 17).
    """
    was_training = model.training
    if in_evaluation:
        model.eval()
    caches = [Cache(context) for _ in model.h] if cacheable(model) else None
    for i in range(tokens):
        logits = next_logits(model, ids, context, caches).float()  # (B, V)
        if temperature < TINY:
            chosen = logits.argmax(-1, keepdim=True)
        else:
            p = torch.softmax(logits / temperature, -1).nan_to_num(0.0).cpu() + 1e-12
            chosen = torch.multinomial(p, 1, generator=rng.stream(seed, "sample", i)).to(ids.device)
        ids = torch.cat([ids, chosen], 1)
    if in_evaluation:
        model.train(was_training)
    return ids


def next_logits(model, ids, context: int, caches: list[Cache] | None = None):
    """Logits (B, V) of the token after ids (B, T), of which the model sees the last `context`. caches: those of the call
    before, for the same text one token shorter; empty at first."""
    if caches is None:
        return model(ids[:, -context:])[:, -1]
    if ids.shape[1] > context:
        # The window slides: every token's place shifts, and all that was computed from places is void. Rotary positions
        # would outlive the shift, yet not beyond the first block: the keys and values of a deeper one were computed from
        # tokens that the window no longer holds. So it is read anew, and only its last place reaches the head.
        return model(ids[:, -context:], places=[-1])[:, -1]
    return model(ids[:, caches[0].length :], places=[-1], caches=caches)[:, -1]


def cacheable(model) -> bool:
    """May keys and values be kept? Model 5 can. In training mode dropout draws a new mask for every place every time; and
    in half precision one token's products round differently from a whole window's, by enough to change the text."""
    if not isinstance(model, Model5) or any(module.training for module in model.modules()):
        return False
    return model.wte.weight.dtype == torch.float32


def continued(model, opening: list[int], tokenizer, **how) -> tuple[str, str]:
    """(the opening as text, what the model writes after it). how: `generate`'s tokens, seed, context and the rest."""
    ids = torch.tensor([opening], device=next(model.parameters()).device)
    text = tokenizer.decode(generate(model, ids, **how)[0].tolist())
    prompt = tokenizer.decode(opening)
    return prompt, text[len(prompt) :]
