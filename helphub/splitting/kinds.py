"""What a piece of a document can become, and what each kind needs besides its words."""

from typing import NamedTuple

from strategy import models

HEADING, OUT = "heading", "out"
PASSAGE, STATISTIC, SOURCE, CONTACT = "passage", "statistic", "source", "contact"
PRIORITY, PRINCIPLE, STANDARD = "priority", "principle", "standard"
FORM, BODY, DOCUMENT = "form", "body", "document"


class Kind(NamedTuple):
    """A kind of row of the strategy."""

    model: type
    label: str
    needs: tuple = ()  # The fields that an officer fills in.


ROWS = {
    PASSAGE: Kind(models.Passage, "Passage"),
    PRIORITY: Kind(models.Priority, "Priority"),
    PRINCIPLE: Kind(models.Principle, "Principle"),
    STATISTIC: Kind(models.Statistic, "Statistic", ("figure", "population")),
    STANDARD: Kind(models.Standard, "Standard"),
    FORM: Kind(models.FormAsPrinted, "Form of abuse"),
    BODY: Kind(models.Body, "Body"),
    SOURCE: Kind(models.Source, "Source (footnote)", ("number",)),
    DOCUMENT: Kind(models.Document, "Link to a document", ("url",)),
    CONTACT: Kind(models.ContactLine, "Contact line as printed", ("audience",)),
}
CHOICES = [
    (HEADING, "Heading"),
    *((name, kind.label) for name, kind in ROWS.items()),
    (OUT, "Leave out"),
]
LABELS = dict(CHOICES)
KIND_OF = {kind.model: name for name, kind in ROWS.items()}


def needs(what):
    """The fields that an officer fills in for a piece of this kind."""
    return ROWS[what].needs if what in ROWS else ()


def rows_of(model, strategy):
    """The rows of this kind that a strategy has."""
    if model is models.FormAsPrinted:
        return models.forms_of_abuse(strategy)
    rows = model.objects.of(strategy)
    return rows.select_related("chapter") if model is models.Passage else rows
