"""Campaigns: where they stand, when they go, and what officers cannot do with them."""

from datetime import date
from random import Random

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from helphub.campaigns import days
from helphub.campaigns.models import LONGEST_NAME, LONGEST_WORDS, Campaign, Material
from helphub.checking import links
from helphub.content import clock
from helphub.content.entries import validate_neutral
from helphub.editions import manifests, page_files, publish, sources, store
from helphub.editions.page_files import FIRST_ROUND_TRIP, in_brotli
from helphub.history.recording import recording
from helphub.publishing import coming, pending
from strategy.models import FormOfAbuse
from tests.bulk.pressing import begin, left_out, will_change
from tests.support.admin_forms import errors, save
from tests.support.factories import make_campaign, make_form_of_abuse, make_guide
from tests.support.page_checks import assert_critical_numbers, assert_says_nothing
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db

DAY = clock.DAY
URDU = "ابتثجحخدذرزسشصضطظعغفقکلمنوہی"
PANJABI = "ਅਆਇਈਉਊਏਐਓਔਕਖਗਘਚਛਜਝਟਠਡਢਣਤਥਦਧਨਪਫਬਭਮਯਰਲਵ"
LIST, ADD = (reverse(f"admin:campaigns_campaign_{name}") for name in ("changelist", "add"))


def in_days(number):
    return timezone.localdate() + number * DAY


def at_home(**fields):
    return make_campaign(is_on_home=True, **fields)


def ask(client, path="/"):
    return Page(client.get(path))


# Where readers meet it


def test_without_a_campaign_the_home_page_is_as_it_was(client):
    before = client.get("/").content
    campaign = at_home(starts_on=in_days(-9), ends_on=in_days(-1))
    make_campaign()  # On its own page alone.
    assert client.get("/").content == before
    Campaign.objects.filter(pk=campaign.pk).update(ends_on=in_days(0))
    assert campaign.name in ask(client).main


def test_on_the_home_page_it_stands_below_the_numbers_and_every_door(client):
    guide = make_guide(name_en="What to read next")
    campaign = at_home(guide=guide, words_en="Ring {h-spoc} this week.")
    page = ask(client)
    order = [
        text(page.one("h1")),
        "Talk to someone in Dudley",
        "What do you need?",
        text(page.one("nav", class_="doors").findall(".//li")[-1]),
        "Who to reach first",
        campaign.name,
        "Find help",
    ]
    places = [page.main.index(words) for words in order]
    assert places == sorted(places)
    assert page.text.index("In danger now? Call 999") < page.text.index(campaign.name)
    (note,) = [part for part in page.all("section") if campaign.name in text(part)]
    assert "Ring 01384 455411 this week." in text(note)
    assert {link.get("href") for link in note.iter("a")} == {
        campaign.get_absolute_url(),
        guide.get_absolute_url(),
        "tel:01384455411",
    }
    assert page.faults == []


def test_only_the_first_of_two_stands_on_the_home_page(client):
    """An edition may hold two, if only one of two changes was published."""
    first = at_home(starts_on=in_days(-2), ends_on=in_days(2))
    second = at_home(starts_on=in_days(3), ends_on=in_days(9))
    Campaign.objects.filter(pk=second.pk).update(starts_on=in_days(-1))
    page = ask(client)
    assert first.name in page.main
    assert second.name not in page.main


def test_on_topics_it_stands_below_the_help_and_on_no_other_topic(client):
    topic, other = make_form_of_abuse(), make_form_of_abuse()
    campaign = make_campaign(topics=[topic], words_en="Ring {h-spoc} this week.")
    page = ask(client, topic.get_absolute_url())
    assert page.main.index("What you can do now") < page.main.index(campaign.name)
    assert "Calls stay in the phone's list of calls." in page.main
    assert page.faults == []
    for path in (other.get_absolute_url(), "/"):
        assert campaign.name not in ask(client, path).main


def test_its_page_prints_as_a_poster_with_the_numbers_and_a_neutral_title(client):
    campaign = make_campaign()
    campaign.materials.create(title_en="Posters", url="https://posters.example.org/a/")
    page = ask(client, campaign.get_absolute_url())
    assert_critical_numbers(page)
    assert_says_nothing(page, "en")
    assert page.faults == []
    assert campaign.title in page.title
    assert campaign.name not in page.title
    assert (text(page.one("h1")), campaign.words_en in page.main) == (campaign.name, True)
    (on_paper,) = page.all("p", class_="on-paper")
    assert text(on_paper).endswith(settings.PUBLIC_HOST)
    assert campaign.get_absolute_url() not in text(on_paper)
    (out,) = page.all("a", class_="out")
    assert (text(out), out.get("rel")) == ("Posters posters.example.org", "noreferrer")


