import pytest


@pytest.fixture(scope="module")
def private_home(tmp_path_factory):
    """A store of this module's own, and one thread: parallel tests share two cores."""
    import torch

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PLAYGROUND_HOME", str(tmp_path_factory.mktemp("home")))
        torch.set_num_threads(1)
        yield
