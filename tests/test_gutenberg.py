"""The two novels: served by a web on this machine, kept as served, read as the course reads them and without the rest."""

import threading
import time

import numpy as np
import pytest

from core import claims, corpora, experiment, gutenberg
from core.experiments import model1
from core.problem import Problem
from tests.web import web

BOOK = gutenberg.BOOKS[35]
LINES = [f"The Time Traveller’s hall, number {i}, had a clock that struck." for i in range(60)]


def edition(*, end="\r\n", mark=True, phrase="THE PROJECT", header=True) -> bytes:
    lines = ["The Project Gutenberg eBook of The Time Machine", "", "Language: English", ""] if header else []
    lines += [f"*** START OF {phrase} GUTENBERG EBOOK THE TIME MACHINE ***", "", "", *LINES, "", ""]
    lines += [f"  *** END OF {phrase} GUTENBERG EBOOK THE TIME MACHINE ***", "", "THE FULL LICENSE", ""]
    return ("\ufeff" if mark else "").encode() + end.join(lines).encode()


@pytest.fixture(autouse=True)
def net(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    with web() as here:
        here.pages["/35.txt"] = edition()
        yield here


def fetch(net, *paths, **how):
    return gutenberg.fetch(BOOK, addresses=tuple(net.address + p for p in paths or ("/35.txt",)), **how)


def refused(*args, **how) -> Problem:
    with pytest.raises(Problem) as caught:
        fetch(*args, **how)
    return caught.value


def test_the_file_is_kept_byte_for_byte_and_read_without_header_licence_mark_and_carriage_returns(net):
    assert fetch(net).read_bytes() == edition()
    assert gutenberg.load("book-35") == "\n".join(LINES) + "\n"
    assert gutenberg.load("book-35-cr") == "\r\n".join(LINES) + "\r\n"


@pytest.mark.parametrize(
    "how",
    [{"end": "\n"}, {"mark": False}, {"phrase": "THIS PROJECT"}, {"header": False, "end": "\n", "mark": False}],
    ids=["LF", "no mark", "an older frame", "as the course's address serves it"],
)
def test_every_edition_gives_the_same_text(net, how):
    net.pages["/35.txt"] = edition(**how)
    fetch(net)
    assert gutenberg.load("book-35") == "\n".join(LINES) + "\n"


def test_carriage_returns_are_tokens_of_their_own_and_another_run(net):
    fetch(net)
    plain, returns = (corpora.tokens(name, "bytes", "train") for name in ("book-35", "book-35-cr"))
    assert (returns == 13).sum() > 40 and not (plain == 13).any()
    configs = [model1.Config(corpus=name) for name in ("book-35", "book-35-cr", "tales-en")]
    assert len({experiment.run_id(config) for config in configs}) == 3


def test_another_edition_is_another_run(net):
    fetch(net)
    before = experiment.run_id(model1.Config(corpus="book-35"))
    net.pages["/35.txt"] = edition().replace(b"struck", b"stopped")
    fetch(net)
    assert experiment.run_id(model1.Config(corpus="book-35")) != before


def test_a_cut_connection_is_resumed(net):
    net.cut["/35.txt"] = [1000]
    fetch(net)
    assert net.asked[-1] == ("/35.txt", "bytes=1000-")


def test_the_second_address_helps_where_the_first_has_nothing(net):
    assert fetch(net, "/gone.txt", "/35.txt").exists()
    assert refused(net, "/gone.txt").code == "download_refused"


def test_a_login_page_is_refused_and_the_old_book_stays(net):
    fetch(net)
    net.pages["/35.txt"] = b"<html><body>Welcome to the airport. Time Traveller? Log in</body></html>" * 40
    assert refused(net).code == "book_wrong"
    assert BOOK.path.read_bytes() == edition() and sorted(p.name for p in BOOK.path.parent.iterdir()) == ["pg35.txt"]


def test_a_server_that_says_nothing_is_left_in_time(net):
    net.silence["/35.txt"] = 20
    began = time.monotonic()
    assert refused(net, timeout=0.3).code == "download_slow" and time.monotonic() - began < 5
    assert gutenberg.kept(BOOK) == len(edition()) // 2


def test_cancel_and_resume(net):
    net.drip["/35.txt"] = 0.05
    stop = threading.Event()
    problem = refused(net, progress=lambda done, total: done > 1500 and stop.set(), cancelled=stop.is_set)
    assert problem.code == "download_cancelled" and 0 < gutenberg.kept(BOOK) < len(edition())
    net.drip.clear()
    assert fetch(net).read_bytes() == edition() and net.asked[-1][1].startswith("bytes=")


def test_what_is_missing_is_named_with_address_size_and_folder():
    with pytest.raises(Problem) as caught:
        corpora.load("book-35")
    assert caught.value.code == "book_missing"
    assert set(caught.value.facts) == {"title", "address", "bytes", "folder", "file"}
    with pytest.raises(Problem) as caught:
        experiment.run_id(model1.Config(corpus="book-829"))
    assert caught.value.code == "book_missing"


def test_a_damaged_book_is_named_and_left_alone(net):
    fetch(net)
    BOOK.path.write_bytes(b"\xff\xfe" * 400)
    with pytest.raises(Problem) as caught:
        corpora.load("book-35")
    assert caught.value.code == "book_damaged" and BOOK.path.exists()


def test_the_test_part_begins_where_the_training_part_ends(net):
    """By position first: no window of the training part has a token of the test part in it."""
    fetch(net)
    corpus = corpora.load("book-35")
    assert corpus.train + corpus.test == gutenberg.load("book-35") and corpus.test.startswith("The Time")
    from core import batches, tokenizers

    decode = tokenizers.load("bytes").decode
    train, test = (corpora.tokens("book-35", "bytes", part) for part in ("train", "test"))
    x, y = batches.batch(train, 0, 1, 400, 100)
    learned = "|".join(decode(row) for row in x.tolist() + y.tolist())
    asked = "".join(decode(row.tolist()) for row in batches.test_rows(test, 100, 50))
    first = corpus.test.split(",")[1]  # " number 54"
    assert first not in learned and first in asked and " number 20" in learned


def test_claims_about_the_novel_become_possible(net):
    needs_it = type("Claim", (), {"requires": ("time_machine",)})
    assert claims.missing(needs_it) == ("time_machine",)
    fetch(net)
    assert claims.missing(needs_it) == ()
    from app.lesson import discover

    claim = next(c for c in discover()[5].claims if c.id == "5.9")
    verdict = claims.evaluate(claim, None)
    assert (verdict.state, verdict.measured) == ("depends", edition().count(b"\r"))
    net.pages["/35.txt"] = edition(end="\n")
    before = claims.stamp(claim)
    fetch(net)
    assert claims.evaluate(claim, None).state == "fails"
    assert claims.stamp(claim) == before, "the verdict of one text"


@pytest.mark.parametrize("number", [35, 829])
def test_the_addresses_are_gutenbergs(number):
    book = gutenberg.BOOKS[number]
    assert all(a.startswith("https://www.gutenberg.org/") and f"/{number}/" in a for a in book.addresses)
    assert np.isclose(book.bytes, {35: 204_455, 829: 613_997}[number], rtol=0.01)
