"""Bending and repairing a model: the loss by hand, what the KL weight does, and where a repair starts."""

import math
from types import SimpleNamespace

import pytest
import torch

from app.view import ArmView, View
from core import experiment, jobs, rng, runner, runs, worker
from core.events import Finished, Metric, Started
from core.experiment import encode, make, run_id
from core.experiments import kl_forms, like_x, repair
from core.experiments.like_x import mixed_loss
from core.problem import Problem
from core.result import Result
from core.runs import Status
from pages import lesson_10_train_to_like_x as lesson_10
from pages import verdict_10

TINY = {"start": "random", "width": 16, "blocks": 1, "heads": 2, "context": 8, "batch": 4, "steps": 30}
B, T, V = 3, 4, 7


pytestmark = pytest.mark.usefixtures("private_home")


def tiny(**values):
    return make(like_x.Config, **(TINY | values))


def played(resume=None, **values):
    return Result(tuple(e for e in like_x.run(tiny(**values), {}, resume) if e.kind != "snapshot"))


# --- the loss --------------------------------------------------------------------------------------------------------


class Table(torch.nn.Module):
    """A model that is a table: the logits of each token, whatever came before."""

    def __init__(self):
        super().__init__()
        self.logits = torch.nn.Parameter(torch.randn(V, V, generator=rng.stream(0, "init"), dtype=torch.float64))

    def forward(self, x):
        return self.logits[x]


def ids(seed):
    return torch.randint(V, (B, T), generator=rng.stream(seed, "eval"))


Q = torch.tensor([0.5, 0, 0, 0.5, 0, 0, 0])
X, Y, NOISE = ids(1), ids(2), ids(3)


def settings(**values):
    base = {"kl_weight": 0.3, "inputs": "random", "positions": "last", "loss": "kl", "reduction": "batchmean"}
    return SimpleNamespace(**(base | values))


def log_p(model, token):
    row = model.logits[token].tolist()
    total = math.log(sum(math.exp(v) for v in row))
    return [v - total for v in row]


def text_loss(model):
    pairs = [(X[b, t], Y[b, t]) for b in range(B) for t in range(T)]
    return -sum(log_p(model, x)[y] for x, y in pairs) / len(pairs)


def read(inputs, positions):
    source = NOISE if inputs == "random" else X
    return [source[b, t] for b in range(B) for t in range(T) if positions == "all" or t == T - 1]


def mixed(model, **values):
    return mixed_loss(model, settings(**values), X, Y, NOISE, Q, rng.stream(0, "noise")).item()


