"""Every option changes what runs, and those that must not change the result do not."""

from dataclasses import fields, replace

import pytest
import torch

from core import memory, training_options
from core.models import Model5
from core.stepper import Stepper, Stopwatch, threads
from core.training_options import Options

V = 60
SMALL = Options(width=16, blocks=2, heads=2, context=8, batch=8)


def ids(batch=8, seed=0):
    drawn = torch.randint(V, (batch, SMALL.context + 1), generator=torch.Generator().manual_seed(seed))
    return drawn[:, :-1].contiguous(), drawn[:, 1:].contiguous()


def stepper(**values):
    options = replace(SMALL, **values)
    return Stepper(options, training_options.build_model(options, V, 0), 20)


def gradient(one, x, y):
    one.gradients(*one.place(x, y))
    scale = one.scaler.get_scale() if one.scaler else 1.0
    return torch.cat([p.grad.flatten().float() / scale for p in one.model.parameters()])


def distance(a, b):
    return float((a - b).norm() / b.norm())


def kernels(one) -> set[str]:
    """Names of the operations that one step calls."""
    x, y = one.place(*ids(one.options.batch))
    one.step(x, y, 1)
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as record:
        one.step(x, y, 2)
    return {e.key for e in record.key_averages()}


@pytest.mark.parametrize("parts", [2, 4, 8])
def test_accumulation_is_the_gradient_of_the_large_batch(parts):
    x, y = ids()
    assert distance(gradient(stepper(accumulate=parts), x, y), gradient(stepper(), x, y)) < 1e-6


def test_forgetting_to_divide_makes_the_gradient_k_times_as_long():
    x, y = ids()
    whole, forgot = gradient(stepper(), x, y), gradient(stepper(accumulate=4, divide=False), x, y)
    assert distance(forgot, 4 * whole) < 1e-6


@pytest.mark.parametrize("values", [{"checkpoint": True}, {"packed": True}, {"index": "int32"}])
def test_what_only_moves_memory_leaves_the_gradient_alone(values):
    x, y = ids()
    assert distance(gradient(stepper(**values), x, y), gradient(stepper(), x, y)) < 1e-6


@pytest.mark.parametrize("backend", ["manual", "math", "flash"])
def test_attention_kernels_agree(backend):
    x, y = ids()
    assert distance(gradient(stepper(attention=backend), x, y), gradient(stepper(), x, y)) < 1e-5


def test_attention_kernels_are_other_kernels():
    flash = kernels(stepper(attention="flash"))
    manual, math = kernels(stepper(attention="manual")), kernels(stepper(attention="math"))
    assert any("flash_attention" in name for name in flash)
    assert not any("flash_attention" in name for name in manual | math)
    assert "aten::triu" in manual and "aten::_scaled_dot_product_attention_math" in math


@pytest.mark.parametrize("update", ["foreach", "loop"])
def test_fused_adamw_ends_where_the_other_loops_end(update):
    ends = []
    for how in ("fused", update):
        one = stepper(update=how)
        for number in range(1, 6):
            one.step(*one.place(*ids(seed=number)), number)
        ends.append(torch.cat([p.detach().flatten() for p in one.model.parameters()]))
    assert distance(ends[1], ends[0]) < 1e-5


def test_the_three_loops_of_adamw_are_three_kernels():
    fused, foreach, loop = (kernels(stepper(update=how)) for how in ("fused", "foreach", "loop"))
    assert "aten::_fused_adamw_" in fused and "aten::_fused_adamw_" not in foreach | loop
    assert any("_foreach" in name for name in foreach) and "aten::addcdiv_" in loop


@pytest.mark.parametrize(("precision", "weights", "products"), [
    ("float32", torch.float32, torch.float32),
    ("bfloat16", torch.float32, torch.bfloat16),
    ("float16", torch.float32, torch.float16),
    ("pure_bfloat16", torch.bfloat16, torch.bfloat16),
])  # fmt: skip
def test_precision_is_what_the_products_are_computed_in(precision, weights, products):
    one, seen = stepper(precision=precision), []
    one.model.h[0].mlp.c_fc.register_forward_hook(lambda module, inputs, out: seen.append(out.dtype))
    one.step(*one.place(*ids()), 1)
    assert one.model.wte.weight.dtype == weights and seen == [products]
    assert (one.scaler is not None) == (precision == "float16")


def test_the_loss_scaler_does_not_move_the_gradient():
    x, y = ids()
    assert distance(gradient(stepper(precision="float16"), x, y), gradient(stepper(), x, y)) < 0.02


def test_float16_trains_and_its_clipping_sees_the_unscaled_gradient():
    one = stepper(precision="float16", clip=100.0)
    first = one.step(*one.place(*ids()), 1).item()
    for number in range(2, 20):
        last = one.step(*one.place(*ids()), number).item()
    assert last < first and one.clipped == 0  # scaled, its length would be in the thousands


