"""The text encoder that hears captions through other words."""

import dataclasses
import re

import numpy as np
import torch

from conftest import ROOT
from galip_training.config import TextTrainingConfig
from galip_training.distributed import Processes
from galip_training.fillers import WORDS, surround
from galip_training.text_trainer import TEXT_PARTS, SurroundedCaptions, TextTrainer
from galip_training.training_loop import StopRequest, TrainingLoop
from shapes import CONTEXT, END, START

CAPTIONS = [f"{colour} {shape}" for colour in ("red", "green", "blue", "black") for shape in ("square", "circle", "bar")]


def by_letters(captions, context_length):
    """A word is its first letter and its length; enough for words that were never seen."""
    rows = torch.zeros(len(captions), context_length, dtype=torch.int64)
    for row, caption in zip(rows, captions):
        ids = [1 + (ord(word[0]) + 7 * len(word)) % 60 for word in caption.replace(",", "").split()]
        ids = [START, *ids[: context_length - 2], END]
        row[: len(ids)] = torch.tensor(ids)
    return rows


def test_a_surrounded_caption_stands_whole_among_fillers():
    random = np.random.default_rng(3)
    texts = [surround("red apple", random) for _ in range(300)]
    assert all("red apple" in text for text in texts)
    rest = [word for text in texts for word in text.replace("red apple,", "").replace("red apple", "").split()]
    assert 1 < len(rest) / 300 < 9 and set(WORDS) & set(rest)
    assert any(re.fullmatch("[a-z]+", word) and word not in WORDS for word in rest)
    assert max(len(text.split()) for text in texts) <= 12 and "red apple" in texts


def test_words_of_the_held_out_phrases_are_not_taught():
    source = (ROOT / "gpu-backend/training/dataset/captions.ts").read_text()
    block = re.search(r"HELD_OUT_TEMPLATES = \[(.*?)\]", source, re.S).group(1)
    asked = set(re.findall(r"[a-z]{3,}", block))
    small = {"that", "you", "with", "shows", "small"}
    assert {"please", "draw", "sticker", "isolated"} <= asked
    assert not (asked - small) & set(WORDS)


def test_items_are_the_same_each_time_and_never_cut_the_caption():
    dataset = SurroundedCaptions(CAPTIONS, by_letters, 12, seed=4)
    items = [dataset[index] for index in range(len(dataset))]
    again = SurroundedCaptions(CAPTIONS, by_letters, 12, seed=4)
    assert all(torch.equal(item["surrounded_ids"], again[index]["surrounded_ids"]) for index, item in enumerate(items))
    dataset.set_epoch(1)
    assert any(not torch.equal(dataset[index]["surrounded_ids"], item["surrounded_ids"]) for index, item in enumerate(items))
    for epoch in range(20):
        dataset.set_epoch(epoch)
        for index in range(len(dataset)):
            bare, heard = (dataset[index][name].tolist() for name in ("token_ids", "surrounded_ids"))
            words = [number for number in bare if number not in (0, START, END)]
            assert any(heard[at : at + 2] == words for at in range(len(heard))), (bare, heard)


def test_training_moves_surrounded_captions_to_bare_ones_and_leaves_the_image_tower(tmp_path, config, clip):
    settings = TextTrainingConfig(steps=120, batch_size=12, lr=2e-3, log_steps=40, checkpoint_steps=1000)
    config = dataclasses.replace(config, train_text=settings)
    processes = Processes(torch.device("cpu"))
    before = {name: p.clone() for name, p in clip.named_parameters()}
    dataset = SurroundedCaptions(CAPTIONS, by_letters, CONTEXT, seed=1)
    trainer = TextTrainer(config, clip, settings.steps, processes)
    bare_BL, heard_BL = (torch.stack([dataset[index][name] for index in range(12)]) for name in ("token_ids", "surrounded_ids"))

    def gap():
        with torch.no_grad():
            return float((trainer.clip.encode_text(heard_BL) - trainer.teacher.encode_text(bare_BL)).square().mean())

    untaught = gap()
    TrainingLoop(lambda steps: trainer, dataset, config, settings, tmp_path, processes).run(StopRequest())
    assert gap() < 0.3 * untaught
    taught = torch.load(tmp_path / "clip.pth")
    changed = {name for name, value in before.items() if not torch.equal(taught[name], value)}
    assert changed and all(name.split(".")[0] in TEXT_PARTS for name in changed)
