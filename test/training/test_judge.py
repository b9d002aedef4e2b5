"""A judge from shards through the command line: trained in pieces, then measured on drawings that were held out."""

import io
import json
import signal
import tarfile

import pytest
from PIL import Image

from galip_training.__main__ import main
from galip_training.data.train_tokenizer import train_vocabulary
from galip_training.data.tokenizer_json import format_tokenizer_json
from shapes import JUDGE, ShapeDataset

STYLES = {"small": "twemoji", "large": "noto"}


def write_shapes(path, items):
    with tarfile.open(path, "w") as archive:
        for item in items:
            picture = io.BytesIO()
            Image.fromarray(item["image"].permute(1, 2, 0).numpy()).save(picture, "PNG")
            described = {"concept": item["concept"], "captions": [item["caption"]], "style": STYLES[item["drawn_in"]], "styleWords": []}
            for suffix, content in ((".png", picture.getvalue()), (".json", json.dumps(described).encode())):
                member = tarfile.TarInfo(item["key"] + suffix)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))


@pytest.fixture(autouse=True)
def own_signals():
    """Training takes over the signals that end a process."""
    former = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in former.items():
        signal.signal(number, handler)


@pytest.fixture
def folder(tmp_path):
    """`data` with a held-out third, `tokenizer.json`, `concepts.jsonl` and the recipe `judge.json`."""
    items = list(map(ShapeDataset(36).__getitem__, range(36)))
    (tmp_path / "data").mkdir()
    write_shapes(tmp_path / "data" / "train-0.tar", items[:24])
    write_shapes(tmp_path / "data" / "held-out-0.tar", items[24:])
    names = sorted({item["concept"] for item in items})
    (tmp_path / "concepts.jsonl").write_text("".join(json.dumps({"name": name}) + "\n" for name in [*names, "green cat"]))
    (tmp_path / "tokenizer.json").write_text(format_tokenizer_json(train_vocabulary([item["caption"] for item in items], 640)))
    settings = {"steps": 150, "batch_size": 12, "lr": 3e-3, "augment": ["tint"], "checkpoint_steps": 75}
    recipe = {**JUDGE, "clip": {**JUDGE["clip"], "vocab_size": 640, "context_length": 12}, "train_clip": {**JUDGE["train_clip"], **settings}}
    (tmp_path / "judge.json").write_text(json.dumps({**recipe, "data": {"path": str(tmp_path / "data"), "test_split": "held-out"}}))
    return tmp_path


def test_a_judge_names_drawings_that_it_never_saw(folder):
    train = ["train-clip", "--config", str(folder / "judge.json"), "--tokenizer", str(folder / "tokenizer.json"), "--out", str(folder / "judge"), "--device", "cpu"]
    assert main([*train, "--max-minutes", "0.0001"]) == 0
    assert main(train) == 0
    measure = ["evaluate-clip", "--clip", str(folder / "judge" / "clip.pth"), "--concepts", str(folder / "concepts.jsonl"), "--out", str(folder / "scores")]
    assert main([*measure, "--device", "cpu"]) == 0
    scores = json.loads((folder / "scores" / "names-held-out.json").read_text())
    assert (scores["data"]["split"], scores["pictures"], scores["names"], scores["clip"]["step"]) == ("held-out", 12, 13, 150)
    assert scores["r1"] > 0.5 and scores["r5"] >= scores["r1"]
    assert {style: part["pictures"] for style, part in scores["styles"].items()} == {"noto": 12}


def test_a_judge_cannot_guide_a_gan(folder, capsys):
    assert main(["train-clip", "--config", str(folder / "judge.json"), "--tokenizer", str(folder / "tokenizer.json"), "--out", str(folder / "judge"), "--device", "cpu", "--set", "train_clip.steps=1"]) == 0
    assert main(["train-gan", "--config", str(folder / "judge.json"), "--clip", str(folder / "judge" / "clip.pth"), "--out", str(folder / "gan"), "--device", "cpu"]) == 1
    assert "its image tower is a resnet; the GAN needs a vit" in capsys.readouterr().err
