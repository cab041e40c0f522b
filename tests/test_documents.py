"""Web pages in FineWeb's nine columns: the real streaming code on local files, uploads, and Python's own pages."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from core import corpora, documents, experiment, fineweb, network
from core.experiments import model1
from core.problem import Problem

ROOT = Path(__file__).resolve().parent.parent
ROW = {
    "text": "",
    "id": "<urn:uuid:39147604-bfbe-4ed5-b19c-54105f8ae8a7>",
    "dump": "CC-MAIN-2013-20",
    "url": "http://example.com/a?b=c",
    "date": "2013-05-18T05:48:59Z",
    "file_path": "s3://commoncrawl/crawl-data/a.warc.gz",
    "language": "en",
    "language_score": 0.8,
    "token_count": 12,
}
ROWS = [
    ROW | {"text": f"Page number {i}: a tale of café, dogs and numbers.\nIts second line.", "token_count": i}
    for i in range(250)
]


@pytest.fixture(autouse=True)
def home(monkeypatch, tmp_path):
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """What load_dataset is to read instead of the Hub: two parquet files with small row groups."""
    folder = tmp_path_factory.mktemp("hub")
    for part in range(2):
        table = pa.Table.from_pylist(ROWS[part * 125 : (part + 1) * 125], schema=documents.schema())
        pq.write_table(table, folder / f"{part:03d}.parquet", row_group_size=50)
    return {"path": "parquet", "data_files": str(folder / "*.parquet")}


def test_the_first_documents_stream_in_order_with_all_nine_columns(source):
    seen = []
    fineweb.fetch(200, lambda done, total: seen.append((done, total)), source=source)
    table = documents.load("fineweb")
    assert table.to_pylist() == ROWS[:200] and table.schema == documents.schema()
    assert seen[-1] == (200, 200) and fineweb.kept() == 0
    corpus = corpora.load("fineweb")
    assert corpus.train.startswith("Page number 0") and "Page number 199" in corpus.test


def test_cancel_keeps_whole_documents_and_resume_goes_on(source, home):
    with pytest.raises(Problem) as caught:
        fineweb.fetch(200, source=source, cancelled=lambda: True)
    assert caught.value.code == "download_cancelled"
    part = home / "documents" / "fineweb.jsonl.part"
    lines = [json.dumps(row) + "\n" for row in ROWS[:30]]
    part.write_text("".join(lines) + lines[0][:50])  # a process killed in the middle of a line
    assert fineweb.kept() == 30
    seen = []
    fineweb.fetch(40, lambda done, total: seen.append(done), source=source)
    assert seen[0] == 30 and documents.load("fineweb").to_pylist() == ROWS[:40]


def test_the_process_leaves_without_taking_the_interpreter_down(source, tmp_path, monkeypatch):
    """Taking it down under the thread that reads ahead aborts it now and then, when every document has come."""
    (tmp_path / "sitecustomize.py").write_text("import atexit, os\natexit.register(os.abort)")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    fineweb.fetch(40, source=source)
    assert documents.load("fineweb").num_rows == 40


def test_more_documents_continue_the_fewer_and_are_another_run(source):
    fineweb.fetch(60, source=source)
    before = experiment.run_id(model1.Config(corpus="fineweb"))
    seen = []
    fineweb.fetch(90, lambda done, total: seen.append(done), source=source)
    assert seen[0] == 60 and documents.load("fineweb").num_rows == 90
    assert experiment.run_id(model1.Config(corpus="fineweb")) != before


def test_a_source_that_ends_early_gives_what_it_has(source):
    fineweb.fetch(1000, source=source)
    assert documents.load("fineweb").num_rows == 250


def test_what_the_library_says_reaches_the_learner(home):
    with pytest.raises(Problem) as caught:
        fineweb.fetch(10, source={"path": "parquet", "data_files": str(home / "nothing.parquet")})
    assert caught.value.code == "fineweb_refused" and "nothing" in caught.value.facts["reason"]


def test_a_process_that_hangs_is_ended(home, monkeypatch):
    monkeypatch.setattr(fineweb, "sys", type("Fake", (), {"executable": str(home / "hang")}))
    (home / "hang").write_text("#!/bin/sh\nexec sleep 60\n")
    (home / "hang").chmod(0o755)
    began = time.monotonic()
    with pytest.raises(Problem) as caught:
        fineweb.fetch(10, source={"path": "parquet"}, silence=0.5)
    assert caught.value.code == "download_slow" and time.monotonic() - began < 10


@pytest.mark.parametrize("last", ["kill -9 $$", "exit 3"])
def test_a_process_that_is_killed_has_not_finished(home, monkeypatch, last):
    """Its documents are kept for the next try, and are no collection yet."""
    monkeypatch.setattr(fineweb, "sys", type("Fake", (), {"executable": str(home / "killed")}))
    part = home / "documents" / "fineweb.jsonl.part"
    part.parent.mkdir()
    part.write_text("".join(json.dumps(row) + "\n" for row in ROWS[:30]))
    (home / "killed").write_text(f"#!/bin/sh\necho '{{\"documents\": 30}}'\n{last}\n")
    (home / "killed").chmod(0o755)
    with pytest.raises(Problem) as caught:
        fineweb.fetch(200, source={"path": "parquet"})
    assert caught.value.code == "fineweb_refused" and "exit code" in caught.value.facts["reason"]
    assert fineweb.kept() == 30 and not documents.path("fineweb").exists()


def test_offline_is_said_at_once(monkeypatch):
    monkeypatch.setattr(network, "probe", lambda: False)
    with pytest.raises(Problem) as caught:
        fineweb.fetch(10)
    assert caught.value.code == "fineweb_offline" and caught.value.facts["address"].startswith("https://")


def test_offline_the_hub_refuses_in_a_moment():
    """Without this it tries five times, 23 seconds."""
    code = (
        "from core import network; network.stay_offline(); import time, huggingface_hub as hub; began = time.time()\n"
        "try: hub.hf_hub_download('openai-community/gpt2', 'config.json')\n"
        "except Exception: print(time.time() - began)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert float(done.stdout) < 3
    assert "HF_HUB_OFFLINE" not in network.environment()


# --- a learner's own documents --------------------------------------------------------------------------------------


def parquet(rows, schema=None) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), sink)
    return sink.getvalue().to_pybytes()


def lines(rows) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def parquet_of(*names) -> bytes:
    """One row; a name may come twice."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table([["word " * 400]] * len(names), names=names), sink)
    return sink.getvalue().to_pybytes()


