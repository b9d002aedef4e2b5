import io
import pickle
from collections import Counter

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from made_up_data import COLOURS, centre, noise_picture, picture, write, write_filenames, write_shard, write_tar
from make_tokenizer_fixture import HERE
from galip_training.data.decode_image import decode_image
from galip_training.data.load_tokenizer import load_tokenizer
from galip_training.data.open_dataset import NO_STYLE, open_dataset
from galip_training.data.sample_source import SampleError, SourceError

TOKENIZER = load_tokenizer(HERE / "trained-tokenizer.json")
MANY = [f"a red square, number {number}" for number in range(8)]


def dataset_of(path, size=16, **options):
    return open_dataset(path, size, TOKENIZER, 12, **options)


def test_items(tmp_path):
    write_shard(tmp_path / "train-0.tar", ["red", "blue"])
    dataset = dataset_of(tmp_path)
    item = dataset[1]
    assert len(dataset) == 2
    assert item["image"].dtype == torch.uint8 and list(item["image"].shape) == [3, 16, 16]
    assert centre(item) == COLOURS["blue"]
    assert item["token_ids"].dtype == torch.int64
    assert torch.equal(item["token_ids"], TOKENIZER(["a blue square"], 12)[0])
    assert (item["caption"], item["key"], item["concept"]) == ("a blue square", "blue", "blue")


def test_captions_depend_on_seed_epoch_and_key_alone(tmp_path):
    write_shard(tmp_path / "train-0.tar", ["red", "blue"], captions_of=lambda key: MANY)
    first, second = dataset_of(tmp_path, seed=3), dataset_of(tmp_path, seed=3)
    seen = []
    for epoch in range(40):
        first.set_epoch(epoch)
        second.set_epoch(epoch)
        captions = [first[0]["caption"], first[1]["caption"]]
        # Read in another order, the choice is the same.
        assert [second[1]["caption"], second[0]["caption"]] == captions[::-1]
        seen.append(captions)
    assert {caption for captions in seen for caption in captions} == set(MANY)
    assert any(captions[0] != captions[1] for captions in seen)
    other = dataset_of(tmp_path, seed=4)
    assert [(other.set_epoch(epoch), other[0]["caption"])[1] for epoch in range(40)] != [captions[0] for captions in seen]


def test_what_cannot_be_read_is_skipped_and_named(tmp_path):
    whole = picture("red", (32, 32))
    files = {
        "a.png": whole,
        "a.json": '{"captions": ["a"]}',
        "broken.png": whole[:60],
        "broken.json": '{"captions": ["b"]}',
        "text.png": b"no picture",
        "text.json": '{"captions": ["t"]}',
        "mute.png": whole,
        "mute.json": '{"captions": [" "]}',
        "odd.png": whole,
        "odd.json": "{",
        "lone.png": whole,
        "z.png": picture("blue", (32, 32)),
        "z.json": '{"captions": ["z"]}',
    }
    write_tar(tmp_path / "train-0.tar", files)
    dataset = dataset_of(tmp_path)
    assert [dataset[index]["key"] for index in range(len(dataset))] == ["a", "z", "z", "z", "z", "z"]
    skipped = dataset.report.skipped()
    assert set(skipped) == {"broken", "text", "mute", "odd", "train-0.tar/lone"}
    assert "damaged" in skipped["broken"] and "no image" in skipped["text"]
    assert skipped["mute"] == "has no caption" and ".json is damaged" in skipped["odd"]
    assert str(dataset.report).startswith("5 samples skipped\n")


def test_nothing_readable_is_an_error_not_a_loop(tmp_path):
    write_tar(tmp_path / "train-0.tar", {"a.png": b"x", "a.txt": "a", "b.png": b"", "b.txt": "b"})
    with pytest.raises(SampleError, match="none of 2 samples can be read"):
        dataset_of(tmp_path)[1]


