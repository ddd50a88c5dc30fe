"""Figures of the local data set from a file: read, shown in the form, and saved there.

The file is read and let go: nothing of it is kept on the server. What it says goes into the
record's own form, small numbers taken out, and the officer saves that or leaves it.
"""

from datetime import date

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from helphub.content import csv_files
from helphub.content.forms import DayField
from helphub.content.permissions import for_officers
from helphub.history import snapshots
from helphub.history.conflicts import FINGERPRINT
from helphub.spreadsheets import reading
from helphub.spreadsheets.cells import FAULTS, NUMBER, Cell, in_words
from helphub.spreadsheets.saving import fill
from helphub.spreadsheets.tables import admin_of
from strategy import local_data_forms, small_numbers
from strategy.models import Indicator, IndicatorValue

MAY = "strategy.change_indicator"
COLUMNS = {
    "period": "Period",
    "part": "Part",
    "value": "Figure",
    "out_of": "Out of",
    "source": "Source",
    "published_on": "Published on",
}
NEEDED = ("period", "value", "source", "published_on")
MOST_ROWS = 100  # With more, the form would have more fields than Django takes.
NAMED = {name.casefold(): field for field, name in COLUMNS.items()}
IN_PERCENT = (
    "This reads as {text}, because the cell has the % format. Give the cells the format of a plain "
    "number, and write 15 for 15%."
)


class FileForm(forms.Form):
    file = forms.FileField(
        label="The file",
        max_length=200,
        allow_empty_file=True,
        error_messages={"required": "Choose a file first."},
        widget=forms.FileInput(
            attrs={"accept": ",".join(reading.ENDINGS), "data-most-mb": reading.MOST_MB}
        ),
        help_text=f".xlsx or .csv; at most {MOST_ROWS} rows. You see every change before anything "
        "is saved. The file itself is not kept.",
    )


@for_officers(MAY)
@require_http_methods(["GET", "HEAD", "POST"])
def local_figures(request, context, key):
    """Choose a file. The form of the record then shows what it would change."""
    indicator, owner = get_object_or_404(Indicator, pk=key), admin_of(Indicator)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            rows = _read(form.cleaned_data["file"], indicator)
            return _shown_in_form(request, owner, indicator, rows)
        except ValidationError as error:
            form.add_error("file", error.messages)
    return render(
        request,
        "admin/spreadsheets/local_figures.html",
        context
        | {
            "title": f"{indicator}: import a spreadsheet",
            "indicator": indicator,
            "form": form,
            "columns": COLUMNS.values(),
            "record_url": _url_of(indicator),
        },
        status=400 if form.errors else 200,
    )


@for_officers(MAY)
@require_safe
def file_to_fill_in(request, context, key):
    """The figures there are, under the headings that the import knows."""
    indicator = get_object_or_404(Indicator, pk=key)
    rows = [
        [
            row.period,
            row.part,
            row.value,
            "" if row.out_of is None else row.out_of,
            row.source,
            in_words(row.published_on),
        ]
        for row in indicator.rows
    ]
    return HttpResponse(
        csv_files.written([COLUMNS.values(), *rows]),
        content_type=csv_files.TYPE,
        headers={"Content-Disposition": f'attachment; filename="{indicator.slug}.csv"'},
    )


def _url_of(indicator):
    return reverse("admin:strategy_indicator_change", args=[indicator.pk])


# The file


def _read(file, indicator):
    """The rows of a file by their number: {number: {field: text}}."""
    sheets = [sheet for sheet in reading.read(file) if sheet.rows]
    if len(sheets) != 1:
        raise ValidationError("The file has several sheets with rows. Leave one of them in it.")
    (sheet,) = sheets
    places = _places(sheet.headings)
    if len(sheet.rows) > MOST_ROWS:
        raise ValidationError(
            f"The file has {len(sheet.rows)} rows. Send at most {MOST_ROWS} at a time."
        )
    faults, rows = [], {}
    for number, cells in sheet.rows.items():
        rows[number] = {}
        for field, place in places.items():
            cell = cells[place] if place < len(cells) else Cell()
            if fault := _fault(cell, field, indicator):
                faults.append(f"Row {number}, “{COLUMNS[field]}”: {fault}")
            rows[number][field] = cell.text.strip()
        rows[number]["part"] = small_numbers.part_of(rows[number].get("part", ""))
    if faults:
        raise ValidationError(faults)
    return rows


