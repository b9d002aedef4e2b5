"""The training itself: resume, roll-back, time limit, several processes, every flag."""

import dataclasses
import json
import shutil
import time

import pytest
import torch

from galip_training.checkpoint import load_checkpoint, load_own_state
from galip_training.clip_files import load_clip
from galip_training.clip_retrieval import name_drawings
from galip_training.clip_trainer import ClipTrainer
from galip_training.concept_trainer import ConceptTrainer
from galip_training.concepts import names_in
from galip_training.config import DataConfig, parse_config
from galip_training.data.open_dataset import NO_STYLE
from galip_training.distributed import Processes
from galip_training.evaluate import Judge
from galip_training import gan_trainer
from galip_training.gan_trainer import GanTrainer
from galip_training.optimisation import set_options
from galip_training.real_features import RealFeatures
from galip_training.precision import HAS_SCALER_OF_ANY_DEVICE, SCALE_RESTART, Precision
from galip_training.sampling import choose_styles
from galip_training.training_loop import StopRequest, TrainingFailed, TrainingLoop
from shapes import CONTEXT, JUDGE, TINY, ShapeDataset, tokenise

CPU = torch.device("cpu")


def with_gan(**settings):
    return parse_config({**TINY, "train_gan": {**TINY["train_gan"], **settings}})


def gan_loop(config, clip, dataset, folder, **extras):
    processes = Processes(CPU)
    trainer = GanTrainer(config, clip, processes, **extras)
    return TrainingLoop(lambda steps: trainer, dataset, config, config.train_gan, folder, processes)


def stop_after(loop, steps):
    """Ends the loop as a signal would, in the middle of an epoch."""
    stop, step = StopRequest(), loop.trainer.step

    def counted(batch, number):
        stop.signalled = number + 1 >= steps
        return step(batch, number)

    loop.trainer.step = counted
    return stop


def assert_same(one, other, path=""):
    assert type(one) is type(other), path
    if isinstance(one, torch.Tensor):
        assert torch.equal(one, other), path
    elif isinstance(one, dict):
        assert one.keys() == other.keys(), path
        for key in one:
            assert_same(one[key], other[key], f"{path}/{key}")
    elif isinstance(one, (list, tuple)):
        assert len(one) == len(other), path
        for index, pair in enumerate(zip(one, other)):
            assert_same(*pair, f"{path}/{index}")
    else:
        assert one == other, path


@pytest.mark.parametrize("workers", [0, 2])
def test_a_resumed_run_equals_an_uninterrupted_one_bit_for_bit(tmp_path, clip, dataset, workers):
    config = dataclasses.replace(with_gan(steps=9, warmup_reconstruction_steps=2, diversity_weight=1.0, augment=["colour", "translation", "affine", "cutout"]), workers=workers)
    gan_loop(config, clip, dataset, tmp_path / "whole").run(StopRequest())
    pieces = tmp_path / "pieces"
    for steps in (1, 5, 8, 99):
        loop = gan_loop(config, clip, dataset, pieces)
        loop.run(stop_after(loop, steps))
    whole, resumed = (load_own_state(folder / "state.pth") for folder in (tmp_path / "whole", pieces))
    assert whole["training"]["position"] == {"step": 9, "epoch": 1, "batch": 3, "attempt": 0}
    assert_same(whole, resumed)
    steps = [json.loads(line)["step"] for line in (pieces / "scalars.jsonl").read_text().splitlines()]
    assert steps == list(range(1, 10))


class StyledShapes(ShapeDataset):
    """Red ones are of the first style, blue ones of the second, others name theirs."""

    def __getitem__(self, index):
        item = super().__getitem__(index)
        return {**item, "style": {"red": 0, "blue": 1}.get(item["concept"].split()[0], NO_STYLE)}


def test_the_noise_chooses_the_style_where_the_caption_does_not(tmp_path, clip):
    config = dataclasses.replace(with_gan(steps=2, warmup_reconstruction_steps=1, reconstruction_weight=2.0), data=DataConfig(styles=("flat", "round")))
    config = dataclasses.replace(config, train_gan=dataclasses.replace(config.train_gan, noise_by_style=True))
    loop, seen = gan_loop(config, clip, StyledShapes(24), tmp_path), []
    loop.trainer.netG.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
    step, styles = loop.trainer.step, []
    loop.trainer.step = lambda batch, number: styles.append(batch["style"]) or step(batch, number)
    loop.run(StopRequest())
    assert len(seen) == 2 and any((style_B >= 0).any() for style_B in styles)
    for noise_BZ, style_B in zip(seen, styles):
        named = style_B >= 0
        assert torch.equal(noise_BZ[named].view(-1, 2, 4).sum(dim=2).argmax(dim=1), style_B[named])
    last = json.loads((tmp_path / "scalars.jsonl").read_text().splitlines()[-1])
    assert last["g/reconstruction"] > 0


