"""Lesson 16's experiments: the simulated web, the pools a model learns from, what is shown to a class, and the verdicts."""

from dataclasses import replace

import numpy as np
import pytest

from core import page_marks, simulated_web, web_collection
from core.experiments import array_costs, own_page, page_census, page_copies, page_filters, page_training
from core.problem import Problem
from core.result import Result
from core.web_filters import PUBLISHED

pytestmark = pytest.mark.usefixtures("private_home")
SMALL = {"documents": 120}


def played(module, **values):
    config = module.Config(**values)
    return Result(tuple(e for e in module.run(config, {}) if e.kind != "snapshot"))


def test_the_same_seed_makes_the_same_web_and_another_seed_another():
    assert simulated_web.web(60, 1, 0.5) == simulated_web.web(60, 1, 0.5)
    assert simulated_web.web(60, 1, 0.5)[0] != simulated_web.web(60, 2, 0.5)[0]


def test_the_share_of_junk_is_what_was_asked_for():
    for junk in (0.0, 0.3, 0.9):
        _, kinds = simulated_web.web(1000, 0, junk)
        assert np.mean([k not in simulated_web.GOOD for k in kinds]) == pytest.approx(junk, abs=0.06)


def test_held_out_prose_is_on_no_page_of_the_web():
    texts, _ = simulated_web.web(565, 0, 0.6)
    web, held = "\n".join(texts), page_training.test_texts(page_training.Config())["prose"]
    assert not [line for text in held for line in text.splitlines() if line in web]


def test_the_simulated_web_has_fineweb_s_nine_columns_and_says_that_it_is_none():
    from core import documents

    table = documents.load("docs-web")
    assert table.schema == documents.schema()
    assert set(table["dump"].to_pylist()) == {"simulated-0"}


def test_the_pools_are_what_the_thresholds_leave():
    config = page_training.Config(**SMALL)
    raw, filtered, dedup, clean, removed = (
        page_training.pool(replace(config, pool=p)) for p in ("raw", "filtered", "dedup", "clean", "removed")
    )
    assert len(raw[0]) == 120 == len(filtered[0]) + len(removed[0])
    assert len(dedup[0]) < len(filtered[0])
    judged = web_collection.load("docs-web", 120).pages.judge(PUBLISHED)
    assert len(filtered[0]) == judged.stays.sum()
    kinds = web_collection.load("docs-web", 120).kinds
    assert len(clean[0]) == kinds.count("prose")
    looser, _ = page_training.pool(replace(config, pool="filtered", words_min=0, sentences_min=0))
    assert len(looser) > len(filtered[0])


def test_the_filtered_pool_has_lost_the_lines_that_c4_drops():
    texts, _ = page_training.pool(page_training.Config(pool="filtered", **SMALL))
    assert not [t for t in texts if "uses cookies" in t.lower() or "javascript" in t.lower()]


def test_a_pool_without_pages_names_the_rule_to_loosen():
    with pytest.raises(Problem, match="pool_empty") as found:
        page_training.pool(page_training.Config(pool="filtered", words_min=1000, documents=50))
    assert found.value.facts["rule"] == "few_words"


def test_a_collection_without_labels_has_no_clean_pool_and_holds_pages_out():
    config = page_training.Config(corpus="docs-python", documents=60)
    with pytest.raises(Problem, match="no_labels"):
        page_training.pool(replace(config, pool="clean"))
    raw, facts = page_training.pool(config)
    assert facts["of"] == len(raw) <= 54
    assert not set(page_training.test_texts(config)["prose"]) & set(raw)


def test_a_short_training_learns_and_is_tested_on_every_kind():
    result = played(page_training, steps=12, width=16, blocks=1, heads=2, context=16, batch=8, **SMALL)
    losses = list(result.metrics["train_loss"].values())
    assert losses[-1] < losses[0]
    assert set(result.tables["by_kind"][12]["kind"]) >= {"prose", "menu", "spam", "spun"}
    assert result.facts["passes"] == pytest.approx(12 * 8 * 16 / result.facts["train_tokens"])


def test_the_funnel_only_narrows_and_its_first_bar_is_everything():
    table = played(page_filters, **SMALL).tables["funnel"][1]
    totals = {}
    for step, n in zip(table["step"], table["documents"], strict=True):
        totals[step] = totals.get(step, 0) + n
    assert list(totals.values()) == sorted(totals.values(), reverse=True)
    assert totals["start"] == 120


def test_precision_and_recall_are_those_counted_from_the_labels():
    result = played(page_filters, **SMALL)
    table = result.tables["funnel"][1]
    left = {k: n for s, k, n in zip(table["step"], table["kind"], table["documents"], strict=True) if s == "copies"}
    start = {k: n for s, k, n in zip(table["step"], table["kind"], table["documents"], strict=True) if s == "start"}
    good = sum(left.get(k, 0) for k in simulated_web.GOOD)
    assert result.final("precision") == pytest.approx(good / sum(left.values()))
    assert result.final("recall") == pytest.approx(good / sum(start.get(k, 0) for k in simulated_web.GOOD))


