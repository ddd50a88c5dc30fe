"""The search index: a separate SQLite file, built from what is published.

It is the same whichever database holds the content. We write it beside the old one and rename it,
so a reader never sees half an index.
"""

import hashlib
import logging
import re
import secrets
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.db.models import Max, Prefetch
from django.utils.translation import get_language, override
from modeltranslation.translator import translator
from modeltranslation.utils import build_localized_fieldname

from contacts.models import Phone
from helphub.content import router, tokens, validators
from helphub.content.models import LoadedRow
from helphub.search import meanings, typed
from helphub.search.models import Synonym
from helphub.search.normalise import fold, stem
from helphub.search.spelling import Speller
from services.models import Service, Town
from strategy import models as strategy
from strategy.models import Chapter, FormOfAbuse, Guide

logger = logging.getLogger(__name__)

MODELS = {
    "guide": Guide,
    "topic": FormOfAbuse,
    "service": Service,
    "town": Town,
    "chapter": Chapter,
}
COLUMNS = ["name", "title", "synonyms", "summary", "text"]
WEIGHTS = [8, 2, 6, 4, 1]
# Printed on chapters' pages. The printed contact lines are left out, because one is disputed.
PRINTED = [
    strategy.Statistic,
    strategy.Priority,
    strategy.Principle,
    strategy.Standard,
    strategy.Programme,
    strategy.Body,
    strategy.Document,
]
# Words on every page that nobody searches for.
STOP = """
    a about am an and any are arent as at be been being but by can cant could couldnt did didnt do
    does doesnt dont for from get got had hadnt has hasnt have havent he her hes him his how i id
    if im in is isnt it its ive me my need not of on or our she shes should shouldnt so some
    something someone somebody that thats the their them there they theyre this to up us want was
    wasnt we were werent what whats when where which who why will with wont would wouldnt you your
    youre
"""
STOP_WORDS = frozenset(STOP.split())
# Words inside a phrase that don't change its meaning.
FILLING = "a an and are be been being is of really so that the this to very"
FILLERS = frozenset(FILLING.split())
# A query with these words is about people, so it wants help, not the strategy's wording.
PEOPLE = "i im ive id me my mine he hes him his she shes her they them we us our you"
PERSONAL = frozenset(PEOPLE.split())
LONGEST_QUERY, MOST_WORDS = 200, 40
MOST_BETWEEN = 2  # Other words allowed within a phrase that has at least two words of weight.
MOST_MENDED = 6  # Correcting is slow, and a real query never has more mistakes than this.
MOST_FOUND = 40
# The best page in a language scores 1 for its words. The others score a share of that.
PHRASE_BONUS = 3.0  # For each word of a name or everyday phrase found in the query.
FALLBACK_SHARE = 0.9  # At equal shares the reader's language comes before English.
LEAST_SHARE = 0.3  # Anything further away only gets in the way.
LEAST_SHARE_BESIDE = 0.7  # The limit is higher if something matched by name or everyday phrase.
MOST_BESIDE = 4
NAME_BONUS = 1.0  # For an entry whose own name was typed.
WHOLE_BONUS = 2.0  # For a phrase that is the whole query.
MEANT_BONUS = 1000.0
# At equal scores: what to do, then whom to ask, then the legal terms.
BY_KIND = {"guide": 0.3, "service": 0.1}
# These are about this site and don't help a reader who is looking for help.
ABOUT_THE_SITE = {("guide", "accessibility"), ("guide", "privacy")}


class Document(NamedTuple):
    """An entry in one language, as it goes into the index."""

    kind: str
    key: int
    language: str
    name: str = ""
    title: str = ""
    synonyms: str = ""
    summary: str = ""
    text: str = ""
    slug: str = ""
    is_wing: bool = False
    numbers: tuple = ()


class Hit(NamedTuple):
    """An entry that was found. Kind "list" is a page that lists entries, by its name."""

    kind: str
    key: int | str
    score: float


class Answer(NamedTuple):
    """What was found, and the words used if they differ from the query."""

    hits: list
    mended: str = ""


def table(language):
    return f"words_{language.replace('-', '_')}"


# Building