def _places(headings):
    """Where each column is: {field: place}."""
    places, faults = {}, []
    for place, written in enumerate(headings):
        field = NAMED.get(" ".join(written.split()).casefold())
        if field is None and written:
            faults.append(f"There is no column “{written[:60]}” here. Delete it, or rename it.")
        elif field in places:
            faults.append(f"“{COLUMNS[field]}” is there twice. Delete one of them.")
        elif field:
            places[field] = place
    if missing := [f"“{COLUMNS[field]}”" for field in NEEDED if field not in places]:
        faults.insert(0, f"In the first row there is no {' and no '.join(missing)}.")
    if faults:
        raise ValidationError(faults)
    return places


def _fault(cell, field, indicator):
    if cell.kind in FAULTS:
        return FAULTS[cell.kind]
    is_share = field == "value" and indicator.is_share
    if is_share and cell.kind == NUMBER and cell.text.startswith("0."):
        return IN_PERCENT.format(text=cell.text)
    return ""


# The form


def _shown_in_form(request, owner, indicator, rows):
    """The form as it would be with these rows. Nothing is saved until the officer saves it."""
    if not owner.has_change_permission(request, indicator):
        raise PermissionDenied
    label = IndicatorValue._meta.label_lower
    state = snapshots.read_one(Indicator, indicator.pk)
    was = {str(row.pk): state.rows[label][str(row.pk)] for row in indicator.values.all()}
    known = {_named(row, indicator): key for key, row in was.items()}
    there = {
        key: row | {"id": key, "published_on": in_words(date.fromisoformat(row["published_on"]))}
        for key, row in was.items()
    }
    sent = {}  # By the number in the file, the row's key in the form.
    for number, row in rows.items():
        # A second row for one period is shown as one more, which the form refuses.
        key = known.pop(_named(row, indicator), f"new {number}")
        there[key] = there.get(key, {}) | row
        sent[number] = key
    request.POST = _as_sent(request, owner, state, list(there.values()))
    request.is_only_shown = True
    saved = {key: row["value"] for key, row in was.items()}
    local_data_forms.protect(request, saved)
    places = {key: place for place, key in enumerate(there)}
    imported = [
        _told(request, number, places[key], was.get(key), indicator) for number, key in sent.items()
    ]
    return owner.changeform_view(
        request, str(indicator.pk), _url_of(indicator), {"imported": imported}
    )


def _named(row, indicator):
    """The period and the part of a row, however they are written."""
    period = local_data_forms.period_of(indicator.periods, row["period"])
    return period, small_numbers.part_of(row.get("part") or "").casefold()


def _as_sent(request, owner, state, rows):
    """What a browser would send with these rows in the form."""
    data = QueryDict(mutable=True)
    data["csrfmiddlewaretoken"] = request.POST.get("csrfmiddlewaretoken", "")
    data[FINGERPRINT] = state.fingerprint
    fill(data, "", state.fields, owner.get_form(request, None).base_fields)
    prefix = local_data_forms.PREFIX
    # Those that are saved come first.
    for number, row in enumerate(rows):
        fill(data, f"{prefix}-{number}-", row, [*COLUMNS, "id"])
    data[f"{prefix}-TOTAL_FORMS"] = str(len(rows))
    data[f"{prefix}-INITIAL_FORMS"] = str(sum("id" in row for row in rows))
    return data


def _told(request, number, place, was, indicator):
    """What the page says of one row of the file."""
    start = f"{local_data_forms.PREFIX}-{place}-"
    new = {name: request.POST.get(f"{start}{name}", "") for name in COLUMNS}
    new["period"] = local_data_forms.period_of(indicator.periods, new["period"])
    return {
        **new,
        "number": number,
        "now": was and was["value"],
        "is_same": bool(was)
        and all(
            new[name] == str(was[name] or "") or (name == "published_on" and _day(new) == was[name])
            for name in COLUMNS
        ),
    }


def _day(row):
    """The day of a row as a version has it, or "" if it cannot be read."""
    try:
        return DayField().clean(row["published_on"]).isoformat()
    except ValidationError:
        return ""
