"""A new strategy replaces the old one: the draft, what is carried over, and the change-over.

The second strategy here is made up, and is in no fixture.
"""

import shutil
import sqlite3
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse

from helphub.content import clock, router
from helphub.editions import bake, changing_over, publish, standing, store
from helphub.editions.choice import Choice
from helphub.editions.models import ReadersHad
from helphub.history.models import Version
from helphub.history.recording import catch_up
from helphub.languages import texts
from helphub.languages.states import Known, Name, State
from helphub.publishing import preview
from helphub.renewal import carrying, changing, parts
from helphub.search.documents import documents
from strategy.models import (
    FIRST,
    Action,
    Body,
    Chapter,
    FormAsPrinted,
    FormOfAbuse,
    HubArea,
    Passage,
    Priority,
    Source,
    Standard,
    Statistic,
    Strategy,
    printed_models,
)
from tests.languages.approved import approve_all
from tests.support.admin_forms import change_url, errors, save
from tests.support.factories import make_action, make_audit, make_criterion, make_passage
from tests.support.officers import officer_named
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db

RENEW, IN_FORCE = reverse("renewal:renew"), reverse("renewal:put-in-force")
ADD = reverse("admin:strategy_strategy_add")
ADD_PRIORITY = reverse("admin:strategy_priority_add")
YEARS, NAME = "2031-2034", "Northgate strategy, made up for tests"
REPLACED = "This strategy has been replaced."


@pytest.fixture
def draft(db):
    return Strategy.objects.create(slug=YEARS, name=NAME, first_year=2031, last_year=2034)


@pytest.fixture
def first(db):
    return Strategy.objects.get(slug=FIRST)


@pytest.fixture
def renewed(draft, first):
    """The draft with all chapters and one priority, which has other words."""
    for chapter in Chapter.objects.filter(strategy=first):
        carrying.carry_over(chapter, draft)
    priority = carrying.carry_over(Priority.objects.of(first).first(), draft)
    priority.words = "Northgate will have a second room."
    priority.save()
    return priority


def ask(client, path):
    return Page(client.get(path, follow=True))


def part_url(model):
    return reverse("renewal:part", args=[model._meta.model_name])


def change_over(officer, draft, first):
    changing.put_in_force(officer, draft, first)
    first.refresh_from_db()
    draft.refresh_from_db()


# What belongs to which


def test_the_fixtures_are_the_first_strategy_and_claim_no_period(first):
    assert first.state == Strategy.State.IN_FORCE
    assert (first.years, first.last_year, first.adopted_on) == ("about 2021", None, None)
    for model in [Chapter, *printed_models()]:
        assert not model._base_manager.exclude(strategy=first).exists()
    (row,) = Strategy.in_earlier_editions
    assert all(getattr(first, name) == value for name, value in row.items() if name != "id")


def test_one_strategy_at_most_is_in_force_and_one_a_draft(draft, first):
    other = Strategy(slug="2040", name="Another", first_year=2040)
    with pytest.raises(ValidationError, match="Only one strategy can be in force"):
        other.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()
    draft.state = Strategy.State.IN_FORCE
    with pytest.raises(ValidationError, match="Only one strategy can be in force"):
        draft.full_clean()


def test_a_reference_is_new_over_all_strategies(draft):
    row = Priority.objects.create(strategy=draft, words="A second room.", section="Priorities")
    passage = make_passage(reference="PRI-77")
    later = Priority.objects.create(strategy=draft, words="A third room.", section="Priorities")
    assert row.reference not in Priority.objects.exclude(pk=row.pk).values_list("reference")
    assert (passage.reference, later.reference) == ("PRI-77", "PRI-78")


def test_a_row_names_no_row_of_another_strategy(draft):
    row = Priority(strategy=draft, words="A", section="B", source=Source.objects.first())
    with pytest.raises(ValidationError) as caught:
        row.full_clean()
    assert caught.value.message_dict == {
        "source": ["This belongs to another strategy. Choose one of the same."]
    }


@pytest.mark.parametrize("slug", ["impact", "contacts", "newer", "local-data", "reports", "2031"])
def test_no_chapter_has_the_address_of_another_page(draft, slug):
    with pytest.raises(ValidationError, match="The site needs this address"):
        Chapter(strategy=draft, slug=slug, name="A", title="B").full_clean()


