"""The tiny recipe through the command line: tokenizer, CLIP, GAN in pieces, metrics, converter, onnxruntime."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from PIL import Image

from conftest import ROOT
from galip_training.checkpoint import load_own_state
from galip_training.clip_files import load_clip
from galip_training.config import load_config
from galip_training.data.load_tokenizer import load_tokenizer
from galip_training.evaluate import load_generator
from galip_training.publish import halve
from shapes import ShapeDataset

TRAINING = ROOT / "gpu-backend" / "training"
RECIPE = TRAINING / "recipes" / "tiny.json"
NODE = ROOT / "node_modules" / ".bin" / "node"


def python(*arguments, **environment):
    done = subprocess.run(
        [sys.executable, "-m", *map(str, arguments)], cwd=TRAINING, capture_output=True, text=True, timeout=300,
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder with `data`, `clip` and `gan` after the whole recipe; the GAN in two pieces."""
    folder = tmp_path_factory.mktemp("tiny")
    shapes = ShapeDataset(48)
    (folder / "data").mkdir()
    for index in range(len(shapes)):
        item = shapes[index]
        Image.fromarray(item["image"].permute(1, 2, 0).numpy()).save(folder / "data" / f"{index:02d}.png")
        (folder / "data" / f"{index:02d}.txt").write_text(item["caption"] + "\n")
    tokenizer = folder / "tokenizer.json"
    python("galip_training.data.train_tokenizer", "--data", folder / "data", "--vocab-size", 640, "--out", tokenizer)
    common = ("--config", RECIPE, "--data", folder / "data", "--device", "cpu", "--threads", 1)
    python("galip_training", "train-clip", *common, "--tokenizer", tokenizer, "--out", folder / "clip")
    gan = ("galip_training", "train-gan", *common, "--clip", folder / "clip" / "clip.pth", "--out", folder / "gan")
    first, second = python(*gan, "--max-minutes", 0.0001), python(*gan)
    assert "seed 5, 40 steps of 8 × 1 items out of 48" in first and "new" in first and "stopped" in first
    assert "resumed" in second and "step 40 of 40" in second
    return folder


def test_clip_learns_what_the_shapes_are_called(run):
    lines = [json.loads(line) for line in (run / "clip" / "scalars.jsonl").read_text().splitlines()]
    assert lines[-1]["accuracy"] > 2 * lines[0]["accuracy"]
    assert lines[-1]["loss"] < lines[0]["loss"] - 0.5


def test_the_generator_learns_to_redraw(run):
    lines = [json.loads(line) for line in (run / "gan" / "scalars.jsonl").read_text().splitlines()]
    warmup = [line["warmup/loss"] for line in lines if "warmup/loss" in line]
    assert warmup[-1] < 0.8 * warmup[0]
    assert {"d/hinge", "d/penalty", "g/loss", "g/similarity"} <= lines[-1].keys()


def test_evaluation_of_the_run(run, tmp_path):
    gan, clip = run / "gan" / "galip.pth", run / "clip" / "clip.pth"
    python("galip_training", "evaluate", "--checkpoint", gan, "--clip", clip, "--out", tmp_path, "--device", "cpu")
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    assert metrics["data"]["items"] == 48 and metrics["samples"] == 12
    assert metrics["retrieval"]["captions"]["real"]["r1"] > 0.3
    assert 0 < metrics["frechet_clip"] < 1e4
    # Four seeds of 32 pixels and gaps of 2 a row, a row a prompt.
    assert Image.open(tmp_path / "contact-sheet.png").size == (4 * 34 - 2, 2 * 34 - 2)
    assert Image.open(tmp_path / "interpolation.png").size == (8 * 34 - 2, 34 - 2)


