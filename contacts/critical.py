"""The numbers on every page: 999 and the single point of contact, whatever else is broken.

Ordinary pages read them from the database. Pages that must work without one (400, 404, 500, the
emergency page) read critical_numbers.json. That is the edition's own file, or the one in this
folder, which `manage.py write_critical_numbers` makes from the same rows.
"""

import json
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.db import models

from contacts import call_privacy
from contacts.models import ApprovedNumber, Phone
from helphub.content import router

PATH = Path(__file__).with_name("critical_numbers.json")
FIELDS = ["slug", "name_en", "kind", "dial", "display", "role"]
# Replaces the single point of contact while it is withdrawn. Open day and night.
INSTEAD_OF_SPOC = "h-rcew247"
# Shown beside the single point of contact, because we do not know that it answers at night.
DAY_AND_NIGHT = (INSTEAD_OF_SPOC, "h-childline")


@lru_cache(maxsize=8)
def _read(path):
    phones = {}
    for row in json.loads(path.read_text()):
        is_stand_in, instead = row.pop("is_stand_in", False), row.pop("instead", None)
        phones[row["role"]] = phone = Phone(**row)
        # Templates then say that the usual line is not working.
        phone.is_stand_in = is_stand_in
        phone.kept_instead = instead and Phone(**instead)
    return phones


def from_file():
    """The critical numbers by role, without a database."""
    folder = router.folder() or (settings.EDITIONS_DIR / "current").resolve()
    try:
        return _read(folder / PATH.name)
    except (OSError, ValueError):
        # No edition yet, or a damaged one. The file in this folder always has the numbers.
        return _read(PATH)


def from_database():
    """The critical numbers by role, and under "day_and_night" the lines to show beside them.

    The file fills in the roles that an empty database lacks.
    """
    phones = {phone.slug: phone for phone in Phone.objects.of_every_page(DAY_AND_NIGHT)}
    by_role = from_file() | {phone.role: phone for phone in phones.values() if phone.role}
    spoc = by_role[Phone.Role.SPOC]
    beside = [phones[slug] for slug in DAY_AND_NIGHT if slug in phones and slug != spoc.slug]
    return by_role | {"day_and_night": [phone for phone in beside if _is_free_day_and_night(phone)]}


def _is_free_day_and_night(phone):
    is_usual = not phone.closed_service and not phone.notices and not phone.is_doubted
    return call_privacy.is_freephone(phone) and phone.is_always_open and is_usual


def rows(phones, approved):
    """The file's rows for these phones, by role, with their digits as approved."""
    role_rows = []
    for role in Phone.Role:
        phone = phones.get(role) or phones[INSTEAD_OF_SPOC]
        row = {field: getattr(phone, field) for field in FIELDS} | {"role": role}
        if line := approved.get(phone.slug):
            row |= {"dial": line.dial, "display": line.display}
        role_rows.append(row | ({} if phone.role else {"is_stand_in": True}) | _doubt_of(phone))
    return role_rows


def _doubt_of(phone):
    """What the file says of a number in doubt, and of the one to ring if nobody answers."""
    if not phone.is_doubted:
        return {}
    others = Phone.objects.published().filter(slug=INSTEAD_OF_SPOC, is_doubted=False)
    other = phone.instead or others.exclude(pk=phone.pk).first()
    fields = {field: getattr(other, field) for field in FIELDS} if other else None
    return {"is_doubted": True, "instead": fields}


def to_ring_instead(phone):
    """The number to give beside one that may not answer, or None. Needs no database for the SPOC.

    Lines for people worried about their own behaviour have no other line than their fallback.
    """
    if other := phone.kept_instead or phone.instead:
        return other
    if phone.section == Phone.Section.OWN_BEHAVIOUR:
        return None
    spoc = from_file()[Phone.Role.SPOC]
    for other in (spoc, spoc.kept_instead):
        if other and not other.is_doubted and other.slug != phone.slug:
            return other
    return None


MISSING = (
    "There is no published number for 999 or for the single point of contact, and no other number "
    "can be used in its place."
)


def phones_with_stand_in():
    """The critical phones by role, or None if readers would be left without one."""
    phones = Phone.objects.critical()
    if Phone.Role.EMERGENCY not in phones:
        return None
    if Phone.Role.SPOC not in phones:
        stand_in = Phone.objects.published().filter(slug=INSTEAD_OF_SPOC).first()
        if stand_in is None:
            return None
        phones[INSTEAD_OF_SPOC] = stand_in
    return phones


def lines_to_approve():
    """The numbers that must never be wrong: those on every page, and those on “Help now”."""
    return Phone.objects.published().filter(
        ~models.Q(role="")
        | models.Q(pk__in=Phone.objects.of_help_now().values("pk"))
        | models.Q(slug=INSTEAD_OF_SPOC)
    )


def approve_first():
    """Record the first load's numbers as approved: they were reviewed along with the code."""
    for phone in lines_to_approve():
        ApprovedNumber.objects.create(
            line=phone.slug,
            dial=phone.dial,
            display=phone.display,
            textphone=phone.textphone,
            role=phone.role,
            who="first load",
        )


def write(path=None, phones=None, approved=()):
    """Rewrite the file from the database."""
    content = rows(phones or Phone.objects.critical(), dict(approved))
    (path or PATH).write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
