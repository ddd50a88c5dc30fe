"""The ground: what is read once while the pages of an edition are made.

An edition's file never changes, so nothing of it needs to be read, or rendered, twice in one
process. Whoever makes pages works within `using(Memory())`; there `recall` gives back what it gave
before, for the same key in the same language. Everywhere else, so on the working database, it
keeps nothing.

A page is made again when an answer to one of its queries changes. So what is recalled brings along
the queries that it was made from, and the page counts as having asked them.
"""

from contextlib import contextmanager
from contextvars import ContextVar

from django.utils.translation import get_language

_memory = ContextVar("memory", default=None)


class Memory:
    """What was read or rendered so far, and which queries the present page depends on."""

    def __init__(self):
        self.kept = {}
        self.asked = set()

    def recall(self, key, make):
        key = (get_language(), *key)
        if key not in self.kept:
            before, self.asked = self.asked, set()
            try:
                self.kept[key] = make(), self.asked
            finally:
                self.asked = before
        value, asked = self.kept[key]
        self.asked |= asked
        return value


@contextmanager
def using(memory):
    """Let this memory serve what runs within the block."""
    token = _memory.set(memory)
    try:
        yield memory
    finally:
        _memory.reset(token)


def recall(key, make):
    """What `make()` returns: from the memory, where there is one. The key is a tuple."""
    memory = _memory.get()
    return make() if memory is None else memory.recall(key, make)


def is_used():
    """Whether what is read now will be read again: then one large query is better than many."""
    return _memory.get() is not None
