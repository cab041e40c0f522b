"""The ledger: a claim's link shows the claim, its row says what was measured, and the file says the same as the page."""

import math

import pytest

from app import claim_link, claims_report, controls, ledger
from app.lesson import discover
from core import claims

LESSONS = discover()
MEASURED = [(n, lesson, claim) for n, lesson in LESSONS.items() for claim in lesson.claims if claim.measure]


@pytest.mark.parametrize("number, lesson, claim", MEASURED, ids=[claim.id for *_, claim in MEASURED])
def test_the_link_of_a_claim_sets_knobs_that_exist_to_values_they_take(number, lesson, claim):
    link = dict(claim_link.settings(number, lesson, claim))
    slug = link.pop(f"l{number:02d}_play", lesson.playgrounds[0].slug)
    playground = next(p for p in lesson.playgrounds if p.slug == slug)
    start = controls.prefix(number, lesson, playground)
    knobs = {start + c.field: c for c in controls.belonging(lesson, playground)}
    for key, value in link.items():
        controls.checked(knobs[key], playground, value)  # raises where the page would complain


def test_the_link_leads_to_a_run_that_the_claim_looks_at():
    """Over all claims whose runs a playground can show: the linked settings differ from the claim's in the seed alone."""
    exact = 0
    for number, lesson, claim in MEASURED:
        link = dict(claim_link.settings(number, lesson, claim))
        slug = link.get(f"l{number:02d}_play", lesson.playgrounds[0].slug)
        playground = next(p for p in lesson.playgrounds if p.slug == slug)
        start = controls.prefix(number, lesson, playground)
        wanted = {k.removeprefix(start): v for k, v in link.items() if k.startswith(start)}
        config = controls.config_of(playground, {k: v for k, v in wanted.items() if hasattr(playground.config, k)})
        for run in claim.needs(claim.seeds[0]).values():
            exact += type(run) is type(config) and vars(run) | {"seed": 0} == vars(config) | {"seed": 0}
    assert exact > len(MEASURED) / 3


def test_the_table_puts_what_fails_on_top_and_gives_figures_with_their_spread():
    number, _, claim = next(row for row in MEASURED if row[2].kind == "training")
    failing = claims.Verdict("fails", 1.25, 0.5, (0.75, 1.25, 1.75))
    facts = {"date": "2026-01-02", "machine": "x", "source": "here"}
    rows = [(number, claim, None), (number, claim, (failing, facts))]
    table = ledger.frame(rows, "en")
    assert table["measured here"][1].startswith("1.25 ± 0.500") and table["measured here"][1].endswith("3 seeds")
    assert table["when, on what"].tolist() == ["", "2026-01-02, this machine"]
    page = claims_report.text(rows, "a machine", "a while").splitlines()
    assert "2 claims: 1 fails, 1 not measured here." in page
    table = [line for line in page if line.startswith("|")]
    assert "fails" in table[2] and "1.25 ± 0.500" in table[2] and "not measured" in table[3]
    assert len({line.replace("\\|", "").count("|") for line in table}) == 1


def test_every_claim_has_a_row_in_both_languages():
    rows = [(n, claim, None) for n, lesson in LESSONS.items() for claim in lesson.claims]
    for lang in ("en", "vi"):
        table = ledger.frame(rows, lang)
        assert len(table) == len(rows) and not any(
            isinstance(v, float) and math.isnan(v) for v in table.to_numpy().flat
        )
