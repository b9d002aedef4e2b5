"""CLIP's byte-pair tokenizer: captions → token ids, from Hugging Face's tokenizer.json or OpenAI's list of merges."""

import functools
import re
import unicodedata
from dataclasses import dataclass
from typing import Callable, Dict, List, Sequence, Tuple

import torch

from .byte_alphabet import to_byte_characters
from .canonicalise import canonicalise_caption

START_TOKEN = "<|startoftext|>"
END_TOKEN = "<|endoftext|>"
WORD_END = "</w>"
"""Marks a token that ends a word."""

Merge = Tuple[str, str]


@dataclass(frozen=True)
class Vocabulary:
    """Ids of tokens, and pairs of tokens in the order in which they merge."""

    ids: Dict[str, int]
    merges: Sequence[Merge]


class Tokenizer:
    """`words` finds the words of a text; `normalise` comes before it; `byte_level` tells whether the vocabulary is of bytes
    or of characters. A token that the vocabulary lacks becomes `unknown`, or goes where that is None."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        words: "re.Pattern",
        normalise: Callable[[str], str] = str.lower,
        byte_level: bool = True,
        unknown: str = None,
    ):
        for token in (START_TOKEN, END_TOKEN):
            if token not in vocabulary.ids:
                raise ValueError(f"the vocabulary lacks {token}")
        self.ids = vocabulary.ids
        self.ranks = {pair: rank for rank, pair in enumerate(vocabulary.merges)}
        self.words = words
        self.normalise = normalise
        self.byte_level = byte_level
        self.unknown_id = None if unknown is None else self.ids.get(unknown)
        self.start_id = self.ids[START_TOKEN]
        self.end_id = self.ids[END_TOKEN]
        self.encode_word = functools.lru_cache(maxsize=65536)(self._encode_word)

    @property
    def vocab_size(self) -> int:
        return max(self.ids.values()) + 1

    def encode(self, caption: str) -> List[int]:
        """Ids of a caption of any spelling, without start and end token."""
        ids: List[int] = []
        for part in SPECIAL.split(canonicalise_caption(caption)):
            if part in (START_TOKEN, END_TOKEN):
                ids.append(self.ids[part])
            else:
                for word in self.words.findall(self.normalise(part)):
                    ids.extend(self.encode_word(word))
        return ids

    def __call__(self, captions: Sequence[str], context_length: int) -> torch.Tensor:
        """`[N, context_length]` int64: start, caption, end, zeros. A longer caption is cut, the end token kept."""
        if context_length < 3:
            raise ValueError(f"context_length is {context_length}; at least 3 are needed")
        rows = torch.zeros(len(captions), context_length, dtype=torch.int64)
        for row, caption in zip(rows, captions):
            ids = [self.start_id, *self.encode(caption)[: context_length - 2], self.end_id]
            row[: len(ids)] = torch.tensor(ids)
        return rows

    def _encode_word(self, word: str) -> Tuple[int, ...]:
        letters = to_byte_characters(word) if self.byte_level else word
        tokens = merge_word(letters, self.ranks)
        ids = (self.ids.get(token, self.unknown_id) for token in tokens)
        return tuple(number for number in ids if number is not None)


SPECIAL = re.compile(f"({re.escape(START_TOKEN)}|{re.escape(END_TOKEN)})")


def merge_word(letters: str, ranks: Dict[Merge, int]) -> List[str]:
    """Merges the pair of lowest rank, everywhere in the word, until there is none."""
    tokens = [*letters[:-1], letters[-1] + WORD_END]
    while len(tokens) > 1:
        pair = min(zip(tokens, tokens[1:]), key=lambda pair: ranks.get(pair, len(ranks)))
        if pair not in ranks:
            break
        tokens = merge_pair(tokens, pair)
    return tokens


def merge_pair(tokens: List[str], pair: Merge) -> List[str]:
    merged, at = [], 0
    while at < len(tokens):
        if at + 1 < len(tokens) and (tokens[at], tokens[at + 1]) == pair:
            merged.append(tokens[at] + tokens[at + 1])
            at += 2
        else:
            merged.append(tokens[at])
            at += 1
    return merged


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
