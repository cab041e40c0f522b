"""The training loop: events in order, and a run that is a function of its config alone, however it is cut up."""

import math
from itertools import islice

import pytest
import torch

from core import train as loop
from core.events import Metric
from core.experiment import make
from core.experiments import model5

TINY = {
    "width": 16,
    "blocks": 1,
    "heads": 2,
    "context": 8,
    "batch": 4,
    "steps": 20,
    "dropout": 0.2,
    "tokenizer": "bytes",
}


pytestmark = pytest.mark.usefixtures("private_home")


def tiny(**values):
    return make(model5.Config, **(TINY | values))


def copied(event):
    """(step, tensors) of a Snapshot, as a file would keep them."""
    return event.step, {name: tensor.detach().clone() for name, tensor in event.state().items()}


def numbers(events):
    """What must be equal: every metric but its clock, in order."""
    return [(e.step, e.name, e.value) for e in events if e.kind == "metric"]


def losses(events):
    return [value for _, name, value in numbers(events) if name == "train_loss"]


# --- the order of events ---------------------------------------------------------------------------------------------


def toy(steps=3, evaluate=None, target=0.0, resume=None, **options):
    """One weight w, starting at 1, pulled to `target` by (w - target)²; SGD, so that every figure is known."""
    model = torch.nn.Linear(1, 1, bias=False)
    with torch.no_grad():
        model.weight.fill_(1.0)
    options = {"optimizer": "sgd", "lr": 0.25} | options
    calls = (lambda m, step: ((m.weight - target) ** 2).sum()) if not callable(target) else target
    yield from loop.train(model, loss=calls, steps=steps, seed=0, evaluate=evaluate, resume=resume, **options)


def test_events_come_in_order():
    def evaluate(model, step):
        yield Metric(step, "test_loss", model.weight.item())

    found = [(e.kind, e.step, getattr(e, "name", None)) for e in toy(2, evaluate)]
    assert found == [
        ("metric", 0, "test_loss"),
        ("snapshot", 0, None),
        ("metric", 1, "train_loss"),
        ("snapshot", 1, None),
        ("metric", 2, "train_loss"),
        ("metric", 2, "test_loss"),  # the end is always measured
        ("snapshot", 2, None),
        ("finished", 2, None),
    ]


def test_the_loss_is_the_one_before_the_update():
    assert losses(toy(3)) == [1.0, 0.25, 0.0625]  # lr 1/4 on w² halves the weight each time


def test_it_measures_on_the_grid_with_dropout_and_gradients_off():
    seen = []

    def evaluate(model, step):
        seen.append((step, model.training, torch.is_grad_enabled()))
        yield Metric(step, "test_loss", 0.0)
        seen.append((step, model.training, torch.is_grad_enabled()))

    def between(model_events):
        for event in model_events:
            if event.kind == "metric" and event.name == "test_loss":
                assert torch.is_grad_enabled()  # the caller gets its own world back

    between(toy(25, evaluate))
    assert sorted({step for step, _, _ in seen}) == [0, 10, 20, 25]
    assert all(not training and not grad for _, training, grad in seen)


def test_no_steps_measure_the_untrained_model():
    assert [e.kind for e in toy(0, lambda m, step: iter([Metric(step, "test_loss", 1.0)]))] == [
        "metric",
        "snapshot",
        "finished",
    ]


def test_the_rate_follows_the_factor_counted_from_zero():
    seen = []
    assert losses(toy(3, factor=lambda step: seen.append(step) or (0.0 if step == 0 else 1.0))) == [1.0, 1.0, 0.25]
    assert seen == [0, 1, 2]


def test_a_clipped_gradient_has_the_asked_norm():
    (first, second) = losses(toy(2, clip=0.4))  # gradient 2 becomes 0.4: w moves by 0.1
    assert (first, second) == (1.0, pytest.approx(0.81, abs=1e-5))


def test_groups_keep_their_own_rates():
    a, b = torch.nn.Parameter(torch.ones(1)), torch.nn.Parameter(torch.ones(1))
    model = torch.nn.Module()
    model.a, model.b = a, b
    groups = [{"params": [a], "lr": 0.25}, {"params": [b], "lr": 0.0}]
    list(loop.train(model, loss=lambda m, s: (m.a**2 + m.b**2).sum(), steps=1, seed=0, optimizer="sgd", groups=groups))
    assert (a.item(), b.item()) == (0.5, 1.0)


def test_every_event_of_a_real_run_has_its_place():
    kinds = [e.kind for e in model5.run(tiny(steps=2), {})]
    assert kinds[0] == "started" and kinds[-1] == "finished"
    assert kinds.count("snapshot") == 3 and kinds.count("started") == kinds.count("finished") == 1
    assert kinds[-2] == "snapshot"  # the end can be saved before it is announced


# --- one run, cut up in different ways -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def straight(private_home):
    """(the events of an uninterrupted run, {step: its tensors})."""
    whole, states = [], {}
    for event in model5.run(tiny(), {}):
        whole.append(event)
        if event.kind == "snapshot":
            states[event.step] = copied(event)
    return whole, states


@pytest.mark.parametrize("cut", [0, 1, 10, 13, 19, 20])
def test_stop_and_resume_equal_an_uninterrupted_run_bit_for_bit(cut, straight):
    whole, states = straight
    saved, end = states[cut], states[20]
    again, new_end = [], None
    for event in model5.run(tiny(), {}, saved):
        again.append(event)
        if event.kind == "snapshot":
            new_end = copied(event)
    # (at 0 the untrained model is measured once more, with the same figures)
    assert numbers(again) == [row for row in numbers(whole) if row[0] > cut or cut == 0]
    assert new_end[0] == end[0] == 20
    for name, tensor in end[1].items():
        if name != "clock/seconds":
            assert torch.equal(tensor, new_end[1][name]), name