def _chapter_words():
    """The strategy's own words, by the slug of the chapter that prints them."""
    words_by_chapter = {}
    for passage in strategy.Passage.objects.select_related("chapter"):
        words_by_chapter.setdefault(passage.chapter.slug, []).append(passage.words)
    for model in PRINTED:
        words = model.objects.values_list("words", flat=True)
        words_by_chapter.setdefault(model.chapter_slug, []).extend(words)
    return words_by_chapter


def _synonyms():
    """Officers' everyday words: lists by kind, key and language."""
    synonyms = {}
    relations = {"guide": "guides", "topic": "forms_of_abuse", "service": "services"}
    rows = Synonym.objects.published().prefetch_related(*relations.values())
    for row in rows:
        for language in settings.OFFERED_LANGUAGES:
            words = getattr(row, build_localized_fieldname("words", language)) or ""
            for kind, relation in relations.items():
                for entry in getattr(row, relation).all():
                    synonyms.setdefault((kind, entry.pk, language), []).extend(words.splitlines())
    return synonyms


def _published(model):
    entries = model.objects.published()
    if model is Guide:
        return entries.exclude(slug="home")
    if model is Service:
        return entries.select_related("organization").prefetch_related(
            "audiences", Prefetch("phones", Phone.objects.published())
        )
    return entries


def documents():
    """Everything published, in every offered language that it is written in."""
    synonyms, chapter_words = _synonyms(), _chapter_words()
    for kind, model in MODELS.items():
        names = translator.get_options_for_model(model).fields
        for entry in _published(model):
            facts = {
                "slug": entry.slug,
                "is_wing": getattr(entry, "is_own_behaviour", False),
                "numbers": _numbers(entry) if model is Service else (),
            }
            for language in settings.OFFERED_LANGUAGES:
                everyday = "\n".join(synonyms.get((kind, entry.pk, language), []))
                with override(language):
                    is_written = entry.words_language == language
                if not is_written:
                    # Its text is only indexed in English, but everyday words in this language still
                    # find it.
                    if everyday:
                        yield Document(kind, entry.pk, language, synonyms=everyday, **facts)
                    continue
                own = {
                    name: getattr(entry, build_localized_fieldname(name, language)) or ""
                    for name in names
                }
                name, summary = own.pop("name"), own.pop("summary", "")
                parts = list(own.values())
                if language == settings.LANGUAGE_CODE:
                    parts += chapter_words.get(entry.slug, []) if model is Chapter else []
                    parts.append(getattr(entry, "words", ""))
                if model is Service:
                    everyday += f"\n{entry.organization.name}"
                    parts += [
                        getattr(audience, build_localized_fieldname("name", language)) or ""
                        for audience in entry.audiences.all()
                    ]
                title = entry.title if language == settings.LANGUAGE_CODE else ""
                text = "\n".join(parts)
                yield Document(
                    kind, entry.pk, language, name, title, everyday, summary, text, **facts
                )


def _numbers(service):
    return tuple(phone.dial for phone in service.phones.all())


def stamp():
    """Changes with officers' saves, loaded content, find's code and the offered languages."""
    if router.folder() or not settings.FOR_OFFICERS:
        return "edition"
    saved = apps.get_model("admin.LogEntry").objects.aggregate(last=Max("pk"))["last"]
    loaded = LoadedRow.objects.aggregate(last=Max("pk"))["last"]
    parts = [settings.DATABASES["default"]["NAME"], saved, loaded, _code()]
    return " ".join(map(str, [*parts, *settings.OFFERED_LANGUAGES]))


@cache
def _code():
    files = sorted(Path(__file__).parent.glob("*.py"))
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]


def place():
    """Where the index is stored: in the edition being read, or on its own."""
    folder = router.folder()
    return folder / "find.sqlite3" if folder else settings.FIND_INDEX


