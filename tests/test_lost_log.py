from core import runner, runs
from core.experiment import run_id
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


def test_a_finished_run_whose_log_lost_its_end_gets_the_same_curve_again(tmp_path, monkeypatch):
    """Going on from its snapshot would end it with a gap."""
    monkeypatch.setenv("PLAYGROUND_HOME", str(tmp_path))
    before = runner.result(TINY)
    log = runs.Run(run_id(TINY)).log
    log.write_bytes(log.read_bytes()[: log.stat().st_size * 2 // 5])
    assert runs.Run(run_id(TINY)).status().step < 20
    after = runner.result(TINY)
    assert after.metrics == before.metrics and after.finished.reason == "done"
    assert [note.code for note in after.notes] == ["log_cut"]
