"""What a pasted link or a command line may hold, and the sentence it gets."""

import pytest

from core.experiment import decode
from core.problem import Problem


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('{"experiment": "model1", "lr": 1e400}', "out_of_range"),
        (f'{{"experiment": "model1", "lr": {10**400}}}', "out_of_range"),
        (f'{{"experiment": "model1", "seed": {-(10**400)}}}', "out_of_range"),
        ('{"experiment": "model1", "lr": [1]}', "not_a_number"),
        ("[" * 100_000 + "]" * 100_000, "unknown_experiment"),
    ],
)
def test_what_is_no_config_is_refused_in_words(text, code):
    with pytest.raises(Problem) as refused:
        decode(text)
    assert refused.value.code == code
