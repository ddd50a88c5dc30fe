from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from helphub.content import markup, memory
from helphub.content.rows import in_words
from strategy import first_page, models
from strategy.models import (
    FIXED_PAGES,
    Chapter,
    FormOfAbuse,
    Guide,
    Indicator,
    Statistic,
    Strategy,
    who_can_help,
)
from strategy.models.reports import counted

# Rows that a chapter shows besides its passages, by their names in the template.
CHAPTER_ROWS = {
    "definition": {"forms_of_abuse": models.forms_of_abuse},
    Chapter.FIGURES: {"subjects": lambda strategy: Statistic.objects.of(strategy).subjects()},
    "priorities": {"priorities": models.with_actions},
    "principles": {"principles": models.Principle.objects.shown_of},
    "changing-behaviour": {"programmes": models.Programme.objects.shown_of},
    "governance": {"chains": lambda strategy: models.Body.objects.of(strategy).chains()},
    models.Standard.chapter_slug: {"standards": models.with_audits},
    "sources": {
        "documents": models.Document.objects.shown_of,
        "hub_areas": models.HubArea.objects.shown_of,
        "sources": models.Source.objects.shown_of,
    },
}

LOCAL_PICTURE = "The local picture"  # Where the strategy says that Dudley has no figures yet.


@require_safe
def guide_list(request):
    return render(request, "strategy/guide_list.html", {"guides": Guide.objects.for_listing()})


@require_safe
def guide_detail(request, slug):
    guide = memory.rows(
        f"guide {slug}",
        lambda: Guide.objects.exclude(slug__in=FIXED_PAGES).shown_or_gone(slug=slug),
    )
    html, contents = markup.in_parts(guide.body)
    context = {
        "guide": guide,
        "text": html,
        "contents": contents,
        "suggestions": who_can_help(guide),
    }
    return render(request, "strategy/guide_detail.html", context)


@require_safe
def form_of_abuse_list(request):
    context = {"forms_of_abuse": FormOfAbuse.objects.published()}
    return render(request, "strategy/form_of_abuse_list.html", context)


@require_safe
def form_of_abuse_detail(request, slug):
    form_of_abuse = memory.rows(
        f"topic {slug}", lambda: FormOfAbuse.objects.shown_or_gone(slug=slug)
    )
    strategy = Strategy.objects.in_force()
    context = {
        "form_of_abuse": form_of_abuse,
        "strategy": strategy,
        "printed": memory.rows(
            f"printed on {slug}", lambda: models.printed_on(form_of_abuse, strategy)
        ),
        "suggestions": who_can_help(form_of_abuse),
    }
    return render(request, "strategy/form_of_abuse_detail.html", context)


@require_safe
def chapter_list(request):
    """The strategy in force. The overview's passages introduce the list of the other chapters."""
    return _chapter_list(request, Strategy.objects.in_force())


def _chapter_list(request, strategy):
    chapters = {
        chapter.slug: chapter for chapter in Chapter.objects.published().filter(strategy=strategy)
    }
    chapter = chapters.pop(Chapter.OVERVIEW, None)
    is_replaced = strategy is not None and strategy.is_replaced
    context = {
        "strategy": strategy,
        "chapter": chapter,
        "chapters": list(chapters.values()),
        "priorities": _priorities_in_short(strategy, chapters),
        "progress": _progress(strategy, chapters),
        "priorities_url": models.page_of(
            strategy, "strategy:chapter-detail", models.Priority.chapter_slug
        ),
        "lines_url": models.page_of(strategy, "contacts:printed-lines"),
        # A report is about a year, so all of them stand with the strategy in force.
        "reports": [] if is_replaced else models.AnnualReport.objects.published(),
        "sections": chapter.passages.sections() if chapter else [],
        "earlier": [] if is_replaced else _all_replaced(),
    }
    context |= first_page.in_short(strategy, chapters) | _replaced_by(strategy)
    return render(request, "strategy/chapter_list.html", context)


def _all_replaced():
    return memory.rows("replaced strategies", lambda: list(Strategy.objects.replaced()))


def _replaced_by(strategy):
    """The strategy in force, if this one has been replaced."""
    is_replaced = strategy is not None and strategy.is_replaced
    return {"replaced_by": Strategy.objects.in_force()} if is_replaced else {}


@require_safe
def audit_detail(request, slug):
    """An audit with all its results, if readers can see the page that leads to it."""
    audit = models.Audit.objects.for_page().with_pages().filter(slug=slug).first()
    if audit is None:
        raise Http404
    # Two standards may be audited on one day, and each title is there once.
    strategy = audit.standard.strategy
    standards = models.Standard.objects.of(strategy).values_list("pk", flat=True)
    place = 1 + list(standards).index(audit.standard_id)
    context = {
        "strategy": strategy,
        "audit": audit,
        "chapter": audit.chapter,
        "title": f"The strategy: standard {place}, {in_words(audit.day)}",
    }
    return render(request, "strategy/audit_detail.html", context | _replaced_by(strategy))


