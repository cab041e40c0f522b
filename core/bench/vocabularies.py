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
            for what, head in (("step, all logits at once", "whole"), ("step, head in blocks", "blocks")):
                step = update(vocabulary, head)
                step()  # the optimizer's state is there from now on
                mib = memory.allocated(step) / 2**20
                out.append(growth.point("vocabulary", what, vocabulary, growth.seconds(step), mib))
    return out


def update(vocabulary: int, head: str):
    """A function that makes one update as lesson 5 makes it with this `head` (model1.Config)."""
    from core import initializers, models, optimizers, products

    config = model1.Config(head=head)
    graded = model1.grade(config)
    model = models.Model1(vocabulary, config.width)
    initializers.torch_default(model, rng.stream(0, "init"))
    optimizer = optimizers.build("adamw", model.parameters(), lr=config.lr, weight_decay=config.weight_decay)
    tokens = rng.numpy_stream(0, "data").integers(vocabulary, size=100_000)
    x, y = batches.batch(tokens, 0, 0, config.batch, config.context)

    def step():
        optimizer.zero_grad(set_to_none=True)
        with products.fast():
            graded(model, x, y).backward()
        optimizer.step()

    return step
