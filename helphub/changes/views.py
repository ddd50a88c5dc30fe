"""The log of the whole site: to look at, to narrow, and as a file."""

import csv
from datetime import date
from itertools import islice

from django import forms
from django.http import StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from helphub.changes import log
from helphub.content import moments
from helphub.content.permissions import SEE, for_officers

ON_A_PAGE = 50
FIRST, LAST = date(2000, 1, 1), date(2100, 1, 1)
MOST_IN_A_FILE = 5_000  # Each needs a comparison, and a file that takes minutes is cut off.
COLUMNS = ["When", "Who", "What", "Kind", "Record", "Old version", "New version"]
# A spreadsheet would take a cell that begins like this for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


class Narrow(forms.Form):
    """What to show of the log."""

    who = forms.ChoiceField(
        label="Who",
        required=False,
        error_messages={"invalid_choice": "Nobody here has this name. Choose one from the list."},
    )
    kind = forms.ChoiceField(label="What", required=False)
    name = forms.CharField(label="Name has", required=False, max_length=200)
    since = forms.DateField(
        label="From",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label="To",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        people = [(name, name) for name in log.people()]
        nobody = (log.NOBODY, "No officer: the server")
        self.fields["who"].choices = [("", "Everybody"), *people, nobody]
        self.fields["kind"].choices = [("", "Everything"), *log.kinds()]

    def clean_since(self):
        return self._possible(self.cleaned_data["since"])

    def clean_until(self):
        return self._possible(self.cleaned_data["until"])

    @staticmethod
    def _possible(day):
        if day and not FIRST <= day <= LAST:
            raise forms.ValidationError("Check the year.")
        return day

    def clean(self):
        since, until = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        if since and until and since > until:
            self.add_error("until", "This is before “From”. Choose a later day.")
        return self.cleaned_data

    @property
    def wanted(self):
        """What is asked for, or everything while something is wrong with it."""
        return log.Wanted(**self.cleaned_data) if self.is_valid() else log.Wanted()


def _as_seen_by(user, change):
    """Without a link to a record that this officer may not open."""
    app, _, model = change.label.partition(".")
    return change._replace(url="") if app and not user.has_perm(f"{app}.view_{model}") else change


@for_officers(SEE)
@require_safe
def everything(request, context):
    """The log, newest first."""
    form = Narrow(request.GET)
    # An address that somebody changed begins at the top.
    before = moments.from_form(request.GET.get("before", ""))
    shown, next_before = log.page(form.wanted, before, ON_A_PAGE)
    return render(
        request,
        "admin/changes/log.html",
        context
        | {
            "title": "Who changed what",
            "form": form,
            "changes": [_as_seen_by(request.user, change) for change in shown],
            "next_before": next_before,
            "most_in_a_file": MOST_IN_A_FILE,
            "is_narrowed": any(request.GET.get(name) for name in form.fields),
        },
        status=200 if form.is_valid() else 400,
    )


class _Line:
    """Gives what the writer of a CSV file wrote, in place of a file."""

    @staticmethod
    def write(line):
        return line


def _safe(value):
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text


def _lines(wanted):
    writer = csv.writer(_Line())
    yield "\ufeff" + writer.writerow(COLUMNS)  # Excel takes it for UTF-8 by this mark alone.
    for change in islice(log.changes(wanted), MOST_IN_A_FILE):
        moment = timezone.localtime(change.at).strftime("%Y-%m-%d %H:%M:%S")
        cells = [change.who, change.what, change.kind, change.name, change.old, change.new]
        yield writer.writerow([moment, *map(_safe, cells)])


@for_officers(SEE)
@require_safe
def export(request, context):
    """The same as a CSV file."""
    form = Narrow(request.GET)
    if not form.is_valid():
        return everything(request)
    return StreamingHttpResponse(
        _lines(form.wanted),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="changes.csv"'},
    )
