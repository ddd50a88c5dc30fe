"""Who changed what: one log of versions, publications, reviews, owners, accounts and sign-ins.

Nothing but sign-ins is stored for it. Each source is a function that gives its newest entries
before a moment, so a page of the log reads a page of each source, however long the log is.
"""

import heapq
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain, count, islice
from typing import NamedTuple

from django.apps import apps
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst

from helphub.accounts.models import AccountChange, SignIn
from helphub.checking.models import OwnerChange
from helphub.content import moments
from helphub.content.permissions import form_of
from helphub.content.registry import Record
from helphub.editions.models import PublicationRequest, ScheduledChange, Withdrawal
from helphub.history import snapshots, versions
from helphub.history.diff import difference, in_words
from helphub.history.models import Version
from helphub.reviews.models import Remark, Review

ACCOUNTS, SIGN_INS, PUBLICATIONS, WITHDRAWALS, REVIEWS, OWNERS = (
    "accounts",
    "sign-ins",
    "publications",
    "withdrawals",
    "reviews",
    "owners",
)
OTHERS = {
    PUBLICATIONS: "Publications",
    WITHDRAWALS: "Withdrawals",
    REVIEWS: "Reviews",
    OWNERS: "Owners",
    ACCOUNTS: "Accounts and roles",
    SIGN_INS: "Sign-ins",
}
NOBODY = "-"
SERVER = "the server"  # Such as loading the fixtures.
AT_ONCE = 50


class Change(NamedTuple):
    """One entry of the log."""

    at: datetime
    who: str
    what: str
    kind: str
    name: str = ""  # Of the record.
    url: str = ""  # Of the difference, or of the record's history.
    label: str = ""  # Of the record that the address is about.
    old: int | None = None  # Versions, for records.
    new: int | None = None


@dataclass(frozen=True)
class Wanted:
    """What to show of the log. Everything, unless it is narrowed."""

    who: str = ""
    kind: str = ""
    name: str = ""
    since: date | None = None
    until: date | None = None

    def rows(self, queryset: QuerySet, at: str, who: str, name: str, before: datetime) -> QuerySet:
        """The rows to show before a moment, newest first, by the names of their columns."""
        conditions = {f"{at}__lt": before}
        if self.since:
            conditions[f"{at}__gte"] = _midnight(self.since)
        if self.name:
            conditions[f"{name}__icontains"] = self.name
        if self.who:
            conditions[who] = "" if self.who == NOBODY else self.who
        return queryset.filter(**conditions).order_by(f"-{at}", "-pk")

    def begins(self) -> datetime:
        """The moment before which to begin."""
        return _midnight(self.until + timedelta(days=1)) if self.until else timezone.now()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


# The sources

Source = Callable[[Wanted, datetime], Iterator[Change]]


def records(wanted: Wanted, before: datetime) -> Iterator[Change]:
    """What was saved in the admin, record by record."""
    of_record = Version.objects.filter(label=OuterRef("label"), key=OuterRef("key"))
    older = of_record.filter(pk__lt=OuterRef("pk")).order_by("-pk").values("pk")[:1]
    rows = Version.objects.annotate(older=Subquery(older))
    if wanted.kind:
        rows = rows.filter(label=wanted.kind)
    for batch in _batches(wanted.rows(rows, "at", "officer", "name", before)):
        contents = Version.objects.in_bulk({row.older for row in batch if row.older})
        for row in batch:
            yield _of_version(row, contents.get(row.older))


def _batches(rows: QuerySet) -> Iterator[list]:
    """The rows, a page at a time. What is saved meanwhile comes later than all of them."""
    for start in count(0, AT_ONCE):
        batch = list(rows[start : start + AT_ONCE])
        if not batch:
            return
        yield batch


def _of_version(row: Version, older: Version | None) -> Change:
    try:
        model = apps.get_model(row.label)
    except LookupError:  # A kind that later releases no longer have.
        return Change(row.at, row.officer or SERVER, row.why, row.label, row.name, new=row.pk)
    what = row.why or ("Deleted" if row.is_deleted else "" if older else "Created")
    if older and not row.is_deleted:
        states = versions.state_of(older), versions.state_of(row)
        changed = in_words(difference(model, *states))
        what = ". ".join(filter(None, [what, f"Changed {changed}" if changed else ""])) or "Saved"
    url = reverse("history:history", args=[row.label, row.key])
    if older:
        compare = reverse("history:compare", args=[row.label, row.key])
        url = f"{compare}?old={older.pk}&new={row.pk}"
    kind = capfirst(str(model._meta.verbose_name))
    return Change(
        row.at,
        row.officer or SERVER,
        what,
        kind,
        row.name,
        url,
        row.label,
        old=older and older.pk,
        new=row.pk,
    )


def publications(wanted: Wanted, before: datetime) -> Iterator[Change]:
    """What officers asked the publisher for, and how it ended."""
    rows = wanted.rows(PublicationRequest.objects.all(), "asked_at", "who", "why", before)
    for row in chain.from_iterable(_batches(rows)):
        what = f"{capfirst(row.get_kind_display())}: {row.get_state_display()}"
        name = f"Edition {row.number}" if row.number else row.why
        url = reverse("publishing:publication", args=[row.pk])
        yield Change(row.asked_at, row.who, what, "Publication", name, url)


def scheduled(wanted: Wanted, before: datetime) -> Iterator[Change]:
    """What officers set for later. Moving is setting anew."""
    rows = wanted.rows(ScheduledChange.objects.all(), "set_at", "who", "name", before)
    for row in chain.from_iterable(_batches(rows)):
        yield _of_scheduled(
            row, row.set_at, row.who, f"Set for {moments.exactly(row.goes_out_at)}: {row.why}"
        )


def no_longer_scheduled(wanted: Wanted, before: datetime) -> Iterator[Change]:
    """What officers cancelled, and what was refused when it was due."""
    ended = [ScheduledChange.Outcome.CANCELLED, ScheduledChange.Outcome.REFUSED]
    changes = ScheduledChange.objects.filter(outcome__in=ended)
    rows = wanted.rows(changes, "ended_at", "ended_by", "name", before)
    for row in chain.from_iterable(_batches(rows)):
        what = f"Not published when it was due: {row.why_not}" if row.why_not else "Cancelled it"
        moment = moments.exactly(row.goes_out_at)
        yield _of_scheduled(row, row.ended_at, row.ended_by or SERVER, f"{what} ({moment})")


def _of_scheduled(row: ScheduledChange, at: datetime, who: str, what: str) -> Change:
    url = reverse("publishing:later", args=[row.pk])
    return Change(at, who, what, "Set for later", row.name, url, row.label)


def withdrawals(wanted: Wanted, before: datetime) -> Iterator[Change]:
    rows = wanted.rows(Withdrawal.objects.all(), "withdrawn_at", "who", "name", before)
    for row in chain.from_iterable(_batches(rows)):
        what, url = f"Withdrew it: {row.why}", _of(row)
        yield Change(row.withdrawn_at, row.who, what, "Withdrawal", row.name, url, row.label)


def lifted(wanted: Wanted, before: datetime) -> Iterator[Change]:
    """Withdrawals that were ended."""
    rows = wanted.rows(Withdrawal.objects.all(), "lifted_at", "lifted_by", "name", before)
    for row in chain.from_iterable(_batches(rows)):
        what, url = "Ended the withdrawal", _of(row)
        yield Change(row.lifted_at, row.lifted_by, what, "Withdrawal", row.name, url, row.label)


def owners(wanted: Wanted, before: datetime) -> Iterator[Change]:
    """Who gave which record to whom."""
    rows = wanted.rows(OwnerChange.objects.all(), "at", "who", "record_name", before)
    for row in chain.from_iterable(_batches(rows)):
        url = form_of(Record(row.label, row.key, row.record_name))
        yield Change(row.at, row.who, row.words, "Owner", row.record_name, url, row.label)


