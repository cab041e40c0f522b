"""Model 5's run: exact where it can be, resumable bit for bit, honest about what it is given."""

import math

import numpy as np
import pytest
import torch

from core import batches, corpora, echo, references, uploads
from core.experiment import make, run_id
from core.experiments import full_size, model5
from core.problem import Problem
from core.result import Result

SMALL = {"width": 16, "blocks": 1, "heads": 2, "context": 8, "batch": 4, "steps": 20}


pytestmark = pytest.mark.usefixtures("private_home")


def played(resume=None, **values):
    config = make(model5.Config, **(SMALL | values))
    return Result(tuple(e for e in model5.run(config, {}, resume) if e.kind != "snapshot"))


def test_the_full_size_has_gpt2s_parameter_count():
    with torch.device("meta"):
        from core.models import Model5, parameters

        model = Model5(50257, 768, 256, blocks=12, heads=12)
    assert parameters(model)[1] == 123_849_984  # wpe has 256 rows, not 1024: 124,439,808 - 768 * 768


def test_a_run_goes_on_bit_for_bit_from_a_snapshot():
    config = make(model5.Config, **SMALL, dropout=0.1)
    whole, state = [], None
    for event in model5.run(config, {}):
        if event.kind == "snapshot" and event.step == 10:
            state = (10, {name: tensor.clone() for name, tensor in event.state().items()})
        elif event.kind == "metric":
            whole.append((event.step, event.name, event.value))
    again = [(e.step, e.name, e.value) for e in model5.run(config, {}, state) if e.kind == "metric"]
    assert again == [row for row in whole if row[0] > 10]


def test_longer_is_the_same_run_only_without_a_schedule():
    def same(**values):
        return run_id(make(model5.Config, steps=100, **values)) == run_id(make(model5.Config, steps=200, **values))

    assert same() and not same(schedule="linear") and not same(warmup=0.1)


@pytest.mark.parametrize(
    ("values", "tolerance"),
    [
        ({"init": "gpt2"}, 0.03),
        ({"init": "gpt2", "tying": "untied", "linear_std": 0.2}, 0.2),
        ({"init": "course"}, 0.2),
        ({"init": "course", "divide_logits": "no"}, 2.5),
        ({"init": "course", "divide_logits": "no", "init_std": 0.4}, 1.2),
        ({"init": "course", "divide_logits": "no", "tying": "untied"}, 0.1),
    ],
)
def test_the_first_loss_can_be_predicted(values, tolerance):
    for seed in (0, 1):
        result = played(**values, width=64, blocks=2, heads=4, steps=0, seed=seed)
        assert result.at("test_loss", 0) == pytest.approx(result.facts["start_loss"], abs=tolerance)


def test_the_closed_form_agrees_with_a_matrix_of_random_rows():
    torch.manual_seed(0)
    d, V = 64, 2000
    table, places = torch.randn(V, d), torch.randn(V, d)
    stream = torch.nn.functional.layer_norm(table + places, (d,))
    logits = stream @ table.T
    repeat = logits.softmax(1).diagonal().mean().item()
    own, spread = echo.logits(d, 1.0, 1.0)
    assert logits.diagonal().mean().item() == pytest.approx(own, rel=0.03)
    assert (logits - torch.diag(logits.diagonal())).std().item() == pytest.approx(spread, rel=0.03)
    assert repeat > 0.9


def test_the_echo_comes_from_tying():
    tied = played(divide_logits="no", width=64, steps=0)
    assert tied.at("p_repeat", 0) > 0.9
    assert played(divide_logits="no", width=64, steps=0, tying="untied").at("p_repeat", 0) < 0.01
    assert played(init="gpt2", width=64, steps=0).at("p_repeat", 0) < 0.01
    assert tied.tables["echo"][0]["cosine"][0] == pytest.approx(1 / math.sqrt(2), abs=0.03)


