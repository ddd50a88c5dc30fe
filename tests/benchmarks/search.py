"""How fast and how well find works with far more content than we have. Run by hand.

It makes up 2,000 services and 500 pages in seven languages, indexes them in its own folder, and
asks for them exactly, with one slip, and in everyday words.
"""

import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402

from helphub.search.build import build_index  # noqa: E402
from helphub.search.documents import Document  # noqa: E402
from helphub.search.index import Index  # noqa: E402
from helphub.search.results import search_in  # noqa: E402

SERVICES, PAGES, ASKED = 2000, 500, 300
# A field's word, and how people say it.
SUBJECTS = {
    "counselling": "someone to listen",
    "stalking": "he follows me",
    "harassment": "my boss touches me",
    "grooming": "older boyfriend",
    "trafficking": "taken and kept",
    "consent": "said yes but",
    "refuge": "safe house",
    "advocacy": "help with court",
    "aftercare": "morning after",
    "mediation": "family argument",
}
FOR_WHOM = ["women", "men", "children", "teenagers", "parents", "carers", "students", "teachers"]
WORDS = ["support", "advice", "information", "group", "visit", "online", "evening", "local", "free"]
PARTS = """
    en: bar den wick ford ham ley stow mere thorpe combe by ton wor ches ter hol
    ur: زیا دت مدد گار خان دان بچ عور ذہن سکو نام کار
    pa: ਮਦ ਦਗ ਸਹਾ ਇਤਾ ਪਰ ਵਾਰ ਬੱਚੇ ਔਰਤ ਸੁਰ ਖਿਆ
    pl: prze moc wspar cie ro dzi na dzie cko pol ska żeń
    ro: aju tor fe me ie co pii vio len ță spri jin
    ar: مسا عدة عنف طفل امر أة دعم سري خط حما ية
    en-simple: help talk safe call walk tell home hand care kind good near
"""
SYLLABLES = {
    code: parts.split()
    for code, parts in (line.strip().split(": ") for line in PARTS.strip().splitlines())
}


def name_in(chance, language):
    return "".join(chance.choices(SYLLABLES[language], k=4)).capitalize()


def make(chance):
    """Documents, and for each its name, its subject and whom it is for."""
    documents, facts = [], []
    for key in range(SERVICES + PAGES):
        kind = "service" if key < SERVICES else "guide"
        subject, whom = chance.choice(list(SUBJECTS)), chance.choice(FOR_WHOM)
        for language in settings.BUILT_LANGUAGES:
            name = name_in(chance, language)
            text = " ".join(
                chance.choices(WORDS, k=60) + [name_in(chance, language) for _ in range(20)]
            )
            documents.append(
                Document(
                    kind,
                    key,
                    language,
                    name=f"{name} {subject} for {whom}",
                    title=f"{name} page",
                    synonyms=SUBJECTS[subject],
                    summary=f"{subject} and {chance.choice(WORDS)} for {whom}",
                    text=text,
                )
            )
            facts.append((kind, key, language, name, subject, whom))
    return documents, facts


def slip(chance, word):
    """The word with one letter left out, doubled, swapped or replaced, but never the first."""
    at = chance.randrange(1, len(word) - 1)
    return chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
            word[:at] + "x" + word[at + 1 :],
        ]
    )


def main():
    chance = random.Random(1)  # noqa: S311 - the same questions every time.
    documents, facts = make(chance)
    subject_of = {(kind, key): subject for kind, key, _, _, subject, _ in facts}
    with tempfile.TemporaryDirectory() as folder:
        settings.FIND_INDEX = Path(folder) / "find.sqlite3"
        started = time.perf_counter()
        build_index(documents)
        seconds = time.perf_counter() - started
        size = settings.FIND_INDEX.stat().st_size / 1e6
        print(f"{len(documents)} documents built in {seconds:.1f} s, {size:.1f} MB")
        index = Index(settings.FIND_INDEX)
        asked = chance.sample(facts, ASKED)
        questions = {"exact": [], "misspelt": [], "everyday": []}
        for kind, key, language, name, subject, whom in asked:
            is_it = {(kind, key)}.__contains__
            exact = f"{name} {subject} for {whom}"
            wrong = f"{slip(chance, name)} {slip(chance, subject)}"
            questions["exact"].append((exact, language, is_it))
            questions["misspelt"].append((wrong, language, is_it))
            about = {entry for entry, other in subject_of.items() if other == subject}
            questions["everyday"].append((SUBJECTS[subject], language, about.__contains__))
        for language in settings.BUILT_LANGUAGES:
            started = time.perf_counter()
            index.speller(tuple(dict.fromkeys([language, "en"])))
            print(f"  words of {language} read in {(time.perf_counter() - started) * 1e3:.0f} ms")
        for title, rows in questions.items():
            times, right = [], []
            for words, language, is_right in rows:
                started = time.perf_counter()
                hits = search_in(index, words, language).hits
                times.append((time.perf_counter() - started) * 1e3)
                first = [is_right((hit.kind, hit.key)) for hit in hits[:5]]
                # A name means one page, which must be among the five. A subject must fit all five.
                right.append(sum(first) / max(len(first), 1) if title == "everyday" else any(first))
            p95 = statistics.quantiles(times, n=20)[-1]
            print(
                f"{title:9} {len(rows)} asked: median {statistics.median(times):.2f} ms, "
                f"p95 {p95:.2f} ms, found in the first five {sum(right) / len(right):.3f}"
            )
        index.file.close()


if __name__ == "__main__":
    main()
