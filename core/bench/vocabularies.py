"""A vocabulary that gets larger: one training step of Model 1 in the shape of its lesson."""

from core import batches, rng
from core.bench import growth
from core.experiments import model1

SIZES = (256, 1_000, 4_000, 16_000, 50_257)


def points(*, small: bool = False) -> list[dict]:
    """On one thread, as a worker trains."""
    from core import memory
    from core.stepper import threads

    out = []
    with threads(1):
        for vocabulary in (16, 64) if small else SIZES:
            for what, whole in (("step, all logits at once", True), ("step, loss in chunks", False)):
                step = update(vocabulary, whole=whole)
                step()  # the optimizer's state is there from now on
                mib = memory.allocated(step) / 2**20
                out.append(growth.point("vocabulary", what, vocabulary, growth.seconds(step), mib))
    return out


def update(vocabulary: int, *, whole: bool):
    """A function that makes one update. whole: cross-entropy over all logits; else core/chunked_loss.py."""
    from core import chunked_loss, initializers, losses, models, optimizers

    config = model1.Config()
    model = models.Model1(vocabulary, config.width)
    initializers.torch_default(model, rng.stream(0, "init"))
    optimizer = optimizers.build("adamw", model.parameters(), lr=config.lr, weight_decay=config.weight_decay)
    tokens = rng.numpy_stream(0, "data").integers(vocabulary, size=100_000)
    x, y = batches.batch(tokens, 0, 0, config.batch, config.context)

    def loss():
        if whole:
            return losses.cross_entropy(model(x), y)
        hidden = model.activation(model.wte(x)).flatten(0, 1)  # (N, C)
        return chunked_loss.chunked_cross_entropy(hidden, model.lm_head.weight, y.flatten())

    def step():
        optimizer.zero_grad(set_to_none=True)
        loss().backward()
        optimizer.step()

    return step
