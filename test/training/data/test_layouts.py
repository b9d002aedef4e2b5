import json
import pickle

import pytest

from made_up_data import picture, write, write_filenames, write_shard, write_tar
from galip_training.data.filenames_pickle import read_filenames
from galip_training.data.open_source import open_source
from galip_training.data.sample_source import SampleError, SourceError


def keys(source):
    return [source.key(index) for index in range(len(source))]


def test_folder_with_captions_beside_the_images(tmp_path):
    write(tmp_path / "b" / "red.png", picture("red"))
    write(tmp_path / "b" / "red.txt", "a red square\n\n  red  \n")
    write(tmp_path / "green.JPG", picture("green", kind="JPEG"))
    write(tmp_path / "green.txt", "a green square")
    write(tmp_path / "blue.png", picture("blue"))
    source = open_source(tmp_path)
    assert keys(source) == ["b/red", "green"]
    assert source.captions(0) == ["a red square", "red"]
    assert source.dropped == [("blue", "blue.txt is missing")]


def test_folder_with_a_table_of_captions(tmp_path):
    write(tmp_path / "images" / "red.png", picture("red"))
    lines = [
        {"image": "images/red.png", "captions": ["a red square", ""]},
        {"file_name": "images/red.png", "text": "red again"},
        {"image": "images/none.png", "caption": "nothing"},
        {"image": "../red.png", "caption": "outside"},
        {"image": "images/red.png", "caption": "   "},
        {"caption": "no image"},
    ]
    write(tmp_path / "captions.jsonl", "\n".join([*map(json.dumps, lines), "{broken", ""]))
    source = open_source(tmp_path)
    assert [source.captions(0), source.captions(1)] == [["a red square"], ["red again"]]
    reasons = dict(source.dropped)
    assert "is missing" in reasons["captions.jsonl:3"]
    assert "leads out" in reasons["captions.jsonl:4"]
    assert reasons["captions.jsonl:5"] == "has no caption"
    assert "names no image" in reasons["captions.jsonl:6"] and "names no image" in reasons["captions.jsonl:7"]


def test_tsv_as_of_cc3m(tmp_path):
    write(tmp_path / "train" / "1.jpg", picture("red", kind="JPEG"))
    write(tmp_path / "cc3m.tsv", 'title\tfilepath\n"a" red square\ttrain/1.jpg\nlost\ttrain/2.jpg\n')
    source = open_source(tmp_path)
    assert source.captions(0) == ['"a" red square']
    assert source.dropped == [("cc3m.tsv:3", "train/2.jpg is missing")]
    write(tmp_path / "cc3m.tsv", "a red square\thttp://example.org/1.jpg\n")
    with pytest.raises(SourceError, match="its first line is"):
        open_source(tmp_path)


def test_shards_by_split(tmp_path):
    write_shard(tmp_path / "train-00000.tar", ["red", "green"])
    write_shard(tmp_path / "train-00001.tar", ["blue"])
    write_shard(tmp_path / "held-out-00000.tar", ["grey"])
    assert keys(open_source(tmp_path)) == ["red", "green", "blue"]
    held_out = open_source(tmp_path, split="held-out")
    assert keys(held_out) == ["grey"] and held_out.concept(0) == "grey"
    with pytest.raises(SourceError, match=r"no shard is named test-\*\.tar"):
        open_source(tmp_path, split="test")


def test_shards_of_img2dataset(tmp_path):
    files = {
        "000001.jpg": picture("red", kind="JPEG"),
        "000001.txt": "a red square",
        "000001.json": json.dumps({"caption": "a red square", "url": "http://example.org", "status": "success"}),
        "000002.jpg": picture("blue", kind="JPEG"),
        "000002.txt": "a blue square",
        "000003.json": json.dumps({"caption": "no picture"}),
        "000004.jpg": picture("blue", kind="JPEG"),
    }
    source = open_source(write_tar(tmp_path / "00000.tar", files))
    assert [source.captions(index) for index in range(2)] == [["a red square"], ["a blue square"]]
    assert dict(source.dropped) == {"00000.tar/000003": "has no image", "00000.tar/000004": "has no caption"}


def test_a_shard_that_breaks_off_gives_what_comes_before(tmp_path):
    path = write_shard(tmp_path / "train-0.tar", ["red", "green", "blue"])
    whole = open_source(path)
    path.write_bytes(path.read_bytes()[: whole.samples[2].parts[".png"][0] + 10])
    source = open_source(path)
    assert keys(source)[:2] == ["red", "green"]
    assert source.image(1) == picture("green")


def test_what_is_no_tar_is_named(tmp_path):
    write(tmp_path / "train-0.tar", b"x" * 2000)
    with pytest.raises(SourceError, match=r"train-0\.tar: not a tar archive"):
        open_source(tmp_path)


def make_birds(root, names=("001.Cardinal/red", "002.Jay/blue")):
    write(root / "CUB_200_2011" / "images.txt", "".join(f"{n} {name}.jpg\n" for n, name in enumerate(names, start=1)))
    boxes = "".join(f"{n} 10.0 4.0 8.0 8.0\n" for n in range(1, len(names) + 1))
    write(root / "CUB_200_2011" / "bounding_boxes.txt", boxes)
    for name in names:
        write(root / "CUB_200_2011" / "images" / f"{name}.jpg", picture(name.split("/")[1], (40, 30), "JPEG"))
        write(root / "text" / f"{name}.txt", f"a {name.split('/')[1]} bird\nthis bird is {name.split('/')[1]}\n")
    write_filenames(root / "train" / "filenames.pickle", list(names))


