"""What the admin's first page says that an officer should do."""

from dataclasses import dataclass, field

from helphub.content.registry import Record
from helphub.publishing import editions


@dataclass
class Item:
    """One thing to do, and where."""

    words: str
    url: str
    more: str = ""
    record: object = None  # The record to fix, if it is not the item itself.
    record_url: str = ""


@dataclass
class Need:
    """What one question found."""

    title: str
    items: list = field(default_factory=list)
    is_pressing: bool = False
    url: str = ""  # The page that deals with all of them.
    url_words: str = "See all of them, and what changed"


def form_of(row):
    return editions.form_of(Record(row._meta.label_lower, row.pk, str(row)))
