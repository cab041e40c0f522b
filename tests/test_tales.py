from collections import Counter

import pytest

from core import rng, tales


def told(language, count=4000):
    return tales.tell(language, count, rng.numpy_stream(3, "data"))


@pytest.mark.parametrize("language", tales.LANGUAGES.values(), ids=lambda one: one.name)
def test_every_piece_of_a_story_is_in_the_vocabulary_and_the_unused_are_not(language):
    printed = set(tales.PIECE.findall(told(language)))
    assert printed <= set(language.vocabulary())
    assert not printed & {" " + word for word in language.unused}
    assert printed | {" " + word for word in language.unused} == set(language.vocabulary())


@pytest.mark.parametrize("language", tales.LANGUAGES.values(), ids=lambda one: one.name)
def test_rare_words_are_printed_but_rarely(language):
    counts = Counter(piece.strip() for piece in tales.PIECE.findall(told(language)))
    for word in language.rare:
        assert 0 < counts[word] < 1e-3 * sum(counts.values()), word


def test_draws_follow_their_tables():
    stories = told(tales.EN).splitlines()
    found = [story for story in stories if story.startswith("One ")]
    assert abs(len(found) / len(stories) - 0.5) < 4 * (0.25 / len(stories)) ** 0.5
    times = Counter(story.split(",")[0].removeprefix("One ") for story in found)
    for time, p in tales.EN_FIND.table("time").items():
        assert abs(times[time] / len(found) - p) < 4 * (p * (1 - p) / len(found)) ** 0.5, time
    girls = Counter(story.split(" girl named ")[1].split()[0] for story in found if " girl named " in story)
    for name, p in tales.EN_FIND.table("name", "girl").items():
        assert abs(girls[name] / girls.total() - p) < 4 * (p / girls.total()) ** 0.5, name


def test_the_same_seed_tells_the_same_stories_and_another_does_not():
    one, same, other = (tales.tell(tales.VI, 50, rng.numpy_stream(seed, "data")) for seed in (1, 1, 2))
    assert one == same != other
    assert one.count("\n") == 50


def test_what_is_left_is_the_number_minus_what_was_given():
    assert tales.EN_LEFT[1]["five|two|yes"] == "three"
    assert tales.EN_LEFT[1]["five|two|no"] == "five"
    assert tales.VI_LEFT[1]["sáu|một|có"] == "năm"


def test_the_fingerprint_changes_with_any_rule():
    from dataclasses import replace

    assert replace(tales.EN, unused=()).fingerprint != tales.EN.fingerprint != tales.VI.fingerprint
