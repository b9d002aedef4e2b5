"""Choices that depend on names and numbers alone: the same on every machine, in every process, after every resume."""

import hashlib


def chance(*names) -> float:
    """0 ≤ x < 1."""
    digest = hashlib.blake2b("/".join(map(str, names)).encode(), digest_size=8).digest()
    return (int.from_bytes(digest, "big") >> 11) / 2**53
