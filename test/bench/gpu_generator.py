"""Speed of the full-size generator (nf 64, ViT-B/32, 224²; random weights) in PyTorch on a CUDA device: a line of JSON for each
precision and batch, of calls as they are and of replays of a CUDA graph. From the project's root: python3 test/bench/gpu_generator.py
"""

import json
import statistics
import sys
from pathlib import Path

import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "gpu-backend" / "training"))
from galip_training.clip import Clip  # noqa: E402
from galip_training.config import RunConfig  # noqa: E402
from galip_training.cuda_graph import WARM_UPS, CudaGraph  # noqa: E402
from galip_training.generator import NetG  # noqa: E402

BATCHES = (1, 4, 16, 64)
PRECISIONS = (torch.float32, torch.bfloat16, torch.float16)
RUNS = 15


def median_ms(call) -> float:
    """Of device events around each of RUNS calls."""
    times = []
    for _ in range(RUNS):
        start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
        start.record()
        call()
        end.record()
        torch.cuda.synchronize()
        times.append(start.elapsed_time(end))
    return statistics.median(times)


@torch.no_grad()
def measure(netG: NetG, **inputs: torch.Tensor) -> dict:
    recorded = CudaGraph(lambda **given: {"image": netG(**given)})
    for _ in range(WARM_UPS + 1):
        recorded(**inputs)
    return {"calls_ms": median_ms(lambda: netG(**inputs)), "replays_ms": median_ms(lambda: recorded(**inputs))}


def main() -> None:
    if not torch.cuda.is_available():
        sys.exit("gpu_generator: this PyTorch sees no CUDA device")
    torch.backends.cudnn.benchmark = True
    torch.manual_seed(0)
    config = RunConfig()
    netG = NetG(config.generator, config.clip, Clip(config.clip).visual).eval().cuda()
    for dtype in PRECISIONS:
        netG = netG.to(dtype).to(memory_format=torch.channels_last)
        for batch in BATCHES:
            shapes = ((batch, config.generator.z_dim), (batch, config.clip.embed_dim))
            noise_BZ, sentence_BE = (torch.randn(shape, device="cuda", dtype=dtype) for shape in shapes)
            times = measure(netG, noise_BZ=noise_BZ, sentence_BE=sentence_BE)
            name = str(dtype).removeprefix("torch.")
            print(json.dumps({"gpu": torch.cuda.get_device_name(), "precision": name, "batch": batch, **times}), flush=True)


if __name__ == "__main__":
    main()
