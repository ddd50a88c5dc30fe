"""How the fixtures say which lines a page suggests: `who_can_help` maps a page to its lines."""

from dataclasses import dataclass

from helphub.content.loader import MissingRowError, Row
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

    def _page(self):
        """The model of the page, the suggestion's field for it, and the page's slug."""
        kind, _, slug = self.key.partition(":")
        return *PAGES[kind], slug

    def find(self):
        _, field, slug = self._page()
        suggestions = Suggestion.objects.filter(**{f"{field}__slug": slug})
        return list(suggestions.select_related("service")) or None

    def _read_field(self, suggestions, name):
        return [suggestion.service.line for suggestion in suggestions]

    def write(self, lookup):
        services = {service.line: service for service in lookup.table(Service).values()}
        if missing := [line for line in self.values["lines"] if line not in services]:
            raise MissingRowError(f"{self} names “{missing[0]}”, which does not exist.")
        model, field, slug = self._page()
        if slug not in lookup.table(model):
            raise MissingRowError(f"{self}: there is no such page.")
        page = {field: lookup.table(model)[slug]}
        Suggestion.objects.filter(**page).delete()
        return [
            Suggestion.objects.create(service=services[line], position=position, **page)
            for position, line in enumerate(self.values["lines"], start=1)
        ]


def rows(part):
    for page, lines in part.items():
        yield WhoCanHelp(WHO_CAN_HELP, page, {"lines": lines})
