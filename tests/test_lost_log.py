from core import runner, runs
from core.experiments.model1 import Config

TINY = Config(width=8, steps=20, batch=8)


def test_a_run_whose_log_was_lost_is_trained_again_from_its_beginning(tmp_path, monkeypatch):
    """Its snapshot alone would give a curve without a start."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    before = runner.result(TINY)
    runs.find(TINY).log.unlink()
    after = runner.result(TINY)
    assert list(after.metrics["train_loss"]) == list(range(1, 21))
    assert after.metrics["test_loss"] == before.metrics["test_loss"]
    assert 0 in after.metrics["test_loss"]