def test_workers_give_the_same_items_and_report_what_they_skip(tmp_path):
    write_shard(tmp_path / "train-0.tar", [f"{colour}-{number}" for number in range(5) for colour in COLOURS], lambda key: MANY)
    write_tar(tmp_path / "train-1.tar", {"bad.png": b"x", "bad.txt": "bad"})
    dataset = dataset_of(tmp_path, augment=True)
    dataset.set_epoch(2)
    pick = lambda items: [(item["key"], item["caption"], item["image"].sum().item()) for item in items]  # noqa: E731
    alone = pick(dataset[index] for index in range(len(dataset)))
    dataset = dataset_of(tmp_path, augment=True, report_path=tmp_path / "skipped.jsonl")
    dataset.set_epoch(2)
    loader = DataLoader(dataset, batch_size=None, num_workers=2)
    assert pick(loader) == alone
    assert "no image" in dataset.report.skipped()["bad"]


def test_kept_images_are_decoded_once_whichever_worker_asks(tmp_path):
    path = tmp_path / "train-0.tar"
    write_shard(path, ["red", "blue", "green"])
    plain = [item["image"] for item in map(dataset_of(tmp_path).__getitem__, range(3))]
    kept = dataset_of(tmp_path, keep_images=True)
    for batch in DataLoader(kept, batch_size=1, num_workers=2, collate_fn=lambda items: items[0]["image"]):
        assert any(torch.equal(batch, image) for image in plain)
    assert kept.kept.known.tolist() == [1, 1, 1]
    # What the workers decoded is what this process has; the files are not looked at again.
    kept.source.image = None
    assert all(torch.equal(kept[index]["image"], image) for index, image in enumerate(plain))


def test_kept_images_and_random_crops_do_not_go_together(tmp_path):
    write_shard(tmp_path / "train-0.tar", ["red"])
    with pytest.raises(ValueError, match="keep_images: cannot be used with augment"):
        dataset_of(tmp_path, keep_images=True, augment=True)


def test_a_dataset_can_be_pickled_after_it_was_read(tmp_path):
    write_shard(tmp_path / "train-0.tar", ["red"])
    dataset = dataset_of(tmp_path)
    dataset[0]
    assert pickle.loads(pickle.dumps(dataset.source)).captions(0) == ["a red square"]


STYLE_OF = {"red": "flat", "green": "round", "blue": "round", "grey": "deep"}.get


def test_samples_of_chosen_styles_alone(tmp_path):
    write_shard(tmp_path / "train-0.tar", COLOURS, style_of=STYLE_OF)
    write_tar(tmp_path / "train-1.tar", {"bad.png": picture("red"), "bad.json": "{", "bare.png": picture("red"), "bare.txt": "bare"})
    dataset = dataset_of(tmp_path, styles=["round", "flat"])
    assert [(item["key"], item["style"]) for item in map(dataset.__getitem__, range(len(dataset)))] == [("red", 1), ("green", 0), ("blue", 0)]
    assert ".json is damaged" in dataset.report.skipped()["bad"]
    assert {item["style"] for item in map(dataset_of(tmp_path).__getitem__, range(4))} == {NO_STYLE}
    with pytest.raises(SourceError, match="'oval' has no sample; the data set's styles are deep, flat, round"):
        dataset_of(tmp_path, styles=["flat", "oval"])


def test_a_caption_that_names_its_style_leaves_the_noise_free(tmp_path):
    captions = {"red": ["a flat square"], "green": ["plain, a square"], "blue": ["a flatter square"], "grey": ["flat"]}
    write_shard(tmp_path / "train-0.tar", COLOURS, captions.get)
    assert [dataset_of(tmp_path, styles=["flat"])[index]["style"] for index in range(4)] == [NO_STYLE, NO_STYLE, 0, NO_STYLE]


def test_birds_are_cut_out_by_their_boxes(tmp_path):
    image = Image.new("RGB", (100, 80), COLOURS["grey"])
    image.paste(COLOURS["red"], (60, 20, 84, 44))
    out = io.BytesIO()
    image.save(out, format="PNG")
    write(tmp_path / "CUB_200_2011" / "images" / "a.jpg", out.getvalue())
    write(tmp_path / "CUB_200_2011" / "images.txt", "1 a.jpg\n")
    write(tmp_path / "CUB_200_2011" / "bounding_boxes.txt", "1 60.0 20.0 24.0 24.0\n")
    write(tmp_path / "text" / "a.txt", "a red bird\n")
    write_filenames(tmp_path / "train" / "filenames.pickle", ["a"])
    item = dataset_of(tmp_path, size=36)[0]
    # The box is 24 wide; DF-GAN cuts 36 about its middle: a margin of 6 on each side.
    assert centre(item) == COLOURS["red"]
    grey = (item["image"] == torch.tensor(COLOURS["grey"]).view(3, 1, 1)).all(0)
    assert grey[:5].all() and grey[:, :5].all() and grey[-5:].all() and not grey[8:-8, 8:-8].any()


