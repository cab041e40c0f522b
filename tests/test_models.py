"""The five models: shapes, sizes by formula, GPT-2's weight layout, and what may influence which logit."""

import math
from pathlib import Path

import pytest
import torch
from torch.nn import functional as F

from core import initializers, rng
from core.blocks import Attention
from core.models import Model1, Model2, Model3, Model4, Model5, from_gpt2, parameters, to_gpt2

V, C, T, B = 50, 16, 8, 3
FIXTURES = Path(__file__).resolve().parent.parent.parent / "shared" / "data" / "gpt2"
GPT2_PART = {  # name in a block of GPT-2's file: its shape there, for width d
    "ln_1.weight": "d",
    "ln_1.bias": "d",
    "attn.c_attn.weight": "d,3d",
    "attn.c_attn.bias": "3d",
    "attn.c_proj.weight": "d,d",
    "attn.c_proj.bias": "d",
    "ln_2.weight": "d",
    "ln_2.bias": "d",
    "mlp.c_fc.weight": "d,4d",
    "mlp.c_fc.bias": "4d",
    "mlp.c_proj.weight": "4d,d",
    "mlp.c_proj.bias": "d",
}


def make(**values):
    torch.manual_seed(0)
    model = Model5(V, C, T, **({"blocks": 2, "heads": 4} | values))
    initializers.gpt2(model, rng.stream(0, "init"), std=0.5)
    return model.eval()


def tokens(seed=0):
    return torch.randint(V, (B, T), generator=rng.stream(seed, "eval"))


EVERY = {
    "1": lambda: Model1(V, C),
    "2": lambda: Model2(V, C, T),
    "3": lambda: Model3(V, C, T),
    "4": lambda: Model4(V, C, T, blocks=2),
    "5": lambda: make(),
}
BLOCK = 12 * C * C + 13 * C  # 3C² + C² + 4C² + 4C² weights; 3C + C + 4C + C biases; two norms of 2C


@pytest.mark.parametrize("name", EVERY)
def test_logits_have_a_row_for_every_place_and_a_column_for_every_token(name):
    model = EVERY[name]().eval()
    assert model(tokens()).shape == (B, T, V)
    assert model(tokens()[:, :3]).shape == (B, 3, V)  # shorter windows fit as well


@pytest.mark.parametrize(
    ("name", "unique"),
    [
        ("1", 2 * V * C),
        ("2", 2 * V * C + T * C + 2 * C),
        ("3", 2 * V * C + T * C + 2 * C + 4 * C * C + 4 * C),
        ("4", 2 * V * C + T * C + 2 * C + 2 * BLOCK),
        ("5", V * C + T * C + 2 * C + 2 * BLOCK),
    ],
)
def test_parameters_follow_the_formula(name, unique):
    assert parameters(EVERY[name]())[0] == unique


def test_a_bias_adds_one_number_per_token():
    assert parameters(Model1(V, C, bias=True))[0] - parameters(Model1(V, C))[0] == V


@pytest.mark.parametrize("name", EVERY)
def test_no_logit_knows_a_later_token(name):
    model, x = EVERY[name]().eval(), tokens()
    with torch.no_grad():
        before = model(x)
        for place in range(T):
            other = x.clone()
            other[:, place] = (other[:, place] + 1) % V
            after = model(other)
            assert torch.allclose(after[:, :place], before[:, :place], atol=1e-6), place
            assert (after[:, place] - before[:, place]).abs().max() > 1e-3, place


def test_models_see_what_they_should_and_no_more():
    x = tokens()
    other = x.clone()
    other[:, 0] = (other[:, 0] + 1) % V
    for name, sees_the_past in (("1", False), ("2", False), ("3", True), ("4", True), ("5", True)):
        model = EVERY[name]().eval()
        with torch.no_grad():
            moved = (model(x) - model(other))[:, 1:].abs().max().item()
        assert (moved > 1e-4) == sees_the_past, name


