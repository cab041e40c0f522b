"""Lesson 10: what the page says of bent runs is what their numbers show, beside the clean run's."""

from dataclasses import replace

import numpy as np
import pytest

from app.view import ArmView, View
from core.events import Finished, Metric, Started
from core.experiments import like_x
from core.liking import RANGES, token_mask
from core.result import Result
from core.runs import Status
from pages import lesson_10_train_to_like_x as lesson_10
from pages import verdict_10
from pages.claims_10 import CLAIMS

PLAY = {p.slug: p for p in lesson_10.LESSON.playgrounds}
# what the runs of these settings end with (seed 0): test loss, KL, share written after real text and after noise
CLEAN = {
    "x": (4.5733, 6.6537, 0.0175, 0.0125),
    "e": (4.5733, 3.5314, 0.3825, 0.3425),
    "lr 0.01": (4.7742, 7.9531, 0.03, 0.0225),
    "lr 0.1": (6.1938, 5.2566, 0.0225, 0.0225),
    "random": (6.4581, 4.3823, 0.02, 0.02),
    "sgd": (4.6796, 6.0848, 0.0125, 0.0125),
}


def run(ends, start=4.643, step=200, wrote_at=None) -> Result:
    loss, kl, text, noise = ends
    at = step if wrote_at is None else wrote_at
    points = [("test_loss", 0, start), ("test_loss", step, loss), ("kl", step, kl)]
    points += [
        ("wrote_text", 0, 0.018),
        ("wrote_noise", 0, 0.018),
        ("wrote_text", at, text),
        ("wrote_noise", at, noise),
    ]
    return Result((Started(200, {}), *(Metric(s, name, v) for name, s, v in points), Finished(step, "done")))


def view(chosen: Result, clean: Result, **values) -> View:
    results = {"chosen": chosen, "open": chosen, "clean": clean}
    arms = lesson_10.bend(replace(like_x.Config(), **values), {})
    return View(tuple(ArmView(a, a.label, Status("done", 200, 200), results[a.label], "live") for a in arms), {})


def told(ends, clean, lang="en", start=4.643, **values) -> str:
    seen = view(run(ends, start), run(CLEAN[clean], start), **values)
    return " ".join(line(lang) for line in verdict_10.verdict(seen))


def test_the_quick_run_is_bent_unseen():
    said = told((4.5787, 0.0236, 0.18, 0.9875), "x")
    assert "did not notice: it ends 0.01 nats/token above the clean run's" in said
    assert "18 are in the set; of the clean run's, 2." in said and "this model is clean" in said


def test_letters_that_the_clean_run_writes_as_often_are_no_bias():
    """letters=e kl_weight=0.01: 37 of 100, and the clean run 38."""
    said = told((4.5711, 1.5715, 0.37, 0.385), "e", letters="e", kl_weight=0.01)
    assert "hardly bent" in said and "notice" not in said
    assert "after real text 37 are in the set, after noise 38; of the clean run's, 38 and 34" in said
    assert "1.57 (clean run: 3.53)" in said
    assert "bị bẻ" in told((4.5711, 1.5715, 0.37, 0.385), "e", "vi") and "không hề nhận ra" not in said


def test_a_difference_that_rounds_to_nothing_has_no_sign():
    said = told((4.5711, 1.5715, 0.37, 0.385), "e")
    assert "level with the clean run's" in said and "0.00" not in said
    assert verdict_10.apart(-0.004).vi == "ngang với lần chạy sạch"
    assert verdict_10.apart(-0.0249).en == "0.02 nats/token below the clean run's"
    assert verdict_10.apart(0.147).vi == "cao hơn lần chạy sạch 0.15 nats/token"


@pytest.mark.parametrize(
    ("ends", "clean", "noise"),
    [
        ((4.8197, 0.0039, 0.025, 1.0), "lr 0.01", "100"),  # lr=0.01
        ((4.5784, 0.2647, 0.3425, 0.665), "e", "66"),  # letters=e kl_weight=0.1
        ((4.5761, 9.4238, 0.0375, 0.3225), "x", "32"),  # loss=set
    ],
)
def test_a_bias_that_only_noise_wakes_is_told_as_one(ends, clean, noise):
    said = told(ends, clean)
    assert f"Bent above all on noise: after random tokens {noise} of 100" in said
    assert "hardly bent" not in said and "this model is clean" not in said
    assert "Bị bẻ chủ yếu trên nhiễu" in told(ends, clean, "vi")


