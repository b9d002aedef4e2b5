"""What each process of test_distributed.py runs, under torchrun. Usage: distributed_worker.py SCENARIO FOLDER."""

import dataclasses
import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).resolve().parents[2] / "gpu-backend" / "training")]

import torch  # noqa: E402

from shapes import JUDGE, TINY, ShapeDataset, tokenise  # noqa: E402
from galip_training.clip import Clip  # noqa: E402
from galip_training.clip_trainer import ClipTrainer  # noqa: E402
from galip_training.concept_trainer import ConceptTrainer  # noqa: E402
from galip_training.concepts import names_in  # noqa: E402
from galip_training.config import parse_config  # noqa: E402
from galip_training.distributed import Processes  # noqa: E402
from galip_training.gan_trainer import GanTrainer  # noqa: E402
from galip_training.training_loop import STATE, StopRequest, TrainingLoop  # noqa: E402


def clip_step(folder: Path, batch_size: int = 4) -> None:
    """One step of CLIP; each process keeps its gradients and the scalars."""
    config = parse_config({**TINY, "train_clip": {**TINY["train_clip"], "batch_size": batch_size, "steps": 1, "max_grad_norm": 0}})
    processes = Processes(torch.device("cpu"))
    loop = TrainingLoop(lambda steps: ClipTrainer(config, steps, processes), ShapeDataset(24), config, config.train_clip, folder, processes)
    if not processes.is_first:
        wait_for(folder / STATE)
    loop.run(StopRequest())
    gradients = {name: p.grad for name, p in loop.trainer.parameters()}
    torch.save(gradients, folder / f"gradients-{processes.size}-{processes.rank}.pth")
    processes.leave()


def wait_for(path: Path) -> None:
    """For a second at most: time for a hasty first process to write what this one must not take for a run to go on with."""
    end = time.monotonic() + 1
    while not path.exists() and time.monotonic() < end:
        time.sleep(0.05)


def judge_run(folder: Path) -> None:
    """Six steps of a CLIP with batch normalisation, against a table."""
    config, dataset, processes = parse_config(JUDGE), ShapeDataset(24), Processes(torch.device("cpu"))
    names = names_in(dataset)
    loop = TrainingLoop(lambda steps: ConceptTrainer(config, steps, processes, names, tokenise), dataset, config, config.train_clip, folder, processes)
    loop.run(StopRequest())
    torch.save(loop.trainer.state()["model"], folder / f"rank-{processes.rank}.pth")
    processes.leave()


def gan_run(folder: Path) -> None:
    """Six steps of the GAN. The second process alone meets a NaN at step 4, and is asked to stop at step 5."""
    config = parse_config(TINY)
    processes = Processes(torch.device("cpu"))
    torch.manual_seed(7)
    clip = Clip(config.clip).freeze()
    # Different seeds on purpose: the first process's weights must win.
    trainer = GanTrainer(dataclasses.replace(config, seed=processes.rank), clip, processes)
    loop = TrainingLoop(lambda steps: trainer, ShapeDataset(24), config, config.train_gan, folder, processes)
    stop, step, calls = StopRequest(), trainer.step, []

    def watched(batch: dict, number: int) -> dict:
        calls.append((number, batch["index"]))
        scalars = step(batch, number)
        if processes.rank == 1 and len(calls) == 5:
            scalars["g/loss"] = scalars["g/loss"] * float("nan")
        stop.signalled = processes.rank == 1 and len(calls) >= 7
        return scalars

    trainer.step = watched
    position = loop.run(stop)
    weights = {name: p.detach() for name, p in trainer.parameters()}
    torch.save({"weights": weights, "calls": calls, "step": position.step, "attempt": position.attempt}, folder / f"rank-{processes.rank}.pth")
    processes.leave()


if __name__ == "__main__":
    torch.set_num_threads(1)
    {"clip": clip_step, "judge": judge_run, "gan": gan_run}[sys.argv[1]](Path(sys.argv[2]))
