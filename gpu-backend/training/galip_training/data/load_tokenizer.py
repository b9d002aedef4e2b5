import gzip
from pathlib import Path

from .openai_vocabulary import CLIP_VOCAB_SIZE, byte_tokenizer, parse_openai_merges
from .tokenizer import Tokenizer
from .tokenizer_json import parse_tokenizer_json

MAX_TOKENIZER_BYTES = 64 * 1024 * 1024
"""CLIP's list of merges is 3.2 MB: more than this is no tokenizer."""


def load_tokenizer(path, vocab_size: int = CLIP_VOCAB_SIZE) -> Tokenizer:
    """tokenizer.json, or OpenAI's list of merges (packed or not) for a vocabulary of `vocab_size`; the content tells which.

    raises ValueError, naming the file, when it is neither."""
    name = str(path)
    data = Path(path).read_bytes()
    if data[:2] == b"\x1f\x8b":
        with gzip.open(path) as packed:
            data = packed.read(MAX_TOKENIZER_BYTES + 1)
    if len(data) > MAX_TOKENIZER_BYTES:
        raise ValueError(f"{name}: larger than {MAX_TOKENIZER_BYTES} bytes")
    text = data.decode("utf-8")
    if text.lstrip().startswith("{"):
        return parse_tokenizer_json(name, text)
    return byte_tokenizer(parse_openai_merges(name, text, vocab_size))
