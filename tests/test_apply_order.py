"""`apply` on paper against torch's own `apply` on a real Model 5."""

import math

import pytest

from core import initializers, rng, tied, visits
from core.experiments import apply_order
from core.models import Model5
from core.result import Result

SIZE = {"vocabulary": 300, "width": 48, "context": 40, "blocks": 2}


def paper(**values):
    return Result(tuple(apply_order.run(apply_order.Config(**(SIZE | values)), {})))


def torch_stds(tying, order, moved_first, position_std=0.0):
    model = Model5(300, 48, 40, blocks=2, heads=4, tying=tying)
    if order == "head":
        tied.head_first(model)
    if moved_first:
        tied.moved(model)
    initializers.by_visit(model, rng.stream(0, "init"), position_std=position_std)
    return {"wte": model.wte.weight, "wpe": model.wpe.weight, "head": model.lm_head.weight}, model


@pytest.mark.parametrize("moved_first", [False, True])
@pytest.mark.parametrize("order", ["embedding", "head"])
@pytest.mark.parametrize("tying", ["same", "course", "untied"])
def test_paper_and_torch_agree_on_who_wins(tying, order, moved_first):
    found, model = torch_stds(tying, order, moved_first)
    result = paper(tying=tying, order=order, moved_first=moved_first)
    table = result.tables["inventory"][4]
    formula = dict(zip(zip(table["matrix"], table["block"], strict=True), table["formula"], strict=True))
    for name, weight in found.items():
        assert weight.std().item() == pytest.approx(formula[name, 0], rel=0.06)
    assert tied.storages(model) - tied.storages(Model5(300, 48, 40, blocks=2, heads=4)) == result.final("matrices") - 1
    stored = {p.untyped_storage().data_ptr(): p.numel() for p in model.parameters()}
    assert result.final("stored") == sum(stored.values())
    assert result.final("counted") == sum(p.numel() for p in model.parameters())


def test_the_stations_are_the_order_in_which_torch_visits():
    for order in ("embedding", "head"):
        model = Model5(300, 48, 40, blocks=2, heads=4)
        seen = []
        named = {id(m): n for n, m in (tied.head_first(model) if order == "head" else model).named_modules()}
        model.apply(lambda m, named=named, seen=seen: seen.append(named[id(m)].split(".")[0]))
        first = dict.fromkeys(n for n in seen if n in ("wte", "wpe", "h", "lm_head"))
        assert tuple({"h": "blocks", "lm_head": "head"}.get(n, n) for n in first) == visits.STATIONS[order]


def test_the_course_at_its_own_size():
    result = Result(tuple(apply_order.run(apply_order.Config(), {})))
    assert result.at("wte", 1) == pytest.approx(math.sqrt(2 / (50_257 + 768)), rel=0.05)  # Xavier, for a moment
    assert result.at("wte", 4) == pytest.approx(0.02, rel=0.05) == result.at("head", 4)
    assert result.at("wpe", 4) == pytest.approx(math.sqrt(2 / (256 + 768)), rel=0.05)
    assert result.final("counted") - result.final("stored") == 50_257 * 768
    long = Result(tuple(apply_order.run(apply_order.Config(context=1024), {})))
    assert (long.final("counted"), long.final("stored")) == (163_037_184, 124_439_808)  # GPT-2's own 124M


def test_before_apply_a_linear_is_uniform_and_an_embedding_n01():
    table = paper(tying="untied").tables["inventory"][0]
    want = dict(zip(table["matrix"], table["formula"], strict=True))
    model = Model5(300, 48, 40, blocks=2, heads=4, tying="untied")
    assert model.wte.weight.std().item() == pytest.approx(want["wte"], rel=0.03)
    assert model.lm_head.weight.std().item() == pytest.approx(want["head"], rel=0.03)
    assert model.h[0].mlp.c_proj.weight.std().item() == pytest.approx(want["mlp.c_proj"], rel=0.03)
    assert set(table["rule"]) == {"pytorch"}


def test_positions_of_their_own_width():
    assert paper(position_std=0.5).final("wpe") == pytest.approx(0.5, rel=0.05)
    assert torch_stds("same", "embedding", False, 0.5)[0]["wpe"].std().item() == pytest.approx(0.5, rel=0.05)
