"""The scale of attention and the gains of LayerNorm: against PyTorch, closed forms and the network itself."""

import copy
import math

import pytest
import torch

from core import gains, initializers, rng, scores
from core.blocks import Attention
from core.experiment import make, run_id
from core.experiments import attention_scale
from core.experiments import gains as reading
from core.models import Model5
from core.problem import Problem
from core.result import Result

pytestmark = pytest.mark.usefixtures("private_home")
SMALL = {"width": 16, "blocks": 1, "heads": 2, "context": 8, "batch": 4, "steps": 20}


def played(resume=None, **values):
    config = make(attention_scale.Config, **(SMALL | values))
    return Result(tuple(e for e in attention_scale.run(config, {}, resume) if e.kind != "snapshot"))


def model(**values):
    made = Model5(50, 32, 16, blocks=2, heads=4, **values)
    initializers.gpt2(made, rng.stream(0, "init"), std=0.3)
    return made.eval()


X = torch.randint(50, (3, 16), generator=torch.Generator().manual_seed(0))


def test_the_measured_scores_are_those_attention_uses():
    """Rebuild every head's attention from the definition: entropy, largest score and spread agree."""
    net = model(attention_scale=2.0)
    rows = scores.heads(net, X)
    h = net.wte(X) + net.wpe.weight[:16]
    seen = net.h[0].ln_1(h)
    q, k, _ = net.h[0].attn.c_attn(seen).split(32, -1)
    head = rows[1]  # block 1, head 2
    a, b = q[..., 8:16], k[..., 8:16]
    values, entropies = [], []
    for text in range(3):
        for t in range(16):
            z = torch.stack([a[text, t] @ b[text, j] for j in range(t + 1)]).double() * 2 / math.sqrt(8)
            values += z.tolist()
            if t:
                p = z.softmax(0)
                entropies.append(-(p * p.log()).sum().item() / math.log(t + 1))
    assert (head["block"], head["head"]) == (1, 2)
    assert head["largest"] == pytest.approx(max(abs(v) for v in values), rel=1e-4)
    assert head["std"] == pytest.approx(torch.tensor(values).std().item(), rel=1e-4)
    assert head["entropy"] == pytest.approx(sum(entropies) / len(entropies), rel=1e-4)


def test_fresh_heads_lie_on_the_law_and_alike_queries_and_keys_do_not():
    rows = scores.heads(model(), X)
    assert all(row["raw"] == pytest.approx(row["expected"], rel=0.35) for row in rows)
    net = model()
    for block in net.h:  # keys equal to queries: every score of a token with itself is large
        block.attn.c_attn.weight.data[32:64] = block.attn.c_attn.weight.data[:32]
    assert sum(r["raw"] / r["expected"] for r in scores.heads(net, X)) / 8 > 1.1


def test_a_scale_of_zero_averages_the_past_and_is_no_nan():
    attention = Attention(16, 2, scale=0.0)
    x = torch.randn(2, 8, 16, generator=torch.Generator().manual_seed(1))
    _, _, v = attention.project(x)
    mean = v.cumsum(2) / torch.arange(1, 9)[None, None, :, None]
    wanted = attention.c_proj(mean.transpose(1, 2).reshape(2, 8, 16))
    assert torch.allclose(attention(x), wanted, atol=1e-6)


def test_normalised_queries_keep_scores_bounded_however_large_the_weights():
    plain, normed = model(), model(qk_norm=True)
    for net in (plain, normed):
        for block in net.h:
            block.attn.c_attn.weight.data *= 50
    assert max(row["largest"] for row in scores.heads(plain, X)) > 100
    assert max(row["largest"] for row in scores.heads(normed, X)) <= math.sqrt(8) + 1e-3


def test_without_qk_norm_the_model_is_the_one_it_was():
    assert not [name for name in Model5(50, 32, 16, blocks=1, heads=4).state_dict() if "norm" in name]


def test_gpt2s_weights_make_tiny_scores_and_unit_queries_large_ones():
    shape = {"width": 64, "heads": 4, "context": 32, "steps": 0}
    small, unit = played(**shape), played(**shape, init_std=0.125)
    assert small.at("raw_std", 0) < 0.2  # 0.02² · 64 · √16 = 0.10
    assert unit.at("raw_std", 0) == pytest.approx(4, rel=0.15)
    assert small.at("entropy", 0) > 0.99 > unit.at("entropy", 0)


