"""Makes trained-tokenizer.json and trained-tokenizer-ids.json, which the TypeScript's tests read:

    /usr/bin/python3 test/training/data/make_tokenizer_fixture.py
"""

import json
import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[2] / "gpu-backend" / "training"))

from galip_training.data.tokenizer_json import format_tokenizer_json, parse_tokenizer_json  # noqa: E402
from galip_training.data.train_tokenizer import train_vocabulary  # noqa: E402

VOCAB_SIZE = 600
CONTEXT_LENGTH = 16
NAMES = ["red apple", "green apple", "fox face", "grinning face", "3d rocket", "clock showing one o'clock", "piñata", "owl"]
TEMPLATES = ["{}", "a {}", "a drawing of a {}", "flat {} emoji", "{} in 3d style", "an icon of a {}"]
CAPTIONS = [template.format(name) for name in NAMES for template in TEMPLATES]
UNSEEN = ["A Red   APPLE &amp; 2 foxes", "zebra!? it's we'll", "日本 🚀", "", "<|endoftext|>", "a " * 30, "CAFE\u0301 123", "ſ's"]


def fixture():
    text = format_tokenizer_json(train_vocabulary(CAPTIONS, VOCAB_SIZE))
    tokenizer = parse_tokenizer_json("fixture", text)
    rows = []
    for caption in [*NAMES, *UNSEEN]:
        ids = tokenizer.encode(caption)[: CONTEXT_LENGTH - 2]
        rows.append({"caption": caption, "ids": [tokenizer.start_id, *ids, tokenizer.end_id]})
    ids = {"vocabSize": tokenizer.vocab_size, "contextLength": CONTEXT_LENGTH, "captions": rows}
    return text, json.dumps(ids, indent=1) + "\n"


if __name__ == "__main__":
    tokenizer_text, ids_text = fixture()
    (HERE / "trained-tokenizer.json").write_text(tokenizer_text, encoding="utf-8")
    (HERE / "trained-tokenizer-ids.json").write_text(ids_text, encoding="utf-8")
