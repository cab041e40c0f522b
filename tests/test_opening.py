"""Timed openings, and refusals by the libraries themselves."""

from core.experiments import hub_offline, opening
from core.result import Result


def test_the_header_is_read_without_the_numbers_and_both_refusals_happen():
    result = Result(tuple(opening.run(opening.Config(width=64), {})))
    assert result.final("header_seconds") < 0.1 * result.final("safetensors_seconds")
    assert result.final("refused") == result.final("tied_refused") == 1
    assert "share memory" in result.tables["said"][0]["text"][1]
    assert "GLOBAL" in result.tables["said"][0]["text"][0]


def test_a_safe_pickle_is_not_counted_as_refused():
    said = {"case": [], "text": []}
    assert opening.refusal("fine", lambda: None, said) == 0 and said["case"] == []


def test_without_a_network_the_local_question_is_answered_at_once_by_the_library_s_own_error():
    result = Result(tuple(hub_offline.run(hub_offline.Config(ask="local_files_only"), {})))
    assert result.final("seconds") < 1
    assert result.tables["answer"][0]["text"] == ["LocalEntryNotFoundError"]