def test_only_model_1_does_not_know_where_a_token_stands():
    same = torch.full((1, T), 7)
    for name, knows in (("1", False), ("2", True), ("3", True), ("4", True), ("5", True)):
        with torch.no_grad():
            logits = EVERY[name]().eval()(same)
        assert ((logits[:, 0] - logits[:, 1]).abs().max() > 1e-4) == knows, name


@pytest.mark.parametrize("scale", [1.0, 0.3, 4.0])
def test_attention_is_a_causal_softmax_written_out(scale):
    torch.manual_seed(1)
    heads, size = 4, C // 4
    attention = Attention(C, heads, scale=scale).eval()
    x = torch.randn(2, T, C)
    by_hand = torch.zeros(2, T, C)
    W, b = attention.c_attn.weight, attention.c_attn.bias
    for n in range(2):
        for h in range(heads):
            rows = slice(h * size, (h + 1) * size)
            q = x[n] @ W[:C][rows].T + b[:C][rows]
            k = x[n] @ W[C : 2 * C][rows].T + b[C : 2 * C][rows]
            v = x[n] @ W[2 * C :][rows].T + b[2 * C :][rows]
            for t in range(T):
                scores = [scale * (q[t] @ k[s]) / math.sqrt(size) for s in range(t + 1)]
                top = max(scores)
                weights = [torch.exp(s - top) for s in scores]
                by_hand[n, t, rows] = sum(w * v[s] for s, w in enumerate(weights)) / sum(weights)
    by_hand = by_hand @ attention.c_proj.weight.T + attention.c_proj.bias
    assert torch.allclose(attention(x), by_hand, atol=1e-5)


def test_attention_scale_0_is_the_mean_of_what_came_before():
    torch.manual_seed(1)
    attention = Attention(C, 1, scale=0.0).eval()
    x = torch.randn(1, T, C)
    v = x @ attention.c_attn.weight[2 * C :].T + attention.c_attn.bias[2 * C :]
    mean = v.cumsum(1) / torch.arange(1, T + 1)[:, None]
    assert torch.allclose(attention(x), attention.c_proj(mean), atol=1e-5)


# --- GPT-2's layout --------------------------------------------------------------------------------------------------


def gpt2_shapes(vocabulary, width, context, blocks):
    def shape(text):
        return tuple(int(part.removesuffix("d") or 1) * width for part in text.split(","))

    out = {"wte.weight": (vocabulary, width), "wpe.weight": (context, width)}
    for i in range(blocks):
        out |= {f"h.{i}.{name}": shape(text) for name, text in GPT2_PART.items()}
    return out | {"ln_f.weight": (width,), "ln_f.bias": (width,)}


def test_names_and_shapes_are_gpt2s_one_to_one():
    written = {name: tuple(t.shape) for name, t in to_gpt2(make().state_dict()).items()}
    assert written == gpt2_shapes(V, C, T, 2)
    assert set(make().state_dict()) - set(written) == {"lm_head.weight"}


def test_there_and_back_again_is_the_same_model():
    model, other = make(), make(attention_scale=1.0)
    initializers.gpt2(other, rng.stream(9, "init"))
    for prefix in ("", "transformer."):
        there = {prefix + name: tensor for name, tensor in to_gpt2(model.state_dict()).items()}
        mask = torch.ones(T, T).tril().view(1, 1, T, T)
        there |= {f"{prefix}h.0.attn.bias": mask, f"{prefix}h.0.attn.masked_bias": torch.tensor(-1e4)}
        other.load_state_dict(from_gpt2(there))
        assert torch.equal(model(tokens()), other(tokens()))


def test_an_untied_head_is_written_too():
    model = make(tying="untied")
    written = to_gpt2(model.state_dict())
    assert torch.equal(written["lm_head.weight"], model.lm_head.weight)
    again = make(tying="untied")
    initializers.zeros(again)
    again.load_state_dict(from_gpt2(written))
    assert torch.equal(again(tokens()), model(tokens()))


