"""Names and everyday phrases: which of their words count, and whether a query contains one."""

from helphub.search.normalise import stem

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


def identifying_words(words):
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