# The forms


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"first_year": "2034", "last_year": "2031"}, "This is before the first year."),
        ({"slug": FIRST}, "already exists"),
        ({"slug": "the-new"}, "Write the year or years of the strategy"),
        ({"adopted_on": (clock.today() + clock.DAY).isoformat()}, "This date is in the future."),
    ],
)
def test_what_cannot_be_is_refused_and_stays_typed(admin, typed, said):
    right = {"slug": YEARS, "name": NAME, "first_year": "2031", "last_year": "2034"}
    page = Page(admin.post(ADD, form_values(Page(admin.get(ADD))) | right | typed))
    (message,) = errors(page)
    assert said in message
    assert form_values(page)["name"] == NAME
    assert not Strategy.objects.filter(name=NAME).exists()


def test_a_draft_is_started_once_and_its_address_stays(admin):
    right = {"slug": YEARS, "name": NAME, "first_year": "2031", "last_year": "2034"}
    page = Page(admin.post(ADD, form_values(Page(admin.get(ADD))) | right, follow=True))
    assert errors(page) == []
    draft = Strategy.objects.draft()
    assert (draft.slug, draft.years) == (YEARS, "2031 to 2034")
    assert "slug" not in form_values(Page(admin.get(change_url(draft))))
    assert admin.get(ADD).status_code == 403


def test_rows_are_added_to_a_draft_and_to_nothing_else(admin, draft, first):
    Priority.objects.filter(strategy=draft).delete()
    typed = {"words": "A second room.", "section": "Our priorities", "summary_en": "More room"}
    page = Page(
        admin.post(ADD_PRIORITY, form_values(Page(admin.get(ADD_PRIORITY))) | typed, follow=True)
    )
    assert errors(page) == []
    row = Priority.objects.get(strategy=draft)
    assert row.words == "A second room."
    assert row.reference.startswith("PRI-")
    save(admin, row, words="A third room.")
    row.refresh_from_db()
    assert row.words == "A third room."
    printed = Priority.objects.of(first).first()
    assert "words" not in form_values(Page(admin.get(change_url(printed))))
    assert admin.get(change_url(printed).replace("change", "delete")).status_code == 403
    assert admin.get(change_url(row).replace("change", "delete")).status_code == 200
    Strategy.objects.filter(pk=draft.pk).update(state=Strategy.State.REPLACED)
    assert admin.get(ADD_PRIORITY).status_code == 403
    assert "words" not in form_values(Page(admin.get(change_url(row))))


def test_a_priority_with_actions_is_not_deleted_and_the_form_says_why(admin, renewed):
    make_action(priority=renewed)
    page = ask(admin, change_url(renewed).replace("change", "delete"))
    assert "cannot be deleted: 1 of the actions belong to it" in page.main
    assert Priority.objects.filter(pk=renewed.pk).exists()


# Carrying over


def test_ticked_rows_are_carried_over_with_our_words_and_translations(admin, draft, first):
    old = Priority.objects.of(first).first()
    Priority.objects.filter(pk=old.pk).update(comment_pl="Nasza uwaga.")
    admin.post(part_url(Priority), {"row": [old.pk]})
    copy = old.carried_to.get()
    assert (copy.strategy, copy.words, copy.summary_en) == (draft, old.words, old.summary_en)
    assert copy.comment_pl == "Nasza uwaga."
    assert copy.reference != old.reference
    assert Version.objects.filter(label="strategy.priority", key=copy.pk).count() == 1
    page = Page(admin.post(part_url(Priority), {"row": [old.pk]}))
    assert "has been carried over already" in text(page.one("div", class_="errornote"))
    assert old.carried_to.count() == 1


def test_a_change_of_words_is_shown_side_by_side(admin, renewed, first):
    page = ask(admin, part_url(Priority))
    added = " ".join(text(part) for part in page.all("ins"))
    assert "Northgate" in added
    left = Priority.objects.of(first).count() - 1
    assert len(page.all("input", type="checkbox")) == left
    assert f"Not carried over{left}" not in page.main
    row = [row for row in ask(admin, RENEW).all("tr") if text(row).startswith("Priorities")]
    assert [text(cell) for cell in row[0].iter("td")] == [str(left + 1), "1", "1", "0", str(left)]


def test_what_belongs_to_something_left_behind_waits_for_that(admin, draft, first):
    standard = Standard.objects.of(first).first()
    page = Page(admin.post(part_url(Standard), {"row": [standard.pk]}))
    assert "Carry that over first." in text(page.one("div", class_="errornote"))
    assert not Standard.objects.filter(strategy=draft).exists()


def test_a_standard_is_carried_over_with_what_it_asks_for(admin, draft, first):
    admin.post(part_url(Chapter), {"all": "1"})
    admin.post(part_url(Passage), {"all": "1"})
    standard = Standard.objects.of(first).first()
    make_criterion(standard, "3.1", words="Everybody in Northgate is offered a room.")
    page = Page(admin.post(part_url(Standard), {"row": [standard.pk]}, follow=True))
    assert not page.all("div", class_="errornote")
    (criterion,) = Standard.objects.get(strategy=draft).criteria.all()
    assert (criterion.number, criterion.words) == (
        "3.1",
        "Everybody in Northgate is offered a room.",
    )