def test_chosen_noise_is_the_same_values_at_other_places():
    torch.manual_seed(3)
    noise_BZ, style_B = torch.randn(4000, 7), torch.randint(-1, 3, (4000,))
    chosen_BZ = choose_styles(noise_BZ, style_B, 3)
    assert torch.equal(chosen_BZ.sort(dim=1).values, noise_BZ.sort(dim=1).values)
    assert torch.equal(chosen_BZ[:, 6:], noise_BZ[:, 6:]) and torch.equal(chosen_BZ[style_B < 0], noise_BZ[style_B < 0])
    named = style_B >= 0
    assert torch.equal(chosen_BZ[named, :6].view(-1, 3, 2).sum(dim=2).argmax(dim=1), style_B[named])
    # Evenly spread styles keep each value standard normal.
    evenly = choose_styles(noise_BZ, torch.arange(4000) % 3, 3)
    torch.testing.assert_close(evenly.mean(dim=0), torch.zeros(7), atol=0.07, rtol=0)
    torch.testing.assert_close(evenly.std(dim=0), torch.ones(7), atol=0.07, rtol=0)


def test_the_log_does_not_mix_warm_up_and_competition(tmp_path, clip, dataset):
    gan_loop(with_gan(steps=8, warmup_reconstruction_steps=2, log_steps=4), clip, dataset, tmp_path).run(StopRequest())
    lines = [json.loads(line) for line in (tmp_path / "scalars.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [4, 8]
    assert all("d/hinge" in line and "warmup/loss" not in line and line["seconds"] > 0 for line in lines)


def test_training_clip_resumes_bit_for_bit(tmp_path, config, dataset):
    def clip_loop(folder):
        processes = Processes(CPU)
        return TrainingLoop(lambda steps: ClipTrainer(config, steps, processes), dataset, config, config.train_clip, folder, processes)

    clip_loop(tmp_path / "whole").run(StopRequest())
    first = clip_loop(tmp_path / "pieces")
    first.run(stop_after(first, 4))
    clip_loop(tmp_path / "pieces").run(StopRequest())
    assert_same(*(load_own_state(tmp_path / name / "state.pth") for name in ("whole", "pieces")))


def judge_loop(dataset, folder, **settings):
    config, processes = parse_config({**JUDGE, "train_clip": {**JUDGE["train_clip"], **settings}}), Processes(CPU)
    names = names_in(dataset)
    return TrainingLoop(lambda steps: ConceptTrainer(config, steps, processes, names, tokenise), dataset, config, config.train_clip, folder, processes)


def test_training_a_judge_resumes_bit_for_bit(tmp_path, dataset):
    judge_loop(dataset, tmp_path / "whole").run(StopRequest())
    for steps in (1, 4, 99):
        loop = judge_loop(dataset, tmp_path / "pieces")
        loop.run(stop_after(loop, steps))
    assert_same(*(load_own_state(tmp_path / name / "state.pth") for name in ("whole", "pieces")))


def test_a_judge_sees_small_images_first(tmp_path, dataset):
    loop, edges = judge_loop(dataset, tmp_path), []
    loop.trainer.clip.visual.register_forward_pre_hook(lambda _, inputs: edges.append(inputs[0].shape[-1]))
    loop.run(StopRequest())
    assert edges == [16, 16, 24, 32, 32, 32]


def test_a_judge_learns_to_name_what_it_sees(tmp_path, dataset):
    judge_loop(dataset, tmp_path, steps=90, batch_size=12, lr=3e-3, early_sizes=(), early_steps=(), augment=(), checkpoint_steps=60).run(StopRequest())
    names = names_in(dataset)
    judge = Judge(load_clip(tmp_path / "clip.pth"), tokenise)
    scores = name_drawings(judge, dataset, names)
    assert (scores["pictures"], scores["names"], scores["r1"] > 0.9) == (24, 12, True)
    assert {style: part["pictures"] for style, part in scores["styles"].items()} == {"large": 12, "small": 12}
    with pytest.raises(ValueError, match="'black bar' is shown by the data set; must be among the 1 names"):
        name_drawings(judge, dataset, ["red square"])


def test_every_network_learns_and_the_frozen_vit_does_not(tmp_path, clip, dataset):
    loop = gan_loop(with_gan(steps=3), clip, dataset, tmp_path)
    before = {name: p.clone() for name, p in loop.trainer.parameters()}
    loop.run(StopRequest())
    moved = {name for name, p in loop.trainer.parameters() if not torch.equal(p, before[name])}
    assert not any(".CLIP_ViT." in name for name in moved)
    # The first layers of the affines learn only through second layers that start at 0; a convolution that keeps the channels has no use.
    unmoved = {name for name in before.keys() - moved if not any(part in name for part in (".CLIP_ViT.", ".conv_s.", ".linear1."))}
    assert not unmoved
    assert any(".linear1." in name for name in moved)


def test_a_nan_rolls_back_to_the_last_checkpoint_and_goes_another_way(tmp_path, clip, dataset):
    loop = gan_loop(with_gan(steps=6), clip, dataset, tmp_path)
    step, seen = loop.trainer.step, []

    def poisoned(batch, number):
        seen.append((number, tuple(batch["index"])))
        scalars = step(batch, number)
        if number == 4 and len(seen) == 5:
            with torch.no_grad():
                next(loop.trainer.netD.parameters()).fill_(float("nan"))
            scalars["d/hinge"] = scalars["d/hinge"] * float("nan")
        return scalars

    loop.trainer.step = poisoned
    position = loop.run(StopRequest())
    assert [number for number, _ in seen] == [0, 1, 2, 3, 4, 3, 4, 5]
    assert seen[3][1] != seen[5][1]
    assert (position.step, position.attempt) == (6, 1)
    state = load_own_state(tmp_path / "state.pth")
    assert all(torch.isfinite(tensor).all() for part in state["model"].values() for tensor in part.values())


def test_a_gradient_that_is_not_finite_never_reaches_the_weights(tmp_path, clip, dataset):
    loop = gan_loop(with_gan(steps=6), clip, dataset, tmp_path)
    handle = []

    def poison(batch, number, step=loop.trainer.step):
        if number == 4 and not handle:
            handle.append(loop.trainer.netD.main.gamma.register_hook(lambda gradient: gradient * float("inf")))
            scalars = step(batch, number)
            handle[0].remove()
            assert all(torch.isfinite(p).all() for _, p in loop.trainer.parameters())
            return scalars
        return step(batch, number)

    loop.trainer.step = poison
    assert loop.run(StopRequest()).attempt == 1
    assert handle


def test_endless_nan_ends_with_an_error_and_a_whole_checkpoint(tmp_path, clip, dataset):
    loop = gan_loop(with_gan(steps=6, max_rollbacks=2), clip, dataset, tmp_path)
    loop.trainer.step = lambda batch, number: {"d/hinge": torch.tensor(float("inf"))}
    with pytest.raises(TrainingFailed, match="step 0, after 2 roll-backs"):
        loop.run(StopRequest())
    assert load_own_state(tmp_path / "state.pth")["training"]["position"]["step"] == 0


def test_a_run_out_of_time_saves_what_it_has(tmp_path, clip, dataset):
    position = gan_loop(with_gan(steps=10**6), clip, dataset, tmp_path).run(StopRequest(deadline=time.monotonic()))
    assert position.step == 1
    assert load_own_state(tmp_path / "state.pth")["training"]["position"]["step"] == 1


def test_cached_features_give_the_same_training_up_to_their_precision(tmp_path, clip, dataset):
    results = []
    for cached in (False, True):
        config, folder = with_gan(steps=2, cache_real_features=cached), tmp_path / str(cached)
        processes = Processes(CPU)
        features = None
        if cached:
            precision = Precision("fp32", CPU)
            blocks = config.discriminator.feature_blocks
            features = RealFeatures(dataset, clip, blocks, False, folder, "clip", processes, precision)
        gan_loop(config, clip, dataset, folder, features=features).run(StopRequest())
        results.append([json.loads(line) for line in (folder / "scalars.jsonl").read_text().splitlines()])
    for plain, cached in zip(*results):
        for name in ("d/hinge", "d/real", "g/loss"):
            assert plain[name] == pytest.approx(cached[name], rel=1e-2, abs=1e-2)


def test_the_cache_refuses_images_that_change(tmp_path, clip):
    class Cropped(ShapeDataset):
        def set_epoch(self, epoch):
            self.epoch = epoch

        def __getitem__(self, index):
            item = super().__getitem__(index)
            return {**item, "image": item["image"].roll(self.epoch, dims=1)}

    with pytest.raises(ValueError, match="cache_real_features"):
        RealFeatures(Cropped(8), clip, (0, 1, 2), False, tmp_path, "clip", Processes(CPU), Precision("fp32", CPU))


def test_bf16_and_channels_last_train_too(tmp_path, clip, dataset):
    config = dataclasses.replace(with_gan(steps=3, max_grad_norm=10.0), precision="bf16", channels_last=True)
    gan_loop(config, clip, dataset, tmp_path).run(StopRequest())
    exported = load_checkpoint(tmp_path / "galip.pth")["model"]["netG"]
    assert all(tensor.dtype == torch.float32 and tensor.is_contiguous() for tensor in exported.values())


needs_scaler = pytest.mark.skipif(not HAS_SCALER_OF_ANY_DEVICE, reason="torch before 2.3 scales losses on CUDA alone")


@pytest.mark.skipif(HAS_SCALER_OF_ANY_DEVICE, reason="this torch scales losses on a CPU too")
def test_fp16_is_refused_where_losses_cannot_be_scaled():
    with pytest.raises(ValueError, match="fp16 on cpu with torch 1.*; must be fp32 or bf16"):
        Precision("fp16", CPU)


def set_scales(loop, scale):
    for scaler in (loop.trainer.scaler_g, loop.trainer.scaler_d):
        scaler.load_state_dict({**scaler.state_dict(), "scale": scale})
    return loop


@needs_scaler
def test_fp16_trains_as_fp32_does_and_resumes_bit_for_bit(tmp_path, clip, dataset):
    config = with_gan(steps=6, warmup_reconstruction_steps=2, diversity_weight=1.0)
    half = dataclasses.replace(config, precision="fp16")
    gan_loop(config, clip, dataset, tmp_path / "fp32").run(StopRequest())
    set_scales(gan_loop(half, clip, dataset, tmp_path / "whole"), 1024.0).run(StopRequest())
    for steps in (1, 4, 99):
        # The first is new; the others take their scales from where the last stopped.
        loop = set_scales(gan_loop(half, clip, dataset, tmp_path / "pieces"), 1024.0)
        loop.run(stop_after(loop, steps))
    assert_same(*(load_own_state(tmp_path / folder / "state.pth") for folder in ("whole", "pieces")))
    lines = [[json.loads(line) for line in (tmp_path / folder / "scalars.jsonl").read_text().splitlines()] for folder in ("fp32", "whole")]
    for full, halved in zip(*lines):
        for name in ("warmup/loss", "d/hinge", "d/penalty", "g/loss", "g/gradient"):
            if name in full:
                assert halved[name] == pytest.approx(full[name], rel=3e-2, abs=1e-2), (full["step"], name)


@needs_scaler
def test_an_overflow_leaves_the_weights_and_lowers_the_scale(tmp_path, clip, dataset):
    loop = gan_loop(dataclasses.replace(with_gan(steps=1, ema_decay=0.0), precision="fp16"), clip, dataset, tmp_path)
    trainer = loop.trainer
    before = {name: p.detach().clone() for name, p in trainer.netG.learnable().items()}
    judges = [p.detach().clone() for p in trainer.netD.parameters()]
    set_scales(loop, 2.0**100)
    loop.run(StopRequest())
    assert all(torch.equal(before[name], p) for name, p in trainer.netG.learnable().items())
    assert all(torch.equal(one, p) for one, p in zip(judges, trainer.netD.parameters()))
    assert trainer.scaler_g.get_scale() == trainer.scaler_d.get_scale() == 2.0**99
    assert json.loads((tmp_path / "scalars.jsonl").read_text())["g/gradient"] == 0


@needs_scaler
def test_a_scale_that_fell_too_far_starts_again(tmp_path, clip, dataset):
    loop = gan_loop(dataclasses.replace(with_gan(steps=1), precision="fp16"), clip, dataset, tmp_path)
    set_scales(loop, 32.0).run(StopRequest())
    assert loop.trainer.scaler_g.get_scale() == SCALE_RESTART


def test_the_export_holds_the_average_and_a_description(tmp_path, clip, dataset):
    loop = gan_loop(with_gan(steps=4, sheet_steps=2), clip, dataset, tmp_path, sheet_ids=tokenise(["a red square", "a blue circle"], CONTEXT))
    loop.run(StopRequest())
    exported = load_checkpoint(tmp_path / "galip.pth")
    assert exported.keys() == {"model", "epoch"} and exported["model"].keys() == {"netG", "netD", "netC"}
    name = "to_rgb.1.weight"
    assert torch.equal(exported["model"]["netG"][name], loop.trainer.ema.values[name])
    assert not torch.equal(exported["model"]["netG"][name], loop.trainer.netG.state_dict()[name])
    described = json.loads((tmp_path / "galip.json").read_text())
    assert described["step"] == 4 and described["clip"]["image_size"] == 32 and described["config"]["seed"] == 5
    assert sorted(path.name for path in (tmp_path / "sheets").iterdir()) == ["00000002.png", "00000004.png"]


def test_too_little_data_and_no_length_are_named(clip, tmp_path):
    with pytest.raises(ValueError, match="has 3 items; a step takes 4 × 1"):
        gan_loop(with_gan(), clip, ShapeDataset(3), tmp_path)
    with pytest.raises(ValueError, match="steps and epochs are both 0"):
        gan_loop(with_gan(steps=0), clip, ShapeDataset(8), tmp_path)


def test_moments_are_loaded_and_options_are_the_optimisers_own(clip, dataset, tmp_path):
    gan_loop(with_gan(steps=3), clip, dataset, tmp_path).run(StopRequest())
    saved = load_own_state(tmp_path / "state.pth")["optimizers"]["optimizer_D"]
    trainer = GanTrainer(with_gan(lr_d=1e-5), clip, Processes(CPU))
    trainer.load(load_own_state(tmp_path / "state.pth"))
    (group,) = trainer.optimiser_d.param_groups
    assert group["lr"] == 1e-5 != saved["param_groups"][0]["lr"]
    assert_same(trainer.optimiser_d.state_dict()["state"], saved["state"])


def test_a_rate_in_a_tensor_stays_in_it():
    weight = torch.nn.Parameter(torch.ones(2))
    optimiser = torch.optim.Adam([weight], lr=1e-3, betas=(0.0, 0.9))
    held = optimiser.param_groups[0]["lr"] = torch.tensor(1e-3)
    set_options(optimiser, lr=5e-4, betas=(0.9, 0.99))
    assert optimiser.param_groups[0]["lr"] is held and float(held) == pytest.approx(5e-4)
    assert optimiser.param_groups[0]["betas"] == (0.9, 0.99)


@pytest.mark.skipif(not hasattr(torch, "compile") or not shutil.which("g++"), reason="needs torch 2 and a C++ compiler")
def test_a_compiled_generator_learns_what_one_as_called_does(clip, dataset, tmp_path):
    runs = [
        gan_loop(dataclasses.replace(with_gan(steps=3, warmup_reconstruction_steps=2), compile=compiled), clip, dataset, tmp_path / str(compiled))
        for compiled in (False, True)
    ]
    for loop in runs:
        loop.run(StopRequest())
    for (name, one), (_, other) in zip(*(loop.trainer.parameters() for loop in runs)):
        assert (one - other).abs().mean() < 2e-4, name


def test_real_and_generated_images_are_augmented_in_one_precision(clip, dataset, tmp_path, monkeypatch):
    seen = []

    def watched(images, policies):
        seen.append((images.dtype, torch.is_autocast_cpu_enabled()))
        return images

    monkeypatch.setattr(gan_trainer, "augment", watched)
    config = dataclasses.replace(with_gan(steps=1, augment=["affine"]), precision="bf16")
    gan_loop(config, clip, dataset, tmp_path).run(StopRequest())
    assert seen == [(torch.float32, False)] * 2


@pytest.mark.skipif(hasattr(torch, "compile"), reason="torch 1")
def test_a_torch_too_old_to_compile_is_named(clip):
    with pytest.raises(ValueError, match="compile: needs torch 2.0; this is 1"):
        GanTrainer(dataclasses.replace(with_gan(), compile=True), clip, Processes(CPU))
