"""What each page of an edition asked of the content, with a fingerprint of every answer.

A page asks SQL queries and questions, which are named functions over the content. A page that asks
a question depends only on the answer, not on every row the function read to find it. If all the
answers match the previous edition, and the date the page is waiting for has not come, the page has
not changed.
"""

import json
from collections.abc import Callable, Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model
from django.utils.module_loading import import_string

from helphub.content import clock, memory
from helphub.content.fingerprint import fingerprint
from helphub.editions import carried_over

# What a page asked: a query or a question, as Recorder describes them.
Thing = list[Any]
# What Dependencies.as_json returns, with the code and the day that made the pages.
Record = dict[str, Any]

FILE = "answers.json.gz"
LATEST = date.max.isoformat()
TODAY = "today"  # Replaces today's date in a query, so that we can ask it again another day.


def of_edition(folder: Path) -> Record:
    return carried_over.aid(folder, FILE)


def write(folder: Path, record: Record) -> None:
    carried_over.write_aid(folder, FILE, record)


class Recorder(memory.Memory):
    """Records what pages ask, as lists that can be saved as JSON.

    A query is [sql, parameters], and gains the fingerprint of its answer once the pages are made. A
    question is [function, arguments, fingerprint of its answer, numbers of what it asked itself].
    """

    # For a query that can't be saved. A page that asks one is made again every time.
    UNKNOWN = -1

    def __init__(self, today: str, things: Iterable[Thing] = ()) -> None:
        super().__init__()
        self.today = today
        self.things: list[Thing] = list(things)
        self.numbers = {_name(thing): number for number, thing in enumerate(self.things)}

    def __call__(
        self,
        execute: Callable[..., Any],
        sql: str,
        params: Iterable[Any] | None,
        many: bool,
        context: dict[str, Any],
    ) -> Any:
        try:
            number = self._number([sql, [TODAY if p == self.today else p for p in params or []]])
        except TypeError:
            number = self.UNKNOWN
        self.asked.add(number)
        return execute(sql, params, many, context)

    def _number(self, thing: Thing) -> int:
        number = self.numbers.setdefault(_name(thing), len(self.things))
        if number == len(self.things):
            self.things.append(thing)
        return number

    def dependencies(self, question: memory.Key, value: Any, asked: memory.Asked) -> memory.Asked:
        """Record a question in place of everything it asked, apart from dates to wait for."""
        if self.UNKNOWN in asked:
            return asked
        days = dates_of(asked)
        function, *arguments = question
        thing = [
            function,
            arguments,
            fingerprint_of_answer([value, sorted(days)]),
            sorted(asked - days),
        ]
        number = self._number(thing)
        self.things[number] = thing
        return {number, *days}

    def add_answers(self, connection: BaseDatabaseWrapper) -> None:
        """Add the answers to queries that do not have one yet."""
        for thing in self.things:
            if len(thing) == 2:
                sql, params = thing
                thing.append(fingerprint_of_query(connection, sql, params, self.today))


def _name(thing: Thing) -> str:
    return json.dumps(thing[:2])


def _is_question(thing: Thing) -> bool:
    return len(thing) == 4


def dates_of(asked: memory.Asked) -> set[date]:
    return {dependency for dependency in asked if isinstance(dependency, date)}


def fingerprint_of_answer(value: Any) -> str:
    return fingerprint(_plain(value))


def _plain(value: Any, above: tuple[tuple[str, Any], ...] = ()) -> Any:
    """A value as the database returned it, ignoring anything cached on it since.

    A row becomes its columns, what its query worked out, and the rows fetched with it.
    """
    if isinstance(value, Model):
        name = (value._meta.label, value.pk)
        if name in above:
            return name
        read = value._state.fields_cache | getattr(value, "_prefetched_objects_cache", {})
        with_it = [(key, _plain(read[key], (*above, name))) for key in sorted(read)]
        columns = [value.__dict__.get(field.attname) for field in value._meta.concrete_fields]
        columns += [value.__dict__.get(name) for name in getattr(value, "worked_out", ())]
        return name, columns, with_it
    if isinstance(value, dict):
        return [(key, _plain(item, above)) for key, item in value.items()]
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return value
    return [_plain(item, above) for item in value]