def test_an_action_is_added_under_a_priority_of_the_strategy_in_force(admin, renewed, first):
    of_first = {str(row.pk) for row in Priority.objects.of(first)}

    def offered(address):
        select = Page(admin.get(address)).one("select", name_="priority")
        return {option.get("value") for option in select.iter("option")} - {""}

    assert offered(reverse("admin:strategy_action_add")) == of_first
    own = make_action(priority=renewed)
    assert offered(change_url(own)) == of_first | {str(renewed.pk)}


def test_bodies_keep_their_order_and_answer_to_each_others_copies(admin, draft, first):
    admin.post(part_url(Body), {"all": "1"})
    chains = [
        [[body.words for body in chain] for chain in Body.objects.of(strategy).chains()]
        for strategy in (first, draft)
    ]
    assert chains[0] == chains[1]


def test_a_form_of_abuse_is_carried_over_from_its_topic(admin, draft):
    topic = FormOfAbuse.objects.in_the_strategy().first()
    admin.post(part_url(FormAsPrinted), {"row": [topic.pk]})
    row = FormAsPrinted.objects.get(strategy=draft)
    assert (row.words, row.form_of_abuse) == (topic.words, topic)
    assert row.reference not in FormOfAbuse.objects.values_list("reference", flat=True)


def test_the_page_says_what_is_missing_and_which_help_pages_to_look_at(admin, draft):
    page = ask(admin, RENEW)
    assert "A chapter with the address “overview”" in page.main
    topic = FormOfAbuse.objects.exclude(words="").first()
    assert topic.get_absolute_url() in page.main


def test_what_others_name_may_be_carried_over_after_them(draft, first):
    old = Priority.objects.of(first).first()
    old.source = Source.objects.of(first).first()
    old.save()
    copy = carrying.carry_over(old, draft)
    source = carrying.carry_over(old.source, draft)
    copy.refresh_from_db()
    assert copy.source == source


def test_a_copy_keeps_what_reviewers_said_of_its_translations(draft, first):
    old = Priority.objects.of(first).first()
    old.comment_en, old.comment_pl = "We began.", "Zaczęliśmy."
    old.save()
    approve_all([each for each in texts.of_record(old) if each.name.field == "comment"], "pl")
    copy = carrying.carry_over(old, draft)
    name = Name("strategy.priority", copy.pk, "comment")
    assert Known().state(name, "pl", copy.comment_en, copy.comment_pl) == State.REVIEWED


def test_a_chapter_is_carried_over_in_the_next_renewal_too(officer, draft, first, renewed):
    change_over(officer, draft, first)
    third = Strategy.objects.create(slug="2035", name="A third", first_year=2035, last_year=2038)
    for chapter in draft.chapters.all():
        assert carrying.carry_over(chapter, third).title.endswith(" (2035 to 2038)")
    assert not third.chapters.filter(title__contains="2031").exists()


def test_an_old_introduction_and_actions_not_done_are_named(admin, draft, first, renewed):
    old = make_action(priority=Priority.objects.of(first).first(), name_en="Open a room")
    done = {"status": Action.Status.DONE, "name_en": "Paint the door"}
    make_action(priority=old.priority, **done)
    chapter = draft.chapters.get(slug="priorities")
    said = f"Read the introduction of “{chapter.name}” again"
    page = ask(admin, IN_FORCE)
    assert said in page.main
    assert change_url(old) in page.internal_links
    assert "Paint the door" not in page.main
    Chapter.objects.filter(pk=chapter.pk).update(introduction_en="All of it is new.")
    assert said not in ask(admin, IN_FORCE).main


def test_what_readers_had_is_not_deleted_once_it_is_a_draft_again(officer, draft, first, renewed):
    ReadersHad.objects.create(label="strategy.priority", key=renewed.pk)
    editor = officer_named("ed", "Editors")
    delete = change_url(renewed).replace("change", "delete")
    assert editor.get(delete).status_code == 200
    change_over(officer, draft, first)
    changing.put_back(officer, first, draft)
    assert editor.get(delete).status_code == 403


# The change-over


def test_a_draft_is_shown_nowhere(client, renewed):
    for path in ("/strategy/", "/strategy/priorities/", "/sitemap.xml"):
        response = client.get(path)
        assert renewed.words not in response.content.decode(), path
    assert client.get(f"/strategy/{YEARS}/").status_code == 404
    assert client.get(f"/strategy/{YEARS}/priorities/").status_code == 404
    assert YEARS not in " ".join(document.text for document in documents())


