"""The recipes that lesson 20 sets against each other."""

from dataclasses import replace

from app.i18n import T
from app.lesson import Arm
from core import training_options
from core.experiments import recipe

ADVISED = {"optimizer": "adamw", "lr": 1e-3, "schedule": "cosine", "warmup": 0.1}  # as every tutorial has it
BASELINE = recipe.Config()
QUICK = replace(BASELINE, **ADVISED, steps=80)
# what every arm shares: the text, the model's size, how long, and the one accident
SHARED = (
    *("corpus", "tokenizer", "width", "blocks", "heads", "context", "steps", "seed", "device", "threads", "bad_batch"),
)


def of(config, **values):
    """The baseline with what this config shares with all arms, and `values` over it."""
    return replace(BASELINE, **{name: getattr(config, name) for name in SHARED}, **values)


def arms(config, values):
    """Yours, the baseline, everything on; each run once, where two are the same recipe."""
    found = [
        Arm("yours", T("yours", "của bạn"), config, 0),
        Arm("baseline", T("baseline: AdamW 1e-3", "mốc: AdamW 1e-3"), of(config), 7),
        Arm("everything", T("everything on", "bật tất cả"), of(config, **training_options.MODERN), 2),
    ]
    return tuple(a for i, a in enumerate(found) if all(a.config != b.config for b in found[:i]))
