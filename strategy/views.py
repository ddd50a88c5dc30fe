from django.shortcuts import render
from django.views.decorators.http import require_safe

from strategy import models
from strategy.models import FIXED_PAGES, Chapter, FormOfAbuse, Guide

# Rows that a chapter shows besides its passages, by their names in the template.
CHAPTER_ROWS = {
    "definition": {"forms_of_abuse": FormOfAbuse.objects.in_the_strategy},
    "evidence": {"statistics": models.Statistic.objects.for_page},
    "priorities": {"priorities": models.Priority.objects.for_page},
    "principles": {"principles": models.Principle.objects.for_page},
    "changing-behaviour": {"programmes": models.Programme.objects.for_page},
    "governance": {"bodies": models.Body.objects.for_page},
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
    guide = Guide.objects.exclude(slug__in=FIXED_PAGES).shown_or_gone(slug=slug)
    context = {"guide": guide, "suggestions": guide.suggestions.for_page()}
    return render(request, "strategy/guide_detail.html", context)


@require_safe
def form_of_abuse_list(request):
    context = {"forms_of_abuse": FormOfAbuse.objects.published()}
    return render(request, "strategy/form_of_abuse_list.html", context)


@require_safe
def form_of_abuse_detail(request, slug):
    form_of_abuse = FormOfAbuse.objects.shown_or_gone(slug=slug)
    context = {
        "form_of_abuse": form_of_abuse,
        "suggestions": form_of_abuse.suggestions.for_page(),
    }
    return render(request, "strategy/form_of_abuse_detail.html", context)


@require_safe
def chapter_list(request):
    chapter = Chapter.objects.published().filter(slug=Chapter.OVERVIEW).first()
    context = {
        "chapter": chapter,
        "chapters": Chapter.objects.for_listing(),
        "passages": chapter.passages.for_page() if chapter else [],
    }
    return render(request, "strategy/chapter_list.html", context)


@require_safe
def chapter_detail(request, slug):
    chapter = Chapter.objects.exclude(slug=Chapter.OVERVIEW).shown_or_gone(slug=slug)
    context = {"chapter": chapter, "passages": chapter.passages.for_page()}
    context |= {name: rows() for name, rows in CHAPTER_ROWS.get(slug, {}).items()}
    return render(request, "strategy/chapter_detail.html", context)
