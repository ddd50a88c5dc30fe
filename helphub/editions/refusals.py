"""A refusal: the pages that are wrong, the rule they break, and the record to correct."""

from typing import NamedTuple

from helphub.content import registry


class Refusal(NamedTuple):
    """A rule that some pages break."""

    rule: str
    why: str
    pages: list
    record: registry.Record | None = None
    stops: bool = False  # Stops the whole edition, not just one entry.
    is_critical: bool = False  # Can't be overridden by giving a reason.

    def as_json(self):
        return self._asdict() | {"record": self.record and list(self.record)}

    @classmethod
    def from_json(cls, values):
        return cls(**values | {"record": values["record"] and registry.Record(*values["record"])})

    def __str__(self):
        shown = ", ".join(self.pages[:3]) + (" and others" if len(self.pages) > 3 else "")
        where = f" On {shown}." if shown else ""
        fix = f" Fix: {self.record.name}." if self.record else ""
        return f"{self.why}{where}{fix}"


def refusal_of_page(edition, rule, why, address):
    """A fault on one page. It leaves out the page's entry, or stops everything if there is none."""
    record = edition.record(address)
    return Refusal(rule, why, [address], record, stops=record is None)