def fingerprint_of_query(
    connection: BaseDatabaseWrapper, sql: str, params: Iterable[Any], today: str
) -> str:
    """A fingerprint of what a query returns from an edition's file."""
    params = [today if parameter == TODAY else parameter for parameter in params]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return fingerprint(cursor.fetchall())


def unchanged(
    connection: BaseDatabaseWrapper,
    record: Record,
    code: str,
    begin: Callable[[], object] = lambda: None,
) -> set[str]:
    """The addresses of pages that have not changed.

    Replaces the known answers with today's. Calls `begin` as soon as we know that some pages must
    be made.
    """
    today = clock.today().isoformat()
    # If the machine's clock was put back, dates that had arrived are in the future again.
    if record.get("code") != code or record["day"] > today:
        begin()
        return set()
    check = _Check(connection, record["things"], today)
    if check.before != check.fingerprints():
        begin()
    same = {
        address
        for address, asked in record["pages"].items()
        if all(map(check.is_same, asked)) and record["until"].get(address, LATEST) > today
    }
    check.recorder.add_answers(connection)
    record["things"] = check.recorder.things
    return same


class _Check:
    """Asks everything again, once each."""

    def __init__(self, connection: BaseDatabaseWrapper, things: list[Thing], today: str) -> None:
        self.connection = connection
        self.before = [thing[2] for thing in things]
        queries = [thing if _is_question(thing) else thing[:2] for thing in things]
        self.recorder = Recorder(today, queries)
        self.recorder.add_answers(connection)
        self.compared: dict[int, bool] = {}

    def fingerprints(self) -> list[str]:
        return [thing[2] for thing in self.recorder.things]

    def is_same(self, number: int) -> bool:
        if number not in self.compared:
            self.compared[number] = self._is_same(number)
        return self.compared[number]

    def _is_same(self, number: int) -> bool:
        if number >= len(self.before):
            return False  # The previous edition never asked this.
        thing = self.recorder.things[number]
        if _is_question(thing) and not all(map(self.is_same, thing[3])):
            try:
                self._ask_again(thing)
            except Exception:
                return False  # The page that asks it is remade. If that fails, the checks say so.
        return self.recorder.things[number][2] == self.before[number]

    def _ask_again(self, question: Thing) -> None:
        function, arguments, _fingerprint, _asked = question
        with self.connection.execute_wrapper(self.recorder), memory.using(self.recorder):
            memory.answer(import_string(function), *arguments)


class Dependencies:
    """What an edition saves about its pages: what each asked, and the date it waits for."""

    def __init__(self) -> None:
        self.things: list[Thing] = []
        self.numbers: dict[str, int] = {}
        self.pages: dict[str, list[int]] = {}
        self.until: dict[str, str] = {}

    def add(self, things: list[Thing], pages: dict[str, list[int]], until: dict[str, str]) -> None:
        """Add these pages. What they asked is given as indexes into `things`."""
        places: dict[int, int] = {}

        def place_of(number: int) -> int:
            if number not in places:
                thing = things[number]
                if _is_question(thing):
                    thing = [*thing[:3], [place_of(inner) for inner in thing[3]]]
                places[number] = self.numbers.setdefault(_name(thing), len(self.things))
                if places[number] == len(self.things):
                    self.things.append(thing)
            return places[number]

        for address, asked in pages.items():
            self.pages[address] = [place_of(number) for number in asked]
        self.until |= {address: day for address, day in until.items() if address in pages}

    def as_json(self) -> Record:
        return {"things": self.things, "pages": self.pages, "until": self.until}
