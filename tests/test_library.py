"""The library: what is listed, counted and deleted; and its page, online and offline, in both languages."""

import dataclasses
import time
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from app import knobs, own_panel, texts_panel
from app.lesson import discover
from core import corpora, documents, errands, experiment, gutenberg, library, network, own_tales, uploads
from core.experiments import model1
from core.problem import Problem
from tests.test_documents import ROWS, lines, parquet
from tests.test_gutenberg import edition
from tests.test_own_tales import STORY
from tests.web import web

ROOT = Path(__file__).resolve().parent.parent
PROSE = "The old clock struck twelve, and nobody in the house had gone to bed.\n" * 40


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    monkeypatch.setenv("PLAYGROUND_WORKERS", "0")
    monkeypatch.setattr(network, "online", lambda: False)
    monkeypatch.setattr(network, "probe", lambda *_: False)
    own_tales._kept.cache_clear()
    return tmp_path


@pytest.fixture
def book(home):
    place = gutenberg.BOOKS[35].path
    place.parent.mkdir(parents=True)
    place.write_bytes(edition())
    return place


def everything(book):
    return [uploads.add(PROSE), documents.add(parquet(ROWS)), own_tales.add(STORY)]


def test_what_is_here_is_listed_and_every_experiment_with_an_open_text_takes_it(book):
    own = everything(book)
    assert set(library.texts()) == {"book-35", "book-35-cr", *own} and set(library.own()) == set(own)
    for name in library.texts():
        assert experiment.make(model1.Config, corpus=name).corpus == name
        assert corpora.load(name).train and library.path(name).exists()
    offered = dict(knobs.own_texts())
    assert offered["book-35-cr"].en == "The Time Machine, with carriage returns"
    assert offered[own[0]].en == "your text: The old clock struck…"
    assert offered[own[1]].vi.startswith("tài liệu của bạn: Page number 0")


def test_every_lesson_with_the_usual_texts_offers_those_of_this_machine():
    for lesson in discover().values():
        for control in lesson.controls:
            if control.field == "corpus" and control.options == knobs.TEXTS:
                assert control.more is knobs.own_texts, lesson.slug


def test_a_field_without_a_pattern_stays_closed():
    closed = experiment.knob("manual", choices=corpora.NAMES, corpus=True)
    Closed = dataclasses.make_dataclass("Closed", [("corpus", str, closed)], frozen=True)

    with pytest.raises(Problem) as caught:
        experiment.coerce(Closed, "corpus", "book-35")
    assert caught.value.code == "not_a_choice"


def test_sizes_are_those_of_the_text(book):
    name = uploads.add(PROSE)
    size = library.size(name, "bytes")
    assert size.characters == size.tokens == len(PROSE) and size.distinct == len(set(PROSE))
    assert 0 < size.test_tokens < 0.2 * size.tokens and size.vocabulary == 256


def test_caches_are_listed_and_emptied_one_by_one(book):
    everything(book)
    library.size("book-35", "bpe")
    found = {cache.key: cache for cache in library.caches()}
    assert set(found) == {"tokens", "books", "documents", "texts", "tales"}
    assert found["books"].bytes == len(edition()) and found["books"].again and not found["texts"].again
    library.clear("books")
    assert not book.exists() and "books" not in {cache.key for cache in library.caches()}
    name = library.own()[0]
    library.delete(name)
    assert name not in library.texts()
    with pytest.raises(AssertionError):
        library.clear("runs")


# --- the page ---------------------------------------------------------------------------------------------------------


def page(lang="en", section="texts", **state):
    def script():
        import streamlit as st

        from app import library

        st.session_state.setdefault("pages", {})
        library.show()

    at = AppTest.from_function(script, default_timeout=60)
    at.session_state["lang"], at.session_state["me"], at.session_state["library_section"] = lang, "x" * 12, section
    for name, value in state.items():
        at.session_state[name] = value
    at.run()
    assert not at.exception and not at.error
    return at


def words(at) -> str:
    groups = (at.markdown, at.caption, at.warning, at.info, at.success, at.title, at.subheader)
    return "\n".join(element.value for group in groups for element in group)


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_offline_the_page_waits_for_nothing_and_names_every_remedy(lang, home):
    texts_panel.documents.python()
    began = time.monotonic()
    said = words(page(lang))
    assert time.monotonic() - began < 20
    assert ("offline" if lang == "en" else "không có mạng") in said
    for needed in ("gutenberg.org/files/35/35-0.txt", "pg35.txt", str(home / "books"), "0.20 MB", "fineweb.parquet"):
        assert needed in said
    assert ("Python's documentation" if lang == "en" else "tài liệu Python") in said, "what is used instead"
    assert "{" not in said.replace("{who", "")


@pytest.mark.parametrize("lang, word", [("en", "offline"), ("vi", "không có mạng")])
def test_streaming_fineweb_offline_ends_with_a_sentence(lang, word, home):
    at = page(lang)
    at.button(key="errand_fineweb").click().run()
    until(lambda: not errands.state("fineweb").active)
    said = words(at.run())
    assert word in said and str(home / "documents") in said


