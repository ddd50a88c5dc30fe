"""Actions that leave the records as they are: owners, and notes to translators."""

from datetime import date

from django import forms
from django.core.exceptions import ValidationError

from helphub.bulk.actions import Action
from helphub.bulk.lines import Line, changed, record_of
from helphub.checking import owners
from helphub.content.entries import Entry
from helphub.content.forms import DayField
from helphub.content.registry import Record
from helphub.history.snapshots import as_json
from helphub.languages import names, safety_set, texts, writing
from helphub.languages.models import Translation
from helphub.languages.states import Known, State
from strategy.models import Statistic


class OwnerForm(forms.Form):
    """Who looks after the records, and by when they check them."""

    owner = forms.ChoiceField(label="Owner")
    due_on = DayField(
        label="Check it by, if that is earlier",
        required=False,
        help_text="Such as 3 December 2026. If empty, each keeps the day it has.",
    )
    clear_due_on = forms.BooleanField(
        label="No earlier day: check it when it is due anyway", required=False
    )

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.fields["owner"].choices = [
            (owners.KEEP, "As it is"),
            ("nobody", "Nobody"),
            *owners.choices(),
        ]

    def clean(self):
        given = super().clean()
        if "owner" in given and "due_on" in given:
            value = owners.NOBODY if given["owner"] == "nobody" else given["owner"]
            columns = owners.checked(value, given["due_on"], given["clear_due_on"])
            if not columns:
                raise ValidationError("Choose an owner, or a day. Otherwise nothing would change.")
            given["columns"] = columns
        return given


class GiveToOwner(Action):
    """Says who looks after the records."""

    name, button, words, done = "owner", "Save the owner", "Give to an owner", "Given to an owner"
    form_class = OwnerForm
    help = "The owner finds the records among “Mine” on the list of checks."

    def is_for(self, model):
        return issubclass(model, Entry) or model is Statistic

    def said(self, given):
        after = given["columns"]
        said = []
        if "role" in after:
            said.append(("Owner", owners.in_words(after) or "Nobody"))
        if "due_on" in after:
            day = after["due_on"]
            said.append(("Check it by", f"{day:%-d %B %Y}" if day else "No earlier day"))
        return said

    def done_in_words(self, given):
        after = given["columns"]
        said = [f"Given to {owners.in_words(after) or 'nobody'}"] if "role" in after else []
        if "due_on" in after:
            day = after["due_on"]
            said.append(f"Check by {day:%-d %B %Y}" if day else "No earlier day for the check")
        return ". ".join(said)

    def lines(self, request, model, rows, given):
        label = model._meta.label_lower
        stored = owners.columns_of([(label, row.pk) for row in rows])
        return [self._line(row, stored[label, row.pk], given["columns"]) for row in rows]

    def _line(self, row, before, columns):
        after = before | columns
        line = Line(row, seen=as_json([before, after]))
        if before == after:
            line.why_not = "It is so already."
        if owners.in_words(before) != owners.in_words(after):
            line.changes.append(changed("owner", owners.in_words(before), owners.in_words(after)))
        if before["due_on"] != after["due_on"]:
            days = [
                f"{day:%-d %B %Y}" if day else "" for day in (before["due_on"], after["due_on"])
            ]
            line.changes.append(changed("check it by", *days))
        return line

    def do(self, request, model, lines, given):
        names_of = {line.key: (model._meta.label_lower, line.key) for line in lines}
        before = owners.columns_of(names_of.values())
        for line in lines:
            owners.put_back(record_of(line.row), request.user, given["columns"])
        after = owners.columns_of(names_of.values())
        return {key: (as_json(before[n]), as_json(after[n])) for key, n in names_of.items()}

    def now(self, model, rows):
        label = model._meta.label_lower
        stored = owners.columns_of([(label, row.key) for row in rows])
        return {row.key: as_json(stored[label, row.key]) for row in rows}

    def put_back(self, request, model, done, known):
        columns = dict(done.before)
        columns["due_on"] = columns["due_on"] and date.fromisoformat(columns["due_on"])
        owners.put_back(Record(model._meta.label_lower, done.key, done.name), request.user, columns)


class TranslatorsForm(forms.Form):
    language = forms.ChoiceField(label="Language")
    note = forms.CharField(
        label="Note to translators",
        max_length=300,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Such as “Needed by 12 December”. Readers never see it.",
    )

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.fields["language"].choices = [(code, names.in_english(code)) for code in names.codes()]


# What a translator can do something about. What is handed in, reviewers have.
FOR_TRANSLATORS = {State.MISSING, State.OUT_OF_DATE, State.DRAFT, State.LOOK_AGAIN}
LONGEST_NOTE = Translation._meta.get_field("note").max_length


class AskTranslators(Action):
    """Puts a note beside what is left to translate of the records, in one language."""

    name, button, words, done = "translators", "Ask", "Ask translators", "Asked translators"
    form_class = TranslatorsForm
    help = "Translators see the note on their list, beside each text of these that is not done."

    def is_for(self, model):
        return model in texts.translated_models()

    def said(self, given):
        return [("Language", names.in_english(given["language"])), ("Note", given["note"])]

    def done_in_words(self, given):
        return f"{self.done}: {names.in_english(given['language'])}"

    def lines(self, request, model, rows, given):
        code = given["language"]
        keys = [row.pk for row in rows]
        known = Known(label=model._meta.label_lower, key__in=keys, language=code)
        return [self._line(row, known, code, given["note"]) for row in rows]

    def _line(self, row, known, code, note):
        if not getattr(row, "is_published", True):
            return Line(row, why_not="Translators see it once it is marked as visible to readers.")
        line = Line(row, seen={})
        for text in texts.of_record(row):
            state = known.state(text.name, code, text.english, text.words[code])
            if state not in FOR_TRANSLATORS or not safety_set.is_needed(text, code):
                continue
            translation = known.translations.get((text.name, code))
            before = translation.note if translation else ""
            after = f"{before}\n{note}".strip()
            if len(after) > LONGEST_NOTE:
                return Line(row, why_not="There is no room for more in the note on one text.")
            line.seen[text.name.field] = [str(state), before, after]
            title = row._meta.get_field(text.name.field).verbose_name
            line.changes.append(changed(f"{title} ({state})", before, after))
        if not line.changes:
            line.why_not = "Nothing is left for translators in this language."
        return line

    def do(self, request, model, lines, given):
        done, code = {}, given["language"]
        for line in lines:
            for text in texts.of_record(line.row):
                if text.name.field in line.seen:
                    writing.keep_note(text, code, line.seen[text.name.field][2])
            before = {field: seen[1] for field, seen in line.seen.items()}
            after = {field: seen[2] for field, seen in line.seen.items()}
            done[line.key] = {"code": code, "notes": before}, {"code": code, "notes": after}
        return done

    def now(self, model, rows):
        notes = {
            (row.key, row.language, row.field): row.note
            for row in Translation.objects.filter(
                label=model._meta.label_lower, key__in=[row.key for row in rows]
            )
        }
        return {
            row.key: {
                "code": row.after["code"],
                "notes": {
                    field: notes.get((row.key, row.after["code"], field), "")
                    for field in row.after["notes"]
                },
            }
            for row in rows
        }

    def known(self, model, rows):
        return model._base_manager.in_bulk([row.key for row in rows])

    def put_back(self, request, model, done, known):
        for text in texts.of_record(known[done.key]):
            if text.name.field in done.before["notes"]:
                before = done.before["notes"][text.name.field]
                writing.keep_note(text, done.before["code"], before)
