"""What is due for a check, when, and why. One function for each kind of thing that ages."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import Exists, Max, OuterRef, QuerySet, Value
from django.urls import reverse
from django.utils import timezone

from contacts.models import Doubt, Phone
from helphub.checking import certificates, links, owners, reports
from helphub.checking.models import Claim, Confirmation
from helphub.checking.ways import Way, way_of
from helphub.content import intervals, moments
from helphub.content.entries import Entry
from helphub.content.permissions import form_of
from helphub.content.registry import Record, RecordName, content_models
from helphub.dashboard.models import OpenQuestion
from helphub.editions import manifests, readers_content
from helphub.languages import names, safety_set
from helphub.languages.offered import offered
from services.models import Service, ServiceVerification
from strategy.models import Document, FormOfAbuse, Guide, Source, Statistic, Strategy

# An edition has opening hours for four weeks ahead, so a new one is needed before they end.
EDITION_LASTS = timedelta(days=21)
NEVER = "Not checked yet."
SOON = timedelta(days=7)
# What the last check and the hours of a number need.
OF_NUMBERS = ("verifications", "schedules", "exceptions")
KINDS = {
    "number": "Numbers",
    "service": "Services",
    "guide": "Guides",
    "topic": "Topics",
    "statistic": "Figures",
    "source": "Sources and documents",
    "notice": "Notices and last days",
    "question": "Open questions",
    "link": "Outside links",
    "language": "Languages",
    "edition": "Editions",
    "certificate": "The certificate",
}

# By when: the group, its words, and its last day from today.
WHEN = {
    "overdue": "Overdue",
    "week": "This week",
    "month": "This month",
    "quarter": "Within 90 days",
}
LAST_DAYS = {"overdue": 0, "week": 7, "month": 31, "quarter": 90}


class Due(NamedTuple):
    """One thing to check."""

    kind: str
    record: Record
    why: str
    on: date
    url: str = ""  # Where it is checked, if that is not its form.
    way: Way | None = None  # Of a number.
    checked_on: date | None = None
    can_confirm: bool = False  # By one press.
    is_pressing: bool = False
    owner: owners.Owned | None = None
    claim: Claim | None = None
    when: str = ""  # The group of WHEN it is in, or "" if it is due later than all of them.

    @property
    def name(self) -> RecordName:
        return self.record[:2]

    @property
    def edit_url(self) -> str:
        return form_of(self.record)

    @property
    def value(self) -> str:
        """What its tick sends. A service and its notice are two things to check."""
        return "{}:{}:{}".format(self.kind, *self.name)


def everything() -> list[Due]:
    """All that will be due, the most urgent first."""
    claims = {claim.name: claim for claim in Claim.objects.filter(until__gt=timezone.now())}
    owned, today = owners.by_name(), timezone.localdate()
    rows = []
    for found in SOURCES:
        for row in found():
            owner = owned.get(row.name)
            on = _day_of(row, owner)
            when = _when(on, today)
            rows.append(row._replace(on=on, when=when, owner=owner, claim=claims.get(row.name)))
    order = list(KINDS)
    return sorted(
        rows, key=lambda row: (not row.is_pressing, row.on, order.index(row.kind), row.record.name)
    )


def _day_of(row: Due, owner: owners.Owned | None) -> date:
    """When it is due: on the owner's day if that is earlier, until it is checked that day."""
    day = owner.due_on if owner else None
    if day is None or (row.checked_on and row.checked_on >= day):
        return row.on
    return min(row.on, day)


def _when(on: date, today: date) -> str:
    days = (on - today).days
    return next((name for name, last in LAST_DAYS.items() if days <= last), "")


def _record(row) -> Record:
    return Record(row._meta.label_lower, row.pk, str(row))


def _reported() -> dict[str, str]:
    """What readers said is wrong, by the name of the line in texts."""
    return {row.line: reports.in_words(row) for row in reports.reported_lines()}


def numbers() -> Iterator[Due]:
    reported = _reported()
    doubts = dict(Doubt.objects.filter(lifted_at=None).values_list("phone", "why"))
    phones = (
        Phone.objects.published()
        .knowing_help_now()
        .select_related("way_to_check")
        .prefetch_related(*OF_NUMBERS)
    )
    for phone in phones:
        check = phone.verification
        why = doubts.get(phone.pk) or reported.get(phone.slug)
        on = check.verified_on + phone.check_holds if check and not why else timezone.localdate()
        record, way = _record(phone), way_of(phone)
        yield Due(
            "number",
            record,
            why or _of_check(check),
            on,
            reverse("checking:call", args=[phone.pk]),
            way,
            checked_on=check and check.verified_on,
            can_confirm=phone.pk not in doubts,
            is_pressing=phone.pk in doubts,
        )


def _of_check(check) -> str:
    if check is None:
        return NEVER
    return f"Last checked on {check.verified_on:%-d %B %Y}, {check.get_method_display()}."


def services() -> Iterator[Due]:
    taken_back = ServiceVerification.objects.filter(
        service=OuterRef("service"), replaces=OuterRef("position")
    )
    checks = ServiceVerification.objects.exclude(method=ServiceVerification.Method.TAKEN_BACK)
    last = dict(
        checks.exclude(Exists(taken_back))
        .order_by()
        .values_list("service")
        .annotate(Max("verified_on"))
    )
    reported, today = _reported(), timezone.localdate()
    columns = ["pk", "name_en", "line", "reviewed_on"]
    for key, name, line, read_on in Service.objects.published().order_by().values_list(*columns):
        checked = max(filter(None, [last.get(key), read_on]), default=None)
        record = Record("services.service", key, name)
        due = _page("service", record, checked, intervals.SERVICES)
        if said := reported.get(line):
            due = due._replace(why=said, on=today)
        yield due


