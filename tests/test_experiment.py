"""What a pasted link or a command line may hold, and the sentence it gets."""

import pytest

from core.experiment import decode, encode
from core.problem import Problem


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"experiment": "model1", "lr": 1e400}', "out_of_range"),
        (f'{{"experiment": "model1", "lr": {10**400}}}', "out_of_range"),
        (f'{{"experiment": "model1", "seed": {-(10**400)}}}', "out_of_range"),
        ('{"experiment": "model1", "lr": [1]}', "not_a_number"),
        ('{"experiment": "model1", "corpus": "\\udcff"}', "not_text"),
        ("[" * 100_000 + "]" * 100_000, "unknown_experiment"),
    ],
)
def test_what_is_no_config_is_refused_in_words(text, code):
    with pytest.raises(Problem) as refused:
        decode(text)
    assert refused.value.code == code


def test_what_a_claim_or_a_lesson_asks_for_is_what_is_trained():
    """A run's numbers have three digits: a Config with more of them would be named by one number and trained with another."""
    from app.lesson import discover, quick

    lessons = discover()
    asked = [a.config for lesson in lessons.values() for p in lesson.playgrounds for a in quick(lesson, p)]
    for claim in (claim for lesson in lessons.values() for claim in lesson.claims):
        asked += [config for seed in claim.seeds for config in claim.needs(seed).values()]
    assert len(asked) > 500
    assert [config for config in asked if decode(encode(config)) != config] == []
