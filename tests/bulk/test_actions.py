"""Many records at once: what each action would do, what it leaves out, and what it does."""

import pytest

from contacts.models import Phone
from helphub.bulk import admin as menus
from helphub.bulk import doing
from helphub.bulk.models import Batch
from helphub.campaigns.models import Campaign
from helphub.checking.models import Owner, OwnerChange
from helphub.content.entries import Page as ContentPage
from helphub.content.registry import content_models
from helphub.editions.models import Withdrawal
from helphub.history import versions
from helphub.history.recording import catch_up, recording
from helphub.languages.models import Translation
from helphub.publishing import pending
from helphub.reviews.models import Review
from services.models import Audience, Service, Town
from strategy.models import AnnualReport, Chapter, FormOfAbuse, Guide
from tests.bulk.pressing import begin, buttons, left_out, press, will_change
from tests.support.factories import make_guide, make_phone, make_service
from tests.support.officers import officer_named
from tests.support.reader import Page, text

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def anna(db):
    return officer_named("anna", "Editors")


@pytest.fixture
def berta(db):
    return officer_named("berta", "Editors")


def drafts(count):
    return [make_guide(is_published=False) for _ in range(count)]


def is_published(*rows):
    return [type(row).objects.get(pk=row.pk).is_published for row in rows]


def test_an_editor_sees_what_would_change_before_anything_does(anna):
    rows = drafts(2)
    page = begin(anna, "publish", *rows)
    assert will_change(page) == [row.name for row in rows]
    (changes, _) = page.all("dl", class_="changes")
    assert text(changes) == "Visible to readers Removed: no (end) Added: yes (end)"
    assert is_published(*rows) == [False, False]
    done = press(anna, page)
    assert is_published(*rows) == [True, True]
    assert "Marked as visible to readers: 2 guides." in done.main
    for row in rows:
        newest = versions.of_record(Guide, row.pk).first()
        assert newest.why == "Marked as visible to readers, with 1 other"
        assert newest.officer == "anna"


def test_the_lists_filters_and_select_all_decide_what_is_chosen(anna):
    rows, others = drafts(2), [make_guide()]
    address = "/admin/strategy/guide/?is_published__exact=0&q=finding"
    chosen = {"action": "publish", "_selected_action": [rows[0].pk], "select_across": "1"}
    page = Page(anna.post(address, chosen))
    assert set(will_change(page)) == {row.name for row in rows}
    assert not {row.name for row in others} & set(will_change(page) + left_out(page))


def test_all_of_a_long_list_is_chosen_without_script(anna, monkeypatch):
    monkeypatch.setattr(type(menus.admin.site.get_model_admin(Guide)), "list_per_page", 2)
    page = Page(anna.get("/admin/strategy/guide/"))
    (box,) = [box for box in page.all("input", name_="select_across") if box.get("value") == "1"]
    assert "in this list" in text(box.getparent())


def test_more_than_can_be_done_at_once_are_refused_in_words(anna, monkeypatch):
    monkeypatch.setattr(doing, "MOST_AT_ONCE", 1)
    page = begin(anna, "publish", *drafts(2))
    assert "You selected 2. Select 1 at most" in page.text


# What is left out


def test_what_cannot_be_done_is_named_with_the_reason(anna):
    (draft, withdrawn, read), done = drafts(3), make_guide()
    Withdrawal.objects.create(label="strategy.guide", key=withdrawn.pk, name="x", why="x", who="x")
    Review.objects.create(
        label="strategy.guide", key=read.pk, name="x", asked_by="berta", asked_of="carla"
    )
    page = begin(anna, "publish", draft, withdrawn, read, done)
    assert will_change(page) == [draft.name]
    why = "\n".join(left_out(page))
    assert f"{withdrawn.name}: It is withdrawn." in why
    assert f"{read.name}: berta has asked carla to review it." in why
    assert f"{done.name}: It is marked as visible to readers already." in why
    press(anna, page)
    assert is_published(draft, withdrawn, read) == [True, False, False]


