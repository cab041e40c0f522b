"""The panels of tokenizers and weights, as a learner meets them: both languages, every message, no exception."""

import os
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import errands, house, pretrained, tokenizers

SHARED = Path(os.environ.get("PLAYGROUND_TEST_DATA") or Path(__file__).parents[2] / "shared" / "data")


@pytest.fixture(autouse=True)
def nowhere(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for name in ("TIKTOKEN_CACHE_DIR", "DATA_GYM_CACHE_DIR", "HF_HUB_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "tmp"))
    return tmp_path


def tokens(lang):
    from app import tokens_panel

    tokens_panel.draw(lang)


def weights(lang):
    from app import weights_panel

    weights_panel.draw(lang)


def page(panel, lang="en"):
    test = AppTest.from_function(panel, args=(lang,), default_timeout=60).run()
    assert not test.exception, test.exception[0].message
    return test


def words(test) -> str:
    parts = [*test.markdown, *test.caption, *test.warning, *test.success, *test.info]
    return "\n".join(part.value for part in parts)


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_tokens_are_counted_for_what_is_typed(lang):
    test = page(tokens, lang)
    test.text_area(key="tokens_text_en").set_value("one one").run()
    assert "**7** token" in words(test) and "**2** token" in words(test)  # bytes; words of Tales
    test.text_area(key="tokens_text_en").set_value("").run()
    test.text_area(key="tokens_text_vi").set_value("").run()
    assert len(test.info) == 1 and not test.exception
    test.segmented_control(key="tokens_sample").set_value("everyday").run()
    assert "phở" in test.text_area(key="tokens_text_vi").value and not test.exception


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_a_missing_vocabulary_has_a_button_and_the_three_others_are_still_shown(lang):
    test = page(tokens, lang)
    assert len(test.warning) == 1 and tokenizers.GPT2_ADDRESS in test.warning[0].value
    assert len(test.get("html")) == 6 and any(b.key == "errand_gpt2-vocabulary" for b in test.button)


@pytest.mark.skipif(not (SHARED / "tiktoken_cache").exists(), reason=f"GPT-2's vocabulary is not in {SHARED}")
def test_with_gpt2s_vocabulary_the_price_of_vietnamese_is_said(monkeypatch):
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(SHARED / "tiktoken_cache"))
    test = page(tokens)
    assert not test.warning and len(test.get("html")) == 8
    assert "costs GPT-2 **3" in words(test)


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_house_card_says_steps_date_and_hash(lang):
    said = words(page(weights, lang))
    for source in ("house", "house-model1"):
        card = pretrained.card(source)
        assert card["sha256"][:12] in said and card["date"] in said and f"{card['steps']:,}" in said


def test_without_gpt2_each_part_has_a_button_with_its_size():
    test = page(weights)
    labels = {b.key: b.label for b in test.button}
    assert [labels[f"errand_gpt2-{part}"] for part in ("norms", "positions", "embedding", "all")] == [
        "Download (0.15 MB)",
        "Download (3 MB)",
        "Download (154 MB)",
        "Download (548 MB)",
    ]


@pytest.mark.parametrize(
    ("data", "part"),
    [
        (b"<!DOCTYPE html>", "web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (None, "There is no file"),
        ("house", "124 million"),
    ],
)
def test_a_wrong_local_file_gets_its_sentence_and_stays(nowhere, data, part):
    path = nowhere / "model.safetensors"
    if data == "house":
        data = (house.FOLDER / "gpt.safetensors").read_bytes()
    if data is not None:
        path.write_bytes(data)
    test = page(weights)
    test.text_input(key="weights_path").set_value(str(path))
    next(b for b in test.button if b.label == "Use this file").click().run()
    assert part in test.warning[0].value and not test.exception and pretrained.chosen() is None
    assert data is None or path.read_bytes() == data


def test_a_failed_download_says_why_and_can_be_tried_again(monkeypatch):
    from core import gpt2

    monkeypatch.setattr(
        gpt2, "RELEASE", gpt2.Release("http://127.0.0.1:9/model.safetensors", 9, "", gpt2.RELEASE.shape)
    )
    from app import weights_panel

    weights_panel.fetch("norms")
    for _ in range(200):
        if errands.state("gpt2-norms").state == "failed":
            break
        import time

        time.sleep(0.05)
    test = page(weights)
    assert "http://127.0.0.1:9/model.safetensors cannot be reached" in test.warning[0].value
    assert next(b for b in test.button if b.key == "errand_gpt2-norms").label == "Try again"


def test_a_damaged_house_file_leaves_the_rest_of_the_panel(monkeypatch, tmp_path):
    (tmp_path / "house").mkdir()
    monkeypatch.setattr(house, "FOLDER", tmp_path / "house")
    pretrained._card.cache_clear(), pretrained._house.cache_clear()
    try:
        test = page(weights)
        assert len(test.warning) == 2 and "make house-model" in test.warning[0].value
        assert any(b.key == "errand_gpt2-all" for b in test.button)
    finally:
        pretrained._card.cache_clear(), pretrained._house.cache_clear()
