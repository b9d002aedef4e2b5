"""The canonical form of captions, step by step the one of gpu-backend/contract/canonicalise.ts: what CLIP's tokenizer
sees after its own cleaning. Training and serving thus tokenise the same text. The vectors in
test/training/data/canonicalise-vectors.json, made by the TypeScript, hold both together."""

import html
import re
import unicodedata

LIGATURES = {
    "Ĳ": "IJ", "ĳ": "ij", "ŉ": "ʼn", "Ǳ": "DZ", "ǲ": "Dz", "ǳ": "dz", "Ǆ": "DŽ", "ǅ": "Dž", "ǆ": "dž", "Ǉ": "LJ", "ǈ": "Lj",
    "ǉ": "lj", "Ǌ": "NJ", "ǋ": "Nj", "ǌ": "nj", "ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ſt", "ﬆ": "st",
}  # fmt: skip
LIGATURE_TABLE = str.maketrans(LIGATURES)
OTHER_WIDTH = re.compile("[\u3000\uff01-\uffef]")
SINGLE_QUOTE = re.compile("[\u02bc\u2018-\u201b]")
DOUBLE_QUOTE = re.compile("[\u201c-\u201f]")
LINE_BREAK = re.compile("\r\n|[\r\u2028\u2029\u0085]")
CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\u206a-\u206f\ufeff\ufff9-\ufffc]")
WHITE_SPACE = re.compile("[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")


def canonicalise_caption(caption: str) -> str:
    """Ligatures expanded, other-width forms made usual, quotes straightened, line breaks unified, control characters
    removed, NFC, HTML unescaped twice, white space collapsed, trimmed, lower case."""
    text = caption.translate(LIGATURE_TABLE)
    text = OTHER_WIDTH.sub(lambda form: unicodedata.normalize("NFKC", form[0]), text)
    text = DOUBLE_QUOTE.sub('"', SINGLE_QUOTE.sub("'", text))
    text = CONTROL.sub("", LINE_BREAK.sub("\n", text))
    text = html.unescape(html.unescape(unicodedata.normalize("NFC", text)))
    return WHITE_SPACE.sub(" ", text).strip(" ").lower()