def test_published_weights_are_halves_of_the_runs_and_start_another(run, tmp_path):
    files = ("--checkpoint", run / "gan" / "galip.pth", "--clip", run / "clip" / "clip.pth", "--out", tmp_path / "small")
    assert "galip.pth" in python("galip_training", "publish", *files)
    assert {path.name for path in (tmp_path / "small").iterdir()} == {
        "galip.pth", "galip.json", "galip-log.jsonl", "clip.pth", "clip.json", "clip-log.jsonl", "tokenizer.json",
    }  # fmt: skip
    for name in ("galip.pth", "clip.pth"):
        assert (tmp_path / "small" / name).stat().st_size < 0.6 * next(run.glob(f"*/{name}")).stat().st_size
    whole, half = (torch.load(path)["model"]["netG"] for path in (run / "gan" / "galip.pth", tmp_path / "small" / "galip.pth"))
    for key, tensor in whole.items():
        torch.testing.assert_close(half[key].float(), tensor, rtol=1e-3, atol=1e-6)
    again = python(
        "galip_training", "train-gan", "--config", RECIPE, "--data", run / "data", "--device", "cpu", "--threads", 1, "--out", tmp_path / "on",
        "--clip", tmp_path / "small" / "clip.pth", "--init", tmp_path / "small" / "galip.pth", "--max-minutes", 0.0001,
    )  # fmt: skip
    assert "new" in again
    started = load_own_state(tmp_path / "on" / "state.pth")["model"]["netG"]
    learnt = [key for key in started if ".CLIP_ViT." not in key]
    assert sum(float((started[key] - whole[key]).abs().max()) for key in learnt) / len(learnt) < 5e-3


def test_weights_beyond_float16_are_not_published():
    with pytest.raises(ValueError, match="x.pth: model: w: has values beyond float16 .largest 1e.05, allowed 65504"):
        halve({"model": {"w": torch.tensor([1e5])}, "epoch": 3}, "x.pth")


def test_a_run_is_not_resumed_with_other_sizes(run):
    with pytest.raises(AssertionError, match="clip holds a run that cannot be resumed"):
        python(
            "galip_training", "train-clip", "--config", RECIPE, "--data", run / "data", "--tokenizer", run / "tokenizer.json",
            "--out", run / "clip", "--set", "clip.text_blocks=2",
        )  # fmt: skip


def test_the_converter_takes_the_checkpoint_and_draws_the_same(run, tmp_path):
    if not NODE.exists():
        pytest.skip("node_modules is not installed (npm ci)")
    model = tmp_path / "model"
    converted = subprocess.run(
        [
            str(NODE), str(ROOT / "gpu-backend" / "convert" / "main.ts"), "--generator", str(run / "gan" / "galip.pth"),
            "--clip", str(run / "clip" / "clip.pth"), "--tokenizer", str(run / "gan" / "tokenizer.json"), "--out", str(model),
            "--image-mean", "0.5,0.5,0.5", "--image-std", "0.5,0.5,0.5", "--licence", "none: a test",
        ],
        capture_output=True, text=True, timeout=300, cwd=ROOT,
    )  # fmt: skip
    assert converted.returncode == 0, converted.stderr

    clip = load_clip(run / "clip" / "clip.pth")
    netG = load_generator(run / "gan" / "galip.pth", load_config(RECIPE), clip)
    tokenizer = load_tokenizer(run / "gan" / "tokenizer.json")
    torch.manual_seed(0)
    ids, noise = tokenizer(["a red square", "a blue circle", "a green bar"], clip.sizes.context_length), torch.randn(3, 16)
    with torch.no_grad():
        sentence = clip.encode_text(ids)
        image = netG(noise, sentence)
        embedding = clip.encode_image(image.clamp(-1, 1))[1]
    for name, tensor in (("ids", ids), ("noise", noise), ("sentence", sentence), ("image", image), ("embedding", embedding)):
        (tmp_path / f"{name}.json").write_text(json.dumps({"shape": list(tensor.shape), "data": tensor.flatten().tolist()}))
    drawn = subprocess.run(
        [str(NODE), str(ROOT / "test" / "training" / "draw-with-onnxruntime.ts"), str(model), str(tmp_path)],
        capture_output=True, text=True, timeout=300, cwd=ROOT,
    )  # fmt: skip
    assert drawn.returncode == 0, drawn.stderr
    differences = json.loads(drawn.stdout)
    assert differences.keys() == {"sentence", "image", "embedding"}
    assert all(value < 1e-4 for value in differences.values()), differences
    assert np.abs(image.numpy()).max() > 0.1
