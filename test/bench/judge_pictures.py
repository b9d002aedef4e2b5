"""How often a judge names pictures rightly: R@1 and R@5 among all names.

python3 judge_pictures.py JUDGE NAMES SHOWN IMAGE_SIZE PICTURES…
JUDGE is a checkpoint of a CLIP with its tokenizer beside it; NAMES and SHOWN are JSON lists: all names, and the one that each
picture shows. PICTURES hold float32 `[N, 3, IMAGE_SIZE, IMAGE_SIZE]` in −1 … 1. Prints a JSON list, an entry for each of them.
"""

import json
import sys
from pathlib import Path

import numpy
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "gpu-backend" / "training"))
from galip_training.clip_files import load_clip
from galip_training.evaluate_command import with_tokenizer
from galip_training.metrics import retrieval


def main(judge_path: str, names_path: str, shown_path: str, size: int, pictures: list) -> None:
    path = Path(judge_path)
    judge = with_tokenizer(load_clip(path), path, None, torch.device("cpu"))
    names, shown = [json.loads(Path(file).read_text(encoding="utf-8")) for file in (names_path, shown_path)]
    place = {name: number for number, name in enumerate(names)}
    bank_TE = judge.texts(names)
    right = [place[name] for name in shown]
    found = []
    for file in pictures:
        image_N3SS = torch.from_numpy(numpy.fromfile(file, dtype="<f4").reshape(-1, 3, size, size)).clamp(-1, 1)
        found.append(retrieval(judge.images(image_N3SS), bank_TE, right))
    print(json.dumps(found))


main(*sys.argv[1:4], int(sys.argv[4]), sys.argv[5:])