def test_parquet_and_json_lines_of_the_same_rows_are_the_same_documents():
    assert documents.add(parquet(ROWS)) == documents.add(lines(ROWS)) == documents.add(parquet(ROWS[::1]))
    name = documents.add(lines(ROWS))
    assert documents.load(name).to_pylist() == ROWS
    assert corpora.load(name).train.startswith("Page number 0") and corpora.fingerprint(name) == name


def test_a_line_ends_where_json_lines_says_and_nowhere_else():
    """U+2028, U+2029 and U+0085 may stand unescaped in a JSON string; a Windows line end and empty lines do no harm."""
    texts = [f"One{mark}text of two lines." for mark in ("\u2028", "\u2029", "\x85", "\x0b")]
    rows = [json.dumps({"text": text.replace("\x0b", " ")}, ensure_ascii=False) for text in texts]
    data = ("\r\n".join(rows) + "\r\n\r\n\n").encode()
    assert documents.read(data)["text"].to_pylist() == [text.replace("\x0b", " ") for text in texts]
    with pytest.raises(Problem) as refused:
        documents.read(data + b"{")
    assert refused.value.facts["line"] == 7, "lines are counted as an editor counts them"


def test_a_file_with_text_only_gets_empty_columns_and_a_date_its_text():
    import datetime

    table = documents.read(parquet([{"text": "word " * 400, "date": datetime.datetime(2013, 5, 18)}]))
    row = table.to_pylist()[0]
    assert (
        list(row) == list(documents.COLUMNS) and row["date"].startswith("2013-05-18") and row["language_score"] is None
    )


