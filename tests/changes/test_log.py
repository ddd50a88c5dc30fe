"""Who changed what: every kind of change is in one log, which can be narrowed and taken away."""

import csv
import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.utils import timezone

from helphub.accounts.change_log import record
from helphub.accounts.models import AccountChange, SignIn
from helphub.changes import log, views
from helphub.content import moments
from helphub.editions.models import PublicationRequest, Withdrawal
from helphub.history.models import Version
from helphub.history.recording import recording
from helphub.languages.models import Language
from helphub.reviews.models import Review
from strategy.models import Guide
from tests.support.officers import officer_named
from tests.support.reader import Page, text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
LOG = "/admin/changes/"


def change_guide(user, summary, why=""):
    guide = Guide.objects.get(slug="consent")
    with recording(user, why=why):
        guide.summary_en = summary
        guide.save()
    return guide


def seen(admin, **narrowed):
    """The rows of the log's first page, as an officer reads them."""
    page = Page(admin.get(LOG, narrowed))
    return [text(row) for row in page.all("tr")][1:]


def test_a_change_names_who_what_and_the_difference(admin, officer):
    guide = change_guide(officer, "Other words.")
    first = seen(admin)[0]
    assert "officer" in first
    assert "Changed summary" in first
    assert guide.name in first
    newest, before = Version.objects.filter(label="strategy.guide", key=guide.pk)[:2]
    page = Page(admin.get(LOG))
    compare = f"/admin/history/strategy.guide/{guide.pk}/compare/?old={before.pk}&new={newest.pk}"
    assert compare in page.internal_links
    assert "Other words." in Page(admin.get(compare)).main


def test_every_kind_of_change_is_in_it(admin, officer):
    record(AccountChange.Kind.ACCOUNT, officer, who_name="keeper")
    PublicationRequest.objects.create(kind="release", who="publisher", why="Typing errors")
    label, key = "contacts.phone", 1
    Withdrawal.objects.create(
        label=label, key=key, name="A line", why="Wrong digits", who="editor",
        lifted_at=timezone.now(), lifted_by="publisher",
    )  # fmt: skip
    review = Review.objects.create(
        label=label, key=key, name="A line", asked_by="editor", asked_of="publisher",
        outcome="fine", answered_by="publisher", answered_at=timezone.now(),
    )  # fmt: skip
    review.remarks.create(words="Which bell?", by="publisher")
    rows = " ".join(seen(admin))
    assert "keeper added the account officer." in rows
    assert "Publish what is saved: waiting" in rows
    assert "Withdrew it: Wrong digits" in rows
    assert "Ended the withdrawal" in rows
    assert "Asked publisher for a review" in rows
    assert "publisher Agreed" in rows
    assert "publisher Made a remark" in rows


def test_signing_in_is_noted_and_forgotten_after_three_years(client, officer, settings):
    client.force_login(officer)
    assert SignIn.objects.get().name == "officer"
    assert "Signed in" in seen(client, kind=log.SIGN_INS)[0]
    SignIn.objects.update(at=timezone.now() - settings.SIGN_INS_KEPT - timedelta(days=1))
    client.force_login(officer)
    assert SignIn.objects.count() == 1


def test_it_is_narrowed_by_person_kind_name_and_day(admin, officer, django_user_model):
    other = django_user_model.objects.create_user("other")
    change_guide(officer, "By the first.")
    change_guide(other, "By the second.")
    assert "other" in seen(admin, who="other")[0]
    assert all("other" in row for row in seen(admin, who="other"))
    assert not any("other" in row for row in seen(admin, who="officer"))
    assert all("the server" in row for row in seen(admin, who=log.NOBODY))
    assert all("Guide" in row for row in seen(admin, kind="strategy.guide"))
    assert seen(admin, name="no such name") == ["Nothing matches."]
    today = timezone.localdate()
    assert len(seen(admin, since=today, until=today, kind="strategy.guide", who="other")) == 1
    tomorrow = today + timedelta(days=1)
    assert seen(admin, since=tomorrow) == ["Nothing matches."]


