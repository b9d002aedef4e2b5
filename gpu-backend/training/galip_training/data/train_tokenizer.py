"""Learns a byte-pair vocabulary from captions, in CLIP's form.

    python -m galip_training.data.train_tokenizer --data DIR --vocab-size 2048 --out tokenizer.json
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path
from typing import Dict, Iterable, List

from .byte_alphabet import ALPHABET, to_byte_characters
from .canonicalise import canonicalise_caption
from .character_classes import compile_pattern
from .openai_vocabulary import WORD, byte_vocabulary
from .tokenizer import WORD_END, Merge, Vocabulary, merge_pair
from .tokenizer_json import format_tokenizer_json

SPECIAL_TOKENS = 2
MIN_VOCAB_SIZE = 2 * len(ALPHABET) + SPECIAL_TOKENS


def train_vocabulary(captions: Iterable[str], vocab_size: int) -> Vocabulary:
    """Merges the commonest pair of neighbours, time and again; of equally common ones the first in the order of
    characters. Smaller than `vocab_size` where the captions have no pair twice.

    raises ValueError when `vocab_size` does not hold the bytes."""
    if vocab_size < MIN_VOCAB_SIZE:
        raise ValueError(f"vocab_size is {vocab_size}; the bytes and the special tokens alone are {MIN_VOCAB_SIZE}")
    pattern = compile_pattern(WORD)
    counts = Counter(word for caption in captions for word in pattern.findall(canonicalise_caption(caption)))
    words = [split_word(word) for word in counts]
    weights = list(counts.values())
    pair_counts: Dict[Merge, int] = Counter()
    places = defaultdict(set)
    for number, tokens in enumerate(words):
        count_pairs(tokens, weights[number], number, pair_counts, places)

    merges: List[Merge] = []
    while len(merges) < vocab_size - MIN_VOCAB_SIZE:
        best = min(pair_counts, key=lambda pair: (-pair_counts[pair], pair), default=None)
        if best is None or pair_counts[best] < 2:
            break
        merges.append(best)
        for number in sorted(places[best]):
            count_pairs(words[number], -weights[number], number, pair_counts, places)
            words[number] = merge_pair(words[number], best)
            count_pairs(words[number], weights[number], number, pair_counts, places)
        del pair_counts[best], places[best]
    return byte_vocabulary(merges)


def split_word(word: str) -> List[str]:
    letters = to_byte_characters(word)
    return [*letters[:-1], letters[-1] + WORD_END]


def count_pairs(tokens: List[str], weight: int, number: int, counts: Dict[Merge, int], places) -> None:
    for pair in zip(tokens, tokens[1:]):
        counts[pair] += weight
        if weight > 0:
            places[pair].add(number)


def main() -> None:
    from .open_source import open_source

    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, required=True, help="data set whose captions count")
    parser.add_argument("--vocab-size", type=int, default=2048)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    source = open_source(options.data)
    captions = {caption for index in range(len(source)) for caption in source.captions(index)}
    vocabulary = train_vocabulary(sorted(captions), options.vocab_size)
    options.out.write_text(format_tokenizer_json(vocabulary), encoding="utf-8")
    print(f"{options.out}: {len(vocabulary.ids)} tokens from {len(captions)} captions")


if __name__ == "__main__":
    main()
