"""A refusal: the pages that are wrong, the rule they break, and the record to correct."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, Self

from helphub.content import registry

if TYPE_CHECKING:  # Readers' servers import this, and need no parser of pages.
    from helphub.editions.edition_data import Edition


class Refusal(NamedTuple):
    """A rule that some pages break."""

    rule: str
    why: str
    pages: Sequence[str]  # Addresses.
    record: registry.Record | None = None
    stops: bool = False  # Stops the whole edition, not just one entry.
    is_critical: bool = False  # Can't be overridden by giving a reason.

    def as_json(self) -> dict[str, Any]:
        return self._asdict() | {"record": self.record and list(self.record)}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        return cls(**values | {"record": values["record"] and registry.Record(*values["record"])})

    def __str__(self) -> str:
        shown = ", ".join(self.pages[:3]) + (" and others" if len(self.pages) > 3 else "")
        where = f" On {shown}." if shown else ""
        fix = f" Fix: {self.record.name}." if self.record else ""
        return f"{self.why}{where}{fix}"


def refusal_of_page(edition: "Edition", rule: str, why: str, address: str) -> Refusal:
    """A fault on one page. It leaves out the page's entry, or stops everything if there is none."""
    record = edition.record(address)
    return Refusal(rule, why, [address], record, stops=record is None)
