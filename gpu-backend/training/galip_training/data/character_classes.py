"""Regular expressions of tokenizer.json for Python's `re`, which has no `\\p{…}`."""

import functools
import re
import sys
import unicodedata


@functools.lru_cache(maxsize=None)
def category_ranges(category: str) -> str:
    """All characters of a Unicode category ("L", "Nd") as the inside of a character class."""
    ranges = []
    start = None
    for point in range(sys.maxunicode + 2):
        inside = point <= sys.maxunicode and unicodedata.category(chr(point)).startswith(category)
        if inside and start is None:
            start = point
        elif not inside and start is not None:
            ranges.append((start, point - 1))
            start = None
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in ranges)


def compile_pattern(pattern: str, flags: int = 0) -> "re.Pattern":
    """`\\p{L}` and `\\p{N}` written out, within a character class or on their own.

    raises ValueError for what neither `re` nor this function knows."""
    out, in_class, at = [], False, 0
    while at < len(pattern):
        if pattern.startswith("\\p{", at):
            end = pattern.find("}", at)
            if end < 0:
                raise ValueError(f"pattern {pattern!r}: \\p{{ at {at} is not closed")
            ranges = category_ranges(pattern[at + 3 : end])
            if not ranges:
                raise ValueError(f"pattern {pattern!r}: no Unicode category {pattern[at + 3 : end]!r}")
            out.append(ranges if in_class else f"[{ranges}]")
            at = end + 1
            continue
        token = pattern[at : at + 2] if pattern[at] == "\\" else pattern[at]
        in_class = token == "[" or (in_class and token != "]")
        out.append(token)
        at += len(token)
    try:
        return re.compile("".join(out), flags)
    except re.error as error:
        raise ValueError(f"pattern {pattern!r}: {error}") from error
