"""What the strategy's first page says of its parts: enough to find the way, with links."""

from itertools import chain

from django.utils.translation import gettext_noop as _

from helphub.content.markup import contents
from strategy.models import Body, Chapter, Priority, Standard, Statistic, page_of

# The page's parts, each with the chapter that it needs. Their anchors are p1 to p6.
PARTS = [
    (_("How common it is"), Chapter.FIGURES),
    (_("The priorities in short"), Priority.chapter_slug),
    (_("Who answers to whom"), Body.chapter_slug),
    (_("The standards it names"), Standard.chapter_slug),
    (_("How it is going"), Priority.chapter_slug),
    (_("In the strategy's own words"), None),
]


def in_short(strategy, chapters):
    """The first figures, who answers to whom, and the standards, where readers see their pages."""
    parts = contents(heading for heading, _slug in PARTS)
    needed = [slug for _heading, slug in PARTS]
    shown = {
        "contents": [
            part
            for part, slug in zip(parts, needed, strict=True)
            if slug is None or slug in chapters
        ]
    }
    if page := chapters.get(Chapter.FIGURES):
        subjects = Statistic.objects.of(strategy).subjects()
        rows = chain.from_iterable(subject.figures + subject.in_words for subject in subjects)
        shown["figures"] = {
            "page": page,
            # Those of the whole country. Those of the region follow on their page.
            "rows": [row for row in subjects[0].figures if row.claim] if subjects else [],
            "has_newer": any(row.has_newer_apart for row in rows),
            "newer_url": page_of(strategy, "strategy:newer"),
        }
    if page := chapters.get(Body.chapter_slug):
        shown["bodies"] = {"page": page, "chains": Body.objects.of(strategy).chains()}
    if page := chapters.get(Standard.chapter_slug):
        shown["standards"] = {"page": page, "rows": Standard.objects.shown_of(strategy)}
    return shown