def test_a_host_that_gives_the_subject_away_stays_off_the_poster(client, settings):
    settings.PUBLIC_HOST = "rape-help.example.org"
    page = ask(client, make_campaign().get_absolute_url())
    assert page.all("p", class_="on-paper") == []


def test_a_page_that_readers_cannot_see_is_not_linked(client):
    guide = make_guide()
    campaign = at_home(guide=guide)
    guide.ends_on = in_days(-1)
    guide.save()
    for path in ("/", campaign.get_absolute_url()):
        assert guide.get_absolute_url() not in ask(client, path).internal_links


def test_readers_of_another_language_get_its_words_and_the_english_marked(client):
    at_home(name_ur="اس ہفتے")
    page = ask(client, "/ur/")
    (note,) = [part for part in page.all("section") if "اس ہفتے" in text(part)]
    assert note.find("h2").get("lang") is None
    assert note.find("p").get("lang") == "en"


@pytest.mark.parametrize(("code", "letters"), [("ur", URDU), ("pa", PANJABI)])
def test_with_the_longest_words_the_home_page_still_arrives_at_once(client, code, letters):
    by_chance = Random(1)  # noqa: S311 - it keeps no secret.

    def words(length):
        """Letters by chance, with no word like another: nothing compresses worse."""
        return "".join(by_chance.choices([*letters, " "], k=length - 1)).strip() + letters[0]

    at_home(
        topic=FormOfAbuse.objects.published().first(),
        **{f"name_{code}": words(LONGEST_NAME), f"words_{code}": words(LONGEST_WORDS)},
    )
    assert len(in_brotli(client.get(f"/{code}/").content)) < FIRST_ROUND_TRIP


# Afterwards


def test_the_day_after_its_last_day_it_is_gone_by_itself(editions, monkeypatch):
    topic = FormOfAbuse.objects.published().first()
    campaign = at_home(topics=[topic], starts_on=in_days(0), ends_on=in_days(1))
    address = campaign.get_absolute_url()
    publish.publish()
    for path in ["/", topic.get_absolute_url(), address]:
        assert campaign.name in page_of(path)
    real = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: real() + 2 * DAY)
    publish.publish(sources.CURRENT)  # As the publisher does each day, by itself.
    for path in ["/", topic.get_absolute_url()]:
        assert campaign.name not in page_of(path)
    assert manifests.manifest_of(store.current())["pages"][address]["status"] == 410
    assert "We no longer keep this page" in page_of(address)


def page_of(path):
    return (store.current() / "pages" / page_files.file_of(path)).read_text()


def test_before_its_first_day_nobody_learns_of_it(client):
    campaign = at_home(starts_on=in_days(1), ends_on=in_days(2))
    assert campaign.name not in ask(client).main
    assert client.get(campaign.get_absolute_url()).status_code == 404


