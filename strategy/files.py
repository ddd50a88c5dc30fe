"""Tables behind pictures, as CSV for others. In English, at one address for all languages.

A file stays on the phone, so its name says nothing. Each row has its source and licence: people
copy rows.
"""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from helphub.content import csv_files
from strategy import periods
from strategy.models import Chapter, Indicator, Statistic, Strategy

NO_LICENCE = "None stated. Ask the source before you publish it again."
OF_FIGURES = [
    *("Reference", "Figure as printed", "What it says", "Whom it counts", "Period", "Section"),
    *("The strategy's words", "Printed in", "Source that the strategy gives"),
    *("Newer figure", "Newer source", "Why they may not be comparable", "Our comment", "Licence"),
]
OF_LOCAL_FIGURES = [
    *("Name", "What is counted", "Who counts it", "Period", "First day", "Last day", "Part"),
    *("Figure", "Unit", "Out of", "Source", "Published on", "Licence"),
]


@require_safe
def figures(request):
    """The figures of the strategy in force, if readers can see their chapter."""
    strategy = Strategy.objects.in_force()
    if Chapter.objects.of_figures(strategy) is None:
        raise Http404
    statistics = Statistic.objects.shown_of(strategy)
    rows = [_of_statistic(row) for row in statistics if row.has_figure]
    return _file("figures.csv", [OF_FIGURES, *rows])


def _of_statistic(row):
    return [
        row.reference,
        row.figure,
        (row.claim_en or "").replace("**", ""),
        row.population,
        row.period,
        row.section,
        row.words,
        str(row.strategy),
        row.source.words if row.source else row.citation,
        row.newer_value,
        row.newer_source,
        row.not_comparable_en or "",
        row.comment_en or "",
        NO_LICENCE,
    ]


@require_safe
def local_figures(request, slug):
    """One local figure, over all its periods."""
    indicators = [row for row in Indicator.objects.for_page() if row.slug == slug]
    if not indicators:
        raise Http404
    (indicator,) = indicators
    rows = [_of_value(indicator, row) for row in indicator.rows]
    return _file(f"{slug}.csv", [OF_LOCAL_FIGURES, *rows])


def _of_value(indicator, row):
    return [
        indicator.name_en,
        indicator.counted_en,
        indicator.counted_by,
        row.period,
        periods.first_day(row.period).isoformat(),
        periods.last_day(row.period).isoformat(),
        row.part or "Total",
        row.value,
        f"% {indicator.unit_en}" if indicator.is_share else indicator.unit_en,
        "" if row.out_of is None else row.out_of,
        row.source,
        row.published_on.isoformat(),
        NO_LICENCE,
    ]


def _file(name, rows):
    return HttpResponse(
        csv_files.written(rows),
        content_type=csv_files.TYPE,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )
