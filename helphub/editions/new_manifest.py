"""The manifest of a new edition: what it says, and how it is written."""

import json
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from helphub.content import clock
from helphub.content.registry import RecordName
from helphub.editions import bake, carried_over, checks, integrity, manifests
from helphub.editions.edition_data import Edition
from helphub.editions.manifests import Manifest
from helphub.editions.refusals import Refusal
from helphub.editions.sources import RELEASED


def of_edition(
    edition: Edition,
    source: str,
    requester: str,
    why: str,
    force: str,
    before: Path | None,
    left_out: Mapping[RecordName, Refusal],
    seconds: Mapping[str, float],
) -> Manifest:
    """What the manifest says about an edition's pages, and why it was made."""
    old = edition.before
    headers = edition.pages["/"]["headers"]
    return {
        "format": manifests.FORMAT,
        "made_at": time.time(),
        "day": clock.today().isoformat(),
        "source": source,
        "who": requester,
        "why": why,
        "forced": force,
        "before": before.name if before else None,
        "schema": bake.schema_fingerprint(),
        "headers": headers,
        "pages": edition.pages,
        "changes": {
            "added": sorted(set(edition.pages) - set(old)),
            "gone": sorted(set(old) - set(edition.pages)),
            "changed": sorted(
                address
                for address, page in edition.pages.items()
                if address in old and old[address]["sha256"] != page["sha256"]
            ),
        },
        "held": [refusal.as_json() for refusal in left_out.values()],
        "warnings": checks.warnings(edition),
        "seconds": {name: round(value, 2) for name, value in seconds.items()},
        "data": edition.data,
    }


def taken(
    source: str, origin: Path | None, read_at: float, left: Iterable[RecordName]
) -> dict[str, Any]:
    """When the content was read from the working database, and which records stayed behind."""
    old = manifests.manifest_of(origin) if origin else {}
    if source != RELEASED:
        return {"taken_at": old.get("taken_at", old["made_at"]), "left": old.get("left", [])}
    return {
        "taken_at": read_at,
        "left": [[*name, taken_at(old, name) if old else 0] for name in sorted(set(left))],
    }


def taken_at(manifest: Manifest, name: RecordName) -> float:
    """When an edition's version of a record was read from the working database."""
    for label, key, moment in manifest.get("left", []):
        if (label, key) == name:
            return moment
    made_at: float = manifest["made_at"]
    return manifest.get("taken_at", made_at)


def write(folder: Path, manifest: Manifest) -> None:
    """Write the manifest. Each page stores only the headers that differ from the common ones."""
    common = manifest["headers"]
    pages = {
        address: page
        | {
            "headers": {k: v for k, v in page["headers"].items() if common.get(k) != v},
            "without": sorted(set(common) - set(page["headers"])),
        }
        for address, page in manifest["pages"].items()
    }
    own = {
        "pages": pages,
        "files": integrity.hashes_of(folder, integrity.FILES),
        "aids": integrity.hashes_of(folder, carried_over.AIDS),
    }
    (folder / "manifest.json").write_text(json.dumps(manifest | own, ensure_ascii=False))
