"""axe-core finds nothing in the admin: lists, forms, histories, and the pages of its rooms."""

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings

from tests.support.axe import AXE, RUN_IN_ADMIN, TAGS
from tests.support.running_site import running_site

# Fills the pages (one review waiting, one answered), and prints their addresses.
FILL = """
import json
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import models
from contacts.models import Phone
from helphub.approvals.models import NumberProposal
from helphub.campaigns.models import Campaign
from helphub.checking.models import Attempt
from helphub.editions.models import PublicationRequest
from helphub.reviews.models import Review
from strategy.models import (
    Action, AnnualReport, Audit, Criterion, FormAsPrinted, Guide, Indicator, Priority, Standard,
)
consent, children, other = (Guide.objects.get(slug=s).pk for s in ("consent", "children", "home"))
User.objects.create_user("somebody", is_staff=True)
asked = {"label": "strategy.guide", "asked_by": "somebody", "note": "The second part is new."}
waiting = Review.objects.create(name="Consent", key=consent, **asked)
answered = Review.objects.create(
    name="Children", key=children, outcome="change", words="Say it more plainly.",
    answered_by="admin", answered_at="2026-11-24T09:00Z", **asked
)
PublicationRequest.objects.create(kind="release", who="admin", state="done")
spoc = Phone.objects.get(role="spoc")
proposal = NumberProposal.objects.create(
    phone=spoc, kind="change", dial="02079461000", display="020 7946 1000", was_dial=spoc.dial,
    was_display=spoc.display, role="spoc", was_role="spoc", proposed_by="somebody", proposer=99,
    why="It moved.", source="Their letter.",
)
Guide.objects.filter(pk=consent).update(summary_en="Another summary.", summary="Another summary.")
attempt = Attempt.objects.create(
    phone=spoc, dial=spoc.dial, way="line", outcome="engaged", officer_name="admin",
    role="communications", at="2026-11-24T09:00Z",
)
Action.objects.create(
    priority=Priority.objects.first(), name_en="Train everybody", name="Train everybody",
    responsible="A council", status="under-way", status_on="2026-11-01",
)
FormAsPrinted.objects.create(words="Northgate words", section="Northgate")
Criterion.objects.create(
    standard=Standard.objects.first(), number="1", words="Everybody is asked.", source="Page 1",
)
Audit.objects.create(
    standard=Standard.objects.first(), day="2026-11-01", done_by="A council",
    scope_en="All services.", scope="All services.",
    summary_en="All is met.", summary="All is met.",
)
indicator = Indicator.objects.create(
    name_en="People who came", name="People who came", counted_en="Everybody", counted="Everybody",
    unit_en="people", unit="people", counted_by="A council",
)
indicator.values.create(
    period="2023/24", value="240", source="A report", published_on="2025-06-01"
)
AnnualReport.objects.create(year=2025, taken_on="2026-11-01")
Campaign.objects.create(
    slug="lights", title="A week of lights", name_en="A week of light", words_en="A few words.",
    starts_on="2026-11-01", ends_on="2026-11-07",
).materials.create(title_en="Posters", url="https://example.org/")
lists, forms, others = [], [], []
for model in admin.site._registry:
    row = model._base_manager.order_by("pk").first()
    here = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
    lists.append(here)
    forms += [f"{here}add/", f"{here}{row.pk}/change/"]
    others += [f"{here}{row.pk}/history/", f"{here}{row.pk}/delete/"]
own_pages = [
    "/admin/",
    f"/admin/strategy/audit/add/?standard={Standard.objects.first().pk}",
    "/admin/publishing/editions/",
    "/admin/publishing/editions/1/",
    "/admin/publishing/editions/1/words/?address=/guides/consent/",
    "/admin/publishing/waiting/",
    f"/admin/publishing/waiting/strategy.guide/{consent}/",
    f"/admin/history/strategy.guide/{consent}/",
    "/admin/history/deleted/",
    "/admin/approvals/",
    f"/admin/approvals/{proposal.pk}/",
    f"/admin/approvals/propose/{spoc.pk}/",
    f"/admin/checking/call/{spoc.pk}/",
    f"/admin/checking/call/{Phone.objects.get(slug='h-999').pk}/",
    f"/admin/checking/call/logged/{attempt.pk}/",
    "/admin/reviews/",
    "/admin/checking/",
    "/admin/checking/links/",
    "/admin/changes/",
    "/admin/bulk/",
    "/admin/add-service/",
    "/admin/find/?q=consent",
    "/admin/publishing/coming/",
    "/admin/splitting/",
    "/admin/spreadsheets/",
    "/admin/renewal/",
    "/admin/spreadsheets/contacts.phone/",
    f"/admin/spreadsheets/local-figures/{indicator.pk}/",
    f"/admin/reviews/{waiting.pk}/",
    f"/admin/reviews/{answered.pk}/",
    f"/admin/reviews/ask/strategy.guide/{other}/",
    f"/admin/publishing/withdraw/strategy.guide/{consent}/",
    f"/admin/strategy/guide/{consent}/change/",
    f"/admin/strategy/guide/{children}/change/",
    f"/admin/auth/user/{User.objects.get(username='somebody').pk}/sign-in/",
    "/admin/password_change/",
    "/admin/strategy/",
]
print(json.dumps({"lists": lists, "forms": forms, "others": others, "own_pages": own_pages}))
"""
WIDTH = "document.documentElement.scrollWidth - innerWidth"


