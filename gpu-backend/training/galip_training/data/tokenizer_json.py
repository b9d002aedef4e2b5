"""Hugging Face's tokenizer.json: read, and written as gpu-backend/convert/tokenizer/tokenizer-json.ts writes it."""

import json
import unicodedata
from typing import Callable, Dict, List

from .character_classes import compile_pattern
from .openai_vocabulary import WORD
from .tokenizer import END_TOKEN, START_TOKEN, WORD_END, Tokenizer, Vocabulary


def parse_tokenizer_json(name: str, text: str) -> Tokenizer:
    """raises ValueError when it is no BPE tokenizer, or uses a part that this reader does not know."""
    try:
        spec = json.loads(text)
        model = spec["model"]
        if model["type"] != "BPE" or model.get("end_of_word_suffix") != WORD_END:
            raise ValueError(f"{name}: model is {model['type']!r} with word end {model.get('end_of_word_suffix')!r}; expected BPE, {WORD_END!r}")
        ids = {**model["vocab"], **{token["content"]: token["id"] for token in spec.get("added_tokens", [])}}
        merges = [tuple(pair.split(" ") if isinstance(pair, str) else pair) for pair in model["merges"]]
        splits = flatten(spec["pre_tokenizer"], "pretokenizers")
        words = next(step["pattern"]["Regex"] for step in splits if step["type"] == "Split")
    except (KeyError, TypeError, StopIteration, json.JSONDecodeError) as error:
        raise ValueError(f"{name}: not a tokenizer.json of CLIP's kind: {error!r}") from error
    known = [step["type"] for step in splits if step["type"] not in ("Split", "ByteLevel")]
    if known:
        raise ValueError(f"{name}: pre-tokenizer {known[0]!r}; allowed are Split and ByteLevel")
    return Tokenizer(
        Vocabulary(ids=ids, merges=merges),
        compile_pattern(words),
        chain([normaliser(name, step) for step in flatten(spec.get("normalizer"), "normalizers")]),
        byte_level=any(step["type"] == "ByteLevel" for step in splits),
        unknown=model.get("unk_token"),
    )


def format_tokenizer_json(vocabulary: Vocabulary) -> str:
    """A vocabulary of bytes with CLIP's rules: white space, lower case, words, bytes, start and end token."""
    special = [{"id": vocabulary.ids[content], "content": content} for content in (START_TOKEN, END_TOKEN)]
    start, end = ({"SpecialToken": {"id": token["content"], "type_id": 0}} for token in special)
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    spec = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [{**token, **flags} for token in special],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [{"type": "Replace", "pattern": {"Regex": "\\s+"}, "content": " "}, {"type": "Lowercase"}],
        },
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "Split", "pattern": {"Regex": WORD}, "behavior": "Removed", "invert": True},
                {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": False},
            ],
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [start, {"Sequence": {"id": "A", "type_id": 0}}, end],
            "pair": [start, {"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}, end],
            "special_tokens": {
                token["content"]: {"id": token["content"], "ids": [token["id"]], "tokens": [token["content"]]} for token in special
            },
        },
        "decoder": {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": END_TOKEN,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": WORD_END,
            "fuse_unk": False,
            "vocab": vocabulary.ids,
            "merges": [" ".join(pair) for pair in vocabulary.merges],
        },
    }
    return json.dumps(spec, ensure_ascii=False, separators=(",", ":")) + "\n"


def flatten(step, list_name: str) -> List[Dict]:
    """One step or a sequence of them as a list."""
    if step is None:
        return []
    return step[list_name] if step["type"] == "Sequence" else [step]


def normaliser(name: str, step: Dict) -> Callable[[str], str]:
    kind = step["type"]
    if kind == "Lowercase":
        return str.lower
    if kind in ("NFC", "NFD", "NFKC", "NFKD"):
        return lambda text: unicodedata.normalize(kind, text)
    if kind == "Replace" and "Regex" in step["pattern"]:
        pattern, content = compile_pattern(step["pattern"]["Regex"]), step["content"]
        return lambda text: pattern.sub(lambda _: content, text)
    raise ValueError(f"{name}: normalizer {kind!r}; allowed are Lowercase, NFC, NFD, NFKC, NFKD and Replace of a Regex")


def chain(steps: List[Callable[[str], str]]) -> Callable[[str], str]:
    def apply(text: str) -> str:
        for step in steps:
            text = step(text)
        return text

    return apply
