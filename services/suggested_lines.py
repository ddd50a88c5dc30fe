"""How the fixtures say which lines a page suggests: `who_can_help` maps a page to its lines."""

from dataclasses import dataclass

from helphub.content.loader import MissingRowError, Row, RowLookup
from services.models import Service, Situation, Suggestion
from strategy.models import FormOfAbuse, Guide

WHO_CAN_HELP = "who_can_help"
PAGES = {
    "topic": (FormOfAbuse, "form_of_abuse"),
    "guide": (Guide, "guide"),
    "situation": (Situation, "situation"),
}


@dataclass
class WhoCanHelp(Row):
    """The lines that one page suggests, in order."""

    def _page(self, lookup):
        kind, _, slug = self.key.partition(":")
        model, field = PAGES[kind]
        return {field: lookup.table(model)[slug]}

    def find(self):
        suggestions = Suggestion.objects.filter(**self._page(RowLookup()))
        return list(suggestions.select_related("service")) or None

    def _read_field(self, suggestions, name):
        return [suggestion.service.line for suggestion in suggestions]

    def write(self, lookup):
        services = {service.line: service for service in lookup.table(Service).values()}
        if missing := [line for line in self.values["lines"] if line not in services]:
            raise MissingRowError(f"{self} names “{missing[0]}”, which does not exist.")
        page = self._page(lookup)
        Suggestion.objects.filter(**page).delete()
        return [
            Suggestion.objects.create(service=services[line], position=position, **page)
            for position, line in enumerate(self.values["lines"], start=1)
        ]


def rows(part):
    for page, lines in part.items():
        yield WhoCanHelp(WHO_CAN_HELP, page, {"lines": lines})
