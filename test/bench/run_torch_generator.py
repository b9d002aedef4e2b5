"""Times the official model in PyTorch: the full-size generator of a checkpoint, float32, as training and sampling run it.

python3 run_torch_generator.py CHECKPOINT INPUTS OUTPUT BATCH THREADS RUNS
INPUTS holds noise.f32 and sentence.f32; the picture goes to OUTPUT. Prints JSON: times of the runs, peak memory, BLAS.
"""

import json
import resource
import sys
import time
from pathlib import Path

import numpy
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "gpu-backend" / "training"))
from galip_training.checkpoint import load_checkpoint, model_states
from galip_training.clip import VisionTower
from galip_training.config import ClipConfig, GeneratorConfig
from galip_training.generator import NetG

BYTES_PER_KB = 1024


def main(checkpoint: str, inputs: str, output: str, batch: int, threads: int, runs: int) -> None:
    torch.set_num_threads(threads)
    clip = ClipConfig()
    netG = NetG(GeneratorConfig(), clip, VisionTower(clip))
    netG.load_state_dict(model_states(load_checkpoint(Path(checkpoint)))["netG"])
    netG.eval()
    noise, sentence = [
        torch.from_numpy(numpy.fromfile(Path(inputs, f"{name}.f32"), dtype="<f4").reshape(batch, -1))
        for name in ("noise", "sentence")
    ]
    times = []
    with torch.inference_mode():
        image = netG(noise, sentence)
        for _ in range(runs):
            started = time.perf_counter()
            netG(noise, sentence)
            times.append((time.perf_counter() - started) * 1000)
    image.numpy().tofile(output)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * BYTES_PER_KB
    print(json.dumps({"ms": times, "peakBytes": peak, "blas": blas()}))


def blas() -> str:
    """The loaded library that multiplies matrices, which a system may swap under PyTorch."""
    maps = Path("/proc/self/maps").read_text().splitlines()
    return " ".join(sorted({line.split()[-1] for line in maps if "blas" in line or "libmkl" in line}))


main(*sys.argv[1:4], *(int(value) for value in sys.argv[4:]))