def test_it_is_not_put_in_force_without_its_pages_or_without_a_second_look(
    admin, draft, first, renewed
):
    page = Page(admin.post(IN_FORCE, {}))
    assert "Tick that you have looked at it." in page.main
    Chapter.objects.filter(strategy=draft, slug="priorities").update(is_published=False)
    page = Page(admin.post(IN_FORCE, {"looked": "1"}))
    assert "A chapter with the address “priorities”" in page.main
    assert Strategy.objects.draft() == draft
    Chapter.objects.filter(strategy=draft, slug="priorities").update(is_published=True)
    admin.post(IN_FORCE, {"looked": "1"})
    assert Strategy.objects.in_force() == draft
    first.refresh_from_db()
    assert first.is_replaced
    versions = Version.objects.filter(label="strategy.strategy", why__startswith="Put in force")
    assert versions.count() == 2


def test_the_earlier_one_can_be_put_in_force_again(admin, officer, draft, first, renewed):
    change_over(officer, draft, first)
    back = reverse("renewal:put-back", args=[first.pk])
    assert "Tick that you have looked" in Page(admin.post(back, {})).main
    admin.post(back, {"looked": "1"})
    first.refresh_from_db()
    draft.refresh_from_db()
    assert (first.state, draft.state) == (Strategy.State.IN_FORCE, Strategy.State.DRAFT)


def test_actions_stay_with_their_priorities_and_only_the_new_are_counted(
    client, officer, draft, first, renewed
):
    old, new = (
        make_action(priority=Priority.objects.of(first).first()),
        make_action(priority=renewed, status=Action.Status.DONE),
    )
    change_over(officer, draft, first)
    assert "Done: 1" in ask(client, "/strategy/").main
    assert "Under way" not in ask(client, "/strategy/").main
    assert "Under way: 1" in ask(client, f"/strategy/{FIRST}/").main
    assert old.name_en in ask(client, f"/strategy/{FIRST}/priorities/").main
    assert new.name_en in ask(client, "/strategy/priorities/").main


def test_every_page_of_a_replaced_strategy_says_so_and_links_within_itself(
    client, officer, draft, first, renewed
):
    change_over(officer, draft, first)
    prefix = f"/strategy/{FIRST}/"
    for path in ("", "priorities/", "evidence/", "impact/", "sources/", "contacts/", "definition/"):
        page = ask(client, f"{prefix}{path}")
        assert page.response.status_code == 200, path
        assert REPLACED in page.main, path
        inside = [link for link in page.internal_links if link.startswith("/strategy/")]
        assert "/strategy/" in inside
        assert [link for link in inside if not link.startswith((prefix, "/strategy/#"))] in (
            ["/strategy/"],
            ["/strategy/"] * 2,
        ), path
    assert REPLACED not in ask(client, "/strategy/").main
    for row in [Statistic.objects.first(), Passage.objects.first(), Source.objects.first()]:
        assert row.get_absolute_url().startswith(prefix)


def test_the_one_in_force_leads_to_those_it_replaced(client, officer, draft, first, renewed):
    path = f"/strategy/{FIRST}/"
    assert path not in ask(client, "/strategy/").internal_links
    change_over(officer, draft, first)
    (link,) = [link for link in ask(client, "/strategy/").all("a") if link.get("href") == path]
    assert text(link) == str(first)
    assert link.get("lang") == "en"
    assert ask(client, path).main.count(str(first)) == 0


def test_an_old_address_leads_where_the_strategy_in_force_says(
    client, officer, draft, first, renewed
):
    old = HubArea.objects.exclude(form_of_abuse=None).first()
    new = carrying.carry_over(old, draft)
    other = FormOfAbuse.objects.exclude(pk=old.form_of_abuse_id).first()
    HubArea.objects.filter(pk=new.pk).update(form_of_abuse=other, position=9999)
    address = urlsplit(old.url).path
    assert ask(client, address).response.redirect_chain[-1][0] == old.get_new_url()
    change_over(officer, draft, first)
    assert ask(client, address).response.redirect_chain[-1][0] == other.get_absolute_url()


def test_an_audit_of_a_replaced_strategy_says_so(client, officer, draft, first, renewed):
    audit = make_audit()
    assert REPLACED not in ask(client, audit.get_absolute_url()).main
    change_over(officer, draft, first)
    page = ask(client, audit.get_absolute_url())
    assert REPLACED in page.main
    assert {"/strategy/", f"/strategy/{FIRST}/standards/"} <= set(page.internal_links)