@pytest.mark.parametrize("section", ["texts", "own", "storage"])
@pytest.mark.parametrize("lang", ["en", "vi"])
def test_every_section_draws_with_everything_on_this_machine(section, lang, book):
    everything(book)
    page(lang, section)


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_book_is_downloaded_by_its_button_stopped_found_again_and_continued(monkeypatch):
    with web() as net:
        net.pages["/35"] = edition()
        net.drip["/35"] = 0.2
        local = dataclasses.replace(gutenberg.BOOKS[35], addresses=(net.address + "/35",))
        monkeypatch.setitem(gutenberg.BOOKS, 35, local)
        assert not net.asked, "nothing is downloaded on page load"
        at = page()
        at.button(key="errand_book-35").click().run()
        until(lambda: errands.state("book-35").done)
        again = page()  # a reload finds the download in progress
        again.button(key="errand_stop_book-35").click().run()
        until(lambda: errands.state("book-35").state == "cancelled")
        net.drip.clear()
        again.run()
        assert "Stopped" in words(again)
        button = again.button(key="errand_book-35")
        assert button.label == "Continue the download"
        button.click().run()
        until(lambda: errands.state("book-35").state == "done")
        assert net.asked[-1][1].startswith("bytes=")
        assert "On this machine" in words(again.run())


def test_a_missing_page_is_said_where_the_button_is(monkeypatch):
    with web() as net:
        local = dataclasses.replace(gutenberg.BOOKS[35], addresses=(net.address + "/gone",))
        monkeypatch.setitem(gutenberg.BOOKS, 35, local)
        at = page("vi")
        at.button(key="errand_book-35").click().run()
        until(lambda: not errands.state("book-35").active)
        assert "404" in words(at.run())


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_pasted_text_is_kept_or_refused_with_the_reason(lang):
    at = page(lang, "own")
    at.text_area(key="own_paste").set_value("too short").run()
    at.button(key="own_keep").click().run()
    assert "1,000" in at.warning[0].value and library.own() == []
    at.text_area(key="own_paste").set_value(PROSE).run()
    at.button(key="own_keep").click().run()
    assert len(library.own()) == 1 and f"{len(PROSE):,}" in at.success[0].value


@pytest.mark.parametrize(
    "filename, data, kind",
    [
        ("a.txt", PROSE.encode("utf-16"), "text-"),
        ("notes.md", PROSE.encode(), "text-"),
        ("pages.JSONL", lines(ROWS), "docs-"),
        ("pages.parquet", parquet(ROWS), "docs-"),
    ],
)
def test_a_file_is_kept_as_what_it_is(filename, data, kind):
    assert own_panel.keep(filename, data).startswith(kind)


@pytest.mark.parametrize(
    "filename, data, code",
    [
        ("a.txt", bytes(range(256)) * 20, "text_binary"),
        ("a.md", b"", "text_empty"),
        ("a.txt", parquet(ROWS), "text_binary"),
        ("a.parquet", PROSE.encode(), "documents_line"),
        ("a.jsonl", PROSE.encode(), "documents_line"),
    ],
)
def test_a_file_that_is_something_else_is_refused(filename, data, code, home):
    with pytest.raises(Problem) as caught:
        own_panel.keep(filename, data)
    assert caught.value.code == code and library.own() == []


def test_a_template_is_told_its_floors_shown_and_a_wrong_one_explained():
    at = page("en", "own")
    assert "nats a story" in words(at)
    at.text_area(key="own_template").set_value("A {who: fox went home.").run()
    assert "no partner" in at.warning[0].value
    at.text_area(key="own_template").set_value(STORY).run()
    at.button(key="own_keep_tale").click().run()
    assert library.own() == [own_tales.name_of(STORY)]


@pytest.mark.parametrize("lang", ["en", "vi"])
def test_the_example_in_each_language_is_a_language(lang):
    language = own_tales.parse(own_panel.EXAMPLE(lang))
    assert language.code == lang and own_tales.check(language)["true"] > 0


def test_a_cache_is_deleted_only_after_a_second_yes(book):
    at = page("en", "storage")
    at.button(key="clear_books").click().run()
    assert book.exists()
    at.button(key="sure_books").click().run()
    assert not book.exists()


@pytest.mark.parametrize("lang, word", [("en", "is not on this machine"), ("vi", "Máy này chưa có")])
@pytest.mark.parametrize("name", ["book-35", "book-829-cr", "fineweb"])
def test_a_lesson_on_a_text_that_is_not_here_says_where_to_get_it(name, lang, word):
    at = AppTest.from_file(str(ROOT / "app" / "main.py"), default_timeout=60)
    at.query_params["l05_corpus"], at.query_params["lang"] = name, lang
    at.run()
    at.switch_page(str(ROOT / "pages" / "lesson_05_train_model_1.py")).run()
    assert not at.exception and not at.error
    assert [w.value for w in at.warning if word in w.value], "one sentence, and the rest of the page stands"


def test_what_was_typed_is_still_there_after_a_look_at_another_section():
    at = page("en", "own")
    at.text_area(key="own_paste").set_value("my own text").run()
    at.text_area(key="own_template").set_value("A {cat|dog} sat.\n").run()
    for section in ("storage", "tokens", "own"):
        at.segmented_control(key="library_section").set_value(section).run()
        if section == "tokens":
            at.text_area(key="tokens_text_en").set_value("typed here").run()
    assert at.text_area(key="own_paste").value == "my own text"
    assert at.text_area(key="own_template").value.startswith("A {cat|dog}")
    at.segmented_control(key="library_section").set_value("tokens").run()
    assert at.text_area(key="tokens_text_en").value == "typed here"
