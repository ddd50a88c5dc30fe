"""One cell: what it says for a value, and which value an officer meant by it.

Values are as versions hold them (see helphub/history/snapshots.py).
"""

import re
from datetime import date, datetime, time
from functools import cache
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import override

from contacts.dialling import validate_dial, validate_shown, validate_textphone
from helphub.history import snapshots

TEXT, NUMBER, DAY, TIME, TICK, FORMULA, ERROR = (
    *("text", "number", "day", "time", "tick"),
    *("formula", "error"),
)
YES, NO = {"yes", "y", "true", "1", "x", "✓", "ticked"}, {"no", "n", "false", "0"}
ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")  # In XML.
EXPONENT = re.compile(r"\d([.,]\d+)?E\+\d+", re.IGNORECASE)
COUNTRY_CODE = re.compile(r"(?:\+|00)\s*44\s*(?:\(0\)\s*)?0?")
NUMBERS_ARE_IN = [validate_dial, validate_shown, validate_textphone]
MOST_NAMED = 12
WRITE_A_DAY = "Write the day first, such as 3 December 2026."
FAULTS = {
    FORMULA: "This is a formula. Formulas are not worked out here: write what it should say.",
    ERROR: "This cell holds an error of the spreadsheet program. Write what it should say.",
}


class Cell(NamedTuple):
    """A cell of a file: its text, and what the spreadsheet program took it for."""

    text: str = ""
    kind: str = TEXT


def plain(text):
    """A text as cells hold it: without what a spreadsheet program adds or cannot hold."""
    return ILLEGAL.sub("", str(text).replace("\r\n", "\n").replace("\r", "\n"))


def of_python(value):
    """The cell for what openpyxl read."""
    if value is None:
        return Cell()
    if isinstance(value, bool):
        return Cell("yes" if value else "no", TICK)
    if isinstance(value, datetime) and value.time() == time.min:
        value = value.date()
    if isinstance(value, datetime):
        return Cell(value.isoformat(" "), DAY)
    if isinstance(value, date):
        return Cell(in_words(value), DAY)
    if isinstance(value, time):
        return Cell(f"{value:%H:%M}", TIME)
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        value = int(value)
    if isinstance(value, (int, float)):
        return Cell(str(value), NUMBER)
    return Cell(plain(str(value).replace("_x000D_", "")).strip())


def in_words(day):
    return f"{day:%-d %B %Y}"


class Names:
    """The names by which cells refer to other records, read once for each kind."""

    def __init__(self):
        self.known = {}

    @staticmethod
    def field_of(model):
        """The field that officers know a record by: its name in texts and addresses."""
        names = {field.name for field in model._meta.fields}
        return model._meta.get_field("slug" if "slug" in names else "reference")

    def of(self, model):
        """{primary key: name} of these records."""
        if model not in self.known:
            name = self.field_of(model).attname
            rows = models.QuerySet(model).order_by("pk").values_list("pk", name)
            self.known[model] = dict(rows)
        return self.known[model]

    def keys(self, model):
        """{name: primary key} of these records."""
        return {name: key for key, name in self.of(model).items()}


@cache
def labels(field):
    """The choices of a field as cells say them: {value: label}."""
    with override("en"):
        return {value: capfirst(str(label)) for value, label in field.flatchoices if value != ""}


def shown(field, value, names):
    """What a cell says for a value."""
    if value in (None, "", []):
        return ""
    if field.many_to_many:
        known = names.of(field.related_model)
        return ", ".join(sorted(known[key] for key in value if key in known))
    if field.is_relation:
        return names.of(field.related_model).get(value, "")
    if field.choices:
        return labels(field).get(value, str(value))
    if isinstance(field, models.BooleanField):
        return "yes" if value else "no"
    if isinstance(field, models.DateField):
        return in_words(date.fromisoformat(value))
    if isinstance(field, models.TimeField):
        return value[:5]
    return plain(value).strip()


def meant(field, cell, names, form_field):
    """The value that a cell means. `form_field` is the admin's own, so a text is read as there."""
    if cell.kind in FAULTS:
        raise ValidationError(FAULTS[cell.kind])
    text = cell.text
    if field.many_to_many:
        return _keys(field, text, names)
    if field.is_relation:
        return _keys(field, text, names)[0] if text else None
    if field.choices:
        return _choice(field, text)
    if isinstance(field, models.BooleanField):
        return _tick(text)
    _refuse_lost_text(field, cell)
    if any(rule in NUMBERS_ARE_IN for rule in field.validators):
        _refuse_country_code(text)
    return snapshots.as_json(form_field.to_python(text))


def _refuse_lost_text(field, cell):
    """Refuse a text that the spreadsheet program has turned into something else."""
    is_day = isinstance(field, models.DateField)
    if cell.kind == NUMBER and is_day:
        raise ValidationError(f"“{cell.text}” is a number, not a day. {WRITE_A_DAY}")
    if cell.kind == DAY and not is_day:
        raise ValidationError(
            f"The spreadsheet program turned this into a day, “{cell.text}”. Format the cell as "
            "text and write it again."
        )
    if cell.kind == TIME and not isinstance(field, models.TimeField):
        raise ValidationError("This is a time. Format the cell as text and write it again.")
    is_short = (cell.kind == NUMBER or len(cell.text) < 20) and EXPONENT.fullmatch(cell.text)
    if is_short or (cell.kind == NUMBER and not cell.text.lstrip("-").isdigit()):
        raise ValidationError(
            f"The spreadsheet program shortened or changed this number to “{cell.text}”. Format "
            "the cell as text and write every digit."
        )


def has_lost_zeros(field, words, text):
    """Whether a cell says the same as before, but for the 0 that a program took from its start."""
    is_text = isinstance(field, (models.CharField, models.TextField)) and not field.choices
    return is_text and words.isdecimal() and words.startswith("0") and words.lstrip("0") == text


def _refuse_country_code(text):
    if COUNTRY_CODE.match(text):
        british = COUNTRY_CODE.sub("0", text)
        raise ValidationError(
            f"Write the number as it is dialled in Britain, “{british}”, not “{text}”."
        )


def _keys(field, text, names):
    known = names.keys(field.related_model)
    wanted = list(dict.fromkeys(name.strip() for name in re.split(r"[,;\n]", text) if name.strip()))
    unknown = [name for name in wanted if name not in known]
    if unknown:
        what = field.related_model._meta.verbose_name
        named = ", ".join(f"“{name}”" for name in unknown)
        raise ValidationError(
            f"There is no {what} named {named}. Use the short names, "
            f"such as {_some(sorted(known))}."
        )
    if not field.many_to_many and len(wanted) > 1:
        raise ValidationError("Write one name only.")
    return sorted(known[name] for name in wanted)


def _choice(field, text):
    choices = labels(field)
    for value, label in choices.items():
        if text.casefold() in (label.casefold(), str(value).casefold()):
            return value
    if not text and field.blank:
        return ""
    what = f"“{text}” is none of the choices. " if text else "This cannot be empty. "
    raise ValidationError(f"{what}Write one of: {'; '.join(choices.values())}.")


def _tick(text):
    if text.casefold() in YES:
        return True
    if text.casefold() in NO:
        return False
    raise ValidationError(f"Write yes or no{f', not “{text}”' if text else ''}.")


def _some(names):
    more = " and others" if len(names) > MOST_NAMED else ""
    return f"{', '.join(names[:MOST_NAMED])}{more}"
