"""The static scan, held against torch: it names what torch.save writes and what torch.load refuses. Nothing runs."""

import io

import pytest
import torch

from core import pickle_scan
from core.experiments import pickle_steps
from core.problem import Problem
from core.result import Result


def saved(thing) -> bytes:
    out = io.BytesIO()
    torch.save(thing, out)
    return out.getvalue()


def test_a_file_of_torch_save_names_only_what_tensors_need():
    tensors = {
        "w": torch.zeros(2, 2),
        "h": torch.zeros(2, dtype=torch.bfloat16),
        "i": torch.zeros(1, dtype=torch.int64),
    }
    found = pickle_scan.steps(saved(tensors))
    assert pickle_scan.strangers(found) == []
    assert {s.name for s in found if s.role == "import"} >= {
        "torch._utils._rebuild_tensor_v2",
        "collections.OrderedDict",
    }


def test_our_honest_pickle_is_torch_save_s_own_without_its_memo():
    def plain(data):
        return [s.opcode for s in pickle_scan.steps(data) if "PUT" not in s.opcode]

    theirs = plain(saved({"w0": torch.zeros(2, 2), "w1": torch.zeros(2, 2)}))
    ours = plain(pickle_steps.honest(2))
    assert [o for o in theirs if "GET" not in o and o not in ("GLOBAL", "BINUNICODE")] == [
        o for o in ours if o not in ("GLOBAL", "BINUNICODE")
    ]


@pytest.mark.parametrize("protocol", [2, 4])
@pytest.mark.parametrize("payload", pickle_steps.CALLS)
def test_a_call_is_found_and_torch_refuses_the_same_file(payload, protocol):
    config = pickle_steps.Config(payload=payload, protocol=protocol)
    data = pickle_steps.calling(config)
    found = pickle_scan.steps(data)
    module, function, _ = pickle_steps.CALLS[payload]
    assert pickle_scan.strangers(found) == [f"{module}.{function}"]
    assert [s.opcode for s in found if s.role != "data"] == [{2: "GLOBAL", 4: "STACK_GLOBAL"}[protocol], "REDUCE"]
    with pytest.raises(Exception, match=r"[Uu]nsupported"):
        torch.load(io.BytesIO(data), weights_only=True)


def test_python_s_own_pickles_are_read_through_their_memo():
    import pickle  # only writes here

    class Calls:
        def __reduce__(self):
            return print, ("never",)

    assert pickle_scan.strangers(pickle_scan.steps(pickle.dumps([Calls(), Calls()], 4))) == ["builtins.print"]


@pytest.mark.parametrize("protocol", [2, 4])
def test_what_is_no_text_takes_a_number_in_the_memo_too(protocol):
    """The dictionary comes first: skipped, every text after it would be taken for its neighbour."""
    import pickle  # only writes here

    found = pickle_scan.steps(pickle.dumps({"x": print, "y": len}, protocol))
    module = {2: "__builtin__", 4: "builtins"}[protocol]
    assert pickle_scan.strangers(found) == [f"{module}.print", f"{module}.len"]
    long = "x" * 100_000  # a frame ends before it and begins after it, before it gets its number
    found = pickle_scan.steps(pickle.dumps([long, print, len, long], 4))
    assert pickle_scan.strangers(found) == ["builtins.print", "builtins.len"]


def test_hub_loading_hides_behind_no_prefix():
    assert pickle_scan.strangers(pickle_scan.steps(pickle_scan.calling("torch.hub", "load", "x"))) == ["torch.hub.load"]
    assert pickle_scan.strangers(pickle_scan.steps(pickle_scan.calling("torch", "load", "x"))) == ["torch.load"]


@pytest.mark.parametrize("data", [b"", b"hello", b"\x80\x04", b"PK\x03\x04broken", b"\x80\x04X\xff\xff\xff\xff"])
def test_what_is_no_pickle_is_said(data):
    with pytest.raises(Problem) as problem:
        pickle_scan.steps(data)
    assert problem.value.code == "pickle_strange"


def test_a_safetensors_file_has_nothing_to_call():
    result = Result(tuple(pickle_steps.run(pickle_steps.Config(format="safetensors", tensors=3), {})))
    assert result.final("calls") == result.final("imports") == 0
    assert len(result.tables["steps"][0]["place"]) == 5