def _priorities_in_short(strategy, chapters):
    """The priorities that have a short version, if readers can see their own page."""
    if models.Priority.chapter_slug not in chapters:
        return []
    priorities = models.Priority.objects.of(strategy).select_related("strategy")
    return [priority for priority in priorities if priority.summary]


def _progress(strategy, chapters):
    """How many actions there are of each status: (its name in English, the number)."""
    if models.Priority.chapter_slug not in chapters:
        return []
    actions = models.Action.objects.published().filter(priority__strategy=strategy)
    statuses = [action.status for action in actions]
    names = models.Action.status_names()
    return [(name, statuses.count(status)) for status, name in names if status in statuses]


@require_safe
def chapter_detail(request, slug):
    """A chapter of the strategy in force, or the first page of one that has been replaced."""
    for strategy in _all_replaced():
        if strategy.slug == slug:
            return _chapter_list(request, strategy)
    return _chapter_detail(request, Strategy.objects.in_force(), slug)


@require_safe
def local_data(request):
    """What is counted in Dudley itself."""
    strategy = Strategy.objects.in_force()
    said = Statistic.objects.shown_of(strategy).filter(section=LOCAL_PICTURE)
    context = {
        "strategy": strategy,
        "indicators": Indicator.objects.for_page(),
        "said": said if Chapter.objects.of_figures(strategy) else [],
    }
    return render(request, "strategy/local_data.html", context)


@require_safe
def replaced_chapter_detail(request, strategy, slug):
    return _chapter_detail(request, _replaced(strategy), slug)


def _replaced(slug):
    return memory.rows(
        f"strategy {slug}", lambda: get_object_or_404(Strategy.objects.replaced(), slug=slug)
    )


def _chapter_detail(request, strategy, slug):
    years = strategy.slug if strategy else ""
    chapter = memory.rows(
        f"chapter {slug} of {years}",
        lambda: Chapter.objects.exclude(slug=Chapter.OVERVIEW).shown_or_gone(
            strategy=strategy, slug=slug
        ),
    )
    sections = memory.rows(f"sections of {slug} of {years}", chapter.passages.sections)
    context = {"strategy": strategy, "chapter": chapter, "sections": sections}
    if sections and chapter.slug == Chapter.FIGURES:
        context |= {"sections": [], "passages_url": chapter.get_passages_url()}
    for name, read in CHAPTER_ROWS.get(slug, {}).items():
        context[name] = memory.rows(
            f"{name} of {slug} of {years}", lambda read=read: list(read(strategy))
        )
    return render(request, "strategy/chapter_detail.html", context | _replaced_by(strategy))


def _beside_the_figures(slug):
    """What the pages beside the chapter of figures share. Without a slug: the strategy in force."""
    strategy = _replaced(slug) if slug else Strategy.objects.in_force()
    chapter = Chapter.objects.of_figures(strategy)
    return {"strategy": strategy, "chapter": chapter} | _replaced_by(strategy)


@require_safe
def newer_figures(request, strategy=""):
    """Figures newer than the strategy's that count something else, apart from its own."""
    context = _beside_the_figures(strategy)
    statistics = Statistic.objects.of(context["strategy"])
    context["statistics"] = statistics.newer() if context["chapter"] else []
    return render(request, "strategy/newer_figures.html", context)


@require_safe
def impact(request, strategy=""):
    """The passages of the chapter of figures, which have their own page."""
    context = _beside_the_figures(strategy)
    chapter = context["chapter"]
    context["sections"] = chapter.passages.sections() if chapter else []
    return render(request, "strategy/impact.html", context)


def _report_and_parts(slug):
    report = memory.rows(
        f"report {slug}", lambda: models.AnnualReport.objects.shown_or_gone(slug=slug)
    )
    return report, memory.rows(f"parts of report {slug}", report.parts)


@require_safe
def report_detail(request, slug):
    """A year's annual report, with the newest update on each action."""
    report, parts = _report_and_parts(slug)
    context = {
        "report": report,
        "parts": parts,
        "total": sum(len(part.actions) for part in parts),
        "counts": counted(parts),
        "corrections": memory.rows(
            f"corrections of report {slug}", lambda: list(report.corrections.all())
        ),
    }
    return render(request, "strategy/report_detail.html", context)


@require_safe
def report_updates(request, slug):
    """The earlier updates of a report's year: on its own page both would be too much."""
    report, parts = _report_and_parts(slug)
    actions = [action for part in parts for action in part.actions if action.has_earlier]
    return render(request, "strategy/report_updates.html", {"report": report, "actions": actions})
