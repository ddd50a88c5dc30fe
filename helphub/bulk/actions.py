"""What an action is: what it asks for, what it would do, doing it, and taking it back."""

from abc import ABC, abstractmethod


class Action(ABC):
    """Something to do to many records at once. One for each entry of the lists' menu."""

    name = ""  # In addresses, and in what is stored.
    words = ""  # In the menu.
    button = ""
    done = ""  # In the log and the history.
    help = ""
    form_class = None  # What it asks for, if anything.
    # Why something is not undone.
    changed_since = "It has been changed since, so it stays as it is."

    @abstractmethod
    def is_for(self, model):
        """Whether the list of this kind of record offers it."""

    def form(self, request, model, keys, data=None):
        """The form with what it asks for, or None."""
        return self.form_class(data) if self.form_class else None

    def said(self, given):
        """What was asked for, in words: (what, answer)."""
        return []

    def done_in_words(self, given):
        return self.done

    @abstractmethod
    def lines(self, request, model, rows, given):
        """What it would do to each of these records."""

    @abstractmethod
    def do(self, request, model, lines, given):
        """Do it. Returns what undoing needs: {key: (before, after)}."""

    @abstractmethod
    def now(self, model, rows):
        """What is there now of rows that were done, to compare with their `after`: {key: …}."""

    def known(self, model, rows):
        """What `put_back` needs to know, read once for all rows."""
        return {}

    @abstractmethod
    def put_back(self, request, model, done, known):
        """Undo one row. Raises LeftOutError if that cannot be."""