def test_a_critical_number_is_left_out(anna):
    spoc, other = Phone.objects.get(slug="h-spoc"), make_phone(is_published=False)
    page = begin(anna, "publish", spoc, other)
    assert will_change(page) == [str(other)]
    assert "This is a critical number." in left_out(page)[0]


def test_the_sites_own_pages_cannot_be_archived(anna):
    page = press(anna, begin(anna, "archive", Guide.objects.get(slug="privacy")), step="preview")
    assert "The site needs this as it is" in left_out(page)[0]
    assert "There is nothing to do" in page.main
    assert not buttons(page, "do")


def test_the_rules_of_the_form_apply(anna):
    guide = make_guide(is_published=False, ends_on="2020-01-01")
    page = begin(anna, "publish", guide)
    assert "Last day: This date has passed." in left_out(page)[0]


@pytest.mark.parametrize("role", ["Translators", "User administrators"])
def test_who_may_not_change_records_may_not_change_many(role):
    guide, client = make_guide(is_published=False), officer_named("other", role)
    address = "/admin/bulk/strategy.guide/publish/"
    assert client.post(address, {"looked": f"{guide.pk}:", "step": "do"}).status_code == 403
    assert is_published(guide) == [False]


def test_an_address_that_somebody_made_up_is_not_found(anna):
    guide = make_guide()
    for address in ("strategy.guide/nonsense", "strategy.guide/add-audience", "x.y/publish"):
        sent = {"looked": f"{guide.pk}:", "step": "do"}
        assert anna.post(f"/admin/bulk/{address}/", sent).status_code == 404
    page = Page(anna.get("/admin/bulk/strategy.guide/publish/", follow=True))
    assert "Guides" in page.title


# Two officers


def test_if_somebody_has_changed_one_meanwhile_nothing_is_done_and_it_is_named(anna):
    rows = drafts(3)
    page = begin(anna, "publish", *rows)
    with recording():
        Guide.objects.filter(pk=rows[0].pk).update(summary_en="Other words.")
        rows[1].delete()
    again = press(anna, page)
    assert again.response.status_code == 409
    assert f"“{rows[0].name}” has been changed since you looked." in again.main
    assert f"“{rows[1].name}” has been deleted since you looked." in again.main
    assert is_published(rows[0], rows[2]) == [False, False]
    press(anna, again)
    assert is_published(rows[0], rows[2]) == [True, True]


def test_the_preview_says_how_many_have_been_deleted_since_they_were_chosen(anna):
    row, deleted = drafts(2)
    chosen = {"action": "publish", "_selected_action": [row.pk, deleted.pk]}
    with recording():
        deleted.delete()
    page = Page(anna.post("/admin/strategy/guide/", chosen, follow=True))
    assert "1 of them has been deleted since you chose it." in page.main
    assert will_change(page) == [row.name]
    press(anna, page)
    assert is_published(row) == [True]
    page = begin(anna, "publish", *(rows := drafts(2)))
    assert "of them" not in page.main
    assert will_change(page) == [row.name for row in rows]


def test_pressing_twice_does_it_once(anna):
    rows = drafts(2)
    page = begin(anna, "publish", *rows)
    press(anna, page)
    again = press(anna, page)
    assert "That has been done already. It was done once." in again.text
    assert Batch.objects.count() == 1
    for row in rows:
        count = versions.of_record(Guide, row.pk).filter(why__startswith="Marked").count()
        assert count == 1


def test_if_one_cannot_be_saved_none_is(anna, monkeypatch):
    rows = drafts(2)
    page = begin(anna, "publish", *rows)
    save = Guide.save

    def fail(guide, *arguments, **named):
        if guide.pk == rows[1].pk:
            raise RuntimeError("The machine stopped.")
        save(guide, *arguments, **named)

    monkeypatch.setattr(Guide, "save", fail)
    with pytest.raises(RuntimeError):
        press(anna, page)
    assert is_published(*rows) == [False, False]
    assert not Batch.objects.exists()


