"""GPT-2's files into Model 5 against Hugging Face's own GPT-2, where files are looked for, and the house models."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from app import sentences
from core import bpe, corpora, experiment, gpt2, house, pretrained, references, rng, tokenizers
from core import train as loop
from core.gpt2 import Shape
from core.models import Model5, to_gpt2
from core.problem import Problem

SHARED = Path(os.environ.get("PLAYGROUND_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")
FIXTURES = SHARED / "gpt2"
TINY = Shape(vocabulary=96, width=64, context=16, blocks=2)


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    """No GPT-2 on this machine, and a published GPT-2 that is small."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    small = gpt2.Release("http://127.0.0.1:9/model.safetensors", 0, "", TINY)
    monkeypatch.setattr(gpt2, "RELEASE", small)
    return tmp_path


def hugging_face(config: dict):
    """(GPT2LMHeadModel of random weights, at the spread trained ones have, its state under GPT-2's names)."""
    transformers = pytest.importorskip("transformers")
    torch.manual_seed(config["n_embd"])
    model = transformers.GPT2LMHeadModel(transformers.GPT2Config(**config)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            parameter.normal_(1.0 if ".ln_" in name and name.endswith("weight") else 0.0, 0.15)
    return model, {k: v for k, v in model.state_dict().items() if k != "lm_head.weight"}


CONFIGS = [
    {"vocab_size": 50, "n_embd": 64, "n_layer": 1, "n_head": 1, "n_positions": 16},
    {"vocab_size": 211, "n_embd": 128, "n_layer": 3, "n_head": 2, "n_positions": 33},
    {"vocab_size": 97, "n_embd": 24, "n_layer": 2, "n_head": 12, "n_positions": 20},
]


@pytest.mark.parametrize("config", CONFIGS)
@pytest.mark.parametrize("prefix", ["transformer.", ""])
def test_gpt2_logits_equal_hugging_faces(tmp_path, config, prefix):
    theirs, state = hugging_face(config)
    path = tmp_path / "model.safetensors"
    save_file({prefix + k.removeprefix("transformer."): v.contiguous() for k, v in state.items()}, path)
    weights = gpt2.open_file(path, heads=config["n_head"])
    assert weights.shape == Shape(config["vocab_size"], config["n_embd"], config["n_positions"], config["n_layer"])
    ours = pretrained.to_model(weights).eval()
    x = torch.randint(config["vocab_size"], (3, config["n_positions"]), generator=rng.stream(0, "eval"))
    with torch.no_grad():
        expected, found = theirs(x).logits, ours(x)
    assert expected.std() > 0.5  # logits that say something
    assert (found - expected).abs().max().item() < 1e-4


def test_gpt2_logits_of_the_house_model_are_the_same_at_hugging_face():
    transformers = pytest.importorskip("transformers")
    weights = pretrained.find("house")
    v, c, t, n = (weights.shape.vocabulary, weights.shape.width, weights.shape.context, weights.shape.blocks)
    config = transformers.GPT2Config(vocab_size=v, n_embd=c, n_positions=t, n_layer=n, n_head=weights.heads)
    theirs = transformers.GPT2LMHeadModel(config).eval()
    state = {f"transformer.{k}": torch.from_numpy(a) for k, a in weights.read().items()}
    theirs.load_state_dict(state | {"lm_head.weight": state["transformer.wte.weight"]})
    x = torch.from_numpy(corpora.tokens("manual", "bpe", "test")[:t].astype("int64"))[None]
    with torch.no_grad():
        assert (theirs(x).logits - pretrained.model("house").eval()(x)).abs().max().item() < 1e-4


def test_an_untied_head_is_kept(tmp_path):
    model = Model5(30, 16, 8, blocks=1, heads=1, tying="untied", tanh=True).eval()
    path = tmp_path / "untied.safetensors"
    save_file(to_gpt2(model.state_dict()), path)
    again = pretrained.to_model(gpt2.open_file(path, heads=1)).eval()
    x = torch.randint(30, (1, 8), generator=rng.stream(0, "eval"))
    assert torch.allclose(again(x), model(x), atol=1e-6) and again.lm_head.weight is not again.wte.weight


@pytest.mark.skipif(not FIXTURES.exists(), reason=f"the GPT-2 fixtures are not in {FIXTURES}")
@pytest.mark.parametrize(
    ("name", "shape", "heads"),
    [("lm_buddy_tiny_gpt2", Shape(21, 2, 1024, 1), 1), ("gpt2_layout_random", Shape(512, 24, 64, 12), 12)],
)
def test_gpt2_fixtures_load_and_match_hugging_face(name, shape, heads):
    transformers = pytest.importorskip("transformers")
    path = FIXTURES / f"{name}.safetensors"
    weights = gpt2.open_file(path, heads=heads)
    assert weights.shape == shape and set(weights.entries) == set(shape.tensors())
    theirs = transformers.GPT2LMHeadModel(
        transformers.GPT2Config(
            vocab_size=shape.vocabulary,
            n_embd=shape.width,
            n_positions=shape.context,
            n_layer=shape.blocks,
            n_head=heads,
        )
    ).eval()
    missing, strange = theirs.transformer.load_state_dict(load_file(path), strict=False)
    assert all(m.endswith("attn.bias") for m in missing + strange)
    x = torch.randint(shape.vocabulary, (2, 12), generator=rng.stream(0, "eval"))
    with torch.no_grad():
        assert (theirs(x).logits - pretrained.to_model(weights).eval()(x)).abs().max().item() < 1e-4


def test_gpt2_has_148_parameters_of_124_439_808_numbers_and_its_parts_the_sizes_the_library_says():
    real = Shape(50257, 768, 1024, 12)
    assert len(real.tensors()) == 148
    assert sum(math.prod(s) for s in real.tensors().values()) == 124_439_808
    parts = real.parts()
    assert len(parts["norms"]) == 50
    sizes = {part: 4 * sum(math.prod(real.tensors()[n]) for n in names) for part, names in parts.items()}
    assert sizes == {"embedding": 154_389_504, "positions": 3_145_728, "norms": 153_600}


# --- where GPT-2 is looked for ---------------------------------------------------------------------------------------


def tiny(path: Path, prefix: str = "", shape: Shape = TINY, **changed) -> dict:
    """A file laid out like GPT-2's, with its masks, at `path`; tensors replaced by `changed` (None: left out)."""
    generator = rng.stream(1, "init")
    out = {name: torch.randn(size, generator=generator) for name, size in shape.tensors().items()} | changed
    out = {prefix + name: tensor for name, tensor in out.items() if tensor is not None}
    out |= {f"{prefix}h.{i}.attn.bias": torch.ones(4, 4).tril().view(1, 1, 4, 4) for i in range(shape.blocks)}
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(out, path)
    return out


def test_without_gpt2_the_address_the_size_and_the_folder_are_named(nowhere):
    with pytest.raises(Problem) as caught:
        pretrained.find("gpt2")
    assert caught.value.code == "weights_needed"
    assert caught.value.facts["folder"] == str(nowhere / "home" / "weights" / "gpt2")
    said = sentences.say(caught.value.code, caught.value.facts)
    assert gpt2.RELEASE.address in said.en and gpt2.RELEASE.address in said.vi
    assert not pretrained.has("gpt2")


@pytest.mark.parametrize(
    "place",
    [
        "home/weights/gpt2/model.safetensors",
        "hf/hub/models--openai-community--gpt2/snapshots/607a30d7/model.safetensors",
        "hf/hub/models--gpt2/snapshots/aaaa/model.safetensors",
    ],
)
@pytest.mark.parametrize("prefix", ["", "transformer."])
def test_gpt2_is_found_by_hand_and_in_the_hubs_cache(nowhere, place, prefix):
    stored = tiny(nowhere / place, prefix)
    assert pretrained.find("gpt2").path == nowhere / place
    assert np.array_equal(pretrained.embedding("gpt2"), stored[prefix + "wte.weight"].numpy())
    norms = pretrained.norms("gpt2")
    assert len(norms) == 10 and np.array_equal(norms["ln_f.bias"], stored[prefix + "ln_f.bias"].numpy())
    model = pretrained.model("gpt2")
    assert torch.equal(model.h[1].mlp.c_fc.weight, stored[prefix + "h.1.mlp.c_fc.weight"].T)
    assert model.lm_head.weight is model.wte.weight and len(model.h) == 2


def test_a_file_the_learner_names_comes_first_and_a_choice_can_be_undone(nowhere):
    tiny(nowhere / "home/weights/gpt2/model.safetensors")
    mine = nowhere / "stick" / "model.safetensors"
    tiny(mine)
    assert pretrained.choose(f' "{mine.parent}" ').path == mine  # quotes, spaces, a folder: as people paste it
    assert pretrained.find("gpt2").path == mine
    pretrained.choose(None)
    assert pretrained.find("gpt2").path != mine and mine.exists()


def test_a_chosen_file_that_is_gone_is_named(nowhere):
    mine = nowhere / "stick" / "model.safetensors"
    tiny(mine)
    pretrained.choose(str(mine))
    mine.unlink()
    with pytest.raises(Problem, match="weights_missing"):
        pretrained.find("gpt2")


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("weights_key", {"wte.weight": None}),
        ("weights_key", {"h.1.mlp.c_proj.bias": None}),
        ("weights_key_strange", {"model.layers.0.self_attn.q_proj.weight": torch.ones(2, 2)}),
        ("weights_shape", {"wte.weight": torch.ones(95, 64)}),
        ("weights_shape", {"h.0.attn.c_attn.weight": torch.ones(192, 64)}),
        ("weights_shape", {"wpe.weight": torch.ones(64)}),
    ],
)
def test_weights_of_another_model_are_refused_by_name(nowhere, code, changed):
    path = nowhere / "home/weights/gpt2/model.safetensors"
    tiny(path, **changed)
    for attempt in (
        lambda: pretrained.find("gpt2"),
        lambda: pretrained.choose(str(path)),
        lambda: gpt2.open_file(path, shape=TINY),
    ):
        with pytest.raises(Problem) as caught:
            attempt()
        assert caught.value.code == code and caught.value.facts["path"] == str(path)
        said = sentences.say(code, caught.value.facts)
        assert caught.value.facts["name"] in said.en and caught.value.facts["name"] in said.vi and "–" not in said.en
    assert path.exists() and pretrained.chosen() is None