def test_cub(tmp_path):
    make_birds(tmp_path)
    source = open_source(tmp_path)
    assert keys(source) == ["001.Cardinal/red", "002.Jay/blue"]
    assert source.captions(1) == ["a blue bird", "this bird is blue"]
    assert source.box(0) == (10, 4, 8, 8)


def test_cub_with_a_damaged_table_of_boxes(tmp_path):
    make_birds(tmp_path)
    write(tmp_path / "CUB_200_2011" / "bounding_boxes.txt", "1 10.0 4.0 8.0\n")
    with pytest.raises(SourceError, match=r"bounding_boxes\.txt: line 1 has 4 columns; expected 5"):
        open_source(tmp_path)


def test_coco_as_df_gan_keeps_it(tmp_path):
    write(tmp_path / "images" / "train2014" / "jpg" / "COCO_train2014_1.jpg", picture("red", kind="JPEG"))
    write(tmp_path / "images" / "val2014" / "COCO_val2014_2.jpg", picture("blue", kind="JPEG"))
    write(tmp_path / "text" / "COCO_train2014_1.txt", "a red square\n")
    write(tmp_path / "text" / "COCO_val2014_2.txt", "a blue square\n")
    write_filenames(tmp_path / "train" / "filenames.pickle", ["COCO_train2014_1", "COCO_train2014_9"])
    write_filenames(tmp_path / "test" / "filenames.pickle", ["COCO_val2014_2"])
    train = open_source(tmp_path)
    assert keys(train) == ["COCO_train2014_1"]
    assert train.dropped[0][0] == "COCO_train2014_9" and "is missing" in train.dropped[0][1]
    assert open_source(tmp_path, split="test").captions(0) == ["a blue square"]


def test_coco_as_it_is_published(tmp_path):
    write(tmp_path / "train2014" / "1.jpg", picture("red", kind="JPEG"))
    content = {
        "images": [{"id": 7, "file_name": "1.jpg"}, {"id": 8, "file_name": "2.jpg"}],
        "annotations": [{"image_id": 7, "caption": "a red square\n"}, {"image_id": 7, "caption": "red"}],
    }
    write(tmp_path / "annotations" / "captions_train2014.json", json.dumps(content))
    source = open_source(tmp_path)
    assert keys(source) == ["1"] and source.captions(0) == ["a red square", "red"]
    assert source.dropped == [("2", "train2014/2.jpg is missing")]


@pytest.mark.parametrize("layout, image, text", [("cc3m", "images/train/5_x.jpg", "text/train/5.txt"), ("cc12m", "images/5_x.jpg", "text/5.txt")])
def test_conceptual_captions_as_galip_keeps_them(tmp_path, layout, image, text):
    write(tmp_path / image, picture("red", kind="JPEG"))
    write(tmp_path / text, "a red square\n")
    write_filenames(tmp_path / "train" / "filenames.pickle", ["5_x"])
    assert open_source(tmp_path).captions(0) == ["a red square"]
    assert open_source(tmp_path, layout=layout).key(0) == "5_x"


class Evil:
    def __reduce__(self):
        return (open, ("/tmp/galip-evil-pickle", "w"))


@pytest.mark.parametrize(
    "content, message",
    [
        (pickle.dumps([Evil()]), r"names \w+\.open"),
        (pickle.dumps({"a": 1}), "holds dict"),
        (pickle.dumps(["a", 1]), "expected a list of strings"),
        (pickle.dumps(["abc"])[:-4], "not a list of names"),
        (b"", "not a list of names"),
        (b"cos\nsystem\n(S'true'\ntR.", r"names os\.system"),
    ],
)
def test_a_pickle_runs_nothing(tmp_path, content, message):
    path = write(tmp_path / "filenames.pickle", content)
    with pytest.raises(SourceError, match=message):
        read_filenames(path)
    import os

    assert not os.path.exists("/tmp/galip-evil-pickle")


def test_pickles_of_every_protocol_and_of_python_2(tmp_path):
    for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
        assert read_filenames(write_filenames(tmp_path / f"{protocol}", ["a/b", "ü"], protocol)) == ["a/b", "ü"]
    assert read_filenames(write(tmp_path / "two", b"(lp0\nS'001.Bird/a'\np1\naV002\np2\na.")) == ["001.Bird/a", "002"]


def test_names_that_lead_out_of_the_folder_are_dropped(tmp_path):
    make_birds(tmp_path)
    write_filenames(tmp_path / "train" / "filenames.pickle", ["001.Cardinal/red", "../../etc/passwd", "/etc/passwd"])
    source = open_source(tmp_path)
    assert keys(source) == ["001.Cardinal/red"]
    assert source.dropped[0][0] == "../../etc/passwd" and "leads out" in source.dropped[0][1]


def test_nothing_to_read_is_an_error(tmp_path):
    with pytest.raises(SourceError, match="does not exist"):
        open_source(tmp_path / "none")
    with pytest.raises(SourceError, match="no image with a caption"):
        open_source(tmp_path)
    with pytest.raises(SourceError, match="layout is 'lmdb'; allowed are auto, shards"):
        open_source(tmp_path, layout="lmdb")


def test_caption_files_that_are_no_text(tmp_path):
    write(tmp_path / "red.png", picture("red"))
    write(tmp_path / "red.txt", b"\xff\xfe\x00")
    with pytest.raises(SampleError, match="not UTF-8"):
        open_source(tmp_path).captions(0)