# Each action


def test_archiving_asks_where_to_go_and_refuses_an_address_that_is_no_page(anna):
    first, second = make_guide(), make_guide()
    page = begin(anna, "archive", first, second)
    for wrong, why in [
        ("/nowhere/", "There is no such page."),
        (second.get_absolute_url(), "which you are about to archive"),
    ]:
        refused = press(anna, page, step="preview", moved_to=wrong)
        assert refused.response.status_code == 400
        assert why in text(refused.one("ul", class_="errorlist"))
        assert refused.one("input", id="id_moved_to").get("value") == wrong
    preview = press(anna, page, step="preview", moved_to="/guides/consent/")
    press(anna, preview)
    for row in (first, second):
        row.refresh_from_db()
        assert (row.is_archived, row.moved_to) == (True, "/guides/consent/")


def test_the_answers_can_be_changed_after_the_preview(anna):
    page = begin(anna, "archive", make_guide())
    preview = press(anna, page, step="preview", moved_to="/guides/consent/")
    again = press(anna, preview, step="ask")
    assert again.one("input", id="id_moved_to").get("value") == "/guides/consent/"


def test_each_page_has_its_slug_in_its_address(db):
    """validate_moved_to relies on it."""
    for model in (Guide, FormOfAbuse, Service, Town, Chapter):
        assert issubclass(model, ContentPage)
        for page in model.objects.exclude(slug__in=["home", Chapter.OVERVIEW]):
            assert page.slug in page.get_absolute_url().split("/"), page
    assert {m for m in content_models() if issubclass(m, ContentPage)} == {
        *(Guide, FormOfAbuse, Service, Town, Chapter, AnnualReport, Campaign)
    }


def test_an_audience_is_added_and_taken_from_services(anna):
    audience, other = Audience.objects.all()[:2]
    has, has_not = make_service(audiences=[audience, other]), make_service(audiences=[other])
    page = press(anna, begin(anna, "add_audience", has, has_not), step="preview",
                 audience=audience.pk)  # fmt: skip
    assert will_change(page) == [has_not.name]
    assert f"Added: {audience.name}" in page.main
    press(anna, page)
    assert set(has_not.audiences.all()) == {audience, other}
    page = press(anna, begin(anna, "take_audience", has, has_not), step="preview",
                 audience=other.pk)  # fmt: skip
    press(anna, page)
    assert list(has_not.audiences.all()) == list(has.audiences.all()) == [audience]
    assert "take_audience" not in Page(anna.get("/admin/strategy/guide/")).html


def test_records_are_given_to_an_owner_and_the_log_says_so(anna):
    rows = [make_guide(), make_guide()]
    page = press(anna, begin(anna, "owner", *rows), step="preview", owner="role:Editors",
                 due_on="1 December 2090")  # fmt: skip
    assert "Added: Editors" in page.main
    press(anna, page)
    assert {owner.role for owner in Owner.objects.all()} == {"Editors"}
    log = Page(anna.get("/admin/changes/", {"kind": "owners"}))
    assert "Owner: nobody → Editors. Check it by: none → 1 December 2090" in log.main
    page = press(anna, begin(anna, "owner", *rows), step="preview", owner="keep",
                 clear_due_on="on")  # fmt: skip
    assert "Removed: 1 December 2090" in page.main
    press(anna, page)
    assert {owner.due_on for owner in Owner.objects.all()} == {None}
    assert OwnerChange.objects.filter(who="anna").count() == 4


@pytest.mark.parametrize(
    "answers",
    [
        {"owner": "role:Nobody here"},
        {"owner": "keep"},
        {"owner": "keep", "due_on": "1 January 2020"},
        {"owner": "keep", "due_on": "1 January 2090", "clear_due_on": "on"},
    ],
)
def test_an_impossible_owner_or_day_is_refused_and_what_was_typed_is_kept(anna, answers):
    page = press(anna, begin(anna, "owner", make_guide()), step="preview", **answers)
    assert page.response.status_code == 400
    assert page.all("ul", class_="errorlist")
    day = page.one("input", id="id_due_on").get("value")
    assert (day or "") == answers.get("due_on", "")