# What officers write


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"starts_on": None}, "starts_on"),
        ({"ends_on": None}, "ends_on"),
        ({"starts_on": date(2030, 5, 2), "ends_on": date(2030, 5, 1)}, "ends_on"),
        ({"words_en": "Ring 01384 455411."}, "words_en"),
        ({"words_en": "Read [this](/guides/consent/)."}, "words_en"),
        ({"words_ur": "[یہ](https://example.org/)"}, "words_ur"),
        ({"words_en": "x" * (LONGEST_WORDS + 1)}, "words_en"),
        ({"name_en": "x" * (LONGEST_NAME + 1)}, "name_en"),
        ({"title": "Sexual violence week"}, "title"),
        ({"slug": "abuse-week"}, "slug"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_field(typed, field):
    with pytest.raises(ValidationError) as caught:
        make_campaign(**typed)
    assert field in caught.value.message_dict


def test_it_leads_to_one_page():
    with pytest.raises(ValidationError) as caught:
        make_campaign(guide=make_guide(), topic=make_form_of_abuse())
    assert list(caught.value.message_dict) == ["topic"]


def test_it_does_not_lead_to_the_pages_about_ones_own_behaviour():
    with pytest.raises(ValidationError) as caught:
        make_campaign(guide=make_guide(is_own_behaviour=True))
    assert list(caught.value.message_dict) == ["guide"]


@pytest.mark.parametrize("url", ["http://posters.example.org/", "ftp://posters.example.org/"])
def test_material_is_at_a_safe_address(url):
    with pytest.raises(ValidationError, match="https://"):
        Material(campaign=make_campaign(), title_en="Posters", url=url).full_clean()


def test_two_campaigns_on_the_home_page_on_one_day_are_refused_beside_the_tick(admin):
    first = at_home(starts_on=date(2030, 3, 1), ends_on=date(2030, 3, 7))
    second = make_campaign(starts_on=date(2030, 3, 7), ends_on=date(2030, 3, 9))
    page = save(admin, second, is_on_home="on", words_en="Typed a moment ago.")
    (why,) = errors(page)
    assert f"“{first.name}” is on the home page from 1 March 2030 to 7 March 2030" in why
    assert why in text(page.one("div", class_="field-is_on_home"))
    assert form_values(page)["words_en"] == "Typed a moment ago."
    second.refresh_from_db()
    assert not second.is_on_home
    assert errors(save(admin, second, is_on_home="on", starts_on="8 March 2030")) == []


def test_making_many_visible_leaves_out_what_there_is_no_room_for(admin):
    first, draft = at_home(), at_home(is_published=False)
    page = begin(admin, "publish", draft)
    assert will_change(page) == []
    (why,) = left_out(page)
    assert f"“{first.name}” is on the home page from" in why


@pytest.mark.parametrize("fields", [{"is_published": False}, {"is_archived": True}])
def test_what_readers_do_not_see_keeps_no_other_off_the_home_page(fields):
    at_home(**fields)
    at_home()


def test_a_campaign_that_is_over_cannot_be_made_visible(admin):
    over = make_campaign(
        is_published=False, starts_on=in_days(-9), ends_on=in_days(-1), words_en="Words."
    )
    (why,) = errors(save(admin, over, is_published="on"))
    assert why.startswith("This date has passed. Choose a later one.")
    over.refresh_from_db()
    assert not over.is_published


def test_its_links_are_checked_like_every_other():
    make_campaign().materials.create(title_en="Posters", url="https://posters.example.org/a/")
    assert "https://posters.example.org/a/" in links.uses_in(links._saved_rows())


def test_its_first_and_last_day_are_among_what_goes_out_when(editions):
    with recording():
        campaign = make_campaign(starts_on=in_days(3), ends_on=in_days(9))
    events = coming.events(pending.WaitingList(), [])
    said = [(e.day, e.words) for e in events if e.record.name == campaign.name]
    assert said == [(in_days(3), coming.FIRST), (in_days(9), coming.LAST)]


# Days that come round


def test_use_it_fills_in_the_form_and_saves_nothing(admin):
    page = ask(admin, LIST)
    (part,) = page.all("section", class_="coming-round")
    uses = [link.get("href") for link in part.iter("a") if link.get("href").startswith(ADD)]
    assert len(uses) == len(days.coming_round())
    form = ask(admin, uses[0])
    assert not Campaign.objects.exists()
    values = form_values(form) | {"words_en": "Somebody listens."}
    assert errors(Page(admin.post(ADD, values, follow=True))) == []
    campaign, day = Campaign.objects.get(), days.coming_round()[0]
    assert (campaign.name, campaign.starts_on, campaign.ends_on) == (day.name, *day.next_days())
    assert not campaign.is_published


def test_every_day_has_two_sources_and_a_last_check():
    for day in days.coming_round():
        assert len({url.split("/")[2] for url in day.sources.values()}) == 2, day.name
        assert isinstance(day.checked, date)
        validate_neutral(day.title)
        validate_neutral(day.slug.replace("-", " "))


@pytest.mark.parametrize(
    ("today", "days_of_it"),
    [
        (date(2026, 2, 8), (date(2026, 2, 2), date(2026, 2, 8))),
        (date(2026, 2, 9), (date(2027, 2, 1), date(2027, 2, 7))),
    ],
)
def test_a_week_runs_from_the_first_monday_of_its_month(monkeypatch, today, days_of_it):
    monkeypatch.setattr(timezone, "localdate", lambda: today)
    assert days.Day("A week", {}, today, week="February").next_days() == days_of_it


def test_two_dates_make_a_campaign_of_all_days_between(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda: date(2026, 12, 10))
    day = days.Day("Many days", {}, date(2026, 1, 1), days="25 November to 10 December")
    assert day.next_days() == (date(2026, 11, 25), date(2026, 12, 10))