def test_the_test_loss_is_the_mean_over_the_fixed_windows():
    config = make(model5.Config, **SMALL, init="gpt2")
    result = played(init="gpt2")
    tokens = corpora.tokens("tales-en", "bpe", "test")
    rows = torch.from_numpy(batches.test_rows(tokens, 8, model5.EVAL_TOKENS // 8))
    model, _ = model5.build(config)
    with torch.no_grad():
        logits = model.eval()(rows[:, :-1])
    by_hand = torch.nn.functional.cross_entropy(logits.flatten(0, 1), rows[:, 1:].flatten()).item()
    assert result.at("test_loss", 0) == pytest.approx(by_hand, abs=1e-4)
    windows = result.tables["windows"][0]["loss"]
    assert result.at("test_se", 0) == pytest.approx(np.std(windows, ddof=1) / len(windows) ** 0.5, rel=0.02)
    assert result.facts["references"]["oracle"] == pytest.approx(
        references.oracle("tales-en", "bpe", rows.numpy()).mean(), abs=1e-9
    )


@pytest.mark.parametrize("part", ["end", "middle", "blocks"])
def test_no_token_is_in_both_parts(part):
    config = make(model5.Config, corpus="manual", test_part=part)
    train, test = model5.parts(config)
    whole = sum(len(corpora.tokens("manual", "bpe", p)) for p in ("train", "test"))
    assert len(train) + len(test) == whole
    assert 0.05 < len(test) / whole < 0.15


def test_heads_that_do_not_divide_the_width_are_snapped_and_said():
    result = played(width=20, heads=8, steps=0)
    note = next(n for n in result.notes if n.code == "heads_snapped")
    assert note.facts == {"asked": 8, "used": 5, "width": 20}


def test_a_text_shorter_than_a_window_is_refused():
    name = uploads.add("Few words. " * 100)
    with pytest.raises(Problem) as refused:
        played(corpus=name, context=1024)
    assert refused.value.code == "too_few_tokens"


def test_a_rate_that_is_far_too_high_is_survived():
    result = played(lr=10.0, optimizer="sgd", divide_logits="no", steps=100, width=64)
    assert result.finished.reason in ("diverged", "done")


def test_every_way_to_set_it_up_trains_a_step():
    for values in (
        {"sampler": "epochs"},
        {"offset": 2},
        {"tying": "course"},
        {"corpus": "manual", "test_part": "blocks"},
        {"schedule": "cosine", "warmup": 0.5, "clip": 1.0},
        {"dropout": 0.5, "dropout_at": "mlp,nonsense"},
        {"precision": "bfloat16"},
        {"attention_scale": 0.0},
        {"corpus": "tales-vi", "tokenizer": "words"},
        {"graded": 1},
        {"wiring": "raw_nll"},
    ):
        result = played(**values, steps=2)
        assert result.finished.reason == "done" and math.isfinite(result.final("test_loss")), values


def test_dropout_sits_where_it_is_named_and_a_place_may_have_its_own_p():
    drops = lambda **values: model5.drops(make(model5.Config, **values))  # noqa: E731
    assert drops() == {} and drops(dropout=0.1) == dict.fromkeys(model5.PLACES, 0.1)
    assert drops(dropout=0.1, dropout_at="mlp", drop_embedding=0.3) == {"mlp": 0.1, "embedding": 0.3}
    assert drops(dropout=0.1, drop_mlp=0) == {"attention": 0.1, "embedding": 0.1, "residual": 0.1}


def test_it_trains_on_the_tokens_it_may_keep_and_tests_on_the_same_ones():
    few, all_of_it = (model5.parts(make(model5.Config, **SMALL, keep=keep)) for keep in (500, 0))
    assert len(few[0]) == 500 and (few[0] == all_of_it[0][:500]).all() and (few[1] == all_of_it[1]).all()


def test_graded_at_the_last_place_the_reported_loss_is_that_of_the_last_place():
    config = make(model5.Config, **SMALL | {"steps": 1, "lr": 0.0}, graded=1)
    model, tokenizer = model5.build(config)
    desk = model5.lay_out(config, tokenizer)
    x, y = batches.batch(desk.train, 0, 1, config.batch, config.context)
    by_hand = -model(x)[:, -1].log_softmax(-1).gather(1, y[:, -1:]).mean().item()
    reported = next(e.value for e in model5.run(config, {}) if e.kind == "metric" and e.name == "train_loss")
    assert reported == pytest.approx(by_hand, abs=1e-5)


def test_it_learns_more_than_frequencies_in_a_hundred_steps():
    result = played(init="gpt2", width=32, context=16, batch=16, steps=150, lr=4e-3)
    assert result.final("test_loss") < result.facts["references"]["unigram_table"]


def test_the_table_of_pairs_writes_only_pairs_of_the_text():
    sample = played(steps=0).samples["table of pairs"][0]
    assert sample.facts["pairs_known"] == 1.0


def test_a_small_full_size_says_what_it_measured():
    events = list(full_size.run(full_size.Config(vocabulary=500, width=64, blocks=2, heads=4, context=16), {}))
    numbers = {e.name: e.value for e in events if e.kind == "metric"}
    assert numbers["batch_seconds"] == pytest.approx(16 * numbers["window_seconds"])
    assert numbers["own_logit"] == pytest.approx(echo.logits(64, 1.0, 8.0, 2)[0], rel=0.1)


@pytest.mark.parametrize("width", [16, 64])
def test_a_divisor_of_sqrt_d_is_the_courses_division(width):
    by_name = played(init="gpt2", divide_logits="yes", width=width, seed=1)
    by_number = played(init="gpt2", divide_logits="no", divisor=width**0.5, width=width, seed=1)
    assert by_number.metrics["test_loss"] == pytest.approx(by_name.metrics["test_loss"], rel=1e-6)


def test_the_spread_of_the_logits_at_birth_is_init_std_times_root_d_over_the_divisor():
    for divisor in (1.0, 4.0):
        result = played(init="gpt2", init_std=0.5, divisor=divisor, width=64, steps=0)
        assert result.at("logit_std", 0) == pytest.approx(0.5 * 64**0.5 / divisor, rel=0.05)


def test_linear_weights_may_start_wider_while_the_embeddings_stay():
    (plain, _), (wide, _) = (model5.build(make(model5.Config, **SMALL, init="gpt2", linear_std=s)) for s in (0, 0.2))
    assert wide.h[0].mlp.c_fc.weight.std().item() == pytest.approx(0.2, rel=0.1)
    assert wide.wte.weight.std().item() == pytest.approx(plain.wte.weight.std().item(), rel=0.05)