def build(chosen_documents=None):
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
    file.execute("CREATE TABLE about (build TEXT, stamp TEXT)")
    file.execute("INSERT INTO about VALUES (?, ?)", [secrets.token_hex(8), now])
    # Phrases are looked up by their "first" word.
    file.execute(
        "CREATE TABLE phrases (first TEXT, words TEXT, weight INTEGER, is_name INTEGER, "
        "language TEXT, kind TEXT, key INTEGER)"
    )
    file.execute("CREATE TABLE entries (kind TEXT, key INTEGER, slug TEXT, is_wing INTEGER)")
    file.execute("CREATE TABLE numbers (dial TEXT, kind TEXT, key INTEGER)")
    file.execute(
        "CREATE TABLE vocabulary (word TEXT, language TEXT, count INTEGER, is_key INTEGER)"
    )
    for language in settings.OFFERED_LANGUAGES:
        # Keep marks as part of the word: in Gurmukhi they are vowels.
        file.execute(
            f"CREATE VIRTUAL TABLE {table(language)} USING fts5("
            f"kind UNINDEXED, key UNINDEXED, {', '.join(COLUMNS)}, "
            "tokenize = \"porter unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")"
        )
    counts, keys, seen, number = {}, {}, set(), 0
    for number, document in enumerate(documents_to_index, start=1):  # noqa: B007 - the count is the answer.
        entry = (document.kind, document.key)
        names = [document.name, document.title]
        phrases = {fold(line): False for line in document.synonyms.splitlines()}
        phrases |= {fold(line): True for line in names}
        for words, is_name in phrases.items():
            if identifying := kept_words(words.split()):
                row = [identifying[0], " ".join(identifying), weight_of(words.split()), is_name]
                file.execute(
                    "INSERT INTO phrases VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [*row, document.language, *entry],
                )
        if document.slug and entry not in seen:
            seen.add(entry)
            file.execute(
                "INSERT INTO entries VALUES (?, ?, ?, ?)",
                [*entry, document.slug, document.is_wing],
            )
            file.executemany(
                "INSERT INTO numbers VALUES (?, ?, ?)",
                [(dial, *entry) for dial in document.numbers],
            )
        columns = [fold(tokens.TOKEN.sub(" ", getattr(document, name))) for name in COLUMNS]
        counter = counts.setdefault(document.language, Counter())
        for words in columns:
            counter.update(words.split())
        for words in phrases:
            keys.setdefault(document.language, set()).update(words.split())
        file.execute(
            f"INSERT INTO {table(document.language)} VALUES (?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            [document.kind, document.key, *columns],
        )
    for language, counter in counts.items():
        file.executemany(
            "INSERT INTO vocabulary VALUES (?, ?, ?, ?)",
            [(word, language, n, word in keys[language]) for word, n in counter.items()],
        )
        file.execute(f"INSERT INTO {table(language)}({table(language)}) VALUES ('optimize')")  # noqa: S608
    file.execute("CREATE INDEX phrases_by_first ON phrases (first, language)")
    return number


def kept_words(words):
    """The words that identify a phrase, without their endings."""
    return [stem(word) for word in words if word not in FILLERS] or [stem(word) for word in words]


def weight_of(words):
    """How many of these words carry meaning. Phrases with none must match as a whole."""
    return sum(word not in STOP_WORDS for word in words)


def stands_in(parts, words, most_between):
    """Whether the parts appear in order among the words, with at most this many others between."""
    for start, word in enumerate(words):
        if word != parts[0]:
            continue
        window = iter(words[start : start + len(parts) + most_between])
        if all(part in window for part in parts):
            return True
    return False


# Reading


_spellers = {}  # Cached for one build, by languages, because they are slow to make.


