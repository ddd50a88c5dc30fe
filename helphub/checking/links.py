"""The outside links of what readers see: where each is used, and whether it still works."""

import operator
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache, reduce
from typing import NamedTuple
from urllib.parse import urldefrag

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from helphub.checking.fetching import SECONDS, Fetcher, Result, host_of
from helphub.checking.models import LinkCheck
from helphub.content import registry, validators
from helphub.content.markup import markdown
from helphub.content.permissions import form_of
from helphub.content.registry import Record
from helphub.editions import bake, withdrawing
from helphub.history import snapshots
from helphub.languages.offered import served

OFTEN = timedelta(hours=1)  # Nobody is asked more often than this.
BUSY = timedelta(seconds=2 * SECONDS)  # A check is over by then, even if its process was killed.
BROKEN = 3  # Failures in a row.
FEWEST_SITES = 3  # If so many sites are silent and no other answers, the fault is ours.
LONGEST = LinkCheck._meta.get_field("address").max_length

# Addresses that the strategy prints. Readers get our own page instead of the first. Once officers
# have said what has replaced a document or source, or where a copy is kept, nobody needs telling
# that its old address is dead.
NO_LINK = {("strategy.hubarea", "url")}
INSTEAD = ("current_title", "archived_url")
UNLESS = {("strategy.document", "url"): INSTEAD, ("strategy.source", "url"): INSTEAD}


class Use(NamedTuple):
    """A record with a link, and the field that it is in."""

    record: Record
    field: str

    @property
    def url(self):
        return form_of(self.record)


@dataclass
class Link:
    """An outside link, where it is used, and its last check if there was one."""

    address: str
    uses: list[Use]
    check: LinkCheck | None = None

    @property
    def is_broken(self):
        return bool(self.check) and self.check.failures >= BROKEN

    @property
    def again_at(self):
        """When it may be checked again, or None if it may be now."""
        asked_at = self.check and self.check.asked_at
        return asked_at + OFTEN if asked_at and asked_at + OFTEN > timezone.now() else None


# Finding links


def _fields() -> dict:
    """The fields that can hold links, in the languages that readers have: {model: fields}."""
    languages = frozenset(served())
    return {
        model: fields
        for model in registry.content_models()
        if (fields := _fields_of(model, languages))
    }


@cache
def _fields_of(model, languages):
    label = model._meta.label_lower
    if model._meta.auto_created or label in registry.never_read():
        return []
    return [
        field
        for field in snapshots.own_fields(model)
        if (label, field.name) not in NO_LINK
        and getattr(field, "language", settings.LANGUAGE_CODE) in languages
        and (isinstance(field, models.URLField) or validators.validate_text in field.validators)
    ]


def _addresses(field, row):
    """The outside addresses in a field of a row."""
    value = row[field.attname] or ""
    if isinstance(field, models.URLField):
        instead = UNLESS.get((field.model._meta.label_lower, field.name), ())
        found = [] if any(row[name] for name in instead) else [value]
    else:
        found = _links_in(value) if "](" in value else []
    for address in found:
        if address.startswith(("https:", "http:")) and len(address) <= LONGEST:
            with suppress(ValueError):  # The check will say that this is no address.
                address = urldefrag(address).url
            yield address


def _links_in(text):
    for block in markdown.parse(text):
        for token in block.children or []:
            if token.type == "link_open":
                yield str(token.attrGet("href"))


def uses_in(rows: bake.Rows) -> dict[str, list[Use]]:
    """Every outside link in these rows, with the records that use it."""
    found: dict[str, list[Use]] = {}
    for model, fields in _fields().items():
        for row in rows.get(model, {}).values():
            in_row = {
                (address, str(getattr(field, "translated_field", field).verbose_name))
                for field in fields
                for address in _addresses(field, row)
            }
            if not in_row:
                continue
            owner, entry = bake.entry_of(rows, model, row)
            if entry.get("is_published", True) and not entry.get("is_archived"):
                record = bake.record_of(owner, entry)
                for address, name in sorted(in_row):
                    found.setdefault(address, []).append(Use(record, name))
    return found


def _saved_rows() -> bake.Rows:
    """What is saved and visible to readers, as far as it has links. With the entries of rows."""
    rows: bake.Rows = {model: {} for model in registry.content_models()}
    for model, fields in _fields().items():
        names = [f"{field.name}__contains" for field in fields]
        has_link = reduce(operator.or_, (models.Q(**{name: "http"}) for name in names))
        if bake.is_entry(model):
            _add(rows, model, has_link)
            continue
        links = [link for link in bake.links(model) if _belongs(link)]
        for link in links:
            has_link &= models.Q(**{f"{link.name}__in": _published(link.related_model)})
        _add(rows, model, has_link)
        for link in links:
            values = {row[link.attname] for row in rows[model].values()}
            _add(rows, link.related_model, models.Q(**{f"{link.target_field.name}__in": values}))
    return rows


