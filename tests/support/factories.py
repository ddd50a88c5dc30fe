"""Makes complete, valid, published entries for tests that must not depend on the real content.

Values from a test replace the defaults. Name fields as the forms do: `name_en`, not `name`.
"""

from datetime import time
from itertools import count

from contacts.models import CallFact, Organization, Phone, Schedule, Verification
from helphub.campaigns.models import Campaign
from helphub.content import clock
from services.models import Service
from strategy.models import (
    Action,
    AnnualReport,
    Audit,
    AuditResult,
    Body,
    Chapter,
    Criterion,
    FormAsPrinted,
    FormOfAbuse,
    Guide,
    Indicator,
    IndicatorValue,
    Passage,
    Priority,
    Standard,
    Statistic,
)
from strategy.pictures import Measure

# Four digits: no name may hold 101, 111 or 999, which somebody might ring.
_numbers = count(1001)


def _make(model, fields, defaults):
    """Validate and save a row, then its many-to-many links, which need a saved row."""
    links = {field.name for field in model._meta.many_to_many} & set(fields)
    row = model(**defaults | {name: fields[name] for name in set(fields) - links})
    row.full_clean()
    row.save()
    for name in links:
        getattr(row, name).set(fields[name])
    return row


def _entry(number):
    return {"slug": f"made-{number}", "position": 500, "is_published": True}


def make_organization(**fields):
    """An organisation that answers the phone."""
    number = next(_numbers)
    return _make(Organization, fields, _entry(number) | {"name": f"Northgate Trust {number}"})


def make_phone(**fields):
    """A landline that anyone can ring, with unknown hours."""
    number = next(_numbers)
    # The site rightly refuses Ofcom's numbers for drama. No local number starts with 0, so these
    # do not reach anyone either.
    dial = fields.get("dial", f"01384000{number % 1000:03}")
    defaults = {
        "slug": f"h-made-{number}",
        "name_en": f"Northgate helpline {number}",
        "purpose_en": "Somebody to talk to, whatever has happened.",
        "dial": dial,
        "display": f"{dial[:5]} {dial[5:]}".strip(),
        "section": Phone.Section.SPECIALIST,
        "is_for_self": True,
        "is_for_families": True,
        "is_for_professionals": True,
    }
    if "organization" not in fields:
        defaults["organization"] = make_organization()
    return _make(Phone, fields, _entry(number) | defaults)


def make_schedule(phone, byday="MO,TU,WE,TH,FR", opens_at=time(9), closes_at=time(17), **fields):
    """A session of a line's opening hours. Office hours by default."""
    defaults = {"phone": phone, "byday": byday, "opens_at": opens_at, "closes_at": closes_at}
    return _make(Schedule, fields, defaults)


def make_verification(phone, **fields):
    """A note that an officer rang the line today."""
    defaults = {
        "phone": phone,
        "verified_on": clock.today(),
        "method": Verification.Method.RANG,
        "role": "communications",
        "confirmed": "The number and the hours.",
    }
    return _make(Verification, fields, defaults)


def make_call_fact(phone, fact, answer, **fields):
    """A fact about calls to a line, as the organisation gave it."""
    defaults = {"phone": phone, "fact": fact, "answer": answer, "source": "Northgate Trust"}
    return _make(CallFact, fields, defaults)


def make_service(phones=(), **fields):
    """A service with these numbers."""
    number = next(_numbers)
    defaults = {
        "slug": f"made-{number}",
        "title": f"Northgate {number}",
        "line": f"h-made-service-{number}",
        "name_en": f"Northgate service {number}",
        "summary_en": "Someone will listen for as long as you need.",
    }
    if "organization" not in fields:
        defaults["organization"] = make_organization()
    return _make(Service, fields | {"phones": phones}, _entry(number) | defaults)


def make_guide(**fields):
    """A page of advice."""
    number = next(_numbers)
    defaults = {
        "title": f"Finding your feet {number}",
        "name_en": f"Finding your feet again {number}",
        "summary_en": "Small steps for the first weeks.",
        "body_en": "Take your time.\n\n## Where to begin\n\n- Eat something.\n- Sleep.",
    }
    return _make(Guide, fields, _entry(number) | defaults)


def make_form_of_abuse(**fields):
    """A topic that is not in the strategy."""
    number = next(_numbers)
    defaults = {
        "title": f"Being cornered {number}",
        "name_en": f"Being cornered at a party {number}",
        "summary_en": "Somebody keeps you in a room until you give in.",
        "description_en": "Giving in is not the same as agreeing.",
        "signs_en": "Someone blocks the doorway.\nSomeone takes your coat away.",
        "reassurance_en": "You did nothing wrong.",
        "actions_en": "Tell a friend.\nWrite down what you remember.",
    }
    return _make(FormOfAbuse, fields, _entry(number) | defaults)


