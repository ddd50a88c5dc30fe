"""What is read once while the pages of an edition are made.

An edition's file never changes, so nothing in it needs to be read, or rendered, twice in one
process. Code that makes pages runs within `using(Memory())`. There, `recall` returns what it
returned before for the same key in the same language. Everywhere else, including on the working
database, it keeps nothing.

A page is made again when an answer to one of its queries changes, or when a day it asked about
arrives. So each recalled value carries the queries and days it was made from, and the page counts
as having asked them. Some pages read a whole list and show only part of it: `answer` lets them
depend on that part alone.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from typing import Any, TypeVar

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language

T = TypeVar("T")
Key = tuple[Any, ...]
# A query, by the number that a recorder gave it, or a day.
Dependency = int | date
Asked = set[Dependency]

_memory: ContextVar["Memory | None"] = ContextVar("memory", default=None)


class Memory:
    """What was read or rendered so far, and what the current page depends on: queries and days."""

    def __init__(self) -> None:
        self.kept: dict[Key, tuple[Any, Asked]] = {}
        self.asked: Asked = set()

    def recall(self, key: Key, make: Callable[[], Any]) -> Any:
        if key not in self.kept:
            self.kept[key] = self.watch(make)
        value, asked = self.kept[key]
        self.asked |= asked
        return value

    def answer(self, function: Callable[..., Any], arguments: tuple[str | int, ...]) -> Any:
        """What the function returns for these arguments. Pages depend on the answer alone."""
        question = (f"{function.__module__}.{function.__qualname__}", *arguments)
        if question not in self.kept:
            # The answer must not depend on the language of the first page to ask.
            with translation.override(settings.LANGUAGE_CODE):
                value, asked = self.watch(lambda: function(*arguments))
            self.kept[question] = value, self.dependencies(question, value, asked)
        value, asked = self.kept[question]
        self.asked |= asked
        return value

    def dependencies(self, question: Key, value: Any, asked: Asked) -> Asked:
        """What a page depends on if it asks this question."""
        return asked

    def watch(self, make: Callable[[], T]) -> tuple[T, Asked]:
        """What `make()` returns, and what it asked. If it fails, the page asked all that."""
        before, self.asked = self.asked, set()
        try:
            return make(), self.asked
        except Exception:
            before |= self.asked
            raise
        finally:
            self.asked = before


@contextmanager
def using(memory: Memory) -> Iterator[Memory]:
    """Use this memory for whatever runs within the block."""
    token = _memory.set(memory)
    try:
        yield memory
    finally:
        _memory.reset(token)


def recall(key: Key, make: Callable[[], T]) -> T:
    """What `make()` returns in this language, from the memory if there is one.

    The key is a tuple.
    """
    memory = _memory.get()
    return make() if memory is None else memory.recall((get_language(), *key), make)


def rows(name: str, read: Callable[[], T]) -> T:
    """What `read()` reads: once for all languages, because each row holds all of them."""
    memory = _memory.get()
    return read() if memory is None else memory.recall(("rows", name), read)


def answer(function: Callable[..., T], *arguments: str | int) -> T:
    """What a function of the content returns. The page depends on that, not on all it read.

    Another process will call the function again by name, so it must be defined at the top level of
    a module, take strings and numbers, and return the same in every language.
    """
    memory = _memory.get()
    return function(*arguments) if memory is None else memory.answer(function, arguments)


def note(dependency: Dependency) -> None:
    """Make the current page depend on this query or day."""
    if memory := _memory.get():
        memory.asked.add(dependency)


class noted_property:  # noqa: N801 - named like Django's cached_property.
    """A cached property of rows that many pages share. Each page depends on what it asked.

    An ordinary cached property would be noted for the first of these pages only.
    """

    def __init__(self, make: Callable[[Any], Any]) -> None:
        self.make, self.__doc__ = make, make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = f"{name} and what it asked"

    def __get__(self, row: Any, owner: type | None = None) -> Any:
        if row is None:
            return self
        memory = _memory.get() or Memory()
        if self.name not in row.__dict__:
            row.__dict__[self.name] = memory.watch(lambda: self.make(row))
        value, asked = row.__dict__[self.name]
        memory.asked |= asked
        return value


def is_used() -> bool:
    """Whether this will be read again. If so, one large query is better than many."""
    return _memory.get() is not None