@pytest.fixture(scope="module")
def own_pages(tmp_path_factory, admin_password):
    """The address of a site with an edition and reviews, and its pages by kind."""
    folder = tmp_path_factory.mktemp("access")
    environment = {
        "DATABASE_URL": f"sqlite:///{folder}/site.sqlite3",
        "EDITIONS_DIR": f"{folder}/editions",
        "FIND_INDEX": f"{folder}/find.sqlite3",
        "BUILT_LANGUAGES": "en",
    }

    def manage(*arguments):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=os.environ | environment,
            check=True,
            capture_output=True,
            text=True,
        ).stdout

    with running_site(folder, ADMIN_PASSWORD=admin_password, BUILT_LANGUAGES="en") as address:
        manage("publish")
        yield address, json.loads(manage("shell", "-v0", "-c", FILL))


@pytest.fixture
def officer(page, own_pages, admin_password):
    """A page with an officer signed in."""
    address, _ = own_pages
    page.goto(f"{address}/admin/login/")
    page.get_by_label("Username").fill("admin")
    page.get_by_label("Password", exact=False).fill(admin_password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{address}/admin/")
    return page


def faults_of(page, address, paths):
    """The faults on these pages, each with where it was found."""
    faults = {}
    for path in paths:
        response = page.goto(f"{address}{path}")
        assert response.status < 500, path
        if response.status == 403:  # No role adds or deletes these.
            continue
        page.evaluate(AXE)
        # Dark differs only in its colours.
        for scheme, only in (("light", TAGS), ("dark", ["color-contrast"])):
            page.emulate_media(color_scheme=scheme)
            result = page.evaluate(
                RUN_IN_ADMIN, {"type": "rule" if scheme == "dark" else "tag", "values": only}
            )
            assert "color-contrast" in result["passed"], path
            for fault in result["faults"]:
                faults.setdefault(f"{scheme}: {fault}", []).append(path)
        if (over := page.evaluate(WIDTH)) > 0:
            faults.setdefault(f"{over} px too wide", []).append(path)
    return [
        f"{fault}\n    on {len(where)}: {', '.join(where[:6])}" for fault, where in faults.items()
    ]


# Width changes only the space around a form, so the narrow one shows what is wrong.
@pytest.mark.parametrize(
    ("kind", "width"),
    [(kind, 390) for kind in ("lists", "forms", "others", "own_pages")]
    + [("lists", 1280), ("own_pages", 1280)],
)
def test_axe_finds_nothing_wrong_in_the_admin(officer, own_pages, kind, width):
    address, pages = own_pages
    officer.set_viewport_size({"width": width, "height": 800})
    faults = faults_of(officer, address, pages[kind])
    if faults:
        pytest.fail("\n".join([f"At {width} px:", *faults]), pytrace=False)
