import gzip
import json

import numpy as np
import pytest

from make_tokenizer_fixture import CAPTIONS, HERE, VOCAB_SIZE, fixture
from galip_training.data.canonicalise import canonicalise_caption
from galip_training.data.character_classes import compile_pattern
from galip_training.data.load_tokenizer import load_tokenizer
from galip_training.data.tokenizer_json import format_tokenizer_json, parse_tokenizer_json
from galip_training.data.train_tokenizer import train_vocabulary

VECTORS = json.loads((HERE / "canonicalise-vectors.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_canonical_captions_are_those_of_the_typescript(vector):
    assert canonicalise_caption(vector["caption"]) == vector["canonical"]


def test_ids_of_emoji_v0(shared):
    tokenizer = load_tokenizer(shared / "models" / "emoji-v0" / "tokenizer.json")
    golden = json.loads((shared / "golden" / "emoji-v0" / "golden.json").read_text())
    expected = np.load(shared / "golden" / "emoji-v0" / "token_ids.npy")
    assert np.array_equal(tokenizer(golden["prompts"], expected.shape[1]).numpy(), expected)


def test_ids_of_clip_from_openais_merges(shared):
    tokenizer = load_tokenizer(shared / "golden" / "clip" / "bpe_simple_vocab_16e6.txt.gz")
    assert (tokenizer.start_id, tokenizer.end_id, tokenizer.vocab_size) == (49406, 49407, 49408)
    lines = (shared / "golden" / "clip" / "tokens.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) >= 3000
    for line in map(json.loads, lines):
        ids = tokenizer.encode(line["text"])
        assert [tokenizer.start_id, *ids[: 77 - 2], tokenizer.end_id] == line["ids"], line["text"]


def test_openais_merges_and_their_tokenizer_json_are_one(shared, tmp_path):
    plain = tmp_path / "merges.txt"
    plain.write_bytes(gzip.decompress((shared / "golden" / "clip" / "bpe_simple_vocab_16e6.txt.gz").read_bytes()))
    tokenizer = load_tokenizer(plain)
    vocabulary = type("V", (), {"ids": tokenizer.ids, "merges": sorted(tokenizer.ranks, key=tokenizer.ranks.get)})
    again = parse_tokenizer_json("written", format_tokenizer_json(vocabulary))
    for text in ["A photo of a café, 12 o'clock!", "ἀρχή 你好 🎉", "don't"]:
        assert again.encode(text) == tokenizer.encode(text)


def test_trained_tokenizer_is_the_committed_one():
    text, ids = fixture()
    assert (HERE / "trained-tokenizer.json").read_text(encoding="utf-8") == text
    assert (HERE / "trained-tokenizer-ids.json").read_text(encoding="utf-8") == ids


def test_training_merges_what_is_common():
    vocabulary = train_vocabulary(CAPTIONS, VOCAB_SIZE)
    tokenizer = parse_tokenizer_json("trained", format_tokenizer_json(vocabulary))
    assert len(tokenizer.encode("apple")) == 1
    assert len(tokenizer.encode("fox face")) == 2
    assert len(tokenizer.encode("quagga")) > 3
    assert tokenizer.end_id == tokenizer.vocab_size - 1 and tokenizer.vocab_size <= VOCAB_SIZE


def test_every_first_merge_is_the_commonest_pair():
    # By hand: "a b" and "b c</w>" are there 3 times each, "a b</w>" twice, "c a" once.
    vocabulary = train_vocabulary(["abc abc abc ab", "cab"], 514 + 2)
    assert vocabulary.merges[:2] == [("a", "b"), ("ab", "c</w>")]


def test_rows_are_cut_with_the_end_token_kept():
    tokenizer = parse_tokenizer_json("fixture", (HERE / "trained-tokenizer.json").read_text(encoding="utf-8"))
    rows = tokenizer(["apple " * 40, "apple"], 8)
    assert rows.dtype.is_floating_point is False and list(rows.shape) == [2, 8]
    assert rows[0, 0] == tokenizer.start_id and rows[0, -1] == tokenizer.end_id
    assert rows[1].tolist()[3:] == [0] * 5 and rows[1, 2] == tokenizer.end_id
    with pytest.raises(ValueError, match="context_length is 2"):
        tokenizer(["a"], 2)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda spec: spec["model"].update(type="WordPiece"), "expected BPE"),
        (lambda spec: spec["pre_tokenizer"].update(type="Sequence", pretokenizers=[]), "not a tokenizer.json"),
        (lambda spec: spec["normalizer"]["normalizers"].append({"type": "Precompiled"}), "Precompiled"),
        (lambda spec: spec.pop("model"), "not a tokenizer.json"),
        (lambda spec: (spec["model"]["vocab"].pop("<|endoftext|>"), spec.update(added_tokens=[])), "lacks"),
    ],
)
def test_refuses_what_it_does_not_know(change, message):
    spec = json.loads((HERE / "trained-tokenizer.json").read_text(encoding="utf-8"))
    change(spec)
    with pytest.raises(ValueError, match=message):
        parse_tokenizer_json("file.json", json.dumps(spec))


def test_damaged_merges_are_named(tmp_path):
    path = tmp_path / "merges.txt"
    path.write_text("#version\na b\nab\n")
    with pytest.raises(ValueError, match=r"merges\.txt: line 3 is 'ab'; expected two tokens"):
        load_tokenizer(path, vocab_size=516)
    path.write_text("#version\na b\n")
    with pytest.raises(ValueError, match="1 merges; a vocabulary of 600 needs 86"):
        load_tokenizer(path, vocab_size=600)


def test_a_vocabulary_must_hold_the_bytes():
    with pytest.raises(ValueError, match="vocab_size is 100"):
        train_vocabulary(["a"], 100)


def test_categories_within_and_without_classes():
    assert compile_pattern(r"\p{N}|[\p{L}x-]+").findall("añ-1x२") == ["añ-", "1", "x", "२"]
    with pytest.raises(ValueError, match="no Unicode category"):
        compile_pattern(r"\p{Q}")