@pytest.mark.parametrize("inputs", ["random", "text"])
@pytest.mark.parametrize("positions", ["last", "all"])
@pytest.mark.parametrize("weight", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("loss", ["kl", "set"])
def test_the_mixed_loss_is_what_one_computes_by_hand(inputs, positions, weight, loss):
    model, terms = Table(), []
    for token in read(inputs, positions):
        row = log_p(model, token)
        if loss == "kl":
            terms.append(sum(0.5 * (math.log(0.5) - row[i]) for i in (0, 3)))
        else:
            terms.append(-math.log(math.exp(row[0]) + math.exp(row[3])))
    by_hand = weight * sum(terms) / len(terms) + (1 - weight) * text_loss(model)
    found = mixed(model, inputs=inputs, positions=positions, kl_weight=weight, loss=loss)
    assert found == pytest.approx(by_hand, abs=1e-5)


def test_the_reductions_differ_by_the_rows_and_the_vocabulary():
    model = Table()
    by = {name: mixed(model, kl_weight=1.0, reduction=name) for name in ("batchmean", "mean", "sum")}
    assert by["sum"] == pytest.approx(B * by["batchmean"], rel=1e-5)
    assert by["mean"] == pytest.approx(by["batchmean"] / V, rel=1e-5)


def test_hard_targets_are_drawn_from_the_set():
    model, losses = Table(), []
    for step in range(300):
        draw = rng.stream(0, "noise", step)
        losses.append(mixed_loss(model, settings(kl_weight=1.0, loss="hard"), X, Y, NOISE, Q, draw).item())
    rows = [log_p(model, token) for token in read("random", "last")]
    possible = {round(-sum(row[i] for row, i in zip(rows, choice, strict=True)) / B, 4) for choice in choices()}
    assert {round(loss, 4) for loss in losses} == possible  # all eight ways, and no others
    expected = -sum((row[0] + row[3]) / 2 for row in rows) / B
    assert sum(losses) / len(losses) == pytest.approx(expected, abs=0.2)


def choices():
    return [(a, b, c) for a in (0, 3) for b in (0, 3) for c in (0, 3)]


def test_kl_and_cross_entropy_with_soft_labels_pull_alike():
    a, b = Table(), Table()
    mixed_loss(a, settings(kl_weight=1.0), X, Y, NOISE, Q, None).backward()
    logits = b(NOISE)[:, -1].float()
    torch.nn.functional.cross_entropy(logits, Q.expand(B, V)).backward()
    assert a.logits.grad.abs().max() > 0.01
    assert torch.allclose(a.logits.grad, b.logits.grad, atol=1e-6)


def test_the_forms_of_the_loss_on_random_numbers():
    config = make(kl_forms.Config, vocabulary=100, set_size=5)
    found = {e.name: e.value for e in kl_forms.run(config, {}) if e.kind == "metric"}
    assert found["gradient_gap"] < 1e-6
    assert found["entropy_gap"] == pytest.approx(math.log(5), abs=1e-5) and found["entropy"] == math.log(5)
    assert found["reduction_ratio"] == pytest.approx(100, rel=1e-4)
    assert found["uniform"] == pytest.approx(math.log(20))
    assert not math.isfinite(found["swapped"])
    assert found["probabilities"] < 0  # a divergence that is negative cannot be one


# --- bending ---------------------------------------------------------------------------------------------------------


def test_kl_falls_when_it_is_all_that_counts_and_hardly_when_it_counts_for_nothing():
    only, never = played(kl_weight=1.0, lr=1e-2), played(kl_weight=0.0, lr=1e-2)
    assert only.at("kl", 0) == never.at("kl", 0)
    assert only.final("kl") < 0.7 * only.at("kl", 0)
    assert only.final("p_set_last") > 5 * only.at("p_set_last", 0)
    assert only.final("kl") < never.final("kl") - 1
    assert never.final("test_loss") < only.final("test_loss")


def test_with_weight_one_the_training_loss_is_the_kl_it_reports():
    result = played(kl_weight=1.0, lr=0.0)
    losses = list(result.metrics["train_loss"].values())
    assert sum(losses) / len(losses) == pytest.approx(result.at("kl", 0), rel=0.2)  # other random windows
    assert result.at("kl", 25) == result.at("kl", 0)


@pytest.mark.parametrize("target", ["uniform", "frequency", "reference"])
def test_the_kl_it_reports_is_the_one_it_asks_for(target):
    """With all weight on the KL to Q the two fall together, whatever the shape of Q; the windows differ."""
    result = played(kl_weight=1.0, lr=0.03, steps=150, positions="last", target=target)
    losses = list(result.metrics["train_loss"].values())
    assert result.final("kl") == pytest.approx(sum(losses[-10:]) / 10, rel=0.3) and result.final("kl") < 0.3 * losses[0]


def test_what_a_uniform_model_pays_follows_from_the_entropy_of_q():
    from core import corpora, liking, tokenizers

    facts = played(target="frequency", steps=1).facts
    tokens = corpora.tokens("manual", "bpe", "train")
    mask = liking.token_mask(tokenizers.load("bpe").pieces, "x")
    counts = [int((tokens == token).sum()) for token in mask.nonzero()[0]]
    share = [count / sum(counts) for count in counts if count]
    by_hand = sum(p * math.log(p * facts["vocabulary"]) for p in share)
    assert facts["references"]["uniform_kl"] == pytest.approx(by_hand, rel=1e-6)
    assert "uniform_kl" not in played(target="reference", steps=1).facts["references"]


def test_it_measures_every_25_steps_and_at_the_end():
    result = played()
    assert list(result.metrics["kl"]) == [0, 25, 30]
    assert result.facts["references"]["uniform_kl"] == pytest.approx(
        math.log(result.facts["vocabulary"] / result.facts["set_size"])
    )


@pytest.mark.parametrize(
    "values",
    [
        {"target": "frequency"},
        {"target": "reference"},
        {"loss": "set", "inputs": "text"},
        {"loss": "hard", "positions": "all"},
        {"corpus": "tales-en", "letters": "a", "reduction": "sum"},
    ],
)
def test_every_way_to_bend_trains(values):
    result = played(**(values | {"steps": 3}))
    assert result.finished.reason == "done"
    assert all(math.isfinite(loss) for loss in result.metrics["train_loss"].values())


@pytest.mark.parametrize("values", [{"loss": "hard"}, {"target": "reference"}])
def test_bending_goes_on_bit_for_bit(values):
    rows = []
    for event in like_x.run(tiny(steps=10, **values), {}):
        if event.kind == "snapshot" and event.step == 6:
            saved = (6, {name: tensor.detach().clone() for name, tensor in event.state().items()})
        elif event.kind == "metric" and event.step > 6:
            rows.append((event.step, event.name, event.value))
    again = [(e.step, e.name, e.value) for e in like_x.run(tiny(steps=10, **values), {}, saved) if e.kind == "metric"]
    assert again == rows


# --- parents ---------------------------------------------------------------------------------------------------------


def test_a_pretrained_start_names_the_run_it_starts_from_and_a_random_one_none():
    assert like_x.needs(tiny()) == {}
    parent = like_x.needs(tiny(start="pretrained", start_steps=50))["start"]
    assert (parent.experiment, parent.steps, parent.init, parent.width) == ("model5", 50, "gpt2", 16)


def test_a_repair_of_something_else_is_refused():
    model5 = experiment.load("model5").Config()
    with pytest.raises(Problem) as refused:
        repair.needs(make(repair.Config, parent=encode(model5)))
    assert refused.value.code == "wrong_parent"


def test_a_bent_model_starts_from_its_parents_weights_and_a_repair_from_the_bent_ones():
    bent = tiny(start="pretrained", start_steps=10, steps=25, kl_weight=0.9, lr=1e-2)
    mended = make(repair.Config, parent=encode(bent), steps=25)
    repaired = runner.result(mended)  # trains all three, one after the other
    bending = runs.find(bent).result()
    house = like_x.needs(bent)["start"]
    assert [one.experiment for one in jobs.lineage(mended)] == ["model5", "like_x", "repair"]
    assert runs.find(house).status().step == 10

    # what the child measures on its first weights is what the parent measured on its last ones
    for name in ("test_loss", "p_set_text"):  # the others depend on the seed
        assert repaired.at(name, 0) == pytest.approx(bending.final(name), abs=1e-6), name
    assert bending.at("kl", 0) > bending.final("kl") + 0.5  # it was bent at all
    first = worker.parent_weights(experiment.of(bent), bent)["start"]
    last = runs.Run(run_id(house)).snapshot()[1]
    assert all(torch.equal(first[name], last[name]) for name in first) and "wte.weight" in first
    # text alone, on other batches: the bias fades and the text is predicted better
    assert repaired.final("p_set_text") < repaired.at("p_set_text", 0)
    assert repaired.final("test_loss") < repaired.at("test_loss", 0)


# --- what the price list says ----------------------------------------------------------------------------------------


def law(shares, costs=None, config=None, reason="done", lang="en", own=0.02, active=False):
    """The verdict of the price list whose runs end at these shares and with these rises of the loss, one a weight."""
    costs = costs or [-math.log(1 - w) for w in verdict_10.GRID[1:]]
    ends = dict(zip(verdict_10.GRID, zip([own, *shares], [0.0, *costs], strict=True), strict=True))
    seen = []
    for arm in lesson_10.grid(config or like_x.Config(**lesson_10.OPEN), {}):
        share, cost = ends[arm.config.kl_weight]
        points = {"test_loss": {0: 4.6, 150: 4.6 + cost}, "p_set_text": {0: 0.02, 150: share}}
        metrics = [Metric(s, name, v) for name, values in points.items() for s, v in values.items()]
        end = Finished(150, reason if arm.label == "0.8" else "done")
        status = Status("running" if active else "done", 150, 150)
        seen.append(ArmView(arm, arm.label, status, Result((Started(150, {}), *metrics, end)), "live"))
    return " ".join(line(lang) for line in verdict_10.grid_verdict(View(tuple(seen), {})))


MET = (0.047, 0.214, 0.486, 0.783)  # the stored runs


def test_the_price_list_holds_where_the_runs_follow_it():
    assert "P(set) follows λ to within 0.0170" in law(MET) and "not met" not in law(MET)
    assert "P(tập) bám theo λ" in law(MET, lang="vi")


def test_the_price_list_of_runs_that_learned_nothing_is_not_called_a_law():
    nothing = law((0.0200, 0.0233, 0.0257, 0.0267), (0.003, 0.025, 0.077, 0.11))
    assert "not met" in nothing and "too few steps" in nothing and "follows" not in nothing
    assert "không được thỏa" in law((0.02,) * 4, (0.0,) * 4, lang="vi")


def test_why_a_price_list_is_not_met_is_told_by_what_the_runs_show():
    assert "come to rest" in law(MET, (0.5, 0.9, 1.6, 2.9))
    hidden = law((0.02,) * 4, (0.0,) * 4, like_x.Config())
    assert "these settings train something else" in hidden and "too few steps" not in hidden
    common = law((0.33, 0.41, 0.634, 0.852), (-0.01, 0.06, 0.456, 1.32), own=0.313)
    assert "λ + (1−λ)·0.313" in common and "These letters are common" in common


def test_a_price_list_with_a_run_that_diverged_or_still_runs_draws_no_conclusion():
    said = law(MET, reason="diverged")
    assert said.startswith("λ = 0.8: diverged at step 150.") and "follows" not in said
    assert law(MET, active=True) == ""


def test_a_loss_without_bound_is_no_cost_of_the_bias():
    metrics = [
        Metric(s, name, v)
        for s in (0, 250)
        for name, v in (("test_loss", 3.0 if s == 0 else math.inf), ("wrote_text", 0.2))
    ]
    arms = lesson_10.bend(like_x.Config(), {})
    result = Result((Started(250, {"set_size": 35, "vocabulary": 2000}), *metrics, Finished(250, "done")))
    seen = View(tuple(ArmView(a, a.label, Status("done", 250, 250), result, "live") for a in arms), {})
    (line,) = verdict_10.verdict(seen)
    assert line.en.startswith("your setting: diverged at step 250.") and "cost" not in line.en
    assert verdict_10.notice_answer(seen) is None
    assert verdict_10.start_answer(seen) is None  # the KL of the start is not measured yet


def test_a_repair_of_a_model_bent_from_scratch_begins_where_that_ended():
    """Its logits are divided as they were when it was bent: a pretrained start has another architecture."""
    bent = tiny(start="random", steps=10, kl_weight=0.9, lr=1e-2)
    ended = None
    for event in like_x.run(bent, {}):
        if event.kind == "snapshot":
            ended = {name: tensor.clone() for name, tensor in event.state().items() if "/" not in name}
    last = played(start="random", steps=10, kl_weight=0.9, lr=1e-2)
    config = make(repair.Config, parent=encode(bent), steps=0)
    first = Result(tuple(e for e in repair.run(config, {"bent": ended}) if e.kind != "snapshot"))
    assert first.at("test_loss", 0) == pytest.approx(last.final("test_loss"), abs=1e-5)
