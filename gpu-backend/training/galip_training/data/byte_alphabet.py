"""The 256 characters that stand for bytes in byte-level BPE, in the order of CLIP's vocabulary."""

from typing import List


def is_printable(byte: int) -> bool:
    return 0x21 <= byte <= 0x7E or 0xA1 <= byte <= 0xAC or byte >= 0xAE


PRINTABLE = [byte for byte in range(256) if is_printable(byte)]
OTHERS = [byte for byte in range(256) if not is_printable(byte)]

BYTE_CHARACTERS: List[str] = [""] * 256
"""byte → character"""
for byte in PRINTABLE:
    BYTE_CHARACTERS[byte] = chr(byte)
for number, byte in enumerate(OTHERS):
    BYTE_CHARACTERS[byte] = chr(256 + number)

ALPHABET: List[str] = [BYTE_CHARACTERS[byte] for byte in PRINTABLE + OTHERS]
"""In the order of the vocabulary's ids."""


def to_byte_characters(text: str) -> str:
    return "".join(BYTE_CHARACTERS[byte] for byte in text.encode("utf-8"))