def test_a_topic_quotes_the_strategy_in_force(client, officer, draft, first, renewed):
    topic = FormOfAbuse.objects.in_the_strategy().first()
    quoted = carrying.carry_over(topic, draft)
    FormAsPrinted.objects.filter(pk=quoted.pk).update(words="Northgate words for it.")
    assert topic.words in ask(client, topic.get_absolute_url()).main
    change_over(officer, draft, first)
    main = ask(client, topic.get_absolute_url()).main
    assert "Northgate words for it." in main
    assert "From the strategy for 2031 to 2034" in main
    assert topic.words not in main
    assert topic.words in ask(client, f"/strategy/{FIRST}/definition/").main


def test_all_180_rows_are_still_shown_once_the_strategy_is_replaced(
    officer, draft, first, renewed, capsys
):
    change_over(officer, draft, first)
    call_command("strategy_rows")
    assert "180 of 180 rows are shown." in capsys.readouterr().out


# What goes out


def test_the_two_go_out_together_or_not_at_all(editions, officer, draft, first, renewed):
    change_over(officer, draft, first)
    catch_up()
    waiting = standing.Standing(store.current()).waiting
    mine = {
        name: item.fingerprint
        for name, item in waiting.items()
        if name in {("strategy.strategy", draft.pk), ("strategy.priority", renewed.pk)}
    }
    (refusal,) = [
        refusal
        for refusal in Choice(store.current(), mine).refusals([])
        if "goes out together" in refusal.why
    ]
    assert str(first)[:20] in refusal.why
    everything = {name: item.fingerprint for name, item in waiting.items()}
    assert Choice(store.current(), everything).refusals([]) == []


@pytest.mark.parametrize(
    ("states", "is_refused"),
    [
        (["in-force"], False),
        (["in-force", "replaced", "draft"], False),
        ([], False),
        (["in-force", "in-force"], True),
        (["replaced", "draft"], True),
    ],
)
def test_an_edition_has_one_strategy_in_force(states, is_refused):
    rows = {Strategy: {n: {"id": n, "name": "A", "state": s} for n, s in enumerate(states)}}
    refusals = changing_over.refusals(rows)
    assert bool(refusals) == is_refused
    assert all(refusal.stops for refusal in refusals)


def test_an_edition_from_before_strategies_has_the_first(editions, tmp_path):
    file = tmp_path / "content.sqlite3"
    shutil.copy(store.current() / "content.sqlite3", file)
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("DROP TABLE strategy_strategy")
        connection.commit()
    with router.reading(tmp_path) as connection:
        rows = bake.read(connection)
    (row,) = rows[Strategy].values()
    assert (row["slug"], row["state"], row["last_year"]) == (FIRST, "in-force", None)
    before = len(rows[Priority])
    bake.tidy(rows)
    assert len(rows[Priority]) == before


def test_after_one_publication_readers_have_the_new_and_find_the_old_at_its_address(
    editions, client, settings, tmp_path, officer, draft, first, renewed
):
    settings.PREVIEWS_DIR = tmp_path / "previews"
    shown = client.get(
        reverse(
            "publishing:preview-page",
            args=[preview.token_for("strategy.priority", renewed.pk), "en"],
        )
    )
    assert renewed.words in shown.content.decode()
    old = Priority.objects.of(first).first()
    change_over(officer, draft, first)
    publish.publish()
    pages = store.current() / "pages" / "strategy"
    new_page = (pages / "priorities.html").read_text()
    assert renewed.words in new_page
    assert old.words not in new_page
    assert f'id="{old.anchor}"' not in new_page
    old_page = (pages / FIRST / "priorities.html").read_text()
    assert REPLACED in old_page
    assert f'id="{old.anchor}"' in old_page
    with router.reading(store.current()):
        found = " ".join(document.text for document in documents())
        kinds = [document for document in documents() if document.kind == "chapter"]
    assert old.words not in found
    assert renewed.words in found
    assert {document.slug for document in kinds} == set(
        Chapter.objects.in_force().values_list("slug", flat=True)
    )
    assert f"/strategy/{FIRST}/" not in (store.current() / "pages" / "sitemap.xml").read_text()


def test_the_parts_are_listed_so_that_each_follows_what_it_names():
    order = {model: number for number, model in enumerate(parts.PARTS)}
    assert set(order) == {Chapter, *printed_models()}
    for model in parts.PARTS:
        for field in model._meta.concrete_fields:
            if field.is_relation and field.related_model in order and not field.null:
                assert order[field.related_model] < order[model], (model, field)
