"""What was skipped, and why; shared by all processes that read."""

import json
import os
import tempfile
import weakref
from pathlib import Path
from typing import Dict, Optional


class SkipReport:
    """Every process adds lines to one file: loaders' workers have no other way back. Lines of this length are written
    whole, so they do not mix. Without a path the file is a temporary one that goes with this object."""

    def __init__(self, path: Optional[Path] = None):
        if path is None:
            handle, name = tempfile.mkstemp(prefix="galip-skipped-", suffix=".jsonl")
            os.close(handle)
            path = Path(name)
            weakref.finalize(self, remove_own, path, os.getpid())
        else:
            path.write_text("")
        self.path = path

    def add(self, key: str, reason: str) -> None:
        line = json.dumps({"key": key[:500], "reason": reason[:500]}) + "\n"
        handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(handle, line.encode())
        finally:
            os.close(handle)

    def skipped(self) -> Dict[str, str]:
        """Key → reason, each key once."""
        lines = self.path.read_text().splitlines()
        return {record["key"]: record["reason"] for record in map(json.loads, lines)}

    def __str__(self) -> str:
        skipped = self.skipped()
        names = [f"  {key}: {reason}" for key, reason in list(skipped.items())[:20]]
        more = [f"  … and {len(skipped) - 20} more: {self.path}"] if len(skipped) > 20 else []
        return "\n".join([f"{len(skipped)} samples skipped", *names, *more])


def remove_own(path: Path, owner: int) -> None:
    """Workers hold copies of the report: when theirs go, the file stays."""
    if os.getpid() == owner:
        path.unlink(missing_ok=True)