@pytest.mark.parametrize(
    ("file", "shape", "heads"),
    [("lm_buddy_tiny_gpt2", (21, 2, 1024, 1), 1), ("gpt2_layout_random", (512, 24, 64, 12), 12)],
)
def test_a_file_laid_out_like_gpt2s_gives_the_logits_of_gpt2s_formulas(file, shape, heads):
    path = FIXTURES / f"{file}.safetensors"
    if not path.exists():
        pytest.skip("the GPT-2 fixtures are not beside this checkout")
    from safetensors.torch import load_file

    stored = load_file(path)
    vocabulary, width, context, blocks = shape
    kept = {name: tuple(t.shape) for name, t in stored.items() if not name.endswith(".attn.bias")}
    assert kept == gpt2_shapes(vocabulary, width, context, blocks)
    model = Model5(vocabulary, width, context, blocks=blocks, heads=heads, tanh=True).eval()
    model.load_state_dict(from_gpt2(stored))
    x = torch.randint(vocabulary, (2, 12), generator=rng.stream(0, "eval"))
    with torch.no_grad():
        assert torch.allclose(model(x), gpt2_forward(stored, x, blocks, heads), atol=1e-4)


def gpt2_forward(w, x, blocks, heads):
    """GPT-2 from its file alone: Conv1D stores (in, out), so x @ W + b; the approximate GELU; norms with eps 1e-5."""

    def norm(h, name):
        h = (h - h.mean(-1, keepdim=True)) / (h.var(-1, keepdim=True, unbiased=False) + 1e-5).sqrt()
        return h * w[f"{name}.weight"] + w[f"{name}.bias"]

    def linear(h, name):
        return h @ w[f"{name}.weight"] + w[f"{name}.bias"]

    n, t = x.shape
    h = w["wte.weight"][x] + w["wpe.weight"][:t]
    width = h.shape[-1]
    later = torch.ones(t, t).triu(1).bool()
    for i in range(blocks):
        q, k, v = (
            z.view(n, t, heads, -1).transpose(1, 2)
            for z in linear(norm(h, f"h.{i}.ln_1"), f"h.{i}.attn.c_attn").split(width, -1)
        )
        scores = (q @ k.transpose(-1, -2) / math.sqrt(width // heads)).masked_fill(later, -torch.inf)
        y = (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(n, t, width)
        h = h + linear(y, f"h.{i}.attn.c_proj")
        z = linear(norm(h, f"h.{i}.ln_2"), f"h.{i}.mlp.c_fc")
        z = 0.5 * z * (1 + torch.tanh(math.sqrt(2 / math.pi) * (z + 0.044715 * z**3)))
        h = h + linear(z, f"h.{i}.mlp.c_proj")
    return norm(h, "ln_f") @ w["wte.weight"].T


# --- what the knobs do -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["embedding", "attention", "residual", "mlp"])
def test_dropout_acts_at_its_place_in_training_and_nowhere_in_evaluation(place):
    plain, dropping = make(), make(drops={place: 0.5})
    x = tokens()
    with torch.no_grad():
        assert torch.equal(plain(x), dropping(x))  # both in eval mode
        torch.manual_seed(3)
        first, second = dropping.train()(x), dropping(x)
        assert not torch.allclose(first, second, atol=1e-4)
        torch.manual_seed(3)
        assert torch.equal(dropping(x), first)
        assert torch.equal(plain.train()(x), plain.eval()(x))


def test_dropping_nearly_all_of_both_branches_leaves_the_embedding():
    model = make(drops={"residual": 1 - 1e-9, "mlp": 1 - 1e-9}).train()
    x = tokens()
    with torch.no_grad():
        bare = model.ln_f(model.wte(x) + model.wpe.weight)
        assert torch.allclose(model.hidden(x), bare, atol=1e-5)


@pytest.mark.parametrize(("tying", "shared", "counted"), [("same", True, 0), ("course", True, 1), ("untied", False, 1)])
def test_a_tied_head_shares_the_embeddings_memory(tying, shared, counted):
    model = make(tying=tying)
    assert (model.lm_head.weight.data_ptr() == model.wte.weight.data_ptr()) == shared
    unique, listed = parameters(model)
    assert listed == parameters(make())[0] + counted * V * C
    assert unique == parameters(make())[0] + (not shared) * V * C
    with torch.no_grad():
        model.wte.weight[3] += 1.0
    assert torch.equal(model.lm_head.weight[3], model.wte.weight[3]) == shared


def test_divided_logits_are_the_others_over_the_root_of_the_width():
    with torch.no_grad():
        plain, divided = make()(tokens()), make(divide_logits=True)(tokens())
    assert torch.allclose(divided * math.sqrt(C), plain, atol=1e-5)
    assert (plain - divided).abs().max() > 0.1


def test_attention_scale_changes_the_logits():
    with torch.no_grad():
        assert (make()(tokens()) - make(attention_scale=3.0)(tokens())).abs().max() > 0.01


# --- how weights start -----------------------------------------------------------------------------------------------


def started(scheme, **values):
    model = Model5(400, 64, 32, blocks=3, heads=4, **values.pop("shape", {}))
    initializers.SCHEMES[scheme](model, rng.stream(0, "init"), **values)
    return model


def test_gpt2s_scheme_has_gpt2s_spreads():
    model = started("gpt2")
    assert model.wte.weight.std().item() == pytest.approx(0.02, rel=0.03)
    assert model.wpe.weight.std().item() == pytest.approx(0.02, rel=0.05)
    for block in model.h:
        assert block.attn.c_attn.weight.std().item() == pytest.approx(0.02, rel=0.05)
        for out in (block.attn.c_proj, block.mlp.c_proj):  # the two that write into the residual stream
            assert out.weight.std().item() == pytest.approx(0.02 / math.sqrt(6), rel=0.05)
            assert out.bias.abs().max() == 0
    assert started("gpt2", embedding_std=0.1).wte.weight.std().item() == pytest.approx(0.1, rel=0.03)


def test_the_courses_scheme_is_pytorchs_own():
    model = started("course", shape={"tying": "untied"})
    assert model.wte.weight.std().item() == pytest.approx(1.0, rel=0.03)
    for layer, fan_in in ((model.h[0].mlp.c_fc, 64), (model.h[0].mlp.c_proj, 256), (model.lm_head, 64)):
        assert layer.weight.abs().max().item() == pytest.approx(fan_in**-0.5, rel=0.01)
        assert layer.weight.std().item() == pytest.approx((3 * fan_in) ** -0.5, rel=0.03)
    assert model.h[0].mlp.c_fc.bias.abs().max().item() == pytest.approx(1 / 8, rel=0.05)
    assert started("course", std=0.3).wte.weight.std().item() == pytest.approx(0.3, rel=0.03)


def test_a_tied_head_ends_with_the_embeddings_spread():
    assert started("course").lm_head.weight.std().item() == pytest.approx(1.0, rel=0.03)


def test_zeros_predict_the_uniform_distribution_and_get_no_gradient_into_the_blocks():
    model = started("zeros")
    x = torch.randint(400, (2, 9), generator=rng.stream(0, "eval"))
    loss = F.cross_entropy(model(x[:, :-1]).flatten(0, 1), x[:, 1:].flatten())
    loss.backward()
    assert loss.item() == pytest.approx(math.log(400), abs=1e-5)
    assert max(p.grad.abs().max().item() for p in model.parameters() if p.grad is not None) == 0


def test_the_same_seed_gives_the_same_network_and_another_seed_another():
    def weights(seed):
        model = Model5(V, C, T, blocks=1, heads=2)
        initializers.gpt2(model, rng.stream(seed, "init"))
        return model.wte.weight

    assert torch.equal(weights(4), weights(4))
    assert not torch.equal(weights(4), weights(5))