def test_crops_move_and_mirror_within_the_picture(tmp_path):
    # Red tells the column, green the row.
    rows, columns = np.mgrid[0:76, 0:76]
    out = io.BytesIO()
    Image.fromarray(np.stack([columns * 3, rows * 3, rows * 0], -1).astype(np.uint8)).save(out, format="PNG")
    write_tar(tmp_path / "train-0.tar", {"a.png": out.getvalue(), "a.txt": "a ramp"})
    dataset = dataset_of(tmp_path, size=64, augment=True)
    corners, mirrored = set(), Counter()
    for epoch in range(40):
        dataset.set_epoch(epoch)
        red, green, _ = dataset[0]["image"].numpy().astype(int)
        is_mirrored = red[0, 0] > red[0, -1]
        left, top = min(red[0, 0], red[0, -1]) / 3, green[0, 0] / 3
        # 64 of 76 pixels at their own size: the crop moves, the scale stays.
        assert -1 <= left <= 13 and -1 <= top <= 13
        assert abs(abs(red[0, -1] - red[0, 0]) - 63 * 3) <= 3 and abs(green[-1, 0] - green[0, 0] - 63 * 3) <= 3
        corners.add((round(left), round(top)))
        mirrored[is_mirrored] += 1
    assert len(corners) > 20 and min(mirrored[True], mirrored[False]) > 8


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "L", "1", "CMYK", "I;16"])
def test_every_kind_of_image_becomes_rgb(mode):
    out = io.BytesIO()
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0)).convert(mode) if mode != "I;16" else Image.fromarray(np.full((20, 20), 65535, np.uint16))
    image.save(out, format="TIFF" if mode == "CMYK" else "PNG")
    pixels = decode_image(out.getvalue(), 8)
    assert list(pixels.shape) == [3, 8, 8]
    if mode in ("RGBA", "LA"):
        assert (pixels == 255).all(), "transparent is white"


def test_an_image_that_claims_too_many_pixels_is_refused():
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, format="PNG")
    with pytest.raises(SampleError, match="20000×20000|decompression bomb"):
        decode_image(out.getvalue(), 8)


def test_damaged_images_are_refused_whatever_the_damage():
    whole = {kind: noise_bytes(kind) for kind in ("PNG", "JPEG", "WEBP", "GIF")}
    random = np.random.RandomState(0)
    for kind, content in whole.items():
        assert list(decode_image(content, 8).shape) == [3, 8, 8]
        for _ in range(60):
            damaged = bytearray(content[: random.randint(1, len(content))])
            for place in random.randint(0, len(damaged), 4):
                damaged[place] = random.randint(256)
            try:
                assert list(decode_image(bytes(damaged), 8).shape) == [3, 8, 8]
            except SampleError:
                pass
        with pytest.raises(SampleError):
            decode_image(content[: len(content) // 2], 8)


def noise_bytes(kind):
    out = io.BytesIO()
    Image.open(io.BytesIO(noise_picture(40, 2))).save(out, format=kind)
    return out.getvalue()


def test_a_temporary_report_goes_with_the_data_set_and_not_with_a_worker(tmp_path):
    write_shard(tmp_path / "train-0.tar", ["red"])
    write_tar(tmp_path / "train-1.tar", {"bad.png": b"x", "bad.txt": "bad"})
    dataset = dataset_of(tmp_path)
    list(DataLoader(dataset, batch_size=None, num_workers=2))
    path = dataset.report.path
    assert list(dataset.report.skipped()) == ["bad"]
    del dataset
    assert not path.exists()
