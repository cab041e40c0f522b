"""GPT-2 by the real download code from a server on this machine: whole, in parts, and in every way it can go wrong."""

import math

import numpy as np
import pytest
import torch
from safetensors.torch import save

from core import byte_map, claims, files, gpt2, gpt2_download, house, pretrained, rng, tokenizers
from core.problem import Problem
from tests.web import web

SHAPE = gpt2.Shape(vocabulary=512, width=64, context=16, blocks=2)
PATH = "/gpt2/model.safetensors"


@pytest.fixture
def hub(monkeypatch, tmp_path):
    """A server with a small GPT-2, which counts as the published one."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    tensors = {n: torch.randn(s, generator=rng.stream(0, "init")) for n, s in SHAPE.tensors().items()}
    tensors |= {f"h.{i}.attn.bias": torch.ones(1, 1, 16, 16).tril() for i in range(2)}
    with web() as here:
        here.tensors = tensors
        serve(here, monkeypatch, save(tensors))
        yield here


def serve(here, monkeypatch, data: bytes) -> None:
    here.pages[PATH] = data
    release = gpt2.Release(here.address + PATH, len(data), house.digest(data), SHAPE)
    monkeypatch.setattr(gpt2, "RELEASE", release)


def left() -> list[str]:
    return sorted(p.name for p in pretrained.folder().glob("*")) if pretrained.folder().exists() else []


def test_the_whole_file_arrives_checked_and_becomes_model_5(hub):
    seen = []
    path = gpt2_download.download(progress=lambda done, total: seen.append((done, total)))
    assert path.read_bytes() == hub.pages[PATH] and left() == ["model.safetensors"]
    assert seen[-1] == (gpt2.RELEASE.bytes, gpt2.RELEASE.bytes)
    assert torch.equal(pretrained.model("gpt2").wte.weight, hub.tensors["wte.weight"])


@pytest.mark.parametrize("part", ["embedding", "positions", "norms"])
@pytest.mark.parametrize("prefix", ["", "transformer."])
def test_a_part_is_fetched_alone_and_answers_for_the_whole(hub, monkeypatch, part, prefix):
    data = save({prefix + name: tensor for name, tensor in hub.tensors.items()})
    serve(hub, monkeypatch, data)
    seen = []
    gpt2_download.download(part, progress=lambda done, total: seen.append((done, total)))
    names = SHAPE.parts()[part]
    found = pretrained.tensors("gpt2", names)
    assert list(found) == list(names)
    assert all(np.array_equal(found[name], hub.tensors[name].numpy()) for name in names)
    assert seen[-1] == (gpt2_download.size(part),) * 2 and left() == [f"{part}.safetensors"]
    bodies = [tuple(map(int, asked.removeprefix("bytes=").split("-"))) for _, asked in hub.asked]
    header = int.from_bytes(data[:8], "little") + 8
    assert sum(last + 1 - first for first, last in bodies) == header + gpt2_download.size(part)
    assert {p: claims.PRESENT[f"gpt2_{p}"]() for p in ("embedding", "norms", "weights")} == {
        "embedding": part == "embedding",
        "norms": part == "norms",
        "weights": False,
    }
    with pytest.raises(Problem, match="weights_needed"):
        pretrained.find("gpt2")  # the rest is not here, and nobody pretends it is


def test_the_embedding_alone_is_enough_for_lesson_7(hub):
    gpt2_download.download("embedding")
    assert np.array_equal(pretrained.embedding("gpt2"), hub.tensors["wte.weight"].numpy())


def test_the_norms_are_fetched_in_one_request_a_neighbourhood():
    """In the real file a block's two norms lie side by side, so 50 vectors take 13 requests, not 50."""
    real, place, entries = gpt2.Shape(50257, 768, 1024, 12), 0, []
    norms = set(real.parts()["norms"])
    for name in sorted(real.tensors()):
        stop = place + 4 * math.prod(real.tensors()[name])
        if name in norms:
            entries.append(gpt2.Entry("F32", real.tensors()[name], place, stop))
        place = stop
    assert len(byte_map.spans(entries)) == 13
    assert sum(stop - start for start, stop in byte_map.spans(entries)) == 153_600


def test_a_cut_connection_goes_on_where_it_broke(hub):
    hub.cut[PATH] = [20_000, 30_000]
    assert gpt2_download.download().read_bytes() == hub.pages[PATH]
    starts = [asked for _, asked in hub.asked]
    assert starts == ["", "bytes=20000-", "bytes=50000-"]


