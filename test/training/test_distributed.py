"""Two processes (gloo), as under torchrun."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import torch

import distributed_worker
from galip_training.checkpoint import load_own_state

WORKER = Path(__file__).with_name("distributed_worker.py")
LOOPBACK = "lo" if sys.platform == "linux" else "lo0"
"""Named, so that gloo looks for no name of this machine."""


def torchrun(scenario, folder):
    """Two workers with the environment that torchrun gives; Debian's own torchrun 1.13 breaks on Python 3.11."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    group = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port), "OMP_NUM_THREADS": "1", "GLOO_SOCKET_IFNAME": LOOPBACK}
    # Files, not pipes: a worker whose pipe is full of warnings would keep the other waiting.
    logs = [folder / f"rank-{rank}.log" for rank in range(2)]
    workers = [
        subprocess.Popen(
            [sys.executable, str(WORKER), scenario, str(folder)], stdout=log.open("w"), stderr=subprocess.STDOUT,
            env={**os.environ, **group, "RANK": str(rank), "LOCAL_RANK": str(rank)},
        )
        for rank, log in enumerate(logs)
    ]  # fmt: skip
    try:
        for worker in workers:
            worker.wait(timeout=240)
    finally:
        for worker in workers:
            worker.kill()
    assert [worker.returncode for worker in workers] == [0, 0], "\n".join(log.read_text() for log in logs)


def test_clip_gradients_of_two_processes_are_those_of_one_with_the_joined_batch(tmp_path):
    torchrun("clip", tmp_path)
    distributed_worker.clip_step(tmp_path / "alone", batch_size=8)
    alone = torch.load(tmp_path / "alone" / "gradients-1-0.pth")
    for rank in (0, 1):
        together = torch.load(tmp_path / f"gradients-2-{rank}.pth")
        assert together.keys() == alone.keys()
        for name, gradient in alone.items():
            torch.testing.assert_close(together[name], gradient, rtol=1e-3, atol=1e-6, msg=lambda text, name=name: f"{name}: {text}")


def test_two_processes_of_a_judge_stay_alike_in_weights_and_statistics(tmp_path):
    torchrun("judge", tmp_path)
    first, second = (torch.load(tmp_path / f"rank-{rank}.pth") for rank in (0, 1))
    assert any("running_var" in name for name in first["clip"])
    for name, tensor in first["clip"].items():
        assert torch.equal(tensor, second["clip"][name]), name
    assert torch.equal(first["concepts"], second["concepts"])


def test_two_processes_stay_alike_and_roll_back_and_stop_together(tmp_path):
    torchrun("gan", tmp_path)
    first, second = (torch.load(tmp_path / f"rank-{rank}.pth") for rank in (0, 1))
    for name, weight in first["weights"].items():
        assert torch.equal(weight, second["weights"][name]), name
    numbers = [number for number, _ in first["calls"]]
    # Saved at step 3; the NaN of the fifth call takes both back there; both stop with the eighth call.
    assert numbers == [number for number, _ in second["calls"]] == [0, 1, 2, 3, 4, 3, 4, 5][: len(numbers)]
    assert (first["step"], first["attempt"]) == (second["step"], second["attempt"])
    assert first["attempt"] == 1
    for (_, one), (_, other) in zip(first["calls"], second["calls"]):
        assert not set(one) & set(other)
    assert load_own_state(tmp_path / "state.pth")["training"]["position"]["step"] == first["step"]
