"""What only a CUDA device can show; skipped elsewhere."""

import dataclasses

import pytest
import torch

from galip_training.checkpoint import load_own_state
from galip_training.config import parse_config
from galip_training.distributed import Processes
from galip_training.gan_trainer import GanTrainer
from galip_training.training_loop import StopRequest, TrainingLoop
from shapes import TINY

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
STEPS = 12


@pytest.fixture
def exact():
    """Kernels that give the same sums each time."""
    torch.use_deterministic_algorithms(True, warn_only=True)
    yield
    torch.use_deterministic_algorithms(False)


def weights(trainer):
    return torch.cat([p.detach().flatten().clone() for _, p in trainer.parameters()])


def trained(clip, dataset, folder, steps=STEPS, before=lambda trainer, number: None, **settings):
    gan = {**TINY["train_gan"], "warmup_reconstruction_steps": 6, "reconstruction_weight": 1.0, "ema_decay": 0.9, "checkpoint_steps": 5}
    config = parse_config({**TINY, **settings, "train_gan": {**gan, "steps": STEPS}})
    processes = Processes(torch.device("cuda"))
    trainer = GanTrainer(config, clip, processes)
    stop = StopRequest()
    step = trainer.step

    def counted(batch, number):
        stop.signalled = number + 1 >= steps
        before(trainer, number)
        return step(batch, number)

    trainer.step = counted
    TrainingLoop(lambda total: trainer, dataset, config, config.train_gan, folder, processes).run(stop)
    return trainer


def assert_near(one, other):
    """Sums in another order move a few weights by steps of Adam's; a step left out or done twice would move all by 1e-4 or more."""
    assert (weights(one) - weights(other)).abs().mean() < 2e-5


def test_recorded_steps_train_as_steps_do(clip, dataset, tmp_path, exact):
    assert_near(trained(clip, dataset, tmp_path / "recorded", cuda_graphs=True), trained(clip, dataset, tmp_path / "plain"))


def test_a_recorded_run_goes_on_where_it_stopped_also_without_recording(clip, dataset, tmp_path, exact):
    whole = trained(clip, dataset, tmp_path / "whole", cuda_graphs=True)
    for name, later in (("recorded", True), ("plain", False)):
        trained(clip, dataset, tmp_path / name, steps=8, cuda_graphs=True)
        assert_near(whole, trained(clip, dataset, tmp_path / name, cuda_graphs=later))


def test_the_rate_falls_in_recorded_steps_too(clip, dataset, tmp_path):
    trainer = trained(clip, dataset, tmp_path, cuda_graphs=True)
    rate = trainer.optimiser_g.param_groups[0]["lr"]
    assert rate.is_cuda and float(rate) == pytest.approx(trainer.learning_rate(STEPS - 1))


def test_bf16_on_cuda_stays_near_fp32(clip, dataset, tmp_path):
    settings = {"channels_last": True, "cuda_graphs": True}
    start = weights(GanTrainer(parse_config(TINY), clip, Processes(torch.device("cuda"))))
    plain, half = (weights(trained(clip, dataset, tmp_path / kind, precision=kind, **settings)) for kind in ("fp32", "bf16"))
    assert (plain - half).abs().mean() < 0.5 * (plain - start).abs().mean()


def test_a_recorded_step_that_breaks_weights_is_rolled_back(clip, dataset, tmp_path):
    def poison(trainer, number):
        if number == STEPS - 2 and not poisoned:
            poisoned.append(number)
            with torch.no_grad():
                trainer.netG.fc_code.weight.fill_(float("nan"))

    poisoned: list = []
    trainer = trained(clip, dataset, tmp_path, before=poison, cuda_graphs=True)
    position = load_own_state(tmp_path / "state.pth")["training"]["position"]
    assert (position["step"], position["attempt"]) == (STEPS, 1)
    assert torch.isfinite(weights(trainer)).all() and all(torch.isfinite(value).all() for value in trainer.ema.values.values())


def test_fp16_on_cuda_keeps_finite_weights(clip, dataset, tmp_path):
    trainer = trained(clip, dataset, tmp_path, precision="fp16")
    assert all(torch.isfinite(p).all() for _, p in trainer.parameters())
    assert dataclasses.asdict(trainer.config)["precision"] == "fp16" and trainer.scaler_g.is_enabled()
