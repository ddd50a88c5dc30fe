"""Makes the rows: by the rules of their forms, in one piece of work, or none of them."""

import re
from collections import Counter, defaultdict

from django.contrib.admin.models import ADDITION, LogEntry
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

from helphub.content import signals
from helphub.history import snapshots
from helphub.history.recording import recording
from helphub.splitting import kinds
from helphub.splitting.earlier import compared
from helphub.splitting.proposing import LONGEST_SECTION, numbers_to_check, sections
from strategy import models

# What the document says itself.
PRINTED = {"reference", "words", "section", "position", "number"}
WHY = "Made from the document “{name}”"
STEP, LAST = 10, 32_000  # Between two rows in a list, and the end of every list.
# Sources first: other rows name them. Then passages, for the standards that they name.
ORDER = sorted(kinds.ROWS, key=lambda what: {kinds.SOURCE: 0, kinds.PASSAGE: 1}.get(what, 2))
NEEDED = {
    "figure": "Write the figure as the words print it, such as 1 in 5.",
    "population": "Say who it counts.",
    "url": "Write the address of the document.",
    "audience": "Say who the line is for.",
    "number": "Write the number of the footnote.",
}
CARRIED = (
    "It has been carried over already, as {reference}. If its words differ, correct them there."
)
NO_HEADING = "No heading stands above it. Make one of the pieces above it a heading."
NUMBER_ELSEWHERE = (
    "It has the phone number {number}. Make it a contact line as printed, or leave it out: "
    "elsewhere readers would take the number for one of ours."
)