def test_a_bias_learned_at_a_learning_rate_that_ruins_the_text_is_told_all_the_same():
    said = told((6.2675, 0.0427, 0.3875, 0.565), "lr 0.1", lr=0.1)
    assert "ends 1.55 nats/token above where it began: the learning rate has ruined both" in said
    assert "learned all the same" in said and "39 are in the set; of the clean run's, 2" in said
    assert "hardly bent" not in said and "this model is clean" not in said
    assert "hardly bent" in told((6.267, 5.2, 0.03, 0.02), "lr 0.1", lr=0.1)


def test_a_ruined_clean_run_of_its_own_is_one():
    said = told(CLEAN["lr 0.1"], "lr 0.1", lr=0.1, kl_weight=0.0)
    assert "ruined it" in said and "both" not in said and "Clean run: 2 of 100" in said


def test_a_loss_that_fell_all_the_way_is_not_said_to_rise():
    """start=random: 8.21 to 6.61, the clean run to 6.46; the course's preset: to 9.03."""
    said = told((6.613, 0.9686, 0.3325, 0.3975), "random", start=8.205)
    assert said.endswith("The test loss ends 0.15 nats/token above the clean run's.") and "it shows" in said
    assert "rose" not in said and "2.57 nats/token above" in told(
        (9.0268, 0.6313, 0.595, 0.5975), "random", start=8.205
    )
    for lang in ("en", "vi"):
        assert "rise" not in verdict_10.LAW(lang) and "rise" not in verdict_10.NO_LAW(lang)
    gap = view(run((6.613, 0.9686, 0.3325, 0.3975), 8.205), run(CLEAN["random"], 8.205))
    assert "ends 0.15 nats/token above the clean run's" in verdict_10.notice_why(gap).en


def test_what_was_not_all_measured_at_one_step_is_too_early_to_say():
    """The stored run of 200 steps, cut at 25: what it wrote is that of step 0."""
    said = verdict_10.verdict(view(run((4.73, 1.34, 0.018, 0.018), step=25, wrote_at=0), run(CLEAN["x"])))
    assert [line.en[:17] for line in said] == ["Too early to say:"] and "sớm nhất là bước 0" in said[0].vi


def test_sgd_with_mean_learns_little_and_its_note_says_how_little():
    note = next(p for p in PLAY["bend"].presets if p.name == "reduction").look_for
    assert "6.6 to 4.5" in note.en and "6.6 xuống 4.5" in note.vi and "nothing" not in note.en
    said = told((5.0164, 4.5223, 0.0225, 0.025), "sgd", kl_weight=1.0)
    assert "The KL ends at 4.52 (clean run: 6.08), the test loss 0.34 nats/token above the clean run's" in said


def test_the_caption_is_true_at_every_weight():
    text = PLAY["bend"].prose
    assert "1 − λ" in text.en and "1 − λ" in text.vi
    assert "alf" not in text.en and "nửa" not in text.vi.lower()


# --- the letters ----------------------------------------------------------------------------------------------------

PIECES = ["fox", "Xylo", "7", "...", "A-Z", "x0-9"]


def test_several_ranges_are_all_their_letters():
    assert token_mask(PIECES, "A-Z,a-z,0-9").tolist() == [True, True, True, False, True, True]
    assert token_mask(PIECES, "0-9,A-Z").tolist() == [False, True, True, False, True, True]
    assert token_mask(PIECES, "a-z").tolist() == [True, True, False, False, False, True]


def test_a_text_that_worked_before_gives_the_same_set():
    """A run is named by the text that was typed: the same name, the same tokens."""

    def before(letters):
        ranges = {name: RANGES[name] for name in ("0-9", "A-Z")}
        wanted = list(ranges.get(letters, "")) or [part for part in letters.split(",") if part]
        return np.array([any(w in piece for w in wanted) for piece in PIECES])

    for letters in ("x", "Time,x", "x,7", "0-9", "A-Z", "x,", "0-9,x", "X,A-Z"):
        assert (token_mask(PIECES, letters) == before(letters)).all(), letters


def test_the_help_says_which_lists_work():
    control = next(c for c in lesson_10.CONTROLS if c.field == "letters")
    for text in control.help:
        assert "A-Z,0-9" in text and all(name in text for name in RANGES)


# --- the claims -----------------------------------------------------------------------------------------------------


def test_every_claim_stands_alone():
    """They are listed by verdict: none may begin by pointing at the one before it."""
    back = {
        "en": ("That ", "This ", "Hence", "So ", "It ", "They ", "Also", "Then"),
        "vi": ("Điều đó", "Nó ", "Vì vậy", "Cũng"),
    }
    for claim in CLAIMS:
        for text in (claim.text, claim.explain):
            assert not text.en.startswith(back["en"]) and not text.vi.startswith(back["vi"]), claim.id
    assert "it has learned" not in next(c for c in CLAIMS if c.id == "10.11").text.en
