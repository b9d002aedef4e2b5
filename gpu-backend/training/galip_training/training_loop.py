"""The loop that every stage of training runs in: resume, roll-back, time limit, log."""

import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Callable, Optional

import torch
from torch.utils.data import Dataset

from .batches import STEP, Order, batches_per_epoch, derive_seed, read_batches
from .checkpoint import load_own_state, save_checkpoint, save_text
from .config import LoopConfig, RunConfig
from .distributed import Processes
from .run_log import RunLog

STATE = "state.pth"


class NotFinite(ArithmeticError):
    """A loss, a gradient or a weight became NaN or infinite."""


class TrainingFailed(RuntimeError):
    """Too many roll-backs."""


@dataclass
class Position:
    step: int = 0
    epoch: int = 0
    batch: int = 0
    """Batches of the epoch that are done."""
    attempt: int = 0
    """Roll-backs so far; changes noise and order, so that the same NaN is not met again."""


class StopRequest:
    """Ends a run after the step in progress: at `deadline` (`time.monotonic`), or on SIGTERM or SIGINT."""

    def __init__(self, deadline: Optional[float] = None):
        self.deadline, self.signalled = deadline, False

    def listen(self) -> "StopRequest":
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.on_signal)
        return self

    def on_signal(self, number: int, frame: object) -> None:
        if self.signalled:
            raise KeyboardInterrupt
        self.signalled = True

    def __bool__(self) -> bool:
        return self.signalled or (self.deadline is not None and time.monotonic() >= self.deadline)


class TrainingLoop:
    """Drives the trainer that `make_trainer(total steps)` gives: `step(batch, number)` → scalars, `state()`, `load(state)`, `parameters()`, `export(folder, position)`,
    `sheet(folder, step)` → picture or None.
    """

    def __init__(self, make_trainer: Callable, dataset: Dataset, config: RunConfig, settings: LoopConfig, folder: Path, processes: Processes):
        """raises ValueError when the data is smaller than a batch, or neither steps nor epochs are given."""
        self.dataset, self.config, self.settings = dataset, config, settings
        self.folder, self.processes = Path(folder), processes
        self.per_epoch = batches_per_epoch(dataset, settings.batch_size, processes.size)
        limits = [limit for limit in (settings.steps, settings.epochs * self.per_epoch) if limit]
        if not limits:
            raise ValueError("steps and epochs are both 0; one must be above 0")
        self.total = min(limits)
        self.trainer = make_trainer(self.total)
        self.position = Position()
        self.saved_step = -1

    def run(self, stop: StopRequest, title: str = "train") -> Position:
        """Until the end or a stop; the state is saved either way.

        raises TrainingFailed after too many roll-backs.
        """
        if self.processes.as_first((self.folder / STATE).exists()):
            self.restore()
        else:
            self.save()
        self.log = RunLog(self.folder, self.position.step, self.total, title) if self.processes.is_first else None
        try:
            while not self.run_to_end(stop):
                pass
        finally:
            if self.log:
                self.log.close()
        return self.position

    def run_to_end(self, stop: StopRequest) -> bool:
        """False after a roll-back."""
        try:
            self.run_steps(stop)
            if self.saved_step != self.position.step:
                self.save()
            return True
        except NotFinite as error:
            self.roll_back(error)
            return False

    def run_steps(self, stop: StopRequest) -> None:
        at, settings, processes = self.position, self.settings, self.processes
        order = Order(
            len(self.dataset), settings.batch_size, self.config.seed, at.attempt, at.epoch, at.batch, processes.rank, processes.size
        )  # fmt: skip
        batches = read_batches(self.dataset, order, self.config.workers, pin=processes.device.type == "cuda")
        sums, count, started = 0, 0, time.monotonic()
        stopped, names = False, None
        while at.step < self.total and not stopped:
            batch = next(batches)
            # All randomness of a step follows from these numbers: there is no generator state to save.
            torch.manual_seed(derive_seed(STEP, self.config.seed, at.attempt, at.step, processes.rank))
            values, stopped = self.checked(self.trainer.step(batch, at.step), bool(stop))
            if self.names != names:
                # The end of the warm-up: means over both would be of nothing.
                sums, count, started, names = 0, 0, time.monotonic(), self.names
            at.step, at.batch = at.step + 1, at.batch + 1
            if at.batch == self.per_epoch:
                at.epoch, at.batch = at.epoch + 1, 0
            sums, count = sums + values, count + 1
            if self.log:
                self.log.advance(at.step)
            if at.step % settings.log_steps == 0 or stopped:
                self.write_log((sums / count).tolist(), (time.monotonic() - started) / count)
                sums, count, started = 0, 0, time.monotonic()
            if at.step % settings.checkpoint_steps == 0:
                self.save()
            self.write_sheet()

    def checked(self, scalars: dict, stop: bool):
        """Mean of the scalars over the processes, and whether any of them is to stop."""
        self.names = list(scalars)
        values = torch.stack([value.detach().float().reshape(()) for value in scalars.values()])
        message = self.processes.mean(torch.cat([values, values.new_tensor([float(stop)])])).cpu()
        if not torch.isfinite(message).all():
            raise NotFinite(", ".join(f"{name} {value:.4g}" for name, value in zip(self.names, message.tolist())))
        return message[:-1], bool(message[-1] > 0)

    def write_log(self, means: list, seconds: float) -> None:
        if self.log:
            values = {**dict(zip(self.names, means)), "epoch": self.position.epoch, "seconds": seconds}
            self.log.scalars(self.position.step, values)

    def write_sheet(self) -> None:
        if self.log:
            picture = self.trainer.sheet(self.folder, self.position.step)
            if picture is not None:
                self.log.picture(self.position.step, "samples", picture)

    def save(self) -> None:
        """raises NotFinite rather than overwrite a good state with a broken one."""
        broken = [name for name, p in self.trainer.parameters() if not torch.isfinite(p).all()]
        if broken:
            raise NotFinite(f"weights {', '.join(broken[:3])}")
        if self.processes.is_first:
            state = self.trainer.state()
            state["epoch"] = self.position.epoch
            state["training"] = {**state.get("training", {}), "position": asdict(self.position)}
            save_checkpoint(self.folder / STATE, state)
            save_text(self.folder / "config.json", self.config.to_json())
            self.trainer.export(self.folder, asdict(self.position))
        self.saved_step = self.position.step
        self.processes.wait()

    def restore(self) -> None:
        state = load_own_state(self.folder / STATE)
        self.trainer.load(state)
        self.position = Position(**state["training"]["position"])
        self.saved_step = self.position.step

    def roll_back(self, cause: NotFinite) -> None:
        attempt, lost = self.position.attempt + 1, self.position.step
        if attempt > self.settings.max_rollbacks:
            raise TrainingFailed(f"{cause} at step {lost}, after {attempt - 1} roll-backs") from cause
        self.restore()
        self.position.attempt = attempt
        if self.log:
            self.log.close()
            self.log = RunLog(self.folder, self.position.step, self.total, "train")
            self.log.note(f"not finite at step {lost} ({cause}): rolled back to step {self.position.step}, attempt {attempt}")