class Prepared:
    """The rows that the pieces would become, and what is wrong with them."""

    def __init__(self, pieces, strategy):
        self.pieces, self.strategy = pieces, strategy
        self.rows = []  # (piece, row)
        self.faults = defaultdict(lambda: defaultdict(list))  # {piece's key: {field: [words]}}
        self.notes = defaultdict(list)  # {piece's key: [words]}: what an officer should know.
        self.with_our_words = []  # Rows with the words of an earlier one.
        self.already = set()  # The keys of pieces whose row is there already.
        self.chapters = {chapter.slug: chapter for chapter in strategy.chapters.all()}
        self.there = {what: _Rows(what, strategy) for what in kinds.ROWS}
        self.sources = {row.number: row for row in self.there[kinds.SOURCE].rows}
        self.topics = _topics()
        self.earlier = _earlier_rows(pieces)
        self._prepare()

    @property
    def count(self):
        return Counter(kinds.LABELS[piece.what] for piece, _row in self.rows)

    def _prepare(self):
        passage = None
        positions = self._positions()
        for piece, section, chapter in sections(self.pieces):
            if piece.what == kinds.HEADING:
                self._check_heading(piece)
            if piece.what not in kinds.ROWS:
                continue
            row = self._there_already(piece)
            if row is None:
                row = self._row(piece, section, chapter, passage)
                row.position = next(positions[piece.what])
                self._check(piece, row)
                self.rows.append((piece, row))
            if piece.what == kinds.PASSAGE:
                passage = row
            elif piece.what == kinds.SOURCE:
                self.sources.setdefault(piece.number, row)
        self._name_sources()

    def _positions(self):
        """The places behind the rows that are there, for each kind."""
        counts = Counter(piece.what for piece in self.pieces)
        found = {}
        for what, there in self.there.items():
            last = max((row.position for row in there.rows), default=0)
            step = STEP if last + STEP * counts[what] < LAST else 1
            found[what] = iter(range(last + step, last + step * (counts[what] + 1) + 1, step))
        return found

    def _there_already(self, piece):
        there = self.there[piece.what]
        row = there.take(piece)
        before = self.earlier.get((kinds.ROWS[piece.what].model, piece.like))
        topic = self.topics.get(piece.like) if piece.what == kinds.FORM else None
        if row is None and (row := there.take_made_from(before, topic)):
            self.notes[piece.key].append(CARRIED.format(reference=row.reference))
        if row is not None:
            self.already.add(piece.key)
            if _is_made_from(row, before, topic):
                self.earlier.pop((type(row), piece.like), None)
                self.topics.pop(piece.like, None)
        return row

    def _row(self, piece, section, chapter, passage):
        model = kinds.ROWS[piece.what].model
        row = model(strategy=self.strategy, words=piece.words, section=section)
        for name in kinds.needs(piece.what):
            setattr(row, name, getattr(piece, name))
        if piece.what == kinds.PASSAGE:
            row.chapter = self.chapters.get(piece.chapter or chapter)
        elif piece.what == kinds.STANDARD:
            row.named_in = passage
        elif piece.what == kinds.FORM:
            row.form_of_abuse = self.topics.pop(piece.like, None)
        if (before := self.earlier.pop((model, piece.like), None)) is not None:
            row.carried_from = before
            if compared(before.words) == compared(row.words):
                _take_our_words(row, before)
                self.with_our_words.append(row)
        return row

    def _name_sources(self):
        """Give each row its footnote. A row names one, so the others are told."""
        for piece, row in self.rows:
            if not piece.footnotes or not hasattr(row, "source_id"):
                continue
            first, *others = dict.fromkeys(piece.footnotes)
            if first in self.sources:
                row.source = self.sources[first]
            else:
                self.notes[piece.key].append(
                    f"Footnote {first} is left out, so it names no source."
                )
            if others:
                named = ", ".join(map(str, others))
                self.notes[piece.key].append(
                    f"A row names one footnote: {first}. To name {named} too, split it there."
                )

    # What is wrong.

    def _fault(self, piece, name, words):
        self.faults[piece.key][name].append(words)

    def _check_heading(self, piece):
        if len(piece.words) > LONGEST_SECTION:
            self._fault(
                piece,
                "what",
                f"A heading has at most {LONGEST_SECTION} characters; this has "
                f"{len(piece.words)}. Split it, or make it a passage.",
            )

    def _check(self, piece, row):
        empty = [name for name in kinds.needs(piece.what) if not getattr(piece, name)]
        for name in empty:
            self._fault(piece, name, NEEDED[name])
        if not row.section:
            self._fault(piece, "what", NO_HEADING)
        if piece.what != kinds.CONTACT and (numbers := numbers_to_check(piece.words)):
            self._fault(piece, "what", NUMBER_ELSEWHERE.format(number=numbers[0]))
        if piece.what == kinds.PASSAGE and row.chapter is None:
            self._fault(piece, "chapter", "Choose the chapter that it is in.")
        if piece.what == kinds.STANDARD and row.named_in is None:
            self._fault(piece, "what", "Make a piece above it a passage: the one that names it.")
        # Some figures say in our words that there is none.
        digits = re.findall(r"\d+", piece.figure if piece.what == kinds.STATISTIC else "")
        if any(number not in piece.words for number in digits):
            self._fault(
                piece, "figure", f"The words do not have “{piece.figure}”. {NEEDED['figure']}"
            )
        if piece.what == kinds.SOURCE and piece.number in self.sources:
            self._fault(piece, "number", f"There is a footnote {piece.number} already.")
        self._check_by_the_models_rules(piece, row, empty)

    def _check_by_the_models_rules(self, piece, row, empty):
        """The rules of the form that need no query."""
        links = {field.name for field in row._meta.concrete_fields if field.is_relation}
        known = {*links, *empty, *([] if row.section else ["section"])}
        try:
            row.clean_fields(exclude=known)
            row.clean()
        except ValidationError as error:
            for name, messages in _by_field(error).items():
                shown = name if name in kinds.needs(piece.what) else "what"
                self.faults[piece.key][shown] += messages


class _Rows:
    """The rows of one kind that the strategy has, to be met again."""

    def __init__(self, what, strategy):
        self.rows = list(kinds.ROWS[what].model.objects.of(strategy))
        self.left = defaultdict(list)
        for row in self.rows:
            self.left[self._name(row)].append(row)

    def take(self, piece):
        """A row with these words that no other piece has met, or None."""
        rows = self.left.get(self._name(piece))
        return rows.pop(0) if rows else None

    def take_made_from(self, before, topic):
        """The row that was carried over from one of these, if no other piece has met it."""
        for rows in self.left.values():
            for row in rows:
                if _is_made_from(row, before, topic):
                    rows.remove(row)
                    return row
        return None

    @staticmethod
    def _name(each):
        return each.words, getattr(each, "number", None)


