"""Safetensors files against the library's own writer and reader, and every kind of file that only bears the name."""

import json
import struct

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load, save

from app import sentences
from core import weights_file
from core.problem import Problem

TENSORS = {
    "wte.weight": torch.randn(7, 4),
    "h.0.ln_1.weight": torch.randn(4),
    "half": torch.randn(3, 2).half(),
    "brain": torch.randn(5).bfloat16(),
    "double": torch.randn(2, 2, 2).double(),
    "counts": torch.arange(6),
    "none": torch.zeros(0, 4),
}


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(save(TENSORS, metadata={"format": "pt"}))
    return path


def test_the_header_tells_names_types_and_shapes_without_a_tensor(path):
    entries = weights_file.header(path)
    with safe_open(path, "np") as file:
        names = file.keys()
        assert set(entries) == set(names)
        assert {n: list(entries[n].shape) for n in names} == {n: file.get_slice(n).get_shape() for n in names}
    assert entries["half"].dtype == "F16" and [e.start for e in entries.values()] == sorted(
        e.start for e in entries.values()
    )


@pytest.mark.parametrize("name", ["wte.weight", "h.0.ln_1.weight", "half", "brain", "double", "none"])
def test_one_tensor_is_read_exactly_and_as_float32(path, name):
    entries = weights_file.header(path)
    found = weights_file.read(path, {name: entries[name]})
    assert list(found) == [name] and found[name].dtype == np.float32
    assert np.array_equal(found[name], TENSORS[name].float().numpy())


def test_only_the_bytes_of_that_tensor_are_read(path):
    entry = weights_file.header(path)["wte.weight"]
    data = bytearray(path.read_bytes())
    for place in range(len(data)):
        if place >= weights_file.header(path)["counts"].start and not entry.start <= place < entry.stop:
            data[place] = 0xFF  # everything else becomes nonsense
    path.write_bytes(data)
    found = weights_file.read(path, {"wte.weight": entry})["wte.weight"]
    assert np.array_equal(found, TENSORS["wte.weight"].numpy())


def test_what_is_written_the_library_reads_back():
    table = np.arange(12, dtype="<f4").reshape(3, 4)
    data = weights_file.to_bytes({"a": ("F32", (3, 4), table.tobytes()), "b": ("F32", (2,), table[0, :2].tobytes())})
    found = load(data)
    assert torch.equal(found["a"], torch.from_numpy(table)) and found["b"].tolist() == [0.0, 1.0]


GOOD = save({"wte.weight": torch.ones(8, 8)})


def with_header(table) -> bytes:
    text = json.dumps(table).encode()
    return struct.pack("<Q", len(text)) + text + b"\0" * 64


@pytest.mark.parametrize(
    ("code", "data"),
    [
        ("weights_empty", b""),
        ("weights_html", b"<!DOCTYPE html><html><body>gpt2/model.safetensors</body></html>"),
        ("weights_html", b"\n  <html lang='en'>"),
        ("weights_pointer", b"version https://git-lfs.github.com/spec/v1\noid sha256:248dfc39\nsize 548105171\n"),
        ("weights_pickle", b"PK\x03\x04archive/data.pkl"),
        ("weights_pickle", b"\x80\x02}q\x00."),
        ("weights_strange", b"hello, world, this is a text"),
        ("weights_strange", b"tiny"),
        ("weights_strange", struct.pack("<Q", 2**60) + b"{" + b" " * 100),
        ("weights_strange", with_header({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 12]}})),
        ("weights_strange", with_header({"a": {"dtype": "F32", "shape": [4], "data_offsets": [8, 24]}})),
        ("weights_strange", with_header({"a": {"dtype": "F32", "shape": [16], "data_offsets": [0]}})),
        ("weights_strange", with_header({"a": 3})),
        ("weights_strange", with_header({"a": {"dtype": "F32", "shape": [-1, 0], "data_offsets": [0, 0]}})),
        ("weights_strange", with_header({"a": {"dtype": "F32", "shape": [float("inf")], "data_offsets": [0, 16]}})),
        ("weights_strange", struct.pack("<Q", 200_005) + b'{"a":' + b"[" * 100_000 + b"]" * 100_000),
        ("weights_strange", GOOD + b"more"),
        ("weights_truncated", GOOD[:-1]),
        ("weights_truncated", GOOD[:100]),
        ("weights_truncated", GOOD[:40]),
    ],
)
def test_every_kind_of_damage_has_its_own_sentence(tmp_path, code, data):
    path = tmp_path / "model.safetensors"
    path.write_bytes(data)
    with pytest.raises(Problem) as caught:
        weights_file.header(path)
    assert caught.value.code == code and caught.value.facts["path"] == str(path)
    sentence = sentences.say(code, caught.value.facts)
    assert code in sentences.SENTENCES and str(path) in sentence.en and str(path) in sentence.vi
    assert "–" not in sentence.en + sentence.vi  # every blank is filled
    assert path.read_bytes() == data  # and nothing was deleted


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(Problem, match="weights_missing"):
        weights_file.header(tmp_path / "nothing")
    with pytest.raises(Problem, match="weights_unreadable"):
        weights_file.header(tmp_path)


def test_whole_numbers_are_no_weights(path):
    with pytest.raises(Problem, match="weights_dtype"):
        weights_file.read(path, {"counts": weights_file.header(path)["counts"]})


def test_a_pickle_is_recognised_and_never_opened(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "ran"), "w"))

    for zipped in (True, False):
        path = tmp_path / f"model_{zipped}.bin"
        torch.save({"a": Trap()}, path, _use_new_zipfile_serialization=zipped)
        with pytest.raises(Problem, match="weights_pickle"):
            weights_file.header(path)
    assert not (tmp_path / "ran").exists()
