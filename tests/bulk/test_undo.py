"""What was done to many at once can be undone for a day, without losing what came after."""

import pytest

from helphub.bulk.models import Batch
from helphub.checking.models import Owner, OwnerChange
from helphub.history import snapshots, versions
from helphub.history.recording import recording
from helphub.languages.models import Translation
from helphub.reviews.models import Review
from services.models import Audience
from strategy.models import Guide
from tests.bulk.pressing import begin, press
from tests.support.factories import make_guide, make_service
from tests.support.officers import officer_named
from tests.support.reader import Page

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def anna(db):
    return officer_named("anna", "Editors")


def do(client, action, *rows, **answers):
    """The whole of it: tick, answer, look, press."""
    page = begin(client, action, *rows)
    if answers:
        page = press(client, page, step="preview", **answers)
    press(client, page)
    return Batch.objects.first()


def undo(client, batch):
    return Page(client.post(f"/admin/bulk/{batch.pk}/undo/", follow=True))


def state(row):
    return snapshots.read_one(type(row), row.pk)


def test_each_record_returns_to_the_version_before(anna):
    audience = Audience.objects.first()
    services = [make_service(), make_service(audiences=[audience])]
    guides = [make_guide(), make_guide()]
    before = [state(row) for row in (*services, *guides)]
    added = do(anna, "add_audience", *services, audience=audience.pk)
    archived = do(anna, "archive", *guides, moved_to="/guides/consent/")
    assert [state(row) for row in (*services, *guides)] != before
    for batch in (added, archived):
        assert f"Undone: {batch.rows.count()} of" in undo(anna, batch).main
    assert [state(row) for row in (*services, *guides)] == before
    newest = versions.of_record(Guide, guides[0].pk).first()
    assert newest.why == "Undone: Archived: 2 guides"
    assert newest.officer == "anna"


def test_what_was_changed_or_deleted_since_stays_and_is_named(anna):
    rows = [make_guide(is_published=False) for _ in range(3)]
    batch = do(anna, "publish", *rows)
    with recording():
        Guide.objects.get(pk=rows[0].pk).delete()
        changed = Guide.objects.get(pk=rows[1].pk)
        changed.summary_en = "Newer words."
        changed.save()
    ahead = Page(anna.get(batch.get_absolute_url()))
    assert "Undo it (1)" in ahead.main
    page = undo(anna, batch)
    assert "Undone: 1 of 3." in page.main or "Undone: 1 of 3." in page.text
    assert f"{rows[0].name} – It has been deleted since." in page.main
    assert f"{rows[1].name} – It has been changed since" in page.main
    changed.refresh_from_db()
    assert (changed.is_published, changed.summary_en) == (True, "Newer words.")
    assert not Guide.objects.get(pk=rows[2].pk).is_published


def test_owners_reviews_and_notes_are_taken_back_too(anna):
    row = make_guide()
    label = "strategy.guide"
    do(anna, "owner", row, owner="role:Editors", due_on="1 December 2090")
    owned = do(anna, "owner", row, owner="role:Publishers", clear_due_on="on")
    asked = do(anna, "review", row, asked_of="", note="Look.")
    noted = do(anna, "translators", row, language="pl", note="Soon.")
    for batch in (owned, asked, noted):
        assert "Undone: 1 of 1." in undo(anna, batch).text
    owner = Owner.objects.get()
    assert (owner.role, str(owner.due_on)) == ("Editors", "2090-12-01")
    assert OwnerChange.objects.first().words == (
        "Owner: Publishers → Editors. Check it by: none → 1 December 2090"
    )
    assert not Review.objects.waiting().exists()
    assert not Translation.objects.filter(label=label, key=row.pk).exclude(note="").exists()


def test_an_answered_review_stays_answered(anna):
    row = make_guide()
    batch = do(anna, "review", row, asked_of="", note="")
    Review.objects.update(outcome="fine", answered_by="berta")
    assert "has been answered or cancelled" in undo(anna, batch).main
    assert Review.objects.get().outcome == "fine"


def test_only_whoever_did_it_or_a_publisher_undoes_it(anna):
    row = make_guide(is_published=False)
    batch = do(anna, "publish", row)
    berta, carla = officer_named("berta", "Editors"), officer_named("carla", "Publishers")
    page = Page(berta.get(batch.get_absolute_url()))
    assert "anna or a publisher can undo it" in page.main
    assert berta.post(f"/admin/bulk/{batch.pk}/undo/").status_code == 403
    assert Guide.objects.get(pk=row.pk).is_published
    assert "Undone: 1 of 1." in undo(carla, batch).text
    assert "Undone by carla" in Page(anna.get("/admin/bulk/")).main


def test_it_is_undone_once_and_for_one_day(anna, later):
    row = make_guide(is_published=False)
    batch = do(anna, "publish", row)
    undo(anna, batch)
    count = versions.of_record(Guide, row.pk).count()
    assert "This has been undone already." in undo(anna, batch).text
    assert versions.of_record(Guide, row.pk).count() == count
    batch = do(anna, "publish", row)
    later(hours=25)
    client = officer_named("dora", "Publishers")
    assert "more than a day ago" in undo(client, batch).text
    assert Guide.objects.get(pk=row.pk).is_published
