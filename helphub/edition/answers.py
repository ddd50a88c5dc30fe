"""Answers: what the pages of an edition asked of its content, and what they were told.

A page asks queries, and questions: functions over the content whose answers are marked too, so a
page that asked one depends on its answer and not on all that it was worked out from. Where
everything that a page asked is answered as in the edition before, and the day that it waits for has
not come, the page is the same.
"""

import hashlib
import json
from datetime import date

from django.db.models import Model
from django.utils.module_loading import import_string

from helphub import clock, memory
from helphub.edition import store

FILE = "answers.json.gz"
LATEST = date.max.isoformat()
TODAY = "today"  # In a query that names the day: it is asked again of another day.


def of_edition(folder):
    return store.aid(folder, FILE)


def write(folder, known):
    store.write_aid(folder, FILE, known)


class Recorder(memory.Memory):
    """Notes what pages ask. Each thing asked is a list that JSON can hold:

    [sql, parameters] of a query, with a mark of its answer once the pages are made;
    [function, arguments, mark of its answer, numbers of what it asked itself] of a question.
    """

    # In place of a query that cannot be written down: such a page is made again each time.
    UNKNOWN = -1

    def __init__(self, today, things=()):
        super().__init__()
        self.today = today
        self.things = list(things)
        self.numbers = {_name(thing): number for number, thing in enumerate(self.things)}

    def __call__(self, execute, sql, params, many, context):
        try:
            number = self._number([sql, [TODAY if p == self.today else p for p in params or []]])
        except TypeError:
            number = self.UNKNOWN
        self.asked.add(number)
        return execute(sql, params, many, context)

    def _number(self, thing):
        number = self.numbers.setdefault(_name(thing), len(self.things))
        if number == len(self.things):
            self.things.append(thing)
        return number

    def as_one(self, question, value, asked):
        """Let a question stand for all that it asked, but for the days: a page waits for those."""
        if self.UNKNOWN in asked:
            return asked
        days = days_of(asked)
        function, *arguments = question
        thing = [function, arguments, mark_of([value, sorted(days)]), sorted(asked - days)]
        number = self._number(thing)
        self.things[number] = thing
        return {number, *days}

    def add_answers(self, connection):
        """Put the answers to the queries that have none yet."""
        for thing in self.things:
            if len(thing) == 2:
                thing.append(answer_of(connection, *thing, self.today))


def _name(thing):
    return json.dumps(thing[:2])


def _is_question(thing):
    return len(thing) == 4


def days_of(asked):
    return {one for one in asked if isinstance(one, date)}


def mark_of(value):
    return hashlib.sha256(repr(_plain(value)).encode()).hexdigest()[:20]


def _plain(value, above=()):
    """What was read, without what was worked out from it since.

    Of a row: its columns, and the rows that were read with it.
    """
    if isinstance(value, Model):
        name = (value._meta.label, value.pk)
        if name in above:
            return name
        read = value._state.fields_cache | getattr(value, "_prefetched_objects_cache", {})
        with_it = [(key, _plain(read[key], (*above, name))) for key in sorted(read)]
        columns = [value.__dict__.get(field.attname) for field in value._meta.concrete_fields]
        return name, columns, with_it
    if isinstance(value, dict):
        return [(key, _plain(one, above)) for key, one in value.items()]
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        return value
    return [_plain(one, above) for one in value]


def answer_of(connection, sql, params, today):
    """A mark of what a query answers in an edition's file."""
    params = [today if one == TODAY else one for one in params]
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()[:20]


def unchanged(connection, known, code, begin=lambda: None):
    """The addresses of which every answer is as it was, and whose day has not come.

    The answers of today take the place of those that were known. As soon as it is clear that pages
    have to be made, `begin` is called.
    """
    today = clock.today().isoformat()
    # On a machine whose clock was put back, days that had come have not.
    if known.get("code") != code or known["day"] > today:
        begin()
        return set()
    check = _Check(connection, known["things"], today)
    if check.was != check.marks():
        begin()
    same = {
        address
        for address, asked in known["pages"].items()
        if all(map(check.is_same, asked)) and known["until"].get(address, LATEST) > today
    }
    check.recorder.add_answers(connection)
    known["things"] = check.recorder.things
    return same


class _Check:
    """Asks again what was asked, each thing once."""

    def __init__(self, connection, things, today):
        self.connection = connection
        self.was = [thing[2] for thing in things]  # The marks of the answers.
        queries = [thing if _is_question(thing) else thing[:2] for thing in things]
        self.recorder = Recorder(today, queries)
        self.recorder.add_answers(connection)
        self.found = {}

    def marks(self):
        return [thing[2] for thing in self.recorder.things]

    def is_same(self, number):
        if number not in self.found:
            self.found[number] = self._is_same(number)
        return self.found[number]

    def _is_same(self, number):
        thing = self.recorder.things[number]
        if _is_question(thing) and not all(map(self.is_same, thing[3])):
            self._ask_again(thing)
        return self.recorder.things[number][2] == self.was[number]

    def _ask_again(self, question):
        function, arguments, _mark, _asked = question
        with self.connection.execute_wrapper(self.recorder), memory.using(self.recorder):
            memory.answer(import_string(function), *arguments)


class Kept:
    """What is kept of an edition's pages: what each asked, each thing once, and its day."""

    def __init__(self):
        self.things, self.numbers = [], {}
        self.pages, self.until = {}, {}

    def add(self, things, pages, until):
        """Add pages with what they asked, which are numbers of these things."""
        places = {}

        def place_of(number):
            if number not in places:
                thing = things[number]
                if _is_question(thing):
                    thing = [*thing[:3], [place_of(one) for one in thing[3]]]
                places[number] = self.numbers.setdefault(_name(thing), len(self.things))
                if places[number] == len(self.things):
                    self.things.append(thing)
            return places[number]

        for address, asked in pages.items():
            self.pages[address] = [place_of(number) for number in asked]
        self.until |= {address: day for address, day in until.items() if address in pages}

    def as_json(self):
        return {"things": self.things, "pages": self.pages, "until": self.until}
