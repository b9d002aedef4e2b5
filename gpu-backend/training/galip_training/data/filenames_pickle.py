"""`filenames.pickle` of DF-GAN's data sets: a list of strings, and nothing that runs."""

import io
import pickle
from pathlib import Path
from typing import List

from .sample_source import SourceError

MAX_PICKLE_BYTES = 2**30
"""CC12M's is about 300 MB."""


class ListUnpickler(pickle.Unpickler):
    """Knows no class and no function: a pickle that names one is refused before anything is called."""

    def find_class(self, module, name):
        raise pickle.UnpicklingError(f"it names {module}.{name}; allowed are lists of strings")

    def persistent_load(self, pid):
        raise pickle.UnpicklingError("it has a persistent id; allowed are lists of strings")


def read_filenames(path: Path) -> List[str]:
    """raises SourceError when it is missing, damaged, or holds anything else."""
    try:
        if path.stat().st_size > MAX_PICKLE_BYTES:
            raise SourceError(f"{path}: larger than {MAX_PICKLE_BYTES} bytes")
        # Pickles of Python 2 hold names as bytes.
        names = ListUnpickler(io.BytesIO(path.read_bytes()), encoding="latin-1").load()
    except OSError as error:
        raise SourceError(f"{path}: {error.strerror}") from error
    except Exception as error:
        # What a damaged pickle raises is not documented to be one kind of error.
        if isinstance(error, SourceError):
            raise
        raise SourceError(f"{path}: not a list of names: {error}") from error
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SourceError(f"{path}: holds {type(names).__name__}; expected a list of strings")
    return names
