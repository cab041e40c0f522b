"""Lesson 2 in words, on the runs that show them: what moved, what stayed, what is refused."""

from dataclasses import replace

import pytest

from app import controls
from app.lesson import discover, start
from app.view import ArmView, View, look
from core.events import Finished, Metric
from core.result import Result
from core.runs import Status

LESSON = discover()[2]


def seen(slug, **values):
    """(view, what the verdict says in English)."""
    playground = next(p for p in LESSON.playgrounds if p.slug == slug)
    values = start(LESSON, playground) | values
    arms = playground.arms(controls.config_of(playground, values), values)
    view = View(tuple(look(a) for a in arms), values)
    return playground, view, " ".join(line("en") for line in playground.verdict(view))


def test_before_a_push_all_is_the_same_and_the_prediction_is_open():
    playground, view, said = seen("push")
    assert "All three load the same file" in said
    assert playground.predictions[0].answer(view) is None


def test_after_a_push_only_main_has_moved():
    playground, view, said = seen("push", pushes=1)
    assert playground.predictions[0].answer(view) == "main"
    assert "**main**: another model" in said and "**a commit's hash**: the same weights" in said
    assert "Same seed, two texts" in said


def test_old_weights_under_a_new_vocabulary_are_called_worse_than_guessing():
    assert "worse than a uniform guess" in seen("push", pushes=3)[2]
    assert "worse than a uniform guess" not in seen("push", pushes=4)[2]


def test_the_tag_is_not_called_reproducible_only_lucky():
    for revision, pushes, word in (
        ("hash", 4, "pinned"),
        ("tag", 3, "luck"),
        ("tag", 4, "moved"),
        ("main", 1, "moved"),
    ):
        playground, view, _ = seen("push", revision=revision, pushes=pushes)
        last = playground.readouts(view)[-1].value("en")
        assert word in last, (revision, pushes, last)


@pytest.mark.parametrize("arrived", ["cut", "html", "pointer", "pickle", "long"])
def test_a_bad_file_is_a_sentence_without_a_number_or_a_path(arrived):
    playground, view, said = seen("file", arrived=arrived)
    assert said.startswith("model.safetensors") and "/tmp" not in said
    assert playground.readouts(view) == []


def test_gpt2_s_cut_file_should_have_its_own_length():
    assert "548,105,171" in seen("file", source="gpt2", arrived="cut")[2]


def test_a_file_without_layer_norms_says_so():
    assert "none of that" in seen("file", source="house-model1", fetch="norms")[2]
    assert "none of that" in seen("file", fetch="block", block=11)[2]


def test_an_honest_pickle_is_not_accused_and_a_dishonest_one_is():
    assert "build tensors" in seen("pickle", payload="none")[2]
    assert "**os.system**" in seen("pickle", payload="system")[2]
    assert "No instruction" in seen("pickle", format="safetensors")[2]


def test_the_buffer_is_judged_by_its_reach():
    assert "shuffles nothing" in seen("rows", buffer=1)[2]
    assert "price of streaming" in seen("rows", buffer=1000)[2]
    playground, view, _ = seen("rows")
    assert playground.predictions[0].answer(view) == "fifth"


def test_no_text_at_all_is_no_verdict():
    assert "type a word" in seen("tokens", english="", vietnamese=" ")[2]


# --- what no setting supports is not said ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "words", "rest"),
    [
        ({}, "in 5 stretches", True),
        ({"fetch": "embedding"}, "in one stretch:", True),
        ({"fetch": "all"}, "in one stretch:", False),
    ],
)
def test_stretches_are_counted_and_the_whole_file_leaves_no_rest(values, words, rest):
    said = seen("file", **values)[2]
    assert words in said and ("need not be fetched" in said) is rest


def test_questions_are_open_where_a_knob_says_something_else():
    playground, view, _ = seen("tokens")
    assert playground.predictions[0].answer(view) == "more"
    playground, view, _ = seen("tokens", vietnamese="a")
    assert playground.predictions[0].answer(view) is None
    playground = next(p for p in LESSON.playgrounds if p.slug == "open")
    for width, answer in ((256, "fast"), (512, None)):
        config = replace(playground.config, width=width)
        result = Result((Metric(0, "header_seconds", 1e-4), Finished(0, "done")))
        arms = tuple(ArmView(a, "r", Status("done", 0, 0), result, "live") for a in playground.arms(config, {}))
        assert playground.predictions[0].answer(View(arms, {})) == answer


def test_the_text_that_does_not_come_back_is_named():
    tales = next(p for p in LESSON.playgrounds if p.slug == "tokens").presets[1].values
    assert "does not give the Vietnamese text back" in seen("tokens", **tales)[2], (
        "the English one is made of its words"
    )
    assert "does not give the texts back" in seen("tokens")[2]
    assert (
        "does not give the English text back"
        in seen("tokens", **tales | {"english": "Pretraining!", "vietnamese": ""})[2]
    )


def test_the_opening_s_note_counts_no_powers_of_ten():
    """0.008 to 30 ms are three and a half, and to 63 ms with 103 MB nearly four."""
    note = next(p for p in LESSON.playgrounds if p.slug == "open").presets[0].look_for
    assert "five" not in note.en and "năm" not in note.vi