def pages() -> Iterator[Due]:
    for kind, model in (("guide", Guide), ("topic", FormOfAbuse)):
        for row in model.objects.published():
            yield _page(kind, _record(row), row.reviewed_on, intervals.PAGES)


def of_the_strategy() -> Iterator[Due]:
    """Its figures, and what it cites: is there anything newer, and is it still where it was?"""
    kinds = {Statistic: "statistic", Source: "source", Document: "source"}
    labels = [model._meta.label_lower for model in kinds]
    checks = Confirmation.objects.filter(label__in=labels, taken_back_at=None)
    by_day = checks.order_by("checked_on").values_list("label", "key", "checked_on")
    strategy = Strategy.objects.in_force()
    last = {(label, key): day for label, key, day in by_day}
    for model, kind in kinds.items():
        for row in model.objects.of(strategy):
            record = _record(row)
            due = _page(kind, record, last.get(record[:2]), intervals.PAGES)
            yield due._replace(why=" ".join([due.why, *getattr(row, "fate", [])]))


def _page(kind: str, record: Record, last: date | None, every: timedelta) -> Due:
    why = f"Last checked on {last:%-d %B %Y}." if last else NEVER
    on = last + every if last else timezone.localdate()
    return Due(kind, record, why, on, checked_on=last, can_confirm=True)


def notices() -> Iterator[Due]:
    """Services whose notice ends, and entries that readers lose after their last day."""
    today = timezone.localdate()
    columns = ["pk", "name_en", "is_closed_for_now", "notice_until"]
    shown = Service.objects.published().exclude(notice_en="").order_by()
    for key, name, is_closed, last in shown.values_list(*columns):
        record = Record("services.service", key, name)
        what = "It is closed for now" if is_closed else "Its notice stands"
        if last:
            yield Due("notice", record, f"{what} until {last:%-d %B %Y}.", last)
        elif is_closed:
            why = f"{what}, with no last day. Ask when it opens again."
            yield Due("notice", record, why, today + SOON)
    last_days = _last_days()
    for label in {label for label, _, _ in last_days}:
        keys = {key: last for of, key, last in last_days if of == label}
        for key, row in apps.get_model(label)._base_manager.in_bulk(keys).items():
            why = f"Readers see it until {keys[key]:%-d %B %Y}."
            yield Due("notice", _record(row), why, keys[key])


def _last_days() -> list[tuple[str, int, date]]:
    """The entries with a last day to come: (label, key, last day). One query for all kinds."""
    entries = [model for model in content_models() if issubclass(model, Entry)]
    first, *others = (
        QuerySet(model)
        .filter(is_published=True, ends_on__gte=timezone.localdate())
        .order_by()
        .values_list(Value(model._meta.label_lower), "pk", "ends_on")
        for model in entries
    )
    return list(first.union(*others, all=True))


def questions() -> Iterator[Due]:
    """What nobody knows yet. A question about a number is asked in the call about it."""
    today = timezone.localdate()
    for question in OpenQuestion.objects.open().select_related("phone"):
        url = reverse("checking:call", args=[question.phone.pk]) if question.phone else ""
        yield Due("question", _record(question), question.todo, today, url)


def languages() -> Iterator[Due]:
    """Offered languages in which a part of the safety set is in English."""
    today = timezone.localdate()
    for code in offered():
        left = safety_set.left(code) if code != settings.LANGUAGE_CODE else []
        if left:
            key = 1 + names.codes().index(code)
            record = Record("languages.language", key, names.in_english(code))
            why = f"Texts of its safety set that readers get in English: {len(left)}."
            yield Due("language", record, why, today, reverse("translations:queue", args=[code]))


def outside_links() -> Iterator[Due]:
    """Links that failed in their last check."""
    today, url = timezone.localdate(), reverse("checking:links")
    for link in links.failing():
        record = Record("checking.linkcheck", link.check.pk, link.address)
        yield Due("link", record, link.check.detail, today, url)


def editions() -> Iterator[Due]:
    folder = readers_content.whole_edition()
    if folder is None:
        return
    made = timezone.localtime(moments.from_seconds(manifests.manifest_of(folder)["made_at"]))
    record = Record("editions.edition", 0, f"Edition {folder.name}")
    why = f"Made on {made:%-d %B %Y}. Is the publisher running? It makes one each night if need be."
    yield Due("edition", record, why, made.date() + EDITION_LASTS, reverse("publishing:editions"))


def certificate() -> Iterator[Due]:
    """The site's own certificate, in good time before it runs out."""
    known = certificates.known()
    if known is None:
        return
    today = timezone.localdate()
    record = Record("checking.certificate", known.pk, f"Certificate of {known.host}")
    what, on = known.fault, today
    if known.ends_on:
        what, on = f"It runs out on {known.ends_on:%-d %B %Y}.", known.ends_on - certificates.AHEAD
    is_pressing = known.ends_on is None or known.ends_on <= today
    why = f"{what} Ask whoever runs the server to renew it."
    yield Due("certificate", record, why, on, is_pressing=is_pressing)


SOURCES = [
    numbers,
    services,
    pages,
    of_the_strategy,
    notices,
    questions,
    outside_links,
    languages,
    editions,
    certificate,
]
