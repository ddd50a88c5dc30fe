"""What an edition keeps for the next one: its pages' facts and answers, to reuse."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

from helphub.editions.integrity import digest
from helphub.editions.manifests import manifest_of
from helphub.editions.store import StoreError

# Readers don't need these.
AIDS = ["facts.json.gz", "answers.json.gz"]


def aid(folder: Path, name: str) -> dict[str, Any]:
    """What an edition keeps for the next one. Empty if it was altered."""
    try:
        body = (folder / name).read_bytes()
        # An unfinished edition has no manifest. An earlier release recorded no hashes for these.
        is_made = (folder / "manifest.json").exists()
        sha256 = manifest_of(folder).get("aids", {}).get(name) if is_made else None
        if sha256 in (None, digest(body)):
            return json.loads(gzip.decompress(body))
    except (OSError, EOFError, zlib.error, StoreError, ValueError):
        pass
    return {}


def write_aid(folder: Path, name: str, value: dict[str, Any]) -> None:
    body = json.dumps(value, ensure_ascii=False).encode()
    (folder / name).write_bytes(gzip.compress(body, 6, mtime=0))
