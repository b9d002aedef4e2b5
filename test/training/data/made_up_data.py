"""Small data sets in every layout, made by the tests themselves."""

import io
import json
import pickle
import tarfile

import numpy as np
from PIL import Image

COLOURS = {"red": (200, 10, 10), "green": (10, 200, 10), "blue": (10, 10, 200), "grey": (90, 90, 90)}


def picture(colour, size=(24, 16), kind="PNG"):
    """One colour all over, as file content."""
    out = io.BytesIO()
    Image.new("RGB", size, COLOURS[colour]).save(out, format=kind)
    return out.getvalue()


def noise_picture(size, seed):
    out = io.BytesIO()
    pixels = np.random.RandomState(seed).randint(0, 256, (size, size, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(out, format="PNG")
    return out.getvalue()


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def write_tar(path, files):
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as archive:
        for name, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            member = tarfile.TarInfo(name)
            member.size = len(data)
            archive.addfile(member, io.BytesIO(data))
    return path


def write_shard(path, keys, captions_of=lambda key: [f"a {key} square"], style_of=lambda key: "flat"):
    files = {}
    for key in keys:
        files[f"{key}.png"] = picture(key.split("-")[0])
        files[f"{key}.json"] = json.dumps({"captions": captions_of(key), "concept": key, "style": style_of(key), "styleWords": [style_of(key), "plain"]})
    return write_tar(path, files)


def write_filenames(path, names, protocol=2):
    return write(path, pickle.dumps(names, protocol=protocol))


def centre(item):
    """Colour of the picture's middle."""
    size = item["image"].shape[1]
    return tuple(item["image"][:, size // 2, size // 2].tolist())