def test_cancelled_it_keeps_what_came_and_goes_on_later(hub):
    hub.drip[PATH] = 0.01
    seen = [0]
    with pytest.raises(Problem, match="download_cancelled"):
        gpt2_download.download(
            "embedding", progress=lambda done, _: seen.append(done), cancelled=lambda: seen[-1] > 30_000
        )
    assert 30_000 < seen[-1] < gpt2_download.size("embedding") and not pretrained.has("gpt2", ("wte.weight",))
    hub.drip.clear(), hub.asked.clear()
    gpt2_download.download("embedding")
    assert np.array_equal(pretrained.embedding("gpt2"), hub.tensors["wte.weight"].numpy())
    assert int(hub.asked[-1][1].removeprefix("bytes=").split("-")[0]) > 30_000


@pytest.mark.parametrize("part", gpt2_download.PARTS)
def test_an_address_that_is_gone_is_named(hub, part):
    hub.status[PATH] = 404
    with pytest.raises(Problem) as caught:
        gpt2_download.download(part)
    assert caught.value.code == "download_refused"
    assert caught.value.facts == {"address": gpt2.RELEASE.address, "status": 404}
    assert "model.safetensors" not in left()


def test_another_file_at_the_address_is_refused_by_its_hash(hub):
    data = bytearray(hub.pages[PATH])
    data[-1] ^= 1
    hub.pages[PATH] = bytes(data)
    with pytest.raises(Problem, match="download_wrong"):
        gpt2_download.download()
    assert left() == []


def test_a_server_without_ranges_gives_no_part_but_the_whole(hub):
    hub.no_ranges.add(PATH)
    with pytest.raises(Problem, match="download_no_ranges"):
        gpt2_download.download("norms")
    assert left() == [] and gpt2_download.download().exists()


@pytest.mark.parametrize(
    ("code", "page"),
    [
        ("weights_strange", b"<!DOCTYPE html><html>log in to this network</html>" * 100),
        ("weights_key", save({"model.embed_tokens.weight": torch.ones(512, 64)})),
        ("weights_shape", save({"wte.weight": torch.ones(512, 32)})),
    ],
)
def test_a_header_that_is_not_gpt2s_ends_the_download_before_it_begins(hub, code, page):
    hub.pages[PATH] = page
    with pytest.raises(Problem) as caught:
        gpt2_download.download("embedding")
    assert caught.value.code == code and caught.value.facts["path"] == gpt2.RELEASE.address
    assert left() == []


# --- the vocabulary ----------------------------------------------------------------------------------------------


@pytest.fixture
def vocabulary(hub, monkeypatch, tmp_path):
    """A server with a vocabulary of bytes and one merge, which counts as GPT-2's."""
    from core import bpe

    for name in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "tmp"))
    data = bpe.to_ranks([bytes([b]) for b in range(256)] + [b"th"])
    hub.pages["/r50k"] = data
    monkeypatch.setattr(tokenizers, "RANKS", house.digest(data))
    monkeypatch.setattr(tokenizers, "GPT2_FILES", {"r50k_base.tiktoken": house.digest(data)})
    monkeypatch.setattr(tokenizers, "GPT2_ADDRESS", hub.address + "/r50k")
    monkeypatch.setattr(tokenizers, "GPT2_BYTES", len(data))
    monkeypatch.setattr(tokenizers, "GPT2_SIZE", 258)
    monkeypatch.setattr(tokenizers, "GPT2_END", 257)
    tokenizers._gpt2.cache_clear()
    yield hub
    tokenizers._gpt2.cache_clear()


def test_the_vocabulary_is_downloaded_on_request_and_used(vocabulary):
    with pytest.raises(Problem, match="gpt2_missing"):
        tokenizers.load("gpt2")
    assert not vocabulary.asked  # loading never reaches for the network
    assert tokenizers.download_gpt2() == files.home() / "tokenizers" / "r50k_base.tiktoken"
    assert tokenizers.load("gpt2").encode("the") == [256, ord("e")]


def test_a_damaged_vocabulary_stays_where_it_is_until_a_good_one_has_come(vocabulary, monkeypatch, tmp_path):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path / "cache"))
    bad = tmp_path / "cache" / "r50k_base.tiktoken"
    bad.parent.mkdir()
    bad.write_bytes(vocabulary.pages["/r50k"][:-9])
    with pytest.raises(Problem, match="gpt2_damaged"):
        tokenizers.load("gpt2")
    good, vocabulary.pages["/r50k"] = vocabulary.pages["/r50k"], b"<html>log in</html>"
    with pytest.raises(Problem, match="download_wrong"):
        tokenizers.download_gpt2()
    with pytest.raises(Problem, match="gpt2_damaged"):
        tokenizers.load("gpt2")
    vocabulary.pages["/r50k"] = good
    tokenizers.download_gpt2()
    assert tokenizers.load("gpt2").n_vocab == 258 and bad.read_bytes() == good[:-9]
