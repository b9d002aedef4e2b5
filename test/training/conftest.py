"""Shared by the training tests: the package on the path, one thread, and a tiny model with its data."""

import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "gpu-backend" / "training"))

import pytest  # noqa: E402
import torch  # noqa: E402

from shapes import TINY, ShapeDataset  # noqa: E402
from galip_training.clip import Clip  # noqa: E402
from galip_training.config import parse_config  # noqa: E402

SHARED = ROOT.parent / "shared"


@pytest.fixture(autouse=True)
def one_thread():
    torch.set_num_threads(1)


@pytest.fixture
def config():
    return parse_config(TINY)


@pytest.fixture
def clip(config):
    torch.manual_seed(7)
    return Clip(config.clip).freeze()


@pytest.fixture
def dataset():
    return ShapeDataset(24)


@pytest.fixture
def shared():
    """The folder of reference models and golden tensors beside the checkout."""
    if not (SHARED / "golden" / "emoji-v0").is_dir():
        pytest.skip("../shared with the reference model is not beside the checkout")
    return SHARED
