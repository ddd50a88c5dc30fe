import csv
from html.parser import HTMLParser

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.http import Http404
from django.test import RequestFactory
from django.urls import resolve
from django.utils.translation import override

from strategy import models

SOURCE = settings.BASE_DIR / "fixtures" / "source" / "seed_facts.csv"
PRINTED = [
    models.Passage,
    models.Statistic,
    models.Priority,
    models.Principle,
    models.Standard,
    models.Programme,
    models.Body,
    models.Document,
    models.ContactLine,
    models.HubArea,
    models.Source,
]


class Quotations(HTMLParser):
    """The marked quotations of a page: their words, with white space folded."""

    def __init__(self, html):
        super().__init__()
        self.quotations, self._depth = [], 0
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self._depth += tag == "blockquote"
        if self._depth and tag == "p":
            self.quotations.append("")

    def handle_endtag(self, tag):
        self._depth -= tag == "blockquote"

    def handle_data(self, data):
        if self._depth and self.quotations:
            self.quotations[-1] += data


def rows():
    """Every row of the strategy: its reference, its words, and the page that prints it."""
    for model in PRINTED:
        for row in model.objects.all():
            yield row.reference, row.words, row.get_absolute_url().partition("#")[0]
    first = models.Strategy.objects.filter(slug=models.FIRST, state="replaced").first()
    definition = models.page_of(first, "strategy:chapter-detail", "definition")
    for topic in models.FormOfAbuse.objects.exclude(reference=None):
        # A topic quotes the strategy in force.
        yield topic.reference, topic.words, definition if first else topic.get_absolute_url()


def quotations(path):
    """The quotations on the page at this address, as a reader sees them."""
    request = RequestFactory(headers={"host": settings.ALLOWED_HOSTS[0]}).get(path)
    view, args, kwargs = resolve(path)
    request.resolver_match = resolve(path)
    try:
        response = view(request, *args, **kwargs)
    except Http404:
        return []
    parser = Quotations(response.content.decode())
    return [" ".join(words.split()) for words in parser.quotations]


class Command(BaseCommand):
    help = "Print the page that shows each row of the strategy, word for word."

    def handle(self, **options):
        with SOURCE.open(newline="") as file:
            wanted_rows = [row["id"] for row in csv.DictReader(file)]
        found_rows = {reference: (words, path) for reference, words, path in rows()}
        shown, pages = 0, {}
        missing = [
            f"{reference} is not in the database"
            for reference in wanted_rows
            if reference not in found_rows
        ]
        with override(settings.LANGUAGE_CODE):
            for reference in [reference for reference in wanted_rows if reference in found_rows]:
                words, path = found_rows[reference]
                if path not in pages:
                    pages[path] = quotations(path)
                wanted = " ".join(words.split())
                if any(quotation.startswith(wanted) for quotation in pages[path]):
                    shown += 1
                    self.stdout.write(f"{reference:8} {path}")
                else:
                    missing.append(f"{reference} is not on {path}")
        if missing:
            raise CommandError("\n".join(missing))
        self.stdout.write(f"{shown} of {len(wanted_rows)} rows are shown.")
