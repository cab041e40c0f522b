"""A Hugging Face cache on disk: what a revision is, and why only a commit's hash names the same files for ever.

The layout is the one huggingface_hub writes (tests hold it against that library):

    models--owner--name/blobs/<hash of the content>       every content once, whichever commits have it
    models--owner--name/snapshots/<commit>/<file>         a link to a blob
    models--owner--name/refs/<branch or tag>              a text file with a commit's hash: one write moves it
"""

import hashlib
import json
import os
import re
import shutil
from pathlib import Path

from core.problem import Problem

COMMIT = re.compile(r"[0-9a-f]{40}")


def folder(root: Path, repo: str) -> Path:
    """Where a model repository lies in the cache `root`."""
    return Path(root) / ("models--" + repo.replace("/", "--"))


def commit(root: Path, repo: str, files: dict[str, bytes], parent: str = "") -> str:
    """Store {file name: content} as one commit and return its hash: of its parent, names and contents, so that
    nobody can change a file and keep the hash."""
    home = folder(root, repo)
    blobs = {name: hashlib.sha256(data).hexdigest() for name, data in files.items()}
    sha = hashlib.sha1(json.dumps([parent, sorted(blobs.items())]).encode(), usedforsecurity=False).hexdigest()
    snapshot = home / "snapshots" / sha
    snapshot.mkdir(parents=True, exist_ok=True)
    (home / "blobs").mkdir(exist_ok=True)
    for name, data in files.items():
        blob, link = home / "blobs" / blobs[name], snapshot / name
        if not blob.exists():
            blob.write_bytes(data)
        if not link.exists():
            try:
                os.symlink(os.path.relpath(blob, snapshot), link)
            except OSError:  # Windows without the right to link: a copy, as the library does it
                shutil.copyfile(blob, link)
    return sha


def point(root: Path, repo: str, name: str, sha: str) -> None:
    """Let a branch or tag name this commit from now on: what a push does to `main`."""
    ref = folder(root, repo) / "refs" / name
    ref.parent.mkdir(parents=True, exist_ok=True)
    ref.write_text(sha)


def commit_of(root: Path, repo: str, revision: str = "main") -> str:
    """The commit a revision names now. Raises Problem("revision_missing") with those there are."""
    home = folder(root, repo)
    if COMMIT.fullmatch(revision) and (home / "snapshots" / revision).is_dir():
        return revision
    try:
        known = sorted(path.name for path in (home / "refs").iterdir())
    except OSError:
        known = []
    if revision not in known:
        raise Problem("revision_missing", revision=revision[:80], repo=repo, valid=", ".join(known) or "–")
    return (home / "refs" / revision).read_text()


def resolve(root: Path, repo: str, file: str, revision: str = "main") -> Path:
    """The path of a file at a revision, as hf_hub_download(..., local_files_only=True) finds it.

    Raises Problem: revision_missing, repo_file_missing(file, repo, valid).
    """
    snapshot = folder(root, repo) / "snapshots" / commit_of(root, repo, revision)
    names = sorted(path.name for path in snapshot.iterdir())
    if file not in names:
        raise Problem("repo_file_missing", file=file[:80], repo=repo, valid=", ".join(names))
    return snapshot / file
