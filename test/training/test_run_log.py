"""A run's log: JSON lines always, TensorBoard's events where it is installed."""

import json

import numpy as np
import pytest

from galip_training.run_log import RunLog


def write(folder, first, steps, resumed_at=0):
    log = RunLog(folder, resumed_at, steps[-1], "test")
    for step in steps:
        log.scalars(step, {"g/loss": first + step})
    log.picture(steps[-1], "sheet", np.full((4, 6, 3), 128, dtype=np.uint8))
    log.close()


def lines(folder):
    return [json.loads(line) for line in (folder / "scalars.jsonl").read_text().splitlines()]


def test_a_resumed_run_drops_what_was_logged_past_its_checkpoint(tmp_path):
    write(tmp_path, 0.5, (1, 2, 3))
    write(tmp_path, 0.25, (3, 4), resumed_at=2)
    assert lines(tmp_path) == [{"step": step, "g/loss": value} for step, value in ((1, 1.5), (2, 2.5), (3, 3.25), (4, 4.25))]


def test_tensorboard_gets_the_same_scalars_and_the_sheets(tmp_path):
    accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator", reason="TensorBoard is not installed")
    write(tmp_path, 0.5, (1, 2, 3))
    write(tmp_path, 0.25, (3, 4), resumed_at=2)
    events = accumulator.EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [(event.step, event.value) for event in events.Scalars("g/loss")] == [(1, 1.5), (2, 2.5), (3, 3.25), (4, 4.25)]
    sheets = events.Images("sheet")
    assert (sheets[-1].step, sheets[-1].width, sheets[-1].height) == (4, 6, 4)