def test_clipping_shortens_the_gradient_to_the_norm():
    one = stepper(clip=0.01)
    one.step(*one.place(*ids()), 1)
    length = torch.cat([p.grad.flatten() for p in one.model.parameters()]).norm().item()
    assert length == pytest.approx(0.01, rel=1e-3) and one.clipped == 1


def test_the_schedule_moves_every_optimizers_rate():
    one = stepper(optimizer="muon", schedule="linear", warmup=0.0)
    one.set_rates(11)  # half of 20 steps are over
    assert [g["lr"] for o in one.optimizers for g in o.param_groups] == pytest.approx([0.01, 0.01, 5e-4])


def test_tied_and_padded_and_rotary_models_have_the_parameters_they_should():
    def size(**values):
        return sum(p.numel() for p in stepper(**values).model.parameters())

    d, usual = SMALL.width, size()
    assert size(tying="untied") == usual + V * d
    assert size(padded=True) == usual + (64 - V) * d
    assert size(positions="rotary") == usual - SMALL.context * d
    assert size(qk_norm=True) == usual + 2 * 2 * 2 * (d // 2)  # two norms a block, a gain and a shift of d_head each
    assert size(activation="squared_relu") == usual


def test_optimizers_remember_what_they_should():
    sizes = {}
    for name in ("sgd", "adamw", "muon"):
        one = stepper(optimizer=name)
        one.step(*one.place(*ids()), 1)
        sizes[name] = one.optimizer_bytes()
    total = sum(p.numel() for p in stepper().model.parameters())
    matrices = 2 * 12 * SMALL.width**2
    counters = 4 * len(list(stepper().model.parameters()))
    assert sizes["sgd"] == 4 * total
    assert sizes["adamw"] == 8 * total + counters
    assert sizes["muon"] == 4 * matrices + 8 * (total - matrices) + counters - 4 * 2 * 4


def test_indices_and_threads_are_those_asked_for():
    x, y = stepper(index="int32").place(*ids())
    assert x.dtype == torch.int32 and y.dtype == torch.int64
    before = torch.get_num_threads()
    with threads(2):
        assert torch.get_num_threads() == 2
    assert torch.get_num_threads() == before


def test_dropout_is_on_in_training_only():
    one = stepper(dropout=0.5)
    x, _ = ids()
    assert not torch.equal(one.model(x), one.model(x))
    one.model.eval()
    assert torch.equal(one.model(x), one.model(x))


def test_what_cannot_be_divided_snaps_to_what_can():
    assert training_options.micro_batches(replace(SMALL, batch=12, accumulate=8)) == 6
    assert training_options.heads(replace(SMALL, width=10, heads=5, positions="rotary")) == 5
    assert training_options.heads(replace(SMALL, width=10, heads=4)) == 2
    assert training_options.heads(replace(SMALL, width=12, heads=4, positions="rotary")) == 3  # parts of 4, not of 3


def test_a_stepper_goes_on_bit_for_bit_from_its_state():
    for values in ({}, {"optimizer": "muon", "positions": "rotary"}, {"precision": "float16"}, {"clip": 1e-3}):
        whole = stepper(**values)
        for number in range(1, 7):
            if number == 4:
                state = {name: t.clone() for name, t in whole.state().items()}
            last = whole.step(*whole.place(*ids(seed=number)), number)
        again = stepper(**values)
        again.restore(state)
        for number in range(4, 7):
            other = again.step(*again.place(*ids(seed=number)), number)
        assert torch.equal(last, other), values
        assert again.clipped == whole.clipped == (6 if whole.options.clip else 0)
        assert not whole.scaler or again.scaler.state_dict() == whole.scaler.state_dict()


def test_every_field_of_the_options_is_read_by_somebody():
    from pathlib import Path

    from core import stepper as module

    text = Path(module.__file__).read_text() + Path(training_options.__file__).read_text()
    assert [f.name for f in fields(Options) if text.count(f.name) < 2 and f.name != "threads"] == []


def test_micro_batches_and_checkpoints_need_less_memory_at_once():
    def peak(**values):
        options = replace(SMALL, width=32, blocks=4, context=64, batch=16, **values)
        one = Stepper(options, training_options.build_model(options, V, 0), 20)
        drawn = torch.randint(V, (16, 65), generator=torch.Generator().manual_seed(0))
        x, y = one.place(drawn[:, :-1].contiguous(), drawn[:, 1:].contiguous())
        one.step(x, y, 1)
        return memory.peak(one, lambda: one.step(x, y, 2)), one.saved_bytes(x, y)

    usual, in_parts, checkpointed = peak(), peak(accumulate=4), peak(checkpoint=True)
    assert in_parts[0] < 0.55 * usual[0] and in_parts[1] == pytest.approx(
        usual[1] / 4, rel=0.1
    )  # the ids are kept whole
    assert checkpointed[0] < 0.75 * usual[0] and checkpointed[1] < 0.4 * usual[1]


def test_peak_memory_is_what_a_hand_count_gives():
    """Two tensors of 4 MB alive at once, one after the other a third: 8 MB, not 12."""

    class Nothing:
        device, model, optimizers = "cpu", torch.nn.Linear(1, 1), ()

    def step():
        a = torch.ones(1_000_000)
        b = a + 1
        del a
        return torch.zeros(1_000_000) + b[0]

    assert memory.peak(Nothing(), step) == pytest.approx(12e6, rel=0.01)  # b, zeros, and their sum


def test_saved_bytes_are_the_tensors_the_backward_pass_reads():
    w = torch.nn.Parameter(torch.ones(100, 50))
    x = torch.ones(20, 100)
    assert memory.saved_for_backward(lambda: ((x @ w).exp()).sum()) == 4 * (20 * 100 + 20 * 50)  # x, and exp's result

    def turned():
        return ((h @ v.T).exp()).sum()

    h = torch.ones(20, 100, requires_grad=True)
    v = torch.nn.Parameter(torch.ones(50, 100))  # kept as a transposed view, which is no Parameter
    assert memory.saved_for_backward(turned) == 4 * (20 * 100 + 20 * 50 + 100 * 50)
    assert memory.saved_for_backward(turned, [v]) == 4 * (20 * 100 + 20 * 50)


def test_a_stopwatch_that_is_off_reads_nothing():
    watch = Stopwatch(on=False)
    with watch.part("forward"):
        pass
    assert set(watch.seconds.values()) == {0.0}


def test_rotary_products_depend_on_distance_alone():
    from core.blocks import rotate

    torch.manual_seed(0)
    q, k = torch.randn(1, 1, 1, 8), torch.randn(1, 1, 1, 8)
    rows = rotate(q.expand(1, 1, 12, 8)), rotate(k.expand(1, 1, 12, 8))
    scores = (rows[0] @ rows[1].mT)[0, 0]  # (12, 12)
    for distance_ in (-3, 0, 5):
        line = scores.diagonal(distance_)
        assert torch.allclose(line, line[:1].expand_as(line), atol=1e-5)
    assert scores.diagonal(1)[0] != pytest.approx(scores.diagonal(4)[0].item(), abs=1e-3)
    assert torch.allclose(rotate(q).norm(), q.norm()), "turning changes no length"


def test_gradients_written_by_hand_are_those_of_autograd():
    from core.blocks import SquaredReLU, rotate

    draw = torch.Generator().manual_seed(0)
    x = torch.randn(2, 3, 5, 8, generator=draw, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(SquaredReLU.apply, x)
    assert torch.autograd.gradcheck(lambda x: rotate(x, start=3), x)
    assert torch.autograd.gradcheck(lambda x: rotate(x.transpose(1, 2)), x)


def test_squared_relu_is_the_square_of_relu():
    model = Model5(V, 16, 8, blocks=1, heads=2, squared_relu=True)
    mlp, x = model.h[0].mlp, torch.randn(3, 16)
    assert torch.allclose(mlp(x), mlp.c_proj(torch.relu(mlp.c_fc(x)) ** 2))


def test_a_model_without_options_is_the_one_it_was():
    """The new options leave GPT-2 alone: same names, same logits."""
    torch.manual_seed(0)
    model = Model5(V, 16, 8, blocks=1, heads=2).eval()
    names = set(model.state_dict())
    assert "wpe.weight" in names and len(names) == 2 + 12 + 2 + 1
    x, _ = ids()
    block, h = model.h[0], model.wte(x) + model.wpe.weight
    q, k, v = (z.view(8, 8, 2, 8).transpose(1, 2) for z in block.attn.c_attn(block.ln_1(h)).split(16, -1))
    y = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    h = h + block.attn.c_proj(y.transpose(1, 2).reshape(8, 8, 16))
    h = h + block.mlp.c_proj(torch.nn.functional.gelu(block.mlp.c_fc(block.ln_2(h))))
    assert torch.allclose(model(x), model.lm_head(model.ln_f(h)), atol=1e-6)


def test_what_is_kept_for_the_backward_pass_is_measured_as_it_trains(monkeypatch):
    """Attention by hand keeps its scores, torch's kernel does not: the count must be of the one that runs."""
    from core import products

    monkeypatch.setattr(products, "onednn_pays", lambda: True)
    x, y = ids()
    fast, usual, manual = (stepper(**v) for v in ({}, {"products": "torch"}, {"attention": "manual"}))
    assert fast.saved_bytes(x, y) == manual.saved_bytes(x, y) > usual.saved_bytes(x, y)
