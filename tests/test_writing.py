"""Writing: the same tokens with keys and values kept as without, and with the luck of the seed alone."""

import itertools
import random

import pytest
import torch

from core import initializers, rng, tokenizers, writing
from core.bench.generation import compare, plain_generate
from core.kv_cache import Cache
from core.models import Model1, Model2, Model3, Model4, Model5

V = 60
pytestmark = pytest.mark.usefixtures("private_home")


def make(context=8, width=16, seed=0, **values):
    model = Model5(V, width, context, **({"blocks": 2, "heads": 2} | values))
    initializers.gpt2(model, rng.stream(seed, "init"), std=0.3, embedding_std=0.3)  # wide enough to have opinions
    return model.eval()


def prompts(batch=2, length=3, seed=0):
    return torch.randint(V, (batch, length), generator=rng.stream(seed, "eval"))


@torch.no_grad()
def assert_equal(model, ids, *, tokens, context, seeds=(0,)):
    """The likeliest text, the texts of the seeds, and along the way every logit, to 1e-5."""
    how = {"tokens": tokens, "context": context}
    for seed, temperature in [(0, 0.0), *((seed, 1.0) for seed in seeds)]:
        text = plain_generate(model, ids, seed=seed, temperature=temperature, **how)
        assert torch.equal(writing.generate(model, ids, seed=seed, temperature=temperature, **how), text)
    caches = [Cache(context) for _ in model.h]
    for end in range(ids.shape[1], text.shape[1]):
        found = writing.next_logits(model, text[:, :end], context, caches)
        torch.testing.assert_close(found, model(text[:, :end][:, -context:])[:, -1], atol=1e-5, rtol=0)
    assert len(text[:, ids.shape[1] :].unique()) > tokens // 4  # a text that says something


# --- keys and values kept --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("length", [1, 5, 8, 11], ids="length {}".format)
@pytest.mark.parametrize(
    ("rotary", "qk_norm", "backend"), list(itertools.product((False, True), (False, True), ("auto", "manual", "math")))
)
def test_the_text_is_the_one_written_without_a_cache(rotary, qk_norm, backend, length):
    """Across the context of 8, from prompts of one token, shorter, as long and longer than it."""
    model = make(rotary=rotary, qk_norm=qk_norm, backend=backend)
    assert_equal(model, prompts(length=length), tokens=14, context=8)


@pytest.mark.parametrize("number", range(20))
def test_so_it_is_for_models_drawn_at_random(number):
    draw = random.Random(number)
    heads, context = draw.choice((1, 2, 4)), draw.choice((2, 5, 12, 24))
    values = {
        "rotary": draw.random() < 0.5,
        "qk_norm": draw.random() < 0.5,
        "backend": draw.choice(("auto", "manual", "math")),
        "packed": draw.random() < 0.5,
        "tying": draw.choice(("same", "course", "untied")),
        "divide_logits": draw.random() < 0.3,
        "attention_scale": draw.choice((0.0, 0.5, 1.0, 2.0)),
        "squared_relu": draw.random() < 0.3,
        "drops": draw.choice(({}, {"attention": 0.5, "mlp": 0.5})),  # off while it writes
        "blocks": draw.choice((1, 2, 3)),
    }
    model = make(context, heads * draw.choice((4, 8)), number, heads=heads, **values)
    ids = prompts(draw.choice((1, 3)), draw.choice((1, context, context + 3)), number)
    assert_equal(model, ids, tokens=16, context=context, seeds=range(4))


def test_the_window_may_be_shorter_than_the_context_of_the_model():
    assert_equal(make(context=12), prompts(), tokens=14, context=5)


def read(model, **values) -> list[int]:
    """How many tokens each forward pass of `generate` reads."""
    seen = []
    hook = model.wte.register_forward_hook(lambda _, args, out: seen.append(args[0].shape[1]))
    writing.generate(model, **values)
    hook.remove()
    return seen


def test_inside_the_context_each_new_token_costs_one_token_beyond_it_a_window():
    how = {"ids": prompts(length=3), "tokens": 8, "seed": 0, "context": 8}
    assert read(make(), **how) == [3, 1, 1, 1, 1, 1, 8, 8]
    assert read(make(rotary=True), **how) == [3, 1, 1, 1, 1, 1, 8, 8]
    assert read(make().bfloat16(), **how) == [3, 4, 5, 6, 7, 8, 8, 8], "half precision rounds by too much"


def test_a_cache_is_allocated_once_and_holds_its_context():
    cache, k, v = Cache(5), torch.randn(2, 3, 4, 6), torch.randn(2, 3, 4, 6)
    cache.extend(k[:, :, :3], v[:, :, :3])
    memory = cache.keys.data_ptr(), cache.values.data_ptr()
    keys, values = cache.extend(k[:, :, 3:], v[:, :, 3:])
    assert torch.equal(keys, k) and torch.equal(values, v) and cache.length == 4
    assert (keys.data_ptr(), values.data_ptr()) == memory and cache.keys.shape == (2, 3, 5, 6)
    with pytest.raises(AssertionError):
        cache.extend(k[:, :, :2], v[:, :, :2])


def test_several_tokens_after_others_are_refused_for_they_would_need_a_mask():
    model, caches = make(), [Cache(8) for _ in range(2)]
    with torch.no_grad(), pytest.raises(AssertionError):
        model(prompts(length=3), caches=caches)
        model(prompts(length=2), caches=caches)


# --- where nothing can be kept ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [lambda: Model1(V, 16), *(lambda m=m: m(V, 16, 8) for m in (Model2, Model3, Model4))])
def test_the_other_models_write_as_they_did(kind):
    torch.manual_seed(0)
    model, how = kind().eval(), {"tokens": 14, "seed": 3, "context": 8}
    assert torch.equal(writing.generate(model, prompts(), **how), plain_generate(model, prompts(), **how))


@pytest.mark.parametrize("part", ["all", "attention"])
def test_with_dropout_left_on_the_draws_are_the_old_ones(part):
    """In "attention" only the attention forgot to switch: the model itself says that it is in evaluation mode."""
    model = make(drops={"attention": 0.3, "mlp": 0.3})
    for module in [model] if part == "all" else [block.attn for block in model.h]:
        module.train()
    texts = []
    for write in (lambda *args, **how: writing.generate(*args, **how, in_evaluation=False), plain_generate):
        torch.manual_seed(1)
        texts.append(write(model, prompts(), tokens=14, seed=3, context=8))
    assert torch.equal(*texts)
    assert not torch.equal(writing.generate(model, prompts(), tokens=14, seed=3, context=8), texts[0])


# --- whatever the model ----------------------------------------------------------------------------------------------


def test_writing_is_repeatable_keeps_its_prompt_and_leaves_training_mode_alone():
    model, ids = make(drops={"mlp": 0.2}).train(), prompts()
    first, second = (writing.generate(model, ids, tokens=12, seed=5, context=8) for _ in range(2))
    assert torch.equal(first, second) and first.shape == (2, 15) and torch.equal(first[:, :3], ids)
    assert model.training
    assert not torch.equal(writing.generate(model, ids, tokens=12, seed=6, context=8), first)


def test_at_temperature_zero_every_token_is_the_likeliest():
    model = make()
    found = writing.generate(model, prompts(), tokens=10, seed=0, context=8, temperature=0.0)
    for place in range(3, 13):
        window = found[:, max(0, place - 8) : place]
        assert torch.equal(model(window)[:, -1].argmax(-1), found[:, place])


def test_a_continued_text_comes_in_two_parts():
    tokenizer = tokenizers.load("bytes", "tales-en")
    torch.manual_seed(0)
    model = Model5(tokenizer.n_vocab, 16, 8, blocks=1, heads=2)
    opening = tokenizer.encode("One day")
    how = {"tokens": 20, "seed": 0, "context": 8}
    prompt, text = writing.continued(model, opening, tokenizer, **how)
    whole = writing.generate(model, torch.tensor([opening]), **how)[0]
    assert prompt == "One day" and prompt + text == tokenizer.decode(whole.tolist())


def test_the_bench_finds_the_same_tokens_across_the_context():
    figures = {row["what"].strip(): row["figure"] for row in compare(4, passes=1, tokens=10)}
    assert figures["equal tokens at temperature 0"] == figures["equal tokens at temperature 1"] == 10