def test_the_pages_read_are_nearest_to_the_cut_on_either_side():
    result = played(page_filters, rule="short_lines", **SMALL)
    table = result.tables["pages"][1]
    dead = [v for v, d in zip(table["value"], table["dead"], strict=True) if d]
    alive = [v for v, d in zip(table["value"], table["dead"], strict=True) if not d]
    assert result.samples["removed"][0].facts["value"] == min(dead)
    assert result.samples["kept"][0].facts["value"] == max(alive)


def test_addresses_and_long_numbers_are_masked():
    text = "Write to anna.b@mail.example or see https://a.example/x?y=1, www.b.example; call +1 (555) 123-4567 in 2019."
    shown = page_marks.mask(text)
    assert "@" not in shown and "example" not in shown and "4567" not in shown and "2019" in shown


@pytest.mark.parametrize("rule", ["dup_lines", "top_2", "dup_5", "letters", "short_lines", "sentences", "language"])
def test_marks_leave_the_masked_page_whole(rule):
    text = "Menu\nMenu\na b c d e and a b c d e again\nSee http://x.example now."
    pieces, hits = page_marks.marked(text, rule, PUBLISHED)
    assert "".join(pieces) == page_marks.mask(text)
    assert all(0 <= i < len(pieces) for i in hits)
    marked = [pieces[i] for i in hits]
    expected = {"dup_lines": ["Menu\n"], "short_lines": 4, "language": [], "sentences": 2}.get(rule)
    if expected is not None:
        assert marked == expected or len(marked) == expected


def test_a_pasted_page_is_told_its_first_rule_and_how_much_of_each_is_used():
    result = played(own_page)
    assert result.final("first") == -1
    assert played(own_page, text="").final("first") == -2
    from core.web_filters import NAMES

    words = (
        "The keeper lives in the house below with her two dogs and in winter no one comes to see what she has made. "
        "Visitors who climb up during July will find some bread, cold water, an old map of this coast there."
    )
    short = played(own_page, text=words)
    assert NAMES[int(short.final("first"))] == "few_words"
    table = short.tables["rules"][1]
    assert all((u > 1) == d for u, d in zip(table["used"], table["dead"], strict=True))


def test_a_census_counts_what_is_there(monkeypatch):
    result = played(page_census, corpus="docs-web", **SMALL)
    lengths = result.tables["lengths"][1]["tokens"]
    assert result.final("mean") == pytest.approx(np.mean(lengths))
    assert result.final("median") == np.median(lengths)
    texts = web_collection.load("docs-web", 120).pages.words
    assert result.final("distinct") == len({w for words in texts for w in words})


def test_copies_of_the_simulated_web_are_found():
    result = played(page_copies)
    assert result.final("found") > 0.9
    assert result.final("error") < 0.05
    assert result.final("left") < result.final("documents")
    assert played(page_copies, bands=2, rows=1).final("hashes") == 2
    assert played(page_copies, bands=50, rows=20).final("hashes") <= 400


def test_a_tensor_needs_no_numpy_to_be_counted():
    result = played(array_costs)
    assert (result.final("tensor_set"), result.final("tensor_unique")) == (3, 2)
    assert (result.final("append_bytes"), result.final("list_bytes")) == (8, 2)


@pytest.mark.parametrize("found, word, chance", [(1.0, "was caught", "99 %"), (0.0, "was missed", "99 %")])
def test_one_pair_of_near_copies_is_one_pair(found, word, chance):
    from types import SimpleNamespace

    from core.events import Metric
    from pages.verdict_16 import copies

    def told(near):
        values = {"documents": 35, "pairs": 1, "candidates": 1, "hashes": 112, "left": 34}
        values |= {"near": near, "found": found, "expected": 0.99}
        return " ".join(
            t.en for t in copies(SimpleNamespace(main=Result(tuple(Metric(1, k, v) for k, v in values.items()))))
        )

    assert word in told(1) and chance in told(1) and "1 pairs" not in told(1) and "1 candidate pairs" not in told(1)
    assert "Of the 2 pairs" in told(2)


def test_the_verdict_names_who_looks_better_and_who_is_better():
    from types import SimpleNamespace

    from app.i18n import same
    from core.events import Finished, Metric
    from pages import verdict_16

    def arm(label, train, test):
        events = (
            *(Metric(s, "train_loss", train) for s in range(1, 21)),
            Metric(20, "test_loss", test),
            Finished(20, "done"),
        )
        return SimpleNamespace(arm=SimpleNamespace(label=label, name=same(label)), result=Result(events), complete=True)

    arms = [arm("dedup", 4.9, 4.7), arm("raw", 3.8, 5.0)]
    by_label = {a.arm.label: a.result for a in arms}
    view = SimpleNamespace(
        arms=arms, done=True, main=arms[0].result, result=lambda name: by_label.get(name, Result(()))
    )
    first, second = verdict_16.training(view)
    assert "training loss: raw" in first.en and "clean prose: dedup" in first.en
    assert "−0.30" in second.en
