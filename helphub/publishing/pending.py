"""What is waiting to be published, as officers see it: saved, but not in readers' edition yet."""

from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from django.apps import apps
from django.urls import reverse
from django.utils.dateparse import parse_date

from helphub.content import clock, registry
from helphub.content.permissions import form_of
from helphub.editions import changed_words, readers_content, scheduled, standing, store
from helphub.editions.models import Withdrawal
from helphub.history import versions
from helphub.history.diff import difference
from helphub.history.models import Version

WHAT = {
    standing.NEW: "New",
    standing.CHANGED: "Changed",
    standing.UNPUBLISHED: "No longer visible: it will be removed from every page",
    standing.LIFTED: "No longer withdrawn: readers will see it again",
    standing.DELETED: "Deleted: it will be removed from every page",
}
DRAFT = "draft"


class WaitingEntry(NamedTuple):
    """A record waiting to be published, or a draft that is not marked as visible to readers."""

    version: Version  # The newest.
    what: str  # One of WHAT, or a draft, or "" if readers have it as it is saved.
    fingerprint: str = ""  # Differs once publishing it would do something else.
    who: str = ""  # Who changed it last.
    changed_at: datetime | None = None
    since: datetime | None = None  # The first change that readers don't have.

    @property
    def name(self):
        """Its identity: (label, key)."""
        return self.version.label, self.version.key

    @property
    def title(self):
        """The name an officer knows it by."""
        return self.version.name

    @property
    def value(self):
        """Its identity, as a form sends it."""
        return f"{self.version.label}:{self.version.key}"

    @property
    def kind(self):
        return apps.get_model(self.version.label)._meta.verbose_name

    @property
    def says(self):
        return WHAT.get(self.what, "")

    @property
    def url(self):
        return reverse("publishing:waiting-entry", args=self.name)

    @property
    def edit_url(self):
        return "" if self.version.is_deleted else form_of(registry.Record(*self.name, self.title))

    @property
    def first_day(self):
        """The first day that its form names, or None."""
        written = None if self.version.is_deleted else self.version.contents["fields"]
        return parse_date((written or {}).get("starts_on") or "")


class WaitingList:
    """What waits and what are drafts, as officers see them."""

    def __init__(self):
        self.folder = readers_content.whole_edition()
        self.compared = standing.Standing(self.folder)

    @cached_property
    def entries(self):
        """What is waiting, with who changed it and when."""
        waiting = self.compared.waiting
        changes = _changes(self.compared, waiting)
        return [
            WaitingEntry(item.newest, item.what, item.fingerprint, *_last_and_first(changes[name]))
            for name, item in waiting.items()
        ]

    @cached_property
    def scheduled(self):
        """What is set to go out later, by record. Some of it may no longer wait."""
        return scheduled.held_back()

    @cached_property
    def unscheduled(self):
        """What is waiting for an officer to publish it."""
        return [item for item in self.entries if item.name not in self.scheduled]

    def hidden_until(self, item):
        """The day until which readers lose an entry that they can see now, or None."""
        day, before = item.first_day, self.compared.before(item.name)
        if day is None or day <= clock.today() or before is None:
            return None
        first = parse_date(before.fields.get("starts_on") or "")
        return day if first is None or first <= clock.today() else None

    @cached_property
    def drafts(self):
        return [
            WaitingEntry(version, DRAFT, "", version.officer, version.at)
            for version in self.compared.drafts()
        ]

    @cached_property
    def translations(self):
        """What goes out with any publication, without a tick."""
        return [] if self.folder is None else changed_words.waiting(self.folder)

    @cached_property
    def by_name(self):
        return {item.name: item for item in self.entries}

    def entry(self, label, key):
        """What is waiting of a record, or its draft; or None."""
        drafts = {item.name: item for item in self.drafts}
        return (drafts | self.by_name).get((label, key))

    def changes(self, name):
        """What differs between the version that readers have and the newest."""
        newest = self.compared.newest[name]
        now = None if newest.is_deleted else versions.state_of(newest)
        return difference(apps.get_model(name[0]), self.compared.before(name), now)

    def name_of(self, name):
        """A record's name, whether or not it is still waiting."""
        newest = self.compared.newest.get(name)
        return newest.name if newest else f"{name[0]} {name[1]}"


def _changes(compared, names):
    """Who saved each record when, since the version that readers have: [(when, who)]."""
    changes = {name: [] for name in names}
    stored = Version.objects.filter(
        label__in={label for label, _ in names}, key__in={key for _, key in names}
    )
    columns = ["label", "key", "fingerprint", "is_deleted", "at", "officer"]
    stored_before = set()
    for label, key, fingerprint, is_deleted, at, who in stored.order_by("pk").values_list(*columns):
        name = label, key
        if name not in changes:
            continue
        # A deletion holds what the record said last, which may be what readers have.
        if not is_deleted and fingerprint == compared.in_edition.get(name):
            changes[name].clear()
            stored_before.add(name)
        else:
            changes[name].append((at, who))
    # If readers' version is no longer stored, only the last change is sure to be newer.
    for name in compared.in_edition.keys() & changes.keys() - stored_before:
        changes[name] = changes[name][-1:]
    for name, at, who in _by_withdrawal(compared):
        if name in changes:
            changes[name] = sorted([*changes[name], (at, who)])
    return changes


def _by_withdrawal(compared):
    """Withdrawing or lifting makes a record wait too, but makes no version: (name, when, who)."""
    names = compared.just_withdrawn | compared.lifted
    rows = Withdrawal.objects.filter(key__in={key for _, key in names}).order_by("withdrawn_at")
    newest = {(withdrawal.label, withdrawal.key): withdrawal for withdrawal in rows}
    for name in names & newest.keys():
        withdrawal = newest[name]
        if withdrawal.lifted_at:
            yield standing.record_with(name), withdrawal.lifted_at, withdrawal.lifted_by
        else:
            yield standing.record_with(name), withdrawal.withdrawn_at, withdrawal.who


def _last_and_first(changes):
    """Who made the last of these changes and when, and when the first was made."""
    if not changes or not changes[-1][1]:
        return "", None, None
    return changes[-1][1], changes[-1][0], changes[0][0]


def records():
    """What is waiting for an officer to publish it. Empty while readers have no edition."""
    return WaitingList().unscheduled


class Count(NamedTuple):
    """How many records wait for an officer, and how many for their moment."""

    waiting: int
    later: int


def compared():
    """What readers have beside what is saved. None if their edition cannot be read."""
    try:
        return standing.Standing(readers_content.whole_edition(), has_data=False)
    except (OSError, store.StoreError):
        return None


def count(known=None):
    """How much is waiting, for the top of every admin page.

    None without an edition, or if it cannot be read: the top of the page says so. Pass what
    `compared` gave if you already have it.
    """
    try:
        folder = readers_content.whole_edition()
        if folder is None:
            return None
        waiting = (known or standing.Standing(folder, has_data=False)).waiting
    except (OSError, store.StoreError):
        return None
    later = scheduled.held_back()
    return Count(len(waiting.keys() - later.keys()), len(later))
