"""The manifest of a new edition: what it says, and how it is written."""

import json
import time
from collections.abc import Mapping
from pathlib import Path

from helphub.content import clock
from helphub.content.registry import RecordName
from helphub.editions import bake, carried_over, checks, integrity, manifests
from helphub.editions.edition_data import Edition
from helphub.editions.manifests import Manifest
from helphub.editions.refusals import Refusal


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
