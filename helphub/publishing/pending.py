"""What is waiting to be published: saved, but not in readers' edition yet."""

import time
from datetime import date, datetime
from datetime import time as time_of_day
from typing import NamedTuple

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connections
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import get_language_info

from helphub.content import moments, registry
from helphub.content.diff import word_difference
from helphub.content.permissions import form_of
from helphub.editions import bake, diff, manifests, new_manifest, readers_content, withdrawing
from helphub.editions.models import Withdrawal

WHAT = {
    "new": "New",
    "changed": "Changed",
    "unpublished": "No longer visible: it will be removed from every page",
    "deleted": "Deleted: it will be removed from every page",
}


class Waiting(NamedTuple):
    """A record waiting to be published, or a draft that is not marked as visible to readers."""

    record: registry.Record
    what: str  # One of WHAT, or "draft".
    fingerprint: str = ""  # Differs once the record is changed again.
    who: str = ""  # Who changed it last.
    changed_at: datetime | None = None
    since: datetime | None = None  # The first change that readers don't have.
    title: str = ""  # The name an officer knows it by.

    @property
    def name(self):
        """Its identity: (label, key)."""
        return self.record.label, self.record.key

    @property
    def value(self):
        """The same, as a form sends it."""
        return f"{self.record.label}:{self.record.key}"

    @property
    def kind(self):
        return apps.get_model(self.record.label)._meta.verbose_name

    @property
    def says(self):
        return WHAT.get(self.what, "")

    @property
    def url(self):
        return reverse("publishing:waiting-entry", args=[self.record.label, self.record.key])

    @property
    def edit_url(self):
        return "" if self.what == "deleted" else form_of(self.record)


class Part(NamedTuple):
    """What changed in one field, in one language."""

    label: str
    language: str
    direction: str
    words: list  # As word_difference returns them.


class Standing:
    """The working database compared with readers' edition."""

    def __init__(self):
        self.folder = readers_content.whole_edition()
        self.saved = bake.read(connections["default"])
        self.now = bake.released(self.saved)
        self.before = readers_content.rows_of(self.folder) if self.folder else None
        self.waiting, self.drafts = [], []
        if self.before is None:
            return
        bake.withdraw(self.now, withdrawing.withdrawn_now())
        self.differences = {
            difference.name: difference for difference in diff.differences(self.now, self.before)
        }
        manifest = manifests.manifest_of(self.folder)
        drafts = self._drafts()
        log = _log({*self.differences, *(record[:2] for record in drafts)})
        for name, difference in self.differences.items():
            changes = log.get(name, [])
            taken_at = moments.from_seconds(new_manifest.taken_at(manifest, name))
            since = [at for at, _who in changes if at > taken_at]
            self.waiting.append(
                Waiting(
                    difference.record,
                    self._what(*name),
                    diff.fingerprint_of(difference, self.now),
                    *(changes[-1][::-1] if since else ("", None)),
                    since[0] if since else None,
                )
            )
        for record in drafts:
            changes = log.get(record[:2], [])
            self.drafts.append(
                Waiting(record, "draft", "", *(changes[-1][::-1] if changes else ("", None)))
            )
        self.waiting, self.drafts = with_titles(self.waiting), with_titles(self.drafts)
        self.by_name = {item.name: item for item in self.waiting}

    def _drafts(self):
        """Entries that are not marked as visible to readers, and that readers don't have."""
        return [
            bake.record_of(model, row)
            for model, table in self.saved.items()
            if bake.is_entry(model)
            for key, row in table.items()
            if not row["is_published"] and key not in self.before[model]
        ]

    def _what(self, label, key):
        model = apps.get_model(label)
        is_there = key in self.before[model]
        if key in self.now[model]:
            was_shown = is_there and self.before[model][key].get("is_published", True)
            return "changed" if was_shown else "new"
        return "unpublished" if key in self.saved[model] else "deleted"

    def name_of(self, name):
        """A record's name, whether or not it is still waiting."""
        model = apps.get_model(name[0])
        row = self.saved[model].get(name[1]) or self.before[model].get(name[1])
        return bake.record_of(model, row).name if row else f"{name[0]} {name[1]}"

    def parts(self, name):
        """What changed in a record: its own fields, then those of its rows."""
        difference = self.differences[name]
        own = (apps.get_model(name[0]), name[1])
        rows_now, rows_before = dict.fromkeys(difference.now), dict.fromkeys(difference.before)
        parts = []
        for row_name in sorted(
            {*rows_now, *rows_before},
            key=lambda row_name: (row_name != own, row_name[0]._meta.label, row_name[1]),
        ):
            model, key = row_name
            if model._meta.auto_created:
                continue
            new = self.now[model][key] if row_name in rows_now else {}
            old = self.before[model][key] if row_name in rows_before else {}
            parts += self._fields(model, old, new, "" if row_name == own else _of_child(model))
        return parts + self._ties(rows_now, rows_before)

    def _fields(self, model, old, new, child):
        owner = diff.owner_field(model, new or old)
        parts = []
        for field in diff.written(model):
            before, after = old.get(field.attname), new.get(field.attname)
            if field == owner or not field.editable or (before or None) == (after or None):
                continue
            values = [self._shown(field, before, self.before), self._shown(field, after, self.now)]
            is_text = isinstance(before or after, str) and not field.choices
            words = [value.split() if is_text else [value] if value else [] for value in values]
            if words[0] == words[1]:
                continue
            code = getattr(field, "language", "")
            label = str(getattr(field, "translated_field", field).verbose_name)
            info = get_language_info(code) if code else None
            parts.append(
                Part(
                    f"{child}{label}" + (f", {info['name']}" if code else ""),
                    code,
                    "rtl" if info and info["bidi"] else "ltr",
                    word_difference(*words),
                )
            )
        return parts

    def _ties(self, rows_now, rows_before):
        """Many-to-many rows, each list shown as one field."""
        names_by_model = {}
        for side, rows, keys in ((0, self.before, rows_before), (1, self.now, rows_now)):
            for model, key in keys:
                if model._meta.auto_created:
                    row = rows[model][key]
                    owner = diff.owner_field(model, row)
                    (other,) = [field for field in bake.links(model) if field != owner]
                    name = self._shown(other, row[other.attname], rows)
                    names_by_model.setdefault(model, ([], []))[side].append(name)
        return [
            Part(_of_tie(model), "", "ltr", word_difference(sorted(old), sorted(new)))
            for model, (old, new) in names_by_model.items()
            if sorted(old) != sorted(new)
        ]

    def _shown(self, field, value, rows):
        """A value as an officer sees it in the form."""
        if value in (None, ""):
            return ""
        if isinstance(value, bool):
            return "Yes" if value else "No"
        if field.remote_field:
            # If the linked row is not published, only the working database has it.
            row = next(
                (
                    candidate
                    for table in (rows, self.saved)
                    for candidate in table[field.related_model].values()
                    if candidate[field.target_field.attname] == value
                ),
                None,
            )
            return bake.record_of(field.related_model, row).name if row else str(value)
        if field.choices:
            return str(dict(field.flatchoices).get(value, value))
        if isinstance(value, datetime):
            return moments.in_words(value)
        if isinstance(value, time_of_day):
            return f"{value:%H:%M}"
        return date_format(value, "j F Y") if isinstance(value, date) else str(value)


