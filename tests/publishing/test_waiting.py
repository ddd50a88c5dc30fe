"""Waiting to be published: shown word by word, ticked, published, and everything else left out."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from contacts.models import Organization, Phone
from helphub.editions import (
    choice,
    manifests,
    publish,
    readers_content,
    rollback,
    sources,
    store,
    version_rows,
)
from helphub.editions.models import PublicationRequest
from helphub.editions.worker import Watcher
from helphub.history.recording import catch_up
from helphub.languages.shown import keep_what_may_be_shown
from helphub.publishing import pending
from services.models import Service, Suggestion
from strategy.models import FormOfAbuse, Guide, HubArea, Statistic
from tests.support.admin_forms import change_url, save
from tests.support.reader import Page, form_values, text

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.both_databases,
]

WAITING, EDITIONS = reverse("publishing:waiting"), reverse("publishing:editions")
State = PublicationRequest.State
ASKED_ALREADY = "That has already been asked for. It will be published only once."


def words(address="guides/consent"):
    return (store.current() / f"pages/{address}.html").read_text()


def names():
    """What waits, whether or not the test saved it as officers do."""
    catch_up()
    return {item.name: item.what for item in pending.records()}


def name_of(row):
    return row._meta.label_lower, row.pk


def value(row):
    return f"{row._meta.label_lower}:{row.pk}"


def send(admin, *rows, page=None, why="A correction", **values):
    """Open the page, tick these records, give a reason and press Publish."""
    catch_up()
    page = page or Page(admin.get(WAITING))
    form = form_values(page) | {"tick": [value(row) for row in rows], "why": why} | values
    return Page(admin.post(WAITING, form, follow=True))


def ticked(page):
    return [box.get("value") for box in page.all("input", name_="tick") if "checked" in box.attrib]


def reason(page):
    return page.one("input", name_="why").get("value")


@pytest.fixture
def guide(editions):
    return Guide.objects.get(slug="consent")


@pytest.fixture
def topic(editions):
    return FormOfAbuse.objects.get(slug="law")


def test_right_after_an_edition_nothing_waits(editions, admin):
    assert pending.records() == []
    assert "There is nothing to publish at the moment." in Page(admin.get(WAITING)).text
    assert "Nothing is waiting to be published." in Page(admin.get("/admin/")).text


def test_pressing_save_without_a_change_makes_nothing_wait(editions, admin):
    for row in (Guide.objects.get(slug="consent"), Phone.objects.get(slug="h-samaritans")):
        save(admin, row)
    # Browsers have their own line endings.
    guide = Guide.objects.get(slug="consent")
    save(admin, guide, body_en=guide.body_en.replace("\n", "\r\n"))
    assert pending.records() == []
    guide.refresh_from_db()
    save(admin, guide, body_en=guide.body_en, summary_en="Other words.")
    (item,) = pending.records()
    (change,) = pending.WaitingList().changes(item.name)
    assert change.title == "Summary, English"


def test_a_changed_text_waits_with_its_words_and_who_changed_it(guide, admin):
    save(admin, guide, summary_en=f"{guide.summary_en} Added words.", summary_ur="نئے الفاظ")
    (item,) = pending.records()
    assert (item.name, item.what, item.who) == (name_of(guide), "changed", "officer")
    assert item.since <= item.changed_at
    page = Page(admin.get(WAITING))
    for part in (guide.name_en, "Last changed by officer", "Waiting since"):
        assert part in page.text
    assert {item.url, change_url(guide)} <= page.internal_links
    page = Page(admin.get(item.url))
    changes = {text(dt): dd for dt, dd in zip(page.all("dt"), page.all("dd"), strict=True)}
    assert set(changes) == {"Summary, English", "Summary, Urdu"}
    (put_in,) = changes["Summary, English"].iter("ins")
    assert text(put_in) == "Added: Added words. (end)"
    assert not list(changes["Summary, English"].iter("del"))
    urdu = changes["Summary, Urdu"]
    assert (urdu.get("lang"), urdu.get("dir")) == ("ur", "rtl")
    assert "نئے الفاظ" in text(urdu)


def test_the_top_of_every_admin_page_counts_what_waits(guide, topic, admin):
    save(admin, guide, summary_en="Other words.")
    page = Page(admin.get("/admin/contacts/phone/"))
    assert "1 entry waiting to be published" in page.text
    assert WAITING in page.internal_links
    save(admin, topic, summary_en="Other words.")
    assert "2 entries waiting to be published" in Page(admin.get("/admin/")).text


def test_counting_asks_for_all_versions_at_once_and_opens_no_edition(
    guide, admin, django_assert_max_num_queries, monkeypatch
):
    save(admin, guide, summary_en="Other words.")
    monkeypatch.setattr(readers_content, "rows_of", None)
    # The newest versions, those that readers have of what differs, what is withdrawn, and what is
    # set for later.
    with django_assert_max_num_queries(4):
        assert pending.count() == (1, 0)


def test_rows_that_belong_to_an_entry_wait_as_that_entry(guide, admin):
    phone = Phone.objects.exclude(role="emergency").filter(schedules__isnull=False).first()
    phone.schedules.first().delete()
    service = Service.objects.filter(audiences__isnull=False).first()
    audience = service.audiences.first()
    service.audiences.remove(audience)
    suggestion = guide.suggestions.first()
    suggestion.delete()
    assert names() == dict.fromkeys(map(name_of, (phone, service, guide)), "changed")
    page = Page(admin.get(reverse("publishing:waiting-entry", args=name_of(service))))
    (taken_out,) = page.one("dl").iter("del")
    assert audience.name in text(taken_out)


def test_independent_rows_wait_as_records_of_their_own(editions):
    organization, figure = Organization.objects.first(), Statistic.objects.first()
    Organization.objects.filter(pk=organization.pk).update(name="Another name")
    Statistic.objects.filter(pk=figure.pk).update(comment_en="A comment.")
    assert names() == dict.fromkeys(map(name_of, (organization, figure)), "changed")


def test_a_new_entry_an_unpublished_one_and_a_deleted_one_wait(guide, topic, admin):
    new = Guide.objects.create(
        slug="new", name_en="New guide", title="New guide", body_en="Text", is_published=True
    )
    draft = Guide.objects.create(slug="draft", name_en="A draft", title="Draft", body_en="Text")
    FormOfAbuse.objects.filter(pk=topic.pk).update(is_published=False)
    gone = name_of(guide)
    guide.delete()
    what_by_name = names()
    assert what_by_name[name_of(new)] == "new"
    assert what_by_name[name_of(topic)] == "unpublished"
    assert what_by_name[gone] == "deleted"
    assert name_of(draft) not in what_by_name
    page = Page(admin.get(WAITING))
    assert page.text.count("it will be removed from every page") == 2
    assert "Not visible to readers yet" in page.text
    assert "A draft, guide" in page.text


def test_a_deletion_waits_with_who_deleted_it(editions, admin):
    service = Service.objects.get(line="h-samaritans")
    admin.post(reverse("admin:services_service_delete", args=[service.pk]), {"post": "yes"})
    (item,) = pending.records()
    assert (item.name, item.what, item.who) == (name_of(service), "deleted", "officer")
    assert item.since == item.changed_at


def test_the_uses_of_an_unpublished_entry_do_not_wait_on_their_own(editions):
    service = Service.objects.filter(suggestions__isnull=False).first()
    area = HubArea.objects.exclude(form_of_abuse=None).first()
    Service.objects.filter(pk=service.pk).update(is_published=False)
    FormOfAbuse.objects.filter(pk=area.form_of_abuse_id).update(is_published=False)
    expected = {name_of(service), ("strategy.formofabuse", area.form_of_abuse_id)}
    assert set(names()) == expected


def test_what_is_ticked_is_published_and_everything_else_is_left_out(guide, topic, admin):
    save(admin, guide, body_en="Words that go out.")
    suggestions = set(topic.suggestions.values_list("pk", flat=True))
    topic.suggestions.all().delete()
    save(admin, topic, summary_en="Words that stay.")
    page = send(admin, guide, why="The council asked")
    assert "Publishing takes a few seconds." in page.text
    assert "The publisher is not running." in page.text
    Watcher().look()
    request = PublicationRequest.objects.get()
    assert (request.state, request.why, request.who) == (State.DONE, "The council asked", "officer")
    assert request.chosen == [list(name_of(guide))]
    assert "Words that go out." in words()
    assert words("topics/law") == (store.folder_of(1) / "pages/topics/law.html").read_text()
    baked = readers_content.rows_of(store.current())[Suggestion]
    assert {k for k, row in baked.items() if row["form_of_abuse_id"] == topic.pk} == suggestions
    assert set(names()) == {name_of(topic)}
    # It has waited since it was changed, not since the edition that left it behind.
    (item,) = pending.records()
    assert item.who == "officer"
    publish.publish(sources.CURRENT, who="the clock")
    assert pending.records()[0].since == item.since
    assert manifests.manifest_of(store.current())["why"] == ""
    send(admin, topic)
    Watcher().look()
    assert "Words that stay." in words("topics")
    assert pending.records() == []


def test_everything_can_be_published_at_once(guide, topic, admin):
    save(admin, guide, body_en="First words.")
    save(admin, topic, summary_en="Second words.")
    send(admin, all="on")
    Watcher().look()
    assert "First words." in words()
    assert "Second words." in words("topics")


def test_everything_is_published_if_there_is_no_edition(admin, settings, tmp_path):
    settings.EDITIONS_DIR = tmp_path / "editions"
    page = Page(admin.get(WAITING))
    assert "There is no edition yet." in page.text
    send(admin, page=page, why="The first")
    request = PublicationRequest.objects.get()
    assert request.chosen is None
    assert "There is no edition yet: readers see what is saved." in Page(admin.get("/admin/")).text


@pytest.mark.parametrize(
    ("rows", "why", "fault"), [(0, "A reason", "Tick what to publish"), (1, " ", "Say why")]
)
def test_a_tick_and_a_reason_are_needed_and_kept(guide, admin, rows, why, fault):
    save(admin, guide, body_en="Other words.")
    page = send(admin, *[guide][:rows], why=why)
    assert fault in page.text
    assert ticked(page) == [value(guide)][:rows]
    assert reason(page) == why
    assert not PublicationRequest.objects.exists()


def test_a_double_click_publishes_once(guide, admin):
    save(admin, guide, body_en="Other words.")
    page = Page(admin.get(WAITING))
    send(admin, guide, page=page)
    assert ASKED_ALREADY in send(admin, guide, page=page).text
    # The same from a page opened again before the publisher got to it.
    assert ASKED_ALREADY in send(admin, guide).text
    assert PublicationRequest.objects.count() == 1
    Watcher().look()
    assert ASKED_ALREADY in send(admin, guide, page=page).text
    Watcher().look()
    assert PublicationRequest.objects.count() == 1
    assert store.numbers() == [1, 2]


def test_an_entry_published_in_the_meantime_is_refused_by_name(guide, topic, admin):
    save(admin, guide, body_en="Other words.")
    page = Page(admin.get(WAITING))
    publish.publish()
    save(admin, topic, summary_en="Other words.")
    answer = send(admin, guide, page=page)
    assert f"“{guide.name_en}” is no longer waiting" in answer.text
    assert not PublicationRequest.objects.exists()


def test_an_entry_changed_since_the_officer_looked_is_refused_by_name(guide, topic, admin):
    save(admin, guide, body_en="Looked at.")
    save(admin, topic, summary_en="Looked at too.")
    page = Page(admin.get(WAITING))
    guide.refresh_from_db()
    save(admin, guide, body_en="Not looked at.")
    for values in ({}, {"all": "on"}):
        answer = send(admin, guide, topic, page=page, **values)
        assert f"“{guide.name_en}” has changed since you looked." in answer.text
        assert f"“{topic.name_en}” has changed" not in answer.text
        assert set(ticked(answer)) == {value(guide), value(topic)}
        assert reason(answer) == "A correction"
        assert not PublicationRequest.objects.exists()
    # After that warning, the next press publishes them.
    send(admin, guide, topic, page=answer)
    assert PublicationRequest.objects.count() == 1


def test_a_change_made_after_the_press_is_not_published(guide, topic, admin):
    save(admin, guide, body_en="Looked at.")
    save(admin, topic, summary_en="Looked at too.")
    send(admin, guide, topic)
    guide.refresh_from_db()
    save(admin, guide, body_en="Not looked at.")
    Watcher().look()
    assert "Looked at too." in words("topics")
    assert "Not looked at." not in words()
    assert f"“{guide.name_en}” has changed since you looked." in Page(admin.get(EDITIONS)).text
    assert set(names()) == {name_of(guide)}


def test_an_entry_that_names_a_new_one_asks_for_that_one_too(guide, admin):
    new = Guide.objects.create(
        slug="new", name_en="New guide", title="New guide", body_en="Text", is_published=True
    )
    save(admin, guide, body_en="See {guide:new}.")
    page = send(admin, guide)
    assert guide.name_en in page.text
    assert "refers to “New guide”, which is new and not ticked. Tick it too." in page.text
    assert ticked(page) == [value(guide)]
    assert reason(page) == "A correction"
    assert not PublicationRequest.objects.exists()
    send(admin, guide, new, page=page)
    Watcher().look()
    assert "New guide" in words()
    assert "Text" in words("guides/new")


def test_a_field_that_names_a_new_entry_asks_for_that_one_too(editions, admin):
    organization = Organization.objects.create(slug="new", name="New people", is_published=True)
    service = Service.objects.get(line="h-samaritans")
    Service.objects.filter(pk=service.pk).update(organization=organization)
    page = send(admin, service)
    assert "refers to “New people”, which is new and not ticked." in page.text
    # The publisher refuses it too, no matter who asked: the entry stays unchanged.
    now = pending.WaitingList()
    done = publish.publish(
        fingerprints={name_of(service): now.by_name[name_of(service)].fingerprint}
    )
    assert "New people" in done.left_out[0].why
    assert readers_content.rows_of(store.current())[Service][service.pk]["organization_id"] != (
        organization.pk
    )


def test_publishing_by_command_takes_everything(guide, topic, admin):
    save(admin, guide, body_en="First words.")
    save(admin, topic, summary_en="Second words.")
    publish.publish()
    assert pending.records() == []


def test_a_refusal_while_an_edition_is_pinned_keeps_the_ticks_and_the_reason(guide, admin):
    publish.publish()
    save(admin, guide, body_en="Other words.")
    rollback.roll_back(1, "officer", "A complaint")
    page = send(admin, guide)
    assert "Resume publishing first, on the “Editions” page." in page.text
    assert (ticked(page), reason(page)) == ([value(guide)], "A correction")


def test_an_officer_who_may_not_publish_sees_what_waits_but_cannot_publish_it(
    guide, admin, client, django_user_model
):
    save(admin, guide, body_en="Other words.")
    form = form_values(Page(admin.get(WAITING))) | {"tick": [value(guide)], "why": "A reason"}
    writer = django_user_model.objects.create_user("writer", password=None, is_staff=True)
    client.force_login(writer)
    assert client.get(WAITING).status_code == 403
    assert client.post(WAITING, form).status_code == 403
    writer.user_permissions.add(Permission.objects.get(codename="view_publicationrequest"))
    page = Page(client.get(WAITING))
    assert "Only a publisher can publish this." in page.text
    assert not page.all("input", name_="tick")
    assert client.post(WAITING, form).status_code == 403
    assert not PublicationRequest.objects.exists()


def test_nobody_sees_what_waits_without_signing_in(guide, client):
    for address in (WAITING, reverse("publishing:waiting-entry", args=name_of(guide))):
        assert client.get(address)["Location"].startswith("/admin/login/")


@pytest.mark.parametrize(
    "values",
    [
        {"tick": ["x", "strategy.guide:x", "auth.user:1", "strategy.guide:" + "9" * 40]},
        {"tick": ["strategy.guide:99999999"]},
        {"all": "on", "looked": "strategy.guide:1:xyz \x7f"},
        {"all": "on", "looked": f"foo.bar:1:{'0' * 20} auth.user:1:{'0' * 20}"},
        {"once": "x" * 500, "why": "y" * 400},
    ],
)
def test_a_forged_form_publishes_nothing(guide, admin, values):
    save(admin, guide, body_en="Other words.")
    page = send(admin, **values)
    assert "Nothing was published." in page.text
    assert not PublicationRequest.objects.exists()


def test_there_is_no_page_for_something_that_is_not_a_record(guide, admin):
    for label, key in (("auth.user", 1), ("strategy.guide", 99999999), ("x", 1)):
        assert admin.get(reverse("publishing:waiting-entry", args=[label, key])).status_code == 404


def test_leaving_out_a_record_reverts_only_its_own_rows(guide):
    """A suggestion belongs to its page: holding the service back leaves the page's list alone."""
    before = readers_content.rows_of(store.current())
    suggestion = guide.suggestions.first()
    Suggestion.objects.filter(pk=suggestion.pk).update(position=77)
    Service.objects.filter(pk=suggestion.service_id).update(summary_en="Other words.")
    catch_up()
    chosen = choice.Choice(store.current(), None)
    now = version_rows.rows_of(chosen.states([("services.service", suggestion.service_id)]))
    keep_what_may_be_shown(now)
    assert now[Suggestion][suggestion.pk]["position"] == 77
    assert now[Service][suggestion.service_id] == before[Service][suggestion.service_id]
