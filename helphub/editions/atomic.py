"""Files replaced in one step, so readers see either the old or the new one."""

import json
import os
from pathlib import Path
from typing import Any


def write(path: Path, content: bytes) -> None:
    """Replace a file, once the new one is safely on the disk."""
    new = path.with_name(f".new-{path.name}-{os.getpid()}")
    with new.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def write_json(path: Path, value: Any) -> None:
    write(path, json.dumps(value, indent=1, ensure_ascii=False).encode())