@pytest.mark.parametrize(
    "values", [{"tying": "course"}, {"tying": "untied"}, {"optimizer": "sgd"}, {"sampler": "epochs"}]
)
def test_resuming_is_exact_however_it_is_set_up(values):
    whole = []
    for event in model5.run(tiny(steps=6, **values), {}):
        whole.append(event)
        if event.kind == "snapshot" and event.step == 3:
            saved = copied(event)
    again = losses(model5.run(tiny(steps=6, **values), {}, saved))
    assert again == losses(whole)[3:]


def test_a_schedule_goes_on_where_it_was():
    config = tiny(steps=12, schedule="cosine", warmup=0.3, clip=0.5)
    whole = []
    for event in model5.run(config, {}):
        whole.append(event)
        if event.kind == "snapshot" and event.step == 5:
            saved = copied(event)
    assert losses(model5.run(config, {}, saved)) == losses(whole)[5:]


def test_train_longer_equals_the_long_run(straight):
    longer = losses(model5.run(tiny(steps=40), {}, straight[1][20]))
    whole = losses(model5.run(tiny(steps=40), {}))
    assert len(longer) == 20 and longer == whole[20:]


def test_the_clock_goes_on_after_a_resume():
    for event in toy(4):
        if event.kind == "snapshot" and event.step == 3:
            saved = copied(event)
    saved[1]["clock/seconds"].fill_(100.0)
    (last,) = [e for e in toy(4, resume=saved) if e.kind == "metric"]
    assert 100.0 < last.seconds < 110.0


def test_the_same_seed_gives_the_same_losses_and_another_seed_others():
    first, second = (losses(islice(model5.run(tiny(), {}), 60)) for _ in range(2))
    assert first == second and len(first) > 3
    other = losses(islice(model5.run(tiny(seed=1), {}), 60))
    assert all(a != b for a, b in zip(first, other, strict=True))


def test_two_runs_in_turn_in_one_process_equal_those_alone():
    configs = [tiny(), tiny(dropout=0.5, lr=5e-3, seed=3)]
    alone = [numbers(model5.run(config, {})) for config in configs]
    generators = [model5.run(config, {}) for config in configs]
    found = [[], []]
    while any(generators):
        for i, generator in enumerate(generators):
            event = next(generator, None) if generator else None
            if event is None:
                generators[i] = None
            else:
                found[i].append(event)
    assert [numbers(events) for events in found] == alone


def test_what_the_caller_draws_between_two_steps_changes_nothing():
    events = []
    for event in model5.run(tiny(steps=5), {}):
        torch.rand(17)
        events.append(event)
    assert numbers(events) == numbers(model5.run(tiny(steps=5), {}))


# --- divergence ------------------------------------------------------------------------------------------------------


def test_a_rate_far_too_high_ends_as_diverged_with_its_step():
    events = list(toy(100, lr=1e3))
    end = events[-1]
    assert (end.kind, end.reason) == ("finished", "diverged") and end.facts["lr"] == 1e3
    bad = [step for step, _, value in numbers(events) if not math.isfinite(value)]
    assert len(bad) == loop.PATIENCE and end.step == bad[-1] < 100
    assert events[-2].kind == "metric"  # a broken state is never offered


def test_model_5_diverges_at_a_rate_of_a_thousand():
    config = tiny(steps=200, optimizer="sgd", divide_logits="no", dropout=0.0)
    object.__setattr__(config, "lr", 1e3)  # past the slider's end, so that it surely breaks
    events = list(model5.run(config, {}))
    end = events[-1]
    assert end.reason == "diverged" and 1 <= end.step < 200
    assert not math.isfinite(losses(events)[-1])


def test_two_bad_batches_are_not_a_divergence_and_three_are():
    def bad_at(*steps):
        return lambda model, step: (model.weight * 0).sum() + (math.inf if step in steps else 0.0)

    assert list(toy(6, target=bad_at(2, 3, 5, 6)))[-1].reason == "done"
    end = list(toy(6, target=bad_at(2, 3, 4)))[-1]
    assert (end.reason, end.step) == ("diverged", 4)


def test_bad_losses_are_counted_across_a_resume():
    def loss(model, step):
        return (model.weight * 0).sum() + (math.inf if step >= 2 else 0.0)

    for event in toy(10, target=loss):
        if event.kind == "snapshot" and event.step == 3:
            saved = copied(event)
    assert [e.step for e in toy(10, target=loss) if e.kind == "finished"] == [4]
    assert [e.step for e in toy(10, target=loss, resume=saved) if e.kind == "finished"] == [4]


# --- evaluation ------------------------------------------------------------------------------------------------------


def test_test_losses_are_the_same_in_parts():
    torch.manual_seed(0)
    model, _ = model5.build(tiny(dropout=0.0))
    x = torch.randint(100, (7, 8))
    whole = loop.test_losses(model, x, x)
    assert whole.shape == (7, 8)
    assert torch.allclose(loop.test_losses(model, x, x, size=3), whole, atol=1e-6)
    by_hand = -model(x).log_softmax(-1).gather(2, x[..., None])[..., 0]
    assert torch.allclose(whole, by_hand, atol=1e-5)
