import pytest

from core import rng, tales
from core.agreements import agreements

STORY = (
    "One morning, a little girl named Mia took a dog to the river. Behind the well, she found five red shells. A fox "
    "asked for two. Mia said yes, so the fox felt happy, and three shells were left. At night Mia told her mother "
    "about the river, the fox and the red shells, while the dog slept.\n"
)


@pytest.mark.parametrize("name", tales.LANGUAGES)
def test_every_story_the_language_tells_is_accepted(name):
    text = tales.tell(tales.LANGUAGES[name], 300, rng.numpy_stream(5, "data"))
    found = agreements(text, tales.LANGUAGES[name])
    assert found.stories == found.accepted == 300 and not found.first
    assert all(found.share(kind) == 1 for kind in tales.KINDS)


@pytest.mark.parametrize(
    "old, new, kind",
    [
        ("she found", "he found", "pronoun"),
        ("told her", "told his", "pronoun"),
        ("Mia said", "Tom said", "name"),
        ("girl named", "boy named", "name"),
        ("red shells,", "red keys,", "object"),
        ("red shells,", "tiny shells,", "object"),
        ("about the river", "about the market", "place"),
        ("three shells", "four shells", "sum"),
        ("so the fox", "so the bear", "friend"),
        ("the dog slept", "the goat slept", "friend"),
        ("happy", "sad", "mood"),
        ("asked for two", "asked for banana", "form"),
        ("while the dog slept.", "while the dog slept. One", "form"),
    ],
)
def test_the_broken_agreement_is_named(old, new, kind):
    assert STORY.count(old) == 1
    found = agreements(STORY.replace(old, new), tales.EN)
    assert (found.stories, found.accepted) == (1, 0)
    assert dict(found.first) == {kind: 1}


def test_a_story_cut_off_anywhere_is_neither_accepted_nor_broken():
    for end in range(1, len(STORY)):
        found = agreements(STORY[:end], tales.EN)
        assert found.stories == 0 and not found.first, STORY[:end]


def test_what_stands_before_the_first_line_end_may_be_passed_over():
    found = agreements("river, the fox.\n" + STORY + STORY[:40], tales.EN, aligned=False)
    assert (found.stories, found.accepted) == (1, 1)


def test_noise_breaks_the_form_at_once():
    found = agreements("x = 1\n\nThe the the\n", tales.EN)
    assert found.stories == 3 and dict(found.first) == {"form": 3} and found.facts()["accepted"] == 0
