"""Spare copies of the files an edition was made from, to replace them if they are altered."""

import gzip
import zlib
from contextlib import suppress
from pathlib import Path

from helphub.editions import atomic
from helphub.editions.integrity import CONTENT, digest
from helphub.editions.manifests import read_manifest
from helphub.editions.store import StoreError

# An edition can be rebuilt from these. The manifest has the hash of the content.
SPARED = ["manifest.json", CONTENT]


def write_spares(folder: Path) -> None:
    """Keep a spare copy of the files that the edition was made from."""
    for name in SPARED:
        (folder / f"{name}.gz").write_bytes(gzip.compress((folder / name).read_bytes(), 6))


def bring_back(folder: Path) -> list[str]:
    """Replace altered or lost files with their spares. Returns the names of those replaced."""
    replaced = []
    for name in SPARED:
        try:
            content = gzip.decompress((folder / f"{name}.gz").read_bytes())
            if name == CONTENT and digest(content) != read_manifest(folder)["files"][name]:
                continue
        except (OSError, EOFError, zlib.error, StoreError):
            continue
        path = folder / name
        with suppress(OSError):
            if path.read_bytes() == content:
                continue
        atomic.write(path, content)
        replaced.append(name)
    return replaced
