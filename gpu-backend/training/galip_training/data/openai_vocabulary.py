"""OpenAI's list of merges (`bpe_simple_vocab_16e6.txt`, packed or not)."""

from typing import List

from .byte_alphabet import ALPHABET
from .character_classes import compile_pattern
from .tokenizer import END_TOKEN, START_TOKEN, WORD_END, Merge, Tokenizer, Vocabulary

WORD = r"'[sſ]|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"
"""How CLIP cuts text into words: contractions, runs of letters, single digits, runs of anything else but white space.
CLIP ignores case, and long s (ſ) is an s to it; the text is lower-cased already."""

CLIP_VOCAB_SIZE = 49408


def byte_vocabulary(merges: List[Merge]) -> Vocabulary:
    """Ids are the 256 bytes, the same at a word's end, the merges, the start and the end token."""
    singles = [*ALPHABET, *(character + WORD_END for character in ALPHABET)]
    tokens = [*singles, *map("".join, merges), START_TOKEN, END_TOKEN]
    return Vocabulary(ids={token: number for number, token in enumerate(tokens)}, merges=merges)


def byte_tokenizer(merges: List[Merge]) -> Tokenizer:
    return Tokenizer(byte_vocabulary(merges), compile_pattern(WORD))


def parse_openai_merges(name: str, text: str, vocab_size: int = CLIP_VOCAB_SIZE) -> List[Merge]:
    """The file has more merges than CLIP was trained with: the first that fill the vocabulary count.

    raises ValueError when there are too few, or one is no pair."""
    count = vocab_size - 2 * len(ALPHABET) - 2
    merges: List[Merge] = []
    for number, line in enumerate(text.rstrip("\n").split("\n")[1 : count + 1], start=2):
        pair = tuple(line.split(" "))
        if len(pair) != 2 or not all(pair):
            raise ValueError(f"{name}: line {number} is {line[:80]!r}; expected two tokens")
        merges.append(pair)
    if len(merges) < count or count < 0:
        raise ValueError(f"{name}: {len(merges)} merges; a vocabulary of {vocab_size} needs {max(count, 0)}")
    return merges
