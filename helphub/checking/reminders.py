"""What is due, for officers' calendars and for the council's own systems. No e-mail."""

from collections import Counter
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe

from helphub.checking import due
from helphub.content.permissions import SEE, for_officers


@for_officers(SEE)
@require_safe
def calendar(request, context):
    """A calendar file: on each day, how many checks are due. Neutral: others may see a calendar."""
    today = timezone.localdate()
    counts = Counter(max(row.on, today) for row in due.everything() if row.when)
    stamp = timezone.now().strftime("%Y%m%dT%H%M%SZ")
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Directory//Checks//EN"]
    for day, count in sorted(counts.items()):
        lines += [
            "BEGIN:VEVENT",
            f"UID:checks-{day:%Y%m%d}@directory",
            f"DTSTAMP:{stamp}",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
            f"SUMMARY:Directory: {count} to check",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    body = "\r\n".join([*lines, "END:VCALENDAR", ""])
    headers = {"Content-Disposition": 'attachment; filename="directory.ics"'}
    return HttpResponse(body, content_type="text/calendar; charset=utf-8", headers=headers)


@require_safe
def for_systems(request):
    """What is due, as JSON, for a system that sends the token. Without one, there is no such page.

    The answer is {"counts": {when: number}, "due": [{kind, name, why, on, owner}]}. Dates are ISO.
    """
    sent = request.headers.get("Authorization", "")
    if not settings.CHECKS_TOKEN or not constant_time_compare(
        sent, f"Bearer {settings.CHECKS_TOKEN}"
    ):
        raise Http404
    rows = [row for row in due.everything() if row.when]
    counts = Counter(row.when for row in rows)
    return JsonResponse(
        {
            "counts": {name: counts[name] for name in due.WHEN},
            "due": [
                {
                    "kind": row.kind,
                    "name": row.record.name,
                    "why": row.why,
                    "on": row.on.isoformat(),
                    "owner": row.owner.words if row.owner else "",
                }
                for row in rows
            ],
        }
    )