def test_a_good_file_further_on_is_used_though_a_bad_one_comes_first(nowhere):
    bad = nowhere / "home/weights/gpt2/model.safetensors"
    tiny(bad)
    bad.write_bytes(bad.read_bytes()[:-10])
    with pytest.raises(Problem, match="weights_truncated"):
        pretrained.find("gpt2")
    good = nowhere / "hf/hub/models--gpt2/snapshots/a/model.safetensors"
    tiny(good)
    assert pretrained.find("gpt2").path == good


def test_every_byte_is_checked_on_demand(nowhere, monkeypatch):
    path = nowhere / "model.safetensors"
    tiny(path)
    known = gpt2.Release("", path.stat().st_size, house.digest(path.read_bytes()), TINY)
    monkeypatch.setattr(gpt2, "RELEASE", known)
    pretrained.verify(path)
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data)
    with pytest.raises(Problem, match="weights_hash"):
        pretrained.verify(path)


# --- the house models ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", house.RECIPES)
def test_a_house_card_belongs_to_its_file_and_to_the_recipe_in_the_code(name):
    source = "house" if name == "gpt" else f"house-{name}"
    card, weights = pretrained.card(source), pretrained.find(source)
    assert card["recipe"] == json.loads(json.dumps(house.asdict(house.RECIPES[name]))), "run: make house-model"
    assert card["tokenizer"]["fingerprint"] == tokenizers.load("bpe").fingerprint, "run: make house-model"
    assert card["bytes"] == weights.path.stat().st_size <= 3_000_000
    assert card["parameters"] == sum(math.prod(entry.shape) for entry in weights.entries.values())
    assert card["steps"] == card["recipe"]["steps"] and card["date"] and card["python"] and card["data"]
    assert pretrained.tokenizer(source) == "bpe" and card["vocabulary"] == bpe.SIZE


def test_the_house_model_is_laid_out_like_gpt2():
    weights = pretrained.find("house")
    assert {n: e.shape for n, e in weights.entries.items()} == weights.shape.tensors()
    assert gpt2.open_file(weights.path, heads=weights.heads) == weights


@pytest.mark.parametrize("language", ["tales-en", "tales-vi"])
def test_the_house_model_is_as_good_as_its_card_says_and_close_to_perfect(language):
    result = next(r for r in pretrained.card()["results"] if r["text"] == language)
    test = np.array(corpora.tokens(language, "bpe", "test"))
    rows = house.test_windows(test, house.RECIPES["gpt"])
    model = pretrained.model("house").eval()
    assert abs(house.test_loss(model, rows) - result["test_loss"]) < 2e-3
    oracle = references.oracle(language, "bpe", rows).mean()
    assert 0 < result["test_loss"] - oracle < 0.1 and abs(oracle - result["references"]["oracle"]) < 1e-3


def test_both_house_models_know_more_of_the_unseen_manual_than_its_token_counts():
    train, test = (np.array(corpora.tokens("manual", "bpe", part)) for part in ("train", "test"))
    rows = house.test_windows(test, house.RECIPES["gpt"])
    table = references.count_tables(train, rows, bpe.SIZE)["unigram_table"]
    x = torch.from_numpy(rows)
    for source in ("house", "house-model1"):
        model = pretrained.model(source).eval()
        assert loop.test_losses(model, x[:, :-1], x[:, 1:]).mean().item() < table - 0.2, source


def test_a_house_embedding_is_read_only_and_shared():
    table = pretrained.embedding("house")
    assert table is pretrained.embedding("house") and table.shape == (2000, 64)
    with pytest.raises(ValueError):
        table[0] = 0
    assert torch.equal(pretrained.model("house").wte.weight, torch.from_numpy(np.array(table)))


def test_a_changed_house_file_is_refused(monkeypatch, tmp_path):
    for path in house.FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    file = tmp_path / "gpt.safetensors"
    file.write_bytes(file.read_bytes()[:-4] + b"\0\0\0\1")
    monkeypatch.setattr(house, "FOLDER", tmp_path)
    pretrained._card.cache_clear(), pretrained._house.cache_clear()
    try:
        with pytest.raises(Problem, match="house_damaged"):
            pretrained.find("house")
        file.unlink()
        with pytest.raises(Problem, match="house_damaged"):
            pretrained.find("house")
        with pytest.raises(Problem, match="unknown_source"):
            pretrained.find("gpt5")
    finally:
        pretrained._card.cache_clear(), pretrained._house.cache_clear()


def test_a_house_model_can_be_made_again_in_small(monkeypatch, capsys):
    from dataclasses import replace

    monkeypatch.setattr(house, "texts", lambda name: (corpora.load("tales-en").test, corpora.load("tales-en").test))
    monkeypatch.setattr(house, "TEST_TOKENS", 512)
    recipe = replace(house.RECIPES["gpt"], steps=20, blocks=1, batch=4, corpora=("tales-en",))
    tensors, card = house.make(recipe)
    assert set(tensors) == set(Shape(2000, 64, 64, 1).tensors())
    mine = [row for row in card["curve"] if row["text"] == "tales-en"]
    losses = [row["loss"] for row in mine]
    assert [row["step"] for row in mine] == experiment.grid(20) and losses[-1] < losses[0] - 0.3
    assert abs(losses[0] - math.log(2000)) < 0.2  # an untrained model guesses evenly


def test_a_rebuilt_house_model_comes_with_new_versions_of_what_reads_it():
    """A run's identity does not hold the house models' bytes. So whoever rebuilds one raises the version of the
    experiments that start from it, and writes both down here: stored runs and verdicts would lie otherwise."""
    readers = ("borrowed", "output_forms", "transfer", "weights_header")
    told = {source: pretrained.card(source)["sha256"][:12] for source in ("house", "house-model1")}
    told |= {name: experiment.load(name).version for name in readers}
    assert told == {
        "house": "d5a0b188617a",
        "house-model1": "2aa668d29dd6",
        "borrowed": 2,
        "output_forms": 1,
        "transfer": 1,
        "weights_header": 1,
    }
