"""The demo hub's cache, held against huggingface_hub itself: the library finds the same files in it."""

from pathlib import Path

import pytest
from huggingface_hub import hf_hub_download, scan_cache_dir

from core import hub_cache
from core.problem import Problem


@pytest.fixture
def pushed(tmp_path):
    one = hub_cache.commit(tmp_path, "demo/tiny", {"a.txt": b"1", "same.txt": b"s"})
    hub_cache.point(tmp_path, "demo/tiny", "main", one)
    hub_cache.point(tmp_path, "demo/tiny", "v1.0", one)
    two = hub_cache.commit(tmp_path, "demo/tiny", {"a.txt": b"2", "same.txt": b"s"}, one)
    hub_cache.point(tmp_path, "demo/tiny", "main", two)
    return tmp_path, one, two


def test_the_library_resolves_every_revision_as_we_do(pushed):
    root, one, two = pushed
    for revision, content in (("main", "2"), ("v1.0", "1"), (one, "1"), (two, "2")):
        theirs = hf_hub_download("demo/tiny", "a.txt", revision=revision, cache_dir=root, local_files_only=True)
        assert hub_cache.resolve(root, "demo/tiny", "a.txt", revision).read_text() == content
        assert Path(theirs).read_text() == content


def test_the_library_sees_two_commits_and_stores_what_they_share_once(pushed):
    root, one, two = pushed
    (repo,) = scan_cache_dir(root).repos
    assert {r.commit_hash for r in repo.revisions} == {one, two}
    assert len(list((hub_cache.folder(root, "demo/tiny") / "blobs").iterdir())) == 3


def test_no_file_can_change_and_keep_its_hash(tmp_path):
    hashes = {hub_cache.commit(tmp_path, "demo/tiny", {"a": data}) for data in (b"1", b"2")}
    assert len(hashes) == 2 and all(hub_cache.COMMIT.fullmatch(h) for h in hashes)
    assert hub_cache.commit(tmp_path, "demo/tiny", {"a": b"1"}) in hashes


def test_what_is_not_there_is_said(pushed):
    root, _, _ = pushed
    with pytest.raises(Problem) as missing:
        hub_cache.resolve(root, "demo/tiny", "a.txt", "gone")
    assert missing.value.code == "revision_missing" and missing.value.facts["valid"] == "main, v1.0"
    with pytest.raises(Problem) as missing:
        hub_cache.resolve(root, "demo/tiny", "b.txt")
    assert missing.value.code == "repo_file_missing"
    with pytest.raises(Problem):
        hub_cache.commit_of(root, "demo/nothing")