def with_titles(items):
    """These records with the titles that officers know from their forms."""
    keys = {}
    for item in items:
        keys.setdefault(item.record.label, []).append(item.record.key)
    rows = {
        label: apps.get_model(label)._base_manager.in_bulk(record_keys)
        for label, record_keys in keys.items()
    }
    return [
        item._replace(
            title=str(rows[item.record.label].get(item.record.key) or item.record.name or item.kind)
        )
        for item in items
    ]


def _of_child(model):
    return f"{model._meta.verbose_name}: "


def _of_tie(model):
    """The name of the many-to-many field these rows belong to."""
    fields = model._meta.auto_created._meta.local_many_to_many
    return str(next(field.verbose_name for field in fields if field.remote_field.through is model))


def _log(names):
    """When and by whom these records were saved in the admin: [(when, who)], oldest first."""
    changes_by_name = {}
    if not names:
        return changes_by_name
    rows = LogEntry.objects.filter(
        content_type__app_label__in={label.partition(".")[0] for label, _ in names},
        object_id__in={str(key) for _, key in names},
    ).order_by("action_time", "pk")
    columns = ["content_type__app_label", "content_type__model", "object_id", "action_time"]
    for app, model, key, at, username in rows.values_list(*columns, "user__username"):
        if key.isdecimal() and (name := (f"{app}.{model}", int(key))) in names:
            changes_by_name.setdefault(name, []).append((at, username))
    # Withdrawing or lifting makes a record wait too, but has a separate table.
    for withdrawal in Withdrawal.objects.filter(key__in={key for _, key in names}):
        if (name := (withdrawal.label, withdrawal.key)) in names:
            ends = [(withdrawal.lifted_at, withdrawal.lifted_by)] if withdrawal.lifted_at else []
            changes_by_name.setdefault(name, []).extend(
                [(withdrawal.withdrawn_at, withdrawal.who), *ends]
            )
    return {name: sorted(changes) for name, changes in changes_by_name.items()}


# Counts


def records():
    """What is waiting to be published. Empty while readers have no edition."""
    return _counted().records


class _Counted(NamedTuple):
    made_from: tuple
    at: float
    records: list


_last = None
LONGEST = 30  # Seconds to trust the list: a change made by a command leaves nothing in the log.


def count(user=None):
    """How many records are waiting, for the top of every admin page; None without an edition.

    For the officer of a request, this asks once for the whole page.
    """
    waiting = _records_if_any() if user is None else for_page(user)
    return None if waiting is None else len(waiting)


def _records_if_any():
    """What is waiting; None without an edition, or if its file is missing or damaged."""
    try:
        counted = _counted()
    except (OSError, DatabaseError):
        return None  # The top of the page says so.
    return counted.records if counted.made_from else None


def for_page(user):
    """What is waiting, asked once for all that a page shows of it; None without an edition.

    Django reads a new user for each request, so the next page asks again.
    """
    if not hasattr(user, "waiting_on_page"):
        user.waiting_on_page = _records_if_any()
    return user.waiting_on_page


def keep_for_page(user, standing):
    """Let the top of the page count what its view has just compared."""
    user.waiting_on_page = None if standing.before is None else standing.waiting


def _counted():
    """What is waiting, and when we checked.

    Comparing takes as long as the rest of an admin page. So we keep the list until something is
    saved in the admin, readers get another edition, or LONGEST has passed.
    """
    global _last
    folder = readers_content.whole_edition()
    if folder is None:
        return _Counted((), 0, [])
    made_from = (
        folder,
        connections["default"].settings_dict["NAME"],
        LogEntry.objects.order_by("-pk").values_list("pk", flat=True).first(),
        tuple(withdrawing.withdrawn_now()),
    )
    now = time.monotonic()
    if _last is None or _last.made_from != made_from or now - _last.at > LONGEST:
        _last = _Counted(made_from, now, Standing().waiting)
    return _last