@pytest.mark.parametrize(
    "narrowed",
    [
        *({"who": "nobody at all"}, {"kind": "strategy.nonsense"}, {"since": "31 February"}),
        {"since": "2026-12-02", "until": "2026-12-01"},
        *({"name": "x" * 300}, {"until": "9999-12-31"}, {"since": "0001-01-01"}),
    ],
)
def test_what_cannot_be_asked_is_said_beside_the_field_and_kept(admin, narrowed):
    for address in (LOG, f"{LOG}export/"):
        response = admin.get(address, narrowed)
        assert response.status_code == 400
        page = Page(response)
        assert page.all("ul", class_="errorlist")
        assert "Put right what is marked" in page.main


def test_a_name_stays_with_what_its_officer_did(admin, django_user_model):
    other = django_user_model.objects.create_user("other")
    change_guide(other, "By the second.")
    record(AccountChange.Kind.ACCOUNT, other, who_name="keeper")
    other.delete()
    assert "Changed summary" in seen(admin, who="other", kind="strategy.guide")[0]


def test_a_page_begins_where_the_last_ended(admin, officer):
    for number in range(3):
        change_guide(officer, f"Words {number}.")
    whole = list(log.changes(log.Wanted(kind="strategy.guide")))
    shown, before = [], None
    while True:
        page, after = log.page(log.Wanted(kind="strategy.guide"), before, 4)
        shown += page
        if not after:
            break
        before = moments.from_form(after)
    assert shown == whole
    assert [change.at for change in shown] == sorted((c.at for c in shown), reverse=True)


def test_a_moment_that_somebody_made_up_begins_at_the_top(admin):
    for before in ("yesterday", "2026-11-01", "9999-99-99T00:00", "0001-01-01T00:00:00+14:00"):
        assert seen(admin, before=before) == seen(admin)


def test_the_file_has_the_same_and_no_formula(admin, officer):
    change_guide(officer, "Other words.", why="=1+1")
    response = admin.get(f"{LOG}export/", {"kind": "strategy.guide"})
    rows = list(csv.reader(io.StringIO(b"".join(response.streaming_content).decode("utf-8-sig"))))
    assert rows[0] == views.COLUMNS
    assert rows[1][1] == "officer"
    assert rows[1][2].startswith("'=1+1")
    newest = Version.objects.filter(label="strategy.guide").first()
    assert rows[1][6] == str(newest.pk)
    assert len(rows) == 1 + Version.objects.filter(label="strategy.guide").count()


def test_a_file_has_the_newest_only(admin, officer, monkeypatch):
    monkeypatch.setattr(views, "MOST_IN_A_FILE", 2)
    page = Page(admin.get(LOG))
    assert "A file has the newest 2 at most." in page.main
    written = b"".join(admin.get(f"{LOG}export/").streaming_content).decode()
    assert len(list(csv.reader(io.StringIO(written)))) == 3


def test_a_deleted_record_and_a_kind_that_is_no_more_stay_in_it(admin, officer):
    guide = change_guide(officer, "Other words.")
    name = guide.name
    with recording(officer):
        Guide.objects.filter(pk=guide.pk).delete()
    first = seen(admin, kind="strategy.guide")[0]
    assert "Deleted" in first
    assert name in first
    Version.objects.filter(label="strategy.guide").update(label="strategy.pamphlet")
    assert "strategy.pamphlet" in " ".join(seen(admin))


def test_no_link_leads_to_what_an_officer_may_not_open(django_user_model):
    editor = officer_named("editor", "Editors")
    language = Language.objects.get(slug="ur")
    with recording():
        language.save()
    page = Page(editor.get(LOG, {"kind": "languages.language"}))
    assert language.slug in page.main or str(language) in page.main
    for path in page.internal_links:
        if path.startswith("/admin/history/"):
            assert editor.get(path).status_code == 200, path


def test_only_officers_who_see_publications_see_it(client, django_user_model):
    keeper = django_user_model.objects.create_user("keeper", is_staff=True)
    keeper.groups.add(Group.objects.get(name="User administrators"))
    client.force_login(keeper)
    assert client.get(LOG).status_code == 403
