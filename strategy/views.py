from django.shortcuts import render
from django.views.decorators.http import require_safe

from helphub.content import markup, memory
from strategy import first_page, models
from strategy.models import FIXED_PAGES, Chapter, FormOfAbuse, Guide, who_can_help

# Rows that a chapter shows besides its passages, by their names in the template.
CHAPTER_ROWS = {
    "definition": {"forms_of_abuse": FormOfAbuse.objects.in_the_strategy},
    Chapter.FIGURES: {"subjects": models.Statistic.objects.subjects},
    "priorities": {"priorities": models.with_actions},
    "principles": {"principles": models.Principle.objects.for_page},
    "changing-behaviour": {"programmes": models.Programme.objects.for_page},
    "governance": {"chains": models.Body.objects.chains},
    "standards": {"standards": models.Standard.objects.for_page},
    "sources": {
        "documents": models.Document.objects.for_page,
        "hub_areas": models.HubArea.objects.for_page,
        "sources": models.Source.objects.all,
    },
}


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
    context = {
        "form_of_abuse": form_of_abuse,
        "suggestions": who_can_help(form_of_abuse),
    }
    return render(request, "strategy/form_of_abuse_detail.html", context)


@require_safe
def chapter_list(request):
    # The overview's passages introduce the list of the others.
    chapters = {chapter.slug: chapter for chapter in Chapter.objects.published()}
    chapter = chapters.pop(Chapter.OVERVIEW, None)
    context = {
        "chapter": chapter,
        "chapters": list(chapters.values()),
        "priorities": _priorities_in_short(chapters),
        "progress": _progress(chapters),
        "sections": chapter.passages.sections() if chapter else [],
    }
    context |= first_page.in_short(chapters)
    return render(request, "strategy/chapter_list.html", context)


def _priorities_in_short(chapters):
    """The priorities that have a short version, if readers can see their own page."""
    if models.Priority.chapter_slug not in chapters:
        return []
    return [priority for priority in models.Priority.objects.all() if priority.summary]


def _progress(chapters):
    """How many actions there are of each status: (its name in English, the number)."""
    if models.Priority.chapter_slug not in chapters:
        return []
    statuses = [action.status for action in models.Action.objects.published()]
    names = models.Action.status_names()
    return [(name, statuses.count(status)) for status, name in names if status in statuses]


@require_safe
def chapter_detail(request, slug):
    chapter = memory.rows(
        f"chapter {slug}",
        lambda: Chapter.objects.exclude(slug=Chapter.OVERVIEW).shown_or_gone(slug=slug),
    )
    sections = memory.rows(f"sections of {slug}", chapter.passages.sections)
    context = {"chapter": chapter, "sections": sections}
    if sections and chapter.slug == Chapter.FIGURES:
        context |= {"sections": [], "passages_url": chapter.get_passages_url()}
    for name, read in CHAPTER_ROWS.get(slug, {}).items():
        context[name] = memory.rows(f"{name} of {slug}", lambda read=read: list(read()))
    return render(request, "strategy/chapter_detail.html", context)


@require_safe
def newer_figures(request):
    """Figures newer than the strategy's that count something else, apart from its own."""
    chapter = Chapter.objects.published().filter(slug=Chapter.FIGURES).first()
    statistics = models.Statistic.objects.newer() if chapter else []
    context = {"chapter": chapter, "statistics": statistics}
    return render(request, "strategy/newer_figures.html", context)


@require_safe
def impact(request):
    """The passages of the chapter of figures, which have their own page."""
    chapter = Chapter.objects.published().filter(slug=Chapter.FIGURES).first()
    context = {"chapter": chapter, "sections": chapter.passages.sections() if chapter else []}
    return render(request, "strategy/impact.html", context)
