import functools

import pytest

from tests import toy


@pytest.fixture(scope="session", autouse=True)
def components_are_looked_for_once():
    """Streamlit's test runner reads the metadata of every installed package at each run of a page, for components none of
    which we use: most of what a page test took. A server does it once, when it starts."""
    from streamlit.components.v2 import manifest_scanner

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            manifest_scanner, "scan_component_manifests", functools.cache(manifest_scanner.scan_component_manifests)
        )
        yield


@pytest.fixture(scope="module")
def private_home(tmp_path_factory):
    """A store of this module's own, and one thread: parallel tests share two cores."""
    import torch

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYGROUND_HOME", str(tmp_path_factory.mktemp("home")))
        torch.set_num_threads(1)
        yield


@pytest.fixture
def toy_store(tmp_path, monkeypatch):
    """A store of this test's own, in a process that knows the toy experiment."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path / "home"))
    with toy.registered():
        yield tmp_path / "home"


@pytest.fixture
def by_hand(toy_store, monkeypatch):
    """Such a store, for runs that the test itself trains: every step is saved, every order read."""
    import torch

    from core import worker

    monkeypatch.setattr(worker, "SAVE", 0.0)
    monkeypatch.setattr(worker, "CONTROL", 0.0)
    torch.set_num_threads(1)


@pytest.fixture
def gallery(tmp_path, monkeypatch):
    """An empty folder in the place of what ships with the app."""
    from core import runs

    monkeypatch.setattr(runs, "GALLERY", tmp_path / "gallery")
    (tmp_path / "gallery").mkdir()
    return tmp_path / "gallery"


@pytest.fixture(scope="session")
def undisturbed():
    """{step: loss} of the toy's 12 steps where nothing ever goes wrong."""
    return toy.reference(steps=12)
