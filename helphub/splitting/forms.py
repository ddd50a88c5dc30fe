"""What an officer says of a document, and of each of its pieces."""

from django import forms
from django.db import models
from django.utils.text import capfirst

from helphub.splitting import changing, documents, kinds, proposing, reading

AS_HEADING = ("", "As its heading")
AS_IT_IS = ("", "Leave as they are")
OTHER_WORDS = "The words must stay as printed. Add or take out line breaks only."
LABELS = {
    "figure": "Figure as printed",
    "population": "Who it counts",
    "url": "Address as printed",
    "audience": "Who it is for",
    "number": "Footnote number",
}


class FileForm(forms.Form):
    """A document to split."""

    file = forms.FileField(
        label="The document",
        max_length=200,
        allow_empty_file=True,  # The reader says more plainly that it is empty.
        error_messages={"required": "Choose a file first."},
        widget=forms.FileInput(
            attrs={"accept": ",".join(reading.ENDINGS), "data-most-mb": reading.MOST_MB}
        ),
        help_text=f"Word (.docx) or Markdown (.md); at most {reading.MOST_MB} MB. You look at "
        "every piece before anything is made of it.",
    )


def _box(what, name):
    """A field of the row, by its own rules. It may be empty until the rows are made."""
    field = kinds.ROWS[what].model._meta.get_field(name)
    options = {"required": False, "label": LABELS[name], "help_text": ""}
    if isinstance(field, models.URLField):
        options |= {"assume_scheme": "https", "widget": forms.URLInput({"class": "vURLField"})}
    elif isinstance(field, models.CharField):
        options["widget"] = forms.TextInput({"class": "vTextField"})
    return field.formfield(**options)


class PieceForm(forms.Form):
    """What a piece is to be, and whether it is joined or split."""

    what = forms.ChoiceField(label="What it is", choices=kinds.CHOICES)
    chapter = forms.ChoiceField(label="Chapter", required=False)
    under = forms.ChoiceField(
        label="Everything below it, to the next heading like it",
        required=False,
        choices=[AS_IT_IS, *(choice for choice in kinds.CHOICES if choice[0] != kinds.HEADING)],
    )
    join = forms.BooleanField(label="Join it with the piece before it", required=False)
    lines = forms.CharField(
        label="Split it: put an empty line where the next piece begins",
        required=False,
        strip=False,
        widget=forms.Textarea({"class": "vLargeTextField"}),
    )

    def __init__(self, piece, chapters, *, is_first, data=None):
        self.piece = piece
        initial = {
            name: getattr(piece, name) for name in ("what", "chapter", *kinds.needs(piece.what))
        }
        lines = changing.lines_of(piece.text)
        initial["lines"] = lines
        super().__init__(data, prefix=f"p{piece.key}", initial=initial, label_suffix="")
        self.fields["lines"].widget.attrs["rows"] = min(12, lines.count("\n") + 3)
        is_heading = piece.what == kinds.HEADING
        if is_heading or piece.what == kinds.PASSAGE:
            self.fields["chapter"].choices = [*([] if is_heading else [AS_HEADING]), *chapters]
            if is_heading:
                self.fields["chapter"].label = "Chapter of what is below it"
        else:
            del self.fields["chapter"]
        if not is_heading:
            del self.fields["under"]
        if is_first:
            del self.fields["join"]
        for name in kinds.needs(piece.what):
            self.fields[name] = _box(piece.what, name)

    def clean_lines(self):
        typed = self.cleaned_data["lines"]
        if f"{self.prefix}-lines" not in self.data:
            typed = self.initial["lines"]
        self.parts = changing.parts_of(self.piece.text, typed)
        if self.parts is None:
            raise forms.ValidationError(OTHER_WORDS)
        return typed

    def point_at(self, faults):
        """Tell screen readers which boxes are meant by what is said above them."""
        for name in faults:
            if name in self.fields:
                self.fields[name].widget.attrs |= {
                    "aria-invalid": "true",
                    "aria-describedby": f"faults-{self.piece.key}",
                }

    def own_fields(self):
        """The boxes that are always open."""
        names = ["what", "chapter", "under", *kinds.needs(self.piece.what)]
        folded = {"chapter"} if self.piece.what == kinds.PASSAGE else set()
        return [self[name] for name in names if name in self.fields and name not in folded]

    def folded_fields(self):
        names = ["chapter"] if self.piece.what == kinds.PASSAGE else []
        return [self[name] for name in [*names, "join", "lines"] if name in self.fields]

    @property
    def is_open(self):
        return any(field.errors for field in self.folded_fields()) or bool(
            self.piece.chapter and (self.piece.what == kinds.PASSAGE)
        )

    def apply(self, pieces):
        """Do to the piece what was chosen for it alone."""
        values, piece = self.cleaned_data, self.piece
        for name in ("chapter", *kinds.needs(piece.what)):
            if name in values:
                setattr(piece, name, values[name])
        piece.what = values["what"]
        piece.is_confirmed = True
        proposing.fill_in(piece)
        if len(self.parts) > 1:
            changing.split(pieces, piece, self.parts)


def apply(forms, pieces):
    """Do to the pieces what was chosen on a page."""
    for form in forms:
        form.apply(pieces)
    for form in forms:
        if under := form.cleaned_data.get("under"):
            changing.make_all(changing.below(pieces, form.piece), under)
    # Joining comes last: what is joined may have been split. The last goes first, as others move.
    for form in reversed(forms):
        if form.cleaned_data.get("join"):
            changing.join(pieces, form.piece)


def where(piece):
    """Where a piece comes from, for an officer who looks it up."""
    sources = {
        documents.HEADING: "Heading",
        documents.ITEM: "List item",
        documents.HEAD: "Headings of a table",
    }
    source = sources.get(piece.block)
    return f"{source}, {piece.place}" if source else capfirst(piece.place)