class Index:
    """One search's own connection to the file, so other searches can't block or close it."""

    def __init__(self, path):
        uri = f"{Path(path).absolute().as_uri()}?mode=ro&immutable=1"
        self.file = sqlite3.connect(uri, uri=True)
        try:
            ((self.build, self.stamp),) = self.file.execute("SELECT build, stamp FROM about")
        except Exception:
            self.close()
            raise

    def close(self):
        self.file.close()

    def speller(self, languages):
        if speller := _spellers.get((self.build, languages)):
            return speller
        marks = ", ".join("?" * len(languages))
        rows = self.file.execute(
            f"SELECT word, sum(count), max(is_key) FROM vocabulary WHERE language IN ({marks}) "  # noqa: S608
            "GROUP BY word",
            languages,
        ).fetchall()
        speller = Speller(
            {word: count for word, count, _ in rows}, {word for word, _, is_key in rows if is_key}
        )
        for old in [key for key in list(_spellers) if key[0] != self.build]:
            _spellers.pop(old, None)
        _spellers[self.build, languages] = speller
        return speller

    def search(self, query, language):
        """Entries for these words in the given language, or else in English, best first."""
        languages = tuple(dict.fromkeys([language, settings.LANGUAGE_CODE]))
        query = query[:LONGEST_QUERY]
        words = typed.words(query)[:MOST_WORDS]
        mended, guesses, unknown = [], [], 0
        for word in words:
            right, others = [word], []
            is_known = word in STOP_WORDS or word in meanings.vocabulary()
            if not is_known and not self._matches(word, languages):
                unknown += 1
                if unknown <= MOST_MENDED:
                    right, others = self._mend(word, languages)
            mended += right
            guesses += others
        read = mended if mended != words else words
        meant = meanings.meant(typed.folded(read))
        scores, exact = self._named(words, read, languages)
        # Clear words outweigh a number: "deaf 999" is not a request to speak on the phone.
        for number in typed.numbers(query):
            for kind, key in self._with_number(number):
                scores[kind, key] += MEANT_BONUS / 2 if meant else MEANT_BONUS
        matched = {entry for entry, score in scores.items() if score}
        for kind, key, share in self._pages(read, guesses, languages, bool(matched or meant)):
            least = LEAST_SHARE_BESIDE if matched or meant else LEAST_SHARE
            if share >= least or scores[kind, key]:
                scores[kind, key] += share
        for entry in scores:
            scores[entry] += BY_KIND.get(entry[0], 0)
        hits = self._ordered(query, read, meant, scores, matched, exact)
        return Answer(hits, " ".join(read) if hits and read != words else "")

    def _mend(self, word, languages):
        """The known words that this word was meant to be, or the word itself, and other guesses."""
        speller = self.speller(languages)
        if decoded := typed.decoded(word, speller):
            return [decoded], []
        return speller.mend(word.strip("*"))

    def _ordered(self, query, words, meant, scores, matched, exact):
        """The hits, best first: what was meant, what was named, and a few others."""
        slugs, wing = {}, set()
        for kind, key, slug, is_wing in self.file.execute("SELECT * FROM entries"):
            slugs[kind, slug] = (kind, key)
            if is_wing:
                wing.add((kind, key))
        about = {slugs.get(page) for page in ABOUT_THE_SITE}
        has_wing = any(meaning.is_wing for meaning in meant)
        only = set(wing) if meant and meant[0].is_alone else None
        for place, meaning in enumerate(meant):
            for number, page in enumerate(meaning.first):
                entry = page if page[0] == "list" else slugs.get(page)
                if entry:
                    bonus = MEANT_BONUS / (1 + place) - number
                    scores[entry] = max(scores[entry], bonus)
                    matched.add(entry)
                    if only is not None and place == 0:
                        only.add(entry)
        if typed.is_postcode(query):
            scores["list", "near"] = MEANT_BONUS
            matched.add(("list", "near"))
        # Sorted, so that equal scores come in the same order in every process.
        for entry in sorted(wing):
            # Beside a victim's words the wing would hurt. It leads if named or clearly meant.
            if has_wing:
                scores[entry] += 2 * MEANT_BONUS
            elif entry not in exact and scores[entry] < MEANT_BONUS:
                scores.pop(entry, None)
        if only is not None:
            scores = Counter({entry: scores[entry] for entry in only if scores[entry]})
        is_about = not meanings.reference().isdisjoint(words)
        first, beside, last = [], [], []
        for entry, score in scores.most_common():
            if score <= 0:
                continue
            hit = Hit(*entry, score)
            if entry not in matched and (entry in about or entry[0] == "chapter"):
                last.append(hit)
            else:
                (first if entry in matched or has_wing else beside).append(hit)
        if is_about:
            return sorted(first + beside + last, key=lambda hit: -hit.score)[:MOST_FOUND]
        if first:
            return (first + beside[:MOST_BESIDE])[:MOST_FOUND]
        if beside or not PERSONAL.isdisjoint(words):
            return beside[:MOST_FOUND]
        return last[:MOST_FOUND]

    def _with_number(self, number):
        rows = self.file.execute("SELECT dial, kind, key FROM numbers").fetchall()
        exact = [(kind, key) for dial, kind, key in rows if dial == number]
        if exact or len(number) < typed.LEAST_DIGITS:
            return exact
        return [(kind, key) for dial, kind, key in rows if dial.startswith(number)]

    def _named(self, words, read, languages):
        """Scores for names and everyday phrases in the query, and which match the whole query."""
        scores, exact = Counter(), set()
        marks = ", ".join("?" * len(languages))
        for query_words in {tuple(words), tuple(read)}:
            asked = kept_words(query_words)
            wanted = ", ".join("?" * len(asked))
            rows = self.file.execute(
                "SELECT words, weight, is_name, kind, key FROM phrases "  # noqa: S608
                f"WHERE first IN ({wanted}) AND language IN ({marks})",
                [*asked, *languages],
            )
            for phrase, weight, is_name, kind, key in rows:
                parts = phrase.split()
                is_whole = parts == asked
                # A phrase of common words counts only if it is long or is the whole query.
                if not (weight or is_whole or len(parts) > 2):
                    continue
                if not stands_in(parts, asked, MOST_BETWEEN if weight > 1 else 0):
                    continue
                score = PHRASE_BONUS * max(weight, 1) + NAME_BONUS * is_name
                score += WHOLE_BONUS * is_whole
                scores[kind, key] = max(scores[kind, key], score)
                if is_whole:
                    exact.add((kind, key))
        return scores, exact

    def _matches(self, word, languages):
        return any(
            self.file.execute(
                f"SELECT 1 FROM {table(language)} WHERE {table(language)} MATCH ? LIMIT 1",  # noqa: S608
                [f'"{word}"'],
            ).fetchone()
            for language in languages
        )

    def _pages(self, words, guesses, languages, has_found):
        """Entries with any of the words, each with its share of the best entry's rank."""
        wanted = [word for word in words if word not in STOP_WORDS] or words
        strong = [word for word in wanted if word not in meanings.weak()]
        if not strong and has_found:
            return []
        wanted = strong or wanted
        joined = [
            first + second
            for first, second in pairwise(words)
            if first + second in self.speller(languages).counts
        ]
        if not wanted:
            return []
        match = " OR ".join(f'"{word}"' for word in dict.fromkeys(wanted + joined + guesses))
        weights = ", ".join(map(str, [0, 0, *WEIGHTS]))
        best = {}
        for language in languages:
            name = table(language)
            ranks = self.file.execute(
                f"SELECT kind, key, -bm25({name}, {weights}) AS rank FROM {name} "  # noqa: S608
                f"WHERE {name} MATCH ? ORDER BY rank DESC LIMIT {MOST_FOUND}",
                [match],
            ).fetchall()
            # Ranks don't compare across languages, because in a small index every word is common.
            full = 1 if language == languages[0] else FALLBACK_SHARE
            for kind, key, rank in ranks:
                share = full * rank / ranks[0][2]
                best[kind, key] = max(best.get((kind, key), 0), share)
        return [(*entry, share) for entry, share in best.items()]


def readable(query):
    """A reader's words without control characters and direction marks, which are invisible."""
    return validators.UNSAFE_CHARACTERS.sub(" ", query)


_building = Lock()
# ValueError: SQLite's message about a damaged file may not be valid text.
UNREADABLE = (sqlite3.Error, OSError, ValueError)


def current():
    """The index as it is on disk now. On a laptop it is rebuilt when the content changes."""
    if settings.LAPTOP and not router.folder():
        with _building:
            if not _is_current():
                build()
    return Index(place())


def _is_current():
    try:
        with closing(Index(place())) as index:
            return index.stamp == stamp()
    except UNREADABLE:
        return False


def search(query):
    """The results for a reader's words in the active language, or None if there is no index."""
    try:
        with closing(current()) as index:
            return index.search(re.sub(r"\s+", " ", query), get_language())
    except UNREADABLE as error:
        # No message or traceback, because either may quote the reader's words.
        logger.error(
            "The find index is missing or cannot be read (%s). Run manage.py build_index.",
            type(error).__name__,
        )
        return None
