"""Words that people put around what they ask for, and that mean nothing to the picture."""

from typing import List

import numpy as np

WORDS = (
    "i we want need would like love to see have get give us create generate paint sketch render design produce put "
    "photo portrait graphic symbol thing something object one some any this these my our your the a an of for with "
    "in on at by as is are be here now just only very really quite maybe kindly thanks thank hello hi hey "
    "nice pretty beautiful lovely good great best new old modern fresh clean clear sharp detailed high quality "
    "style look looks looking showing shown there alone single plain centred centered front view "
    "can will may might should let try ask what which when how so and also but not too"
).split()
"""None of the words that only the held-out phrases of the emoji data set have: those measure what was not taught."""

ONSETS = "b c d f g h j k l m n p r s t v w y z br cl cr dr fl gr pl pr sh sl sp st th tr".split()
VOWELS = "a e i o u ai ea ee oo ou".split()
CODAS = ["", "", "", *"d g k l m n p r s t ck ll nd ng nt rt st".split()]
MADE_UP_SHARE = 0.4
MOST_BEFORE, MOST_AFTER = 6, 4


def surround(caption: str, random: np.random.Generator) -> str:
    """The caption with up to six fillers before and four after it, some of them words that do not exist."""
    before = [filler(random) for _ in range(random.integers(0, MOST_BEFORE + 1))]
    after = [filler(random) for _ in range(random.integers(0, MOST_AFTER + 1))]
    comma = "," if after and random.random() < 0.3 else ""
    return " ".join([*before, caption + comma, *after])


def filler(random: np.random.Generator) -> str:
    return made_up(random) if random.random() < MADE_UP_SHARE else WORDS[random.integers(len(WORDS))]


def made_up(random: np.random.Generator) -> str:
    pick = lambda parts: parts[random.integers(len(parts))]  # noqa: E731
    syllables: List[str] = [pick(ONSETS) + pick(VOWELS) + pick(CODAS) for _ in range(random.integers(1, 4))]
    return "".join(syllables)