def test_a_run_goes_on_bit_for_bit_from_a_snapshot():
    config = make(attention_scale.Config, **SMALL, qk_norm=True)
    whole, state = [], None
    for event in attention_scale.run(config, {}):
        if event.kind == "snapshot" and event.step == 10:
            state = (10, {name: tensor.clone() for name, tensor in event.state().items()})
        elif event.kind == "metric":
            whole.append((event.step, event.name, event.value))
    again = [(e.step, e.name, e.value) for e in attention_scale.run(config, {}, state) if e.kind == "metric"]
    assert again == [row for row in whole if row[0] > 10]


def test_the_gradient_that_is_shown_is_that_of_queries_and_keys():
    net = model()
    net(X).square().mean().backward()
    by_hand = [block.attn.c_attn.weight.grad[:64] for block in net.h]
    norm = math.sqrt(sum(g.square().sum().item() for g in by_hand))
    assert attention_scale.qk_gradient(net, 32) == pytest.approx(norm, rel=1e-5)
    assert math.isnan(attention_scale.qk_gradient(model(), 32))


def test_heads_that_do_not_divide_the_width_are_refused_with_a_width_that_works():
    with pytest.raises(Problem) as refused:
        played(width=64, heads=3)
    assert refused.value.code == "heads_do_not_divide" and refused.value.facts["near"] == 63


def test_steps_are_no_part_of_the_run():
    assert run_id(attention_scale.Config(steps=100)) == run_id(attention_scale.Config(steps=200))


# --- gains ----------------------------------------------------------------------------------------------------------


def uneven():
    """A network whose gains and shifts are not all alike, so that a wrong rule shows."""
    net = model()
    draws = torch.Generator().manual_seed(3)
    for _, norm, _ in gains.norms(net):
        norm.weight.data += 0.3 * torch.rand(32, generator=draws)
        norm.bias.data += 0.2 * torch.randn(32, generator=draws)
    return net


@pytest.mark.parametrize("factor", [0.1, 0.7, 10])
def test_gain_shift_and_reader_together_change_nothing_and_each_less_does(factor):
    with torch.no_grad():
        base = uneven()(X)
        for along, same in (({}, True), ({"shift": False}, False), ({"reader": False}, False)):
            other = uneven()
            gains.rescale(other, factor, **along)
            assert torch.allclose(other(X), base, atol=1e-3) == same


def test_every_gain_can_be_forced_to_one_value_without_changing_the_network():
    net = uneven()
    with torch.no_grad():
        base = copy.deepcopy(net)(X)
        gains.set_gain(net, 0.3)
        assert all((norm.weight == 0.3).all() for _, norm, _ in gains.norms(net))
        assert torch.allclose(net(X), base, atol=1e-3)


def test_what_leaves_a_layernorm_has_the_size_of_its_gain():
    net = model()
    gains.set_gain(net, 0.3)
    rows = gains.flow(net, X)
    assert [row["norm"] for row in rows] == ["1.ln_1", "1.ln_2", "2.ln_1", "2.ln_2", "ln_f"]
    assert all(row["after"] == pytest.approx(0.3, rel=0.02) for row in rows[:-1])
    assert rows[-1]["after"] == pytest.approx(1.0, rel=0.02)


def read(resume=None, **values):
    config = make(reading.Config, steps=20, blocks=1, **values)
    return list(reading.run(config, {}, resume))


def test_reading_the_gains_finds_the_same_network_at_every_factor_and_another_with_gains_alone():
    events = read()
    result = Result(tuple(e for e in events if e.kind != "snapshot"))
    assert result.finished.reason == "done" and result.step == 20
    assert result.final("same_gap") < 1e-4
    assert result.final("small_loss") == pytest.approx(result.final("base_loss"), abs=1e-4)
    assert result.tables["norms"][0]["gain"] == [1.0] * 3 and result.tables["norms"][20]["gain"] != [1.0] * 3
    table = result.tables["rescale"][20]
    alone = [v for v, way in zip(table["loss"], table["way"], strict=True) if way == "gain"]
    assert max(alone) - min(alone) > 0.01


def test_a_reading_goes_on_from_a_snapshot_of_the_training_even_the_last_one():
    events, states = [], {}
    for event in reading.run(make(reading.Config, steps=20, blocks=1), {}):
        if event.kind == "snapshot":
            states[event.step] = {name: tensor.clone() for name, tensor in event.state().items()}
        else:
            events.append(event)
    whole = Result(tuple(events))
    for step in (10, 20):
        again = Result(tuple(e for e in read((step, states[step])) if e.kind != "snapshot"))
        assert again.final("base_loss") == whole.final("base_loss")
        assert again.tables["rescale"][20] == whole.tables["rescale"][20]
