"""Builds the index file from what is published.

We write it beside the old one and rename it, so a reader never sees half an index.
"""

import secrets
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from pathlib import Path

from helphub.content import tokens
from helphub.search import schema
from helphub.search.documents import documents
from helphub.search.freshness import stamp
from helphub.search.index import place
from helphub.search.normalise import fold
from helphub.search.phrases import identifying_words, weight_of


def build_index(chosen_documents=None):
    """Replace the index with one of everything published, or of the given documents."""
    # Taken before reading the content, so that anything saved meanwhile changes the stamp.
    now = stamp() if chosen_documents is None else ""
    place().parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=place().parent) as folder:
        path = Path(folder) / "find.sqlite3"
        with closing(sqlite3.connect(path)) as file:
            count = _fill(file, documents() if chosen_documents is None else chosen_documents, now)
            file.commit()
        path.replace(place())
    return count


def _fill(file, documents_to_index, now):
    """Write the documents into an empty file. Returns how many there were."""
    schema.create_tables(file)
    file.execute("INSERT INTO about VALUES (?, ?)", [secrets.token_hex(8), now])
    # By language: how often each word is written, and the words of names and everyday phrases.
    counts, keys, seen, number = {}, {}, set(), 0
    for number, document in enumerate(documents_to_index, start=1):  # noqa: B007 - the count is the answer.
        entry = (document.kind, document.key)
        phrases = _phrases(document)
        _write_phrases(file, document, phrases)
        if document.slug and entry not in seen:
            seen.add(entry)
            _write_entry(file, document)
        columns = [fold(tokens.TOKEN.sub(" ", getattr(document, name))) for name in schema.COLUMNS]
        _write_columns(file, document, columns)
        counter = counts.setdefault(document.language, Counter())
        for words in columns:
            counter.update(words.split())
        for words in phrases:
            keys.setdefault(document.language, set()).update(words.split())
    for language, counter in counts.items():
        _write_vocabulary(file, language, counter, keys[language])
    schema.optimise(file, counts)
    return number


def _phrases(document):
    """The document's everyday phrases and names, folded, and whether each is a name."""
    phrases = {fold(line): False for line in document.synonyms.splitlines()}
    return phrases | {fold(line): True for line in (document.name, document.title, document.who)}


def _write_phrases(file, document, phrases):
    for phrase, is_name in phrases.items():
        words = phrase.split()
        if identifying := identifying_words(words):
            row = [identifying[0], " ".join(identifying), weight_of(words), is_name]
            file.execute(
                "INSERT INTO phrases VALUES (?, ?, ?, ?, ?, ?, ?)",
                [*row, document.language, document.kind, document.key],
            )


def _write_entry(file, document):
    file.execute(
        "INSERT INTO entries VALUES (?, ?, ?, ?)",
        [document.kind, document.key, document.slug, document.is_wing],
    )
    file.executemany(
        "INSERT INTO numbers VALUES (?, ?, ?)",
        [(dial, document.kind, document.key) for dial in document.numbers],
    )


def _write_columns(file, document, columns):
    file.execute(
        f"INSERT INTO {schema.table(document.language)} VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        [document.kind, document.key, *columns],
    )


def _write_vocabulary(file, language, counter, keys):
    file.executemany(
        "INSERT INTO vocabulary VALUES (?, ?, ?, ?)",
        [(word, language, count, word in keys) for word, count in counter.items()],
    )
