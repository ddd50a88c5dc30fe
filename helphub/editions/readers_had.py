"""What readers have had: noted at each switch, and kept once the edition is erased."""

import logging
from datetime import date, datetime, time
from typing import Any

from django.db import Error
from django.utils import timezone

from helphub.content import clock
from helphub.content.entries import Entry
from helphub.content.signals import HadOn
from helphub.editions import edition_versions, manifests, store, withdrawing
from helphub.editions.models import ReadersHad

logger = logging.getLogger(__name__)


def had_by_readers(row: Entry) -> bool:
    """Whether readers have ever had this row. Without editions, they see what is saved."""
    name = row._meta.label_lower, row.pk
    if ReadersHad.objects.filter(label=name[0], key=name[1]).exists():
        return True
    folder = store.current()
    if folder is None:
        return row.is_published
    try:
        versions = manifests.versions_in(manifests.manifest_of(folder))
    except store.StoreError:
        return True  # We can't tell.
    return versions is None or name in versions


def answer(sender: type[Entry], row: Entry, **kwargs: Any) -> bool:
    return had_by_readers(row)


def on(sender: type[HadOn], day: date, **kwargs: Any) -> HadOn:
    """What readers had at the end of a day, from the newest edition that was made by then."""
    end = timezone.make_aware(datetime.combine(day + clock.DAY, time.min)).timestamp()
    withdrawn = set(withdrawing.withdrawn_now())
    for folder in store.newest_first():
        try:
            manifest = manifests.read_manifest(folder)
        except store.StoreError:
            continue  # The one before it says nearly the same.
        if manifest["made_at"] < end:
            hidden = edition_versions.hidden_in(folder)
            return HadOn(manifests.versions_in(manifest), withdrawn | hidden)
    return HadOn(None, withdrawn)


def note() -> None:
    """Note what readers have. It never fails: they have the edition already.

    If the database is away, the next publication notes it. Until then the edition itself answers.
    """
    folder = store.current()
    if folder is None:
        return
    try:
        versions = manifests.versions_in(manifests.manifest_of(folder)) or {}
        new = versions.keys() - set(ReadersHad.objects.values_list("label", "key"))
        ReadersHad.objects.bulk_create(
            [ReadersHad(label=label, key=key) for label, key in sorted(new)], ignore_conflicts=True
        )
    except (Error, store.StoreError):
        logger.exception("What readers have had was not noted. The next publication will do it.")
