"""Actions that change records: visible or not, archived, back to what readers have, audiences."""

from types import SimpleNamespace

from django import forms
from django.core.exceptions import ValidationError

from helphub.bulk.lines import LeftOutError
from helphub.bulk.saving import SavesRecords, bring_back, fill_in
from helphub.content.entries import Page, validate_moved_to
from helphub.content.registry import content_models
from helphub.editions import standing
from helphub.publishing.pending import WaitingList
from services.models import Audience, Service


class Publish(SavesRecords):
    """Ticks “visible to readers”, so that the records wait to be published."""

    name, button = "publish", "Make these visible"
    words = "Make visible to readers"
    done = "Marked as visible to readers"
    help = "This ticks “visible to readers”. Readers see it once a publisher publishes it."
    fields = ("is_published",)
    leaves_withdrawn = True

    def values(self, fields, given):
        if fields["is_published"]:
            raise LeftOutError("It is marked as visible to readers already.")
        return {"is_published": True}


class TakeFromWaiting(SavesRecords):
    """Takes back what readers do not have yet."""

    name, button = "take-from-waiting", "Take these out"
    words = "Take out of “Waiting to be published”"
    done = "Taken out of “Waiting to be published”"
    help = (
        "What readers have goes back to the version they have. What they never had is no longer "
        "marked as visible to readers. The versions in between stay in “History”."
    )
    leaves_withdrawn = True

    def is_for(self, model):
        return model in content_models()

    def lines(self, request, model, rows, given):
        waiting = WaitingList().compared
        return super().lines(request, model, rows, waiting)

    def prepare(self, request, line, present, waiting):
        name = type(line.row)._meta.label_lower, line.key
        item = waiting.waiting.get(name)
        if item is None:
            raise LeftOutError("It is not waiting to be published.")
        if item.what == standing.LIFTED or item.has_lifted:
            raise LeftOutError(
                "It was withdrawn, and waits to come back. Withdraw it again instead."
            )
        if item.what == standing.NEW:
            return fill_in(request, line, present, {"is_published": False})
        return bring_back(request, line, present, waiting.before(name))


class ArchiveForm(forms.Form):
    """Where readers are sent who have the address of an archived page."""

    moved_to = forms.CharField(
        label="Where to go instead",
        required=False,
        max_length=Page._meta.get_field("moved_to").max_length,
        help_text=(
            "An address on this site, such as /guides/consent/, for all of them. If empty, each "
            "keeps the one it has, or leads to the list that it was in."
        ),
        widget=forms.TextInput(attrs={"class": "vTextField"}),
    )

    def __init__(self, *arguments, chosen=(), **named):
        super().__init__(*arguments, **named)
        self.chosen = chosen

    def clean_moved_to(self):
        address = self.cleaned_data["moved_to"]
        if not address:
            return ""
        try:
            validate_moved_to(SimpleNamespace(moved_to=address, pk=None))
        except ValidationError as error:
            raise ValidationError(error.message_dict["moved_to"]) from error
        if lost := [page for page in self.chosen if page.get_absolute_url() == address]:
            raise ValidationError(
                f"This is the address of “{lost[0]}”, which you are about to archive. Choose "
                "another."
            )
        return address


class Archive(SavesRecords):
    """Takes pages out of every list, and tells readers where to go instead."""

    name, button, words, done = "archive", "Archive these", "Archive", "Archived"
    help = "Archived pages leave every list and search. Their addresses say where to go instead."
    fields = ("is_archived", "moved_to")

    def form(self, request, model, keys, data=None):
        return ArchiveForm(data, chosen=model._base_manager.filter(pk__in=keys))

    def said(self, given):
        return [("Where to go instead", given["moved_to"] or "As each says, or its list")]

    def values(self, fields, given):
        if fields["is_archived"]:
            raise LeftOutError("It is archived already.")
        return {"is_archived": True, "moved_to": given["moved_to"] or fields["moved_to"]}


class AudienceForm(forms.Form):
    audience = forms.ModelChoiceField(Audience.objects.all(), empty_label="Choose one")


class AddAudience(SavesRecords):
    """Ticks one more group that the services are for."""

    name, button = "add-audience", "Add it"
    words, done = "Add to “who it is for”", "Added to “who it is for”"
    form_class = AudienceForm
    help = "Readers can narrow the list of services by whom they are for."
    fields = ("audiences",)

    def is_for(self, model):
        return model is Service

    def said(self, given):
        return [("Who it is for", str(given["audience"]))]

    def done_in_words(self, given):
        return f"{self.done}: {given['audience']}"

    def values(self, fields, given):
        key = given["audience"].pk
        if key in fields["audiences"]:
            raise LeftOutError("It says so already.")
        return {"audiences": sorted([*fields["audiences"], key])}


class TakeAudience(AddAudience):
    """Unticks a group that the services are no longer for."""

    name, button = "take-audience", "Take it away"
    words, done = "Take out of “who it is for”", "Taken out of “who it is for”"

    def values(self, fields, given):
        key = given["audience"].pk
        if key not in fields["audiences"]:
            raise LeftOutError("It does not say so.")
        return {"audiences": [other for other in fields["audiences"] if other != key]}
