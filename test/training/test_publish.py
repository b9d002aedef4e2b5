"""A run's weights made small, with their logs."""

import pytest
import torch

from galip_training.__main__ import main


@pytest.mark.parametrize("log", ["scalars.jsonl", "clip-log.jsonl"], ids=["of its own run", "published before"])
def test_the_log_of_a_clip_goes_along(tmp_path, log):
    folders = {"run": ("galip", "scalars.jsonl"), "clip": ("clip", log)}
    for folder, (name, its_log) in folders.items():
        (tmp_path / folder).mkdir()
        torch.save({"weight": torch.ones(2)}, tmp_path / folder / f"{name}.pth")
        (tmp_path / folder / f"{name}.json").write_text("{}")
        (tmp_path / folder / its_log).write_text(f"{name}\n")
    (tmp_path / "clip" / "tokenizer.json").write_text("{}")
    files = ["--checkpoint", str(tmp_path / "run" / "galip.pth"), "--clip", str(tmp_path / "clip" / "clip.pth")]
    assert main(["publish", *files, "--out", str(tmp_path / "out")]) == 0
    assert [(tmp_path / "out" / f"{name}-log.jsonl").read_text() for name in ("galip", "clip")] == ["galip\n", "clip\n"]
    assert torch.load(tmp_path / "out" / "clip.pth")["weight"].dtype == torch.float16