@pytest.mark.parametrize(
    "data, code",
    [
        (lines([{"content": "x"}]), "documents_no_text"),
        (lines([{"text": 3}]), "documents_no_text"),
        (b"[1, 2]\n", "documents_no_text"),
        (b'{"text": "a"}\n{"text": \n', "documents_line"),
        (parquet([{"content": "x"}]), "documents_no_text"),
        (parquet(ROWS)[:2000], "documents_damaged"),
        (b"PAR1" + bytes(100), "documents_damaged"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "documents_foreign"),
        (lines([ROW]), "text_empty"),
        (lines([{"text": "short"}]), "text_short"),
        (b"", "text_empty"),
        (b"x" * 20_000_001, "documents_large"),
        (lines([ROW | {"text": "word " * 400, "token_count": 10**30}]), "documents_damaged"),
        (lines([ROW | {"text": "word " * 400, "language_score": 10**400}]), "documents_damaged"),
        (b'{"text": ' + b"[" * 100_000 + b"]" * 100_000 + b"}\n", "documents_line"),
        (parquet_of("text", "text"), "documents_damaged"),
        (parquet_of("text", "url", "url"), "documents_damaged"),
    ],
)
def test_what_is_no_collection_is_refused_with_a_reason_and_nothing_is_kept(home, data, code):
    with pytest.raises(Problem) as caught:
        documents.add(data)
    assert caught.value.code == code and not (home / "documents").exists()


def test_a_small_file_that_unpacks_to_gigabytes_is_refused(monkeypatch):
    monkeypatch.setattr(documents, "LARGEST", 100_000)
    data = parquet([{"text": "a" * 200_000}])
    assert len(data) < 30_000
    with pytest.raises(Problem) as caught:
        documents.read(data)
    assert caught.value.code == "documents_large"


def test_one_long_text_many_times_over_is_refused_before_it_is_spelled_out(monkeypatch):
    """Parquet stores such a text once: 500 bytes of a file would fill the memory of the server."""
    data = parquet([{"text": "word " * 20_000}] * 5_000)
    assert len(data) < 100_000 < documents.LARGEST < 5_000 * 100_000
    monkeypatch.setattr(documents, "_fit", lambda table: pytest.fail("it was spelled out"))
    with pytest.raises(Problem) as caught:
        documents.read(data)
    assert caught.value.code == "documents_large" and caught.value.facts["bytes"] == 5_000 * 100_000


def test_who_asks_for_fewer_documents_than_had_arrived_loses_none(source, home):
    part = home / "documents" / "fineweb.jsonl.part"
    part.parent.mkdir(parents=True, exist_ok=True)
    part.write_text("".join(json.dumps(row) + "\n" for row in ROWS[:50]))
    fineweb.fetch(20, source=source)
    assert documents.load("fineweb").to_pylist() == ROWS[:20] and fineweb.kept() == 50
    fineweb.fetch(50, source=source)
    assert documents.load("fineweb").to_pylist() == ROWS[:50] and fineweb.kept() == 0


def test_pythons_pages_have_the_same_columns_and_say_what_they_are():
    table = documents.load("docs-python")
    assert table.schema == documents.schema() and table.num_rows > 100
    rows = table.to_pylist()
    assert all(row["dump"].startswith("python-3") and row["language_score"] is None for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)
    assert len(corpora.load("docs-python").test) > 20_000


def test_what_is_missing_or_damaged_is_said(home):
    with pytest.raises(Problem) as caught:
        corpora.fingerprint("fineweb")
    assert caught.value.code == "fineweb_missing"
    with pytest.raises(Problem) as caught:
        corpora.load("docs-0123456789ab")
    assert caught.value.code == "text_missing"
    name = documents.add(parquet(ROWS))
    documents.path(name).write_bytes(b"PAR1 and no more")
    with pytest.raises(Problem) as caught:
        documents.load(name)
    assert caught.value.code == "text_damaged"
