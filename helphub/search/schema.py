"""The tables of the index file."""

from django.conf import settings

# The words of a document, and how much they count in each of these columns.
COLUMNS = ["name", "title", "synonyms", "summary", "text"]
WEIGHTS = [8, 2, 6, 4, 1]


def table(language):
    return f"words_{language.replace('-', '_')}"


def create_tables(file):
    file.execute("CREATE TABLE about (build TEXT, stamp TEXT)")
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
    for language in settings.BUILT_LANGUAGES:
        # Keep marks as part of the word: in Gurmukhi they are vowels.
        file.execute(
            f"CREATE VIRTUAL TABLE {table(language)} USING fts5("
            f"kind UNINDEXED, key UNINDEXED, {', '.join(COLUMNS)}, "
            "tokenize = \"porter unicode61 remove_diacritics 0 categories 'L* N* M* Co'\")"
        )


def optimise(file, languages):
    """Make the filled tables quick to read."""
    for language in languages:
        file.execute(f"INSERT INTO {table(language)}({table(language)}) VALUES ('optimize')")  # noqa: S608
    file.execute("CREATE INDEX phrases_by_first ON phrases (first, language)")