def _is_made_from(row, before, topic):
    """Whether a row was carried over from this earlier row, or from this topic."""
    is_of_row = before is not None and row.carried_from_id == before.pk
    return is_of_row or (topic is not None and row.form_of_abuse_id == topic.pk)


def _take_our_words(row, before):
    """What we wrote about the same words of the earlier strategy, in every language."""
    for field in snapshots.own_fields(type(row)):
        is_taken = field.name in PRINTED or field.is_relation or getattr(row, field.attname)
        if not is_taken:
            setattr(row, field.attname, getattr(before, field.attname))


def _link_to_own_kind(row):
    """Let a row name the copy of what the row it was made from names, such as another body."""
    for field in snapshots.own_fields(type(row)):
        if field.related_model is not type(row) or field.name == "carried_from":
            continue
        named = getattr(row.carried_from, field.name)
        copy = named.carried_to.filter(strategy=row.strategy).first() if named else None
        if copy is not None and not getattr(row, field.attname):
            setattr(row, field.name, copy)
            row.save()


def _topics():
    """The topics by the references of what strategies print about them."""
    topics = models.FormOfAbuse.objects.exclude(reference=None)
    found = {topic.reference: topic for topic in topics}
    rows = models.FormAsPrinted.objects.exclude(form_of_abuse=None).select_related("form_of_abuse")
    return found | {row.reference: row.form_of_abuse for row in rows}


def _earlier_rows(pieces):
    """The rows of earlier strategies that pieces were recognised by: {(model, reference): row}."""
    wanted = {piece.like for piece in pieces if piece.like}
    return {
        (kind.model, row.reference): row
        for kind in kinds.ROWS.values()
        for row in kind.model.objects.filter(reference__in=wanted)
    }


def _by_field(error):
    return (
        error.message_dict if hasattr(error, "error_dict") else {NON_FIELD_ERRORS: error.messages}
    )


class RefusedError(Exception):
    """Nothing was made."""

    def __init__(self, faults):
        super().__init__("Refused")
        self.faults = faults


def make(request, draft, strategy):
    """Make all rows. Raises RefusedError, and makes none, if one of them breaks a rule."""
    prepared = Prepared(draft.pieces, strategy)
    if prepared.faults:
        raise RefusedError(prepared.faults)
    in_order = sorted(prepared.rows, key=lambda each: ORDER.index(each[0].what))
    with recording(request.user, WHY.format(name=draft.file_name)):
        references = {}
        for piece, row in in_order:
            row.reference = _reference(references, row)
            try:
                row.full_clean(exclude=["source", "named_in"])
            except ValidationError as error:
                raise RefusedError({piece.key: {"what": error.messages}}) from error
            row.save()
        for row in prepared.with_our_words:
            signals.copied.send(type(row), copies={row.carried_from_id: row})
            _link_to_own_kind(row)
        _log(request, draft, in_order)
        count = prepared.count
        draft.close(
            {
                "made": [[label, count[label]] for label in kinds.LABELS.values() if count[label]],
                "already": len(prepared.already),
            }
        )
    return prepared


def _reference(references, row):
    """The next reference of its kind. Asking for each would take a query for each kind."""
    if row.prefix not in references:
        references[row.prefix] = int(models.next_reference(row.prefix).rpartition("-")[2])
    else:
        references[row.prefix] += 1
    return f"{row.prefix}-{references[row.prefix]:02}"


def _log(request, draft, made):
    """Put the rows into Django's log, as their forms would."""
    by_model = defaultdict(list)
    for _piece, row in made:
        by_model[type(row)].append(row)
    for rows in by_model.values():
        words = f"{WHY.format(name=draft.file_name)}."
        LogEntry.objects.log_actions(request.user.pk, rows, ADDITION, words)
