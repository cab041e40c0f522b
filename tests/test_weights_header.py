"""A header's arithmetic: GPT-2's published size, the bytes of its LayerNorms, and what a file says that is none."""

import pytest
from safetensors import safe_open

from core import byte_map, gpt2, house
from core.experiments import weights_header
from core.result import Result


def run(**values):
    return Result(tuple(weights_header.run(weights_header.Config(**values), {})))


def test_gpt2_is_148_parameters_and_12_masks_and_a_header_of_14_283_bytes():
    result = run(source="gpt2", fetch="all")
    assert (result.final("tensors"), result.final("masks")) == (160, 12)
    assert result.final("parameters") == 124_439_808
    assert result.final("elements") - result.final("parameters") == 12 * 1024 * 1024
    assert result.final("header") == 8 + 14_283
    assert result.final("header") + result.final("fetched") == 548_105_171 == gpt2.RELEASE.bytes
    assert result.final("requests") == 1


def test_all_layer_norms_of_gpt2_are_153_600_bytes():
    assert run(source="gpt2", fetch="norms").final("fetched") == 50 * 768 * 4 == 153_600


@pytest.mark.parametrize(("source", "name"), [("house", "gpt"), ("house-model1", "model1")])
def test_the_header_agrees_with_the_safetensors_library(source, name):
    table = run(source=source).tables["tensors"][0]
    with safe_open(house.FOLDER / f"{name}.safetensors", framework="np") as theirs:
        assert set(table["name"]) == set(theirs.keys())
        for tensor, shape in zip(table["name"], table["shape"], strict=True):
            assert shape == " × ".join(map(str, theirs.get_slice(tensor).get_shape()))
    result = run(source=source)
    assert result.final("parameters") == result.final("stated")


def test_neighbouring_tensors_are_one_request():
    entries = [weights_header_entry(a, b) for a, b in ((8, 12), (12, 20), (24, 28))]
    assert byte_map.spans(entries) == [(8, 20), (24, 28)]
    assert byte_map.spans([]) == []


def weights_header_entry(start, stop):
    from core.weights_file import Entry

    return Entry("F32", (1,), start, stop)


@pytest.mark.parametrize(
    ("arrived", "code"),
    [
        ("cut", "weights_truncated"),
        ("html", "weights_html"),
        ("pointer", "weights_pointer"),
        ("pickle", "weights_pickle"),
        ("long", "weights_strange"),
    ],
)
@pytest.mark.parametrize("source", ["house", "gpt2"])
def test_what_is_no_file_of_weights_is_named_and_shows_no_path(source, arrived, code):
    result = run(source=source, arrived=arrived)
    assert [n.code for n in result.notes] == [code]
    assert "/" not in result.notes[0].facts["path"]
    assert result.final("opened") == 0