def _printed(number):
    return {
        "reference": f"MADE-{number}",
        "words": f"Northgate is a place like any other {number}",
        "section": "Northgate",
        "position": 500,
    }


def make_statistic(**fields):
    """A figure of the strategy: a share, without a newer one."""
    number = next(_numbers)
    defaults = {
        "figure": "1 in 3",
        "population": "people in Northgate",
        "period": "2014 to 2019",
        "measure": Measure.SHARE,
        "claim_en": f"**1 in 3 people** in Northgate {number}",
        "caption_en": "People in Northgate, 2019.",
    }
    return _make(Statistic, fields, _printed(number) | defaults)


def make_body(**fields):
    """A board that answers to nobody."""
    number = next(_numbers)
    return _make(Body, fields, _printed(number) | {"words": f"Northgate Board {number}"})


def make_passage(**fields):
    """A sentence of the strategy, on the page of its figures."""
    number = next(_numbers)
    defaults = _printed(number)
    if "chapter" not in fields:
        defaults["chapter"] = Chapter.objects.get(slug=Statistic.chapter_slug)
    return _make(Passage, fields, defaults)


def make_action(**fields):
    """Something that is being done about the first priority."""
    number = next(_numbers)
    defaults = {
        "name_en": f"Open a second room in Northgate {number}",
        "responsible": "Northgate Council, public health",
        "status": Action.Status.UNDER_WAY,
        "status_on": clock.today(),
    }
    if "priority" not in fields:
        defaults["priority"] = Priority.objects.first()
    return _make(Action, fields, _entry(number) | defaults)


def make_criterion(standard, number, **fields):
    """One thing that a standard asks for."""
    defaults = {
        "standard": standard,
        "number": number,
        "words": f"Everybody in Northgate is offered a room of their own, point {number}.",
        "source": f"Northgate standards, 2020, page {number}",
    }
    return _make(Criterion, fields, defaults)


def make_audit(verdicts=("met", "partly-met"), **fields):
    """An audit of the first standard, or of another, with these results; the criteria too."""
    number = next(_numbers)
    standard = fields.setdefault("standard", Standard.objects.first())
    if not standard.criteria.exists():
        for place, _ in enumerate(verdicts, 1):
            make_criterion(standard, str(place))
    defaults = {
        "day": clock.today(),
        "done_by": "Northgate Council, public health",
        "scope_en": f"The three services in Northgate {number}.",
        "summary_en": f"Most of it is met in Northgate {number}.",
    }
    is_published = fields.pop("is_published", True)
    audit = _make(Audit, fields, _entry(number) | defaults | {"is_published": False})
    for criterion, verdict in zip(standard.criteria.all(), verdicts, strict=True):
        found = f"We looked at it {criterion.number} times."
        row = {"audit": audit, "number": criterion.number, "found_en": found, "verdict": verdict}
        _make(AuditResult, {}, row)
    audit = Audit.objects.get(pk=audit.pk)
    audit.is_published = is_published
    audit.full_clean()
    audit.save()
    return audit


def make_indicator(figures=(), **fields):
    """Something that is counted, with (period, part, figure) rows."""
    number = next(_numbers)
    defaults = {
        "name_en": f"People at the Northgate drop-in {number}",
        "counted_en": "Everybody who came, once for each visit.",
        "unit_en": "people",
        "counted_by": "Northgate Council",
    }
    row = _entry(number)
    del row["slug"]
    indicator = _make(Indicator, fields, row | defaults)
    for period, part, figure in figures:
        make_figure(indicator, period=period, part=part, value=str(figure))
    return indicator


def make_figure(indicator, **fields):
    """A figure of one period, as it was published."""
    defaults = {"indicator": indicator, "source": "Northgate report", "published_on": "2025-06-01"}
    return _make(IndicatorValue, fields, defaults)


def make_report(**fields):
    """An annual report into which no actions have been taken yet."""
    return _make(AnnualReport, fields, {"year": 2025, "taken_on": clock.today()})


def make_campaign(**fields):
    """A campaign of this week, in no place but its own page."""
    number = next(_numbers)
    defaults = {
        "title": f"A week of ours {number}",
        "name_en": f"Northgate listens {number}",
        "words_en": "Somebody in Northgate has time for you this week.",
        "starts_on": clock.today() - 3 * clock.DAY,
        "ends_on": clock.today() + 3 * clock.DAY,
    }
    return _make(Campaign, fields, _entry(number) | defaults)


def make_form_as_printed(**fields):
    """What a strategy prints about a form of abuse, without a topic."""
    number = next(_numbers)
    return _make(FormAsPrinted, fields, _printed(number))


def a_row_of(model):
    """A row of this kind, made up if the content has none."""
    makers = {
        Action: make_action,
        AnnualReport: make_report,
        Audit: make_audit,
        Campaign: make_campaign,
        FormAsPrinted: make_form_as_printed,
        Indicator: make_indicator,
    }
    row = model._base_manager.order_by("pk").first()
    return row or makers[model]()