def _belongs(link):
    return bake.is_entry(link.related_model) and link.remote_field.on_delete is models.CASCADE


def _published(model):
    # A plain queryset around it: a translated model's own would read one language.
    keys = model._default_manager.published().order_by().values("pk")
    return models.QuerySet(model).filter(pk__in=keys)


def _add(rows, model, condition):
    found = _published(model) if bake.is_entry(model) else models.QuerySet(model)
    key = model._meta.pk.attname
    rows[model] |= {row[key]: row for row in found.filter(condition).order_by("pk").values()}


def outside_links() -> list[Link]:
    """Every outside link of what is saved and visible to readers, with its last check.

    What an officer has just replaced is not among them, though readers have it until the record is
    published: there is nothing left to do but publish.
    """
    uses, withdrawn = uses_in(_saved_rows()), set(withdrawing.withdrawn_now())
    checks = {check.address: check for check in LinkCheck.objects.all()}
    links = []
    for address, all_uses in sorted(uses.items()):
        seen = [use for use in all_uses if use.record[:2] not in withdrawn]
        if seen:
            links.append(Link(address, seen, checks.get(address)))
    return links


# What came of the checks


def no_site_answers() -> bool:
    """Whether none of our sites answers at all. Then this machine has no way out."""
    results = list(LinkCheck.objects.exclude(result="").values_list("host", "result"))
    silent = {host for host, result in results if result == Result.NO_ANSWER}
    return len(silent) >= FEWEST_SITES and all(result == Result.NO_ANSWER for _, result in results)


def failing() -> list[Link]:
    """The links whose last check failed, whether once or often."""
    if not LinkCheck.objects.filter(failures__gt=0).exists() or no_site_answers():
        return []
    return [link for link in outside_links() if link.check and link.check.fails]


def broken() -> list[Link]:
    """The links that have failed three times in a row."""
    if not LinkCheck.objects.filter(failures__gte=BROKEN).exists():
        return []
    return [link for link in failing() if link.is_broken]


def warnings(rows: bake.Rows) -> Iterator[str]:
    """What to tell whoever publishes these rows: which of their links are broken."""
    checks = list(LinkCheck.objects.filter(failures__gte=BROKEN).order_by("address"))
    if not checks or no_site_answers():
        return
    uses = uses_in(rows)
    for check in checks:
        if names := sorted({use.record.name for use in uses.get(check.address, ())}):
            more = f" and {len(names) - 1} more" if names[1:] else ""
            yield (
                f"A link in “{names[0]}”{more} has failed {check.failures} times in a row: "
                f"{check.address} {check.detail}"
            )


# Checking


def _claim(address: str) -> LinkCheck | None:
    """The link's row, if we may ask now. At most one check of a site is under way at any time."""
    try:
        host = host_of(address)[:255]
    except ValueError:
        host = ""
    LinkCheck.objects.get_or_create(address=address, defaults={"host": host})
    now = timezone.now()
    with transaction.atomic():
        rows = LinkCheck.objects.select_for_update().filter(host=host).order_by("pk")
        own = None
        for row in rows:
            if row.is_being_asked and now - row.asked_at < BUSY:
                return None
            own = row if row.address == address else own
        if own is None or (own.asked_at and now - own.asked_at < OFTEN):
            return None
        own.asked_at = now
        own.save(update_fields=["asked_at"])
    return own


def check(address: str, fetcher: Fetcher | None = None) -> LinkCheck | None:
    """Check a link now. Returns None if it was checked within the hour, or its site is busy."""
    row = _claim(address)
    if row:
        # Outside any transaction: this may take five seconds.
        row.note((fetcher or Fetcher()).ask(address))
    return row


def due(links: Iterable[Link] | None = None) -> list[Link]:
    """The links that may be checked now: those never checked first, then the longest ago."""
    may_be = [link for link in (outside_links() if links is None else links) if not link.again_at]
    return sorted(may_be, key=_asked)


def _asked(link):
    asked_at = link.check and link.check.asked_at
    return asked_at.timestamp() if asked_at else 0


def check_due(fetcher: Fetcher | None = None, seconds: float | None = None) -> list[LinkCheck]:
    """Check what is due, one after the other. With seconds, begin no other after that time."""
    fetcher, over = fetcher or Fetcher(), time.monotonic() + (seconds or float("inf"))
    done: list[LinkCheck] = []
    for link in due():
        if done and time.monotonic() >= over:
            break
        if row := check(link.address, fetcher):
            done.append(row)
    return done


def forget_unused() -> None:
    """Delete the checks of links that readers no longer see."""
    used = {link.address for link in outside_links()}
    unused = [check.pk for check in LinkCheck.objects.all() if check.address not in used]
    LinkCheck.objects.filter(pk__in=unused).delete()