def test_a_colleague_is_asked_to_review_many(anna, berta):
    rows = [make_guide(), make_guide()]
    page = begin(anna, "review", *rows)
    preview = press(anna, page, step="preview", asked_of="berta", note="The new name.")
    press(anna, preview)
    assert {r.name for r in Review.objects.waiting()} == {row.name for row in rows}
    assert "Reviews that wait for you" in Page(berta.get("/admin/")).main
    again = press(berta, begin(berta, "review", *rows), step="preview")
    assert len(left_out(again)) == 2


def test_translators_find_a_note_beside_what_is_left_in_a_language(anna):
    guide, draft = make_guide(), make_guide(is_published=False)
    page = begin(anna, "translators", guide, draft)
    preview = press(anna, page, step="preview", language="ur", note="Needed by 12 December.")
    assert will_change(preview) == [guide.name]
    assert "once it is marked as visible to readers" in left_out(preview)[0]
    press(anna, preview)
    notes = Translation.objects.filter(label="strategy.guide", key=guide.pk, language="ur")
    assert {row.note for row in notes} == {"Needed by 12 December."}
    translator = officer_named("translator", "Translators")
    asked = Page(translator.get("/admin/translations/ur/", {"state": "with a note"}))
    assert "Needed by 12 December." in asked.main
    assert guide.name in asked.main


def test_a_note_that_a_translator_wrote_stays_above_the_new_one(anna):
    guide = make_guide()
    Translation.objects.create(
        label="strategy.guide", key=guide.pk, field="name", language="ur", note="Not sure."
    )
    page = begin(anna, "translators", guide)
    press(anna, press(anna, page, step="preview", language="ur", note="Soon."))
    of_guide = Translation.objects.filter(label="strategy.guide", key=guide.pk, language="ur")
    assert of_guide.get(field="name").note == "Not sure.\nSoon."


@pytest.fixture
def edition_guides(editions):
    """A guide that readers have with other words, and one that they never had."""
    old, new = Guide.objects.get(slug="consent"), make_guide()
    with recording():
        old.summary_en = "Words that are not out yet."
        old.save()
    catch_up()
    return old, new


def test_what_waits_goes_back_to_what_readers_have(edition_guides, anna):
    old, new = edition_guides
    as_readers_have_it = Guide.objects.get(slug="privacy")
    page = begin(anna, "take_from_waiting", old, new, as_readers_have_it)
    assert set(will_change(page)) == {old.name, new.name}
    assert "It is not waiting to be published." in left_out(page)[0]
    assert {"Removed:", "Words", "that"} <= set(page.main.split())
    press(anna, page)
    assert pending.records() == []
    old.refresh_from_db()
    assert old.summary_en != "Words that are not out yet."
    assert is_published(new) == [False]
    batch = Batch.objects.get()
    anna.post(f"/admin/bulk/{batch.pk}/undo/")
    assert {item.name for item in pending.records()} == {
        ("strategy.guide", old.pk),
        ("strategy.guide", new.pk),
    }


def test_delete_selected_stays_only_where_no_reader_has_an_address(admin):
    for address, is_there in [
        ("strategy/guide", False),
        ("contacts/phone", False),
        ("services/service", False),
        ("search/synonym", True),
        ("services/audience", True),
    ]:
        html = Page(admin.get(f"/admin/{address}/")).html
        assert ("delete_selected" in html) == is_there, address


def test_lists_print_british_dates_and_a_plain_heading(anna):
    make_guide(reviewed_on="2026-11-24")
    page = Page(anna.get("/admin/strategy/guide/"))
    assert "24 November 2026" in page.main
    assert "Select" not in text(page.one("h1"))