def _of(row: Withdrawal) -> str:
    return reverse("history:history", args=[row.label, row.key])


def reviews(wanted: Wanted, before: datetime) -> Iterator[Change]:
    """Requests for review."""
    rows = wanted.rows(Review.objects.all(), "asked_at", "asked_by", "name", before)
    for row in chain.from_iterable(_batches(rows)):
        yield _of_review(row, row.asked_at, row.asked_by, f"Asked {row.reviewer} for a review")


def answers(wanted: Wanted, before: datetime) -> Iterator[Change]:
    """How reviews ended."""
    rows = wanted.rows(Review.objects.all(), "answered_at", "answered_by", "name", before)
    for row in chain.from_iterable(_batches(rows)):
        what = capfirst(row.get_outcome_display())
        yield _of_review(row, row.answered_at, row.answered_by, what)


def remarks(wanted: Wanted, before: datetime) -> Iterator[Change]:
    rows = wanted.rows(Remark.objects.select_related("review"), "at", "by", "review__name", before)
    for row in chain.from_iterable(_batches(rows)):
        yield _of_review(row.review, row.at, row.by, "Made a remark")


def _of_review(row: Review, at: datetime, who: str, what: str) -> Change:
    url = reverse("reviews:review", args=[row.pk])
    return Change(at, who, what, "Review", row.name, url, row.label)


def accounts(wanted: Wanted, before: datetime) -> Iterator[Change]:
    rows = wanted.rows(AccountChange.objects.all(), "at", "who_name", "account_name", before)
    for row in chain.from_iterable(_batches(rows)):
        yield Change(
            row.at, row.who_name, row.words, "Account", row.account_name, row.get_absolute_url()
        )


def sign_ins(wanted: Wanted, before: datetime) -> Iterator[Change]:
    rows = wanted.rows(SignIn.objects.all(), "at", "name", "name", before)
    for row in chain.from_iterable(_batches(rows)):
        yield Change(row.at, row.name, "Signed in", "Sign-in", row.name)


SOURCES: dict[str, list[Source]] = {
    PUBLICATIONS: [publications, scheduled, no_longer_scheduled],
    WITHDRAWALS: [withdrawals, lifted],
    REVIEWS: [reviews, answers, remarks],
    OWNERS: [owners],
    ACCOUNTS: [accounts],
    SIGN_INS: [sign_ins],
}


# Reading it


def changes(wanted: Wanted, before: datetime | None = None) -> Iterator[Change]:
    """The entries before a moment, newest first. It reads on only as far as it is asked."""
    moment = min(before or timezone.now(), wanted.begins())
    if wanted.kind in SOURCES:
        sources = SOURCES[wanted.kind]
    elif wanted.kind:
        sources = [records]
    else:
        sources = [records, *(source for some in SOURCES.values() for source in some)]
    streams = [source(wanted, moment) for source in sources]
    return heapq.merge(*streams, key=lambda change: change.at, reverse=True)


def page(wanted: Wanted, before: datetime | None, length: int) -> tuple[list[Change], str]:
    """A page of the log, and where the next begins, or "" at the end.

    All entries of one moment are on one page, because the next begins before that moment.
    """
    entries = changes(wanted, before)
    shown = list(islice(entries, length))
    for change in entries:
        if change.at != shown[-1].at:
            return shown, shown[-1].at.isoformat()
        shown.append(change)
    return shown, ""


def kinds() -> list[tuple[str, str]]:
    """What the log can be narrowed to, for a form."""
    of_records = [
        (model._meta.label_lower, capfirst(str(model._meta.verbose_name_plural)))
        for model in snapshots.records()
    ]
    return [*OTHERS.items(), *sorted(of_records, key=lambda kind: kind[1])]


def people() -> list[str]:
    """Everybody who has or had an account."""
    now = get_user_model().objects.values_list("username", flat=True)
    earlier = AccountChange.objects.order_by().values_list("account_name", flat=True).distinct()
    return sorted({*now, *earlier} - {""}, key=str.casefold)
