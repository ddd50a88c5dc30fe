"""Finding help without typing: first contacts, and the list of services narrowed by links."""

import re
from datetime import UTC, date, datetime
from itertools import accumulate

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from contacts.models import CallFact, Phone, Verification
from helphub.content import memory
from helphub.content.entries import validate_neutral
from services import public_urls
from services.models import Choice, Service, Situation
from strategy.models import Guide
from tests.support.admin_forms import errors, save
from tests.support.factories import make_call_fact, make_phone, make_service
from tests.support.reader import Page, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_lists")]


def services_on(page):
    """The lines of the services that a page lists, in its order."""
    lines = {service.get_absolute_url(): service.line for service in Service.objects.all()}
    cards = page.all("li", class_="card")
    links = [re.sub(r"^/[a-z]{2}/", "/", next(card.iter("a")).get("href")) for card in cards]
    return [lines[link] for link in links]


def listed(client, path):
    return services_on(Page(client.get(path)))


# Narrowing


def test_a_list_has_exactly_the_services_that_its_answer_asks_for(client):
    women = Service.objects.for_listing().filter(audiences__slug="women")
    assert sorted(listed(client, "/list/f1/")) == sorted(service.line for service in women)
    assert listed(client, "/list/f4/")[0] == "h-childline"
    topics = ["messages", "online", "pictures"]
    pictures = Service.objects.for_listing().filter(forms_of_abuse__slug__in=topics).distinct()
    assert listed(client, "/list/b6/") == [service.line for service in pictures]


def test_two_answers_must_both_be_met(client):
    both = listed(client, "/list/c2-f2/")
    assert set(both) == set(listed(client, "/list/c2/")) & set(listed(client, "/list/f2/"))
    assert both


def test_readers_who_cannot_talk_aloud_get_services_they_can_write_to(client):
    lines = listed(client, "/list/c1/")
    assert {"h-rcew247", "h-shout", "h-childline", "h-emergencysms", "h-samaritans"} <= set(lines)
    assert "h-spoc" not in lines
    writing = listed(client, "/list/c2/")
    assert "h-samaritans" not in writing  # By e-mail only, which is neither text nor chat.
    assert {"h-rcew247", "h-shout"} <= set(writing)


def test_free_calls_are_those_whose_digits_are_free(client):
    lines = listed(client, "/list/c3/")
    free = {"h-rcew247", "h-childline", "h-101", "h-111", "h-999", "h-galop", "h-shout", "h-napac"}
    assert free <= set(lines)
    assert not {"h-rph", "h-spoc", "h-mash-children", "h-fmu", "h-swa", "h-acas"} & set(lines)


def test_an_officer_can_say_a_call_is_free_if_the_digits_do_not_tell(admin, client):
    phone = Phone.objects.get(slug="h-emergencysms")
    assert "h-emergencysms" not in listed(client, "/list/c3/")
    changes = {"cost_class": "free", "cost_en": "Free.", "cost_source": "The service"}
    assert errors(save(admin, phone, **changes)) == []
    assert "h-emergencysms" in listed(client, "/list/c3/")


def dialled(page):
    """What the page itself offers to dial: (scheme, digits)."""
    links = [link.get("href") for link in page.one("main").iter("a")]
    return [
        address.partition(":")[::2] for address in links if address.startswith(("tel:", "sms:"))
    ]


@pytest.mark.parametrize("answer", ["c1", "c2", "c5", "c1-f2", "b1-c1"])
def test_readers_who_do_not_talk_are_offered_no_call_and_always_another_way(client, answer):
    page = Page(client.get(f"/list/{answer}/"))
    assert services_on(page)
    assert {scheme for scheme, _digits in dialled(page)} <= {"sms"}
    for card in page.all("li", class_="card"):
        ways = [
            link.get("href")
            for link in card.iter("a")
            if link.get("class") == "out" or link.get("href").startswith(("sms:", "mailto:"))
        ]
        assert ways, text(card)


def test_chat_and_text_come_before_email_for_readers_who_cannot_talk(client):
    lines = listed(client, "/list/c1/")
    assert lines.index("h-shout") < lines.index("h-samaritans")
    assert {"h-999bsl", "h-relayuk"} <= set(lines)


def test_every_other_list_offers_calls(client):
    assert "tel" in {scheme for scheme, _digits in dialled(Page(client.get("/list/c3/")))}


def test_first_contacts_lead_to_help_that_needs_no_voice(client):
    assert "/list/c1/" in Page(client.get("/start/a1/b1/")).internal_links


def test_a_chosen_answer_reads_as_one_to_remove(client):
    page = Page(client.get("/list/c3-f2/"))
    links = {link.get("href"): link for link in page.all("ul", class_="tags")[0].iter("a")}
    # Sighted readers see the first, screen readers say the second.
    (cross, *spans) = links["/list/f2/"].iter("span")
    assert (cross.get("aria-hidden"), text(cross)) == ("true", "×")
    assert [text(span) for span in spans] == ["Remove:", "Free calls"]
    assert spans[0].get("class") == "unseen"
    assert "Leave out" not in page.text


def test_what_deaf_people_use_is_kept_together_where_they_will_see_it(client):
    for address in ("/contacts/", "/help-now/"):
        page = Page(client.get(address))
        links = [link.get("href") for link in page.one("main").iter("a")]
        assert "https://999bsl.co.uk" in links, address
        assert "https://www.relayuk.bt.com" in links, address
        assert "sms:999" in links, address
        assert "18000" in page.main, address
    page = Page(client.get("/contacts/"))
    (section,) = [
        section
        for section in page.all("section")
        if text(next(section.iter("h2"), section)).startswith("If you are deaf")
    ]
    hrefs = [link.get("href") for link in section.iter("a")]
    assert not [address for address in hrefs if address.startswith("tel:")]
    # From there, one link leads to everybody who can be written to.
    assert {"/list/c1/", "/list/c5/"} <= set(hrefs)
    listed = Page(client.get("/list/c1/")).one("main")
    hrefs += [link.get("href") for link in listed.iter("a")]
    assert "https://247sexualabusesupport.org.uk" in hrefs
    assert "mailto:jo@samaritans.org" in hrefs
    own = Service.objects.filter(is_own_behaviour=True)
    assert own
    assert not {service.get_absolute_url() for service in own} & set(hrefs)
    assert not [service.name for service in own if service.name in text(section) + text(listed)]


def test_not_in_english_begins_with_confirmed_interpreters_and_a_card_to_read_out(client):
    page = Page(client.get("/list/c4/"))
    lines = services_on(page)
    assert lines[:3] == ["h-modernslavery", "h-111", "h-101"]
    assert "h-rcew247" in lines
    assert "I need help. I speak [your language]." in page.main
    tell = {"answer": "no", "source": "The line"}
    phone = Phone.objects.get(slug="h-rcew247")
    CallFact.objects.create(phone=phone, fact="interpreter", **tell)
    assert "h-rcew247" not in listed(client, "/list/c4/")


def test_deaf_readers_get_sign_language_first_and_then_text_and_chat(client):
    lines = listed(client, "/list/c5/")
    assert lines[:4] == ["h-signhealth", "h-999bsl", "h-emergencysms", "h-relayuk"]
    assert {"h-childline", "h-ndah", "h-rcew247", "h-shout"} <= set(lines)
    assert "h-spoc" not in lines


def test_the_day_and_night_list_has_lines_that_never_close(client):
    lines = listed(client, "/list/c6/")
    assert {"h-rcew247", "h-childline", "h-999", "h-samaritans"} <= set(lines)
    assert not {"h-spoc", "h-mash-children", "h-edt"} & set(lines)


def test_a_list_has_one_address(client):
    assert client.get("/list/f1-c3/", follow=False).headers["Location"] == "/list/c3-f1/"


@pytest.mark.parametrize("slugs", ["zz", "c1-c2", "b1-c1-f1", "a1", "c1-", "-", "c1-c1"])
def test_an_address_that_no_link_leads_to_is_not_found(client, slugs):
    response = client.get(f"/list/{slugs}/")
    assert response.status_code == 404
    assert "01384 455411" in Page(response).text


def test_a_chosen_answer_can_be_left_out_and_a_third_question_is_not_offered(client):
    page = Page(client.get("/list/c3-f1/"))
    assert {"/list/c3/", "/list/f1/"} <= page.internal_links
    assert "/list/c3-f2/" in page.internal_links  # Replaces the answer to the same question.
    assert not any("b1" in link for link in page.internal_links)
    assert {"/list/b1-f1/", "/list/c1-f1/", "/services/"} <= Page(
        client.get("/list/f1/")
    ).internal_links


def test_an_empty_list_says_which_answer_to_drop_and_shows_the_number(client):
    Service.objects.filter(audiences__slug="men").update(
        is_closed_for_now=True, notice_en="Closed."
    )
    page = Page(client.get("/list/c6-f2/"))
    assert services_on(page) == []
    assert "No service is listed for all of this." in page.main
    assert "01384 455411" in page.main
    men = len(listed(client, "/list/f2/"))
    day_and_night = Choice.objects.get(slug="c6").name
    assert f"Without “{day_and_night}”: {men}" in page.main
    assert {"/list/f2/", "/list/c6/"} <= page.internal_links


def test_the_addresses_give_nothing_away_and_are_in_no_sitemap(client):
    every = public_urls.browsing()
    assert len(every) == len(set(every)) > 300
    sitemap = client.get("/sitemap.xml").content.decode()
    for address in every:
        assert re.fullmatch(r"/(start|list)/([a-z]\d[-/]?)*", address), address
        assert f"{address}</loc>" not in sitemap
    assert 'content="noindex"' in client.get("/list/c1/").content.decode()
    assert 'content="noindex"' in client.get("/start/a1/").content.decode()


@pytest.mark.parametrize("part", range(4))
def test_every_page_that_the_answers_lead_to_can_be_opened(client, part):
    remembered = memory.Memory()
    titles = set()
    for address in public_urls.browsing()[part::4]:
        with memory.using(remembered):
            response = client.get(address)
        assert response.status_code == 200, address
        html = response.content.decode()
        title = re.search("<title>(.*?)</title>", html)[1]
        validate_neutral(title)
        assert title not in titles
        titles.add(title)
        assert 'href="tel:999"' in html
        assert 'href="tel:01384455411"' in html
        # The line for people worried about their own behaviour is kept apart.
        assert "/services/talk-it-through/" not in html


# First contacts


def test_the_most_exact_situation_comes_first(client):
    assert listed(client, "/start/a2/b6/")[:3] == ["h-reportremove", "h-childline", "h-ceop"]
    assert listed(client, "/start/a5/b2/")[:2] == ["h-mash-children", "h-edt"]


def test_a_page_of_first_contacts_is_short_and_names_each_once(client):
    for address in public_urls.browsing()[::5]:
        if address.startswith("/start/a"):
            lines = listed(client, address)
            assert 1 <= len(lines) <= 6, address
            assert len(lines) == len(set(lines)), address


def test_readers_under_18_are_not_shown_lines_for_adults(client):
    adults = set(Service.objects.filter(minimum_age__gte=18).values_list("line", flat=True))
    assert adults
    for address in public_urls.browsing():
        if address.startswith("/start/a2/"):
            lines = listed(client, address)
            assert not adults & set(lines), address
            assert "h-childline" in lines[:4], address


def test_readers_asking_for_a_child_see_the_lines_for_children_first(client):
    for_children = {"h-childline", "h-mash-children", "h-edt", "h-nspcc", "h-nspcc-fgm"}
    ahead = {"h-999", "h-sarc-finder", "h-ceop", "h-reportremove"}
    for address in public_urls.browsing():
        if address.startswith("/start/a3/"):
            lines = listed(client, address)
            first = next(at for at, line in enumerate(lines) if line in for_children)
            assert set(lines[:first]) <= ahead, address
            assert len(for_children & set(lines)) > 1, address


@pytest.mark.parametrize("path", ["/start/zz/", "/start/b1/", "/start/a1/d1/", "/start/a1/b1/a1/"])
def test_an_answer_to_another_question_is_not_found(client, path):
    assert client.get(path).status_code == 404


def test_each_page_asks_the_next_question_and_the_last_asks_none(client):
    for path, question in [
        ("/start/", "Who is it about?"),
        ("/start/a1/", "What happened?"),
        ("/start/a1/b1/", "When was it?"),
    ]:
        page = Page(client.get(path))
        assert question in page.main
        answers = [link for link in page.internal_links if link.startswith(path) and link != path]
        assert answers
    page = Page(client.get("/start/a1/b1/d1/"))
    assert not page.all("h2", id="question")
    assert Choice.objects.get(slug="b1").name in page.main


def guides_on(client, path):
    links = [link.get("href") for link in Page(client.get(path)).one("main").iter("a")]
    return [link for link in links if link.startswith("/guides/")]


def test_first_contacts_come_with_the_guide_to_read(client):
    assert guides_on(client, "/start/") == []
    assert guides_on(client, "/start/a2/") == ["/guides/children/"]
    assert guides_on(client, "/start/a1/b6/") == ["/guides/photos/", "/guides/not-sure/"]
    assert guides_on(client, "/start/a1/b5/")[0] == "/guides/close-to-home/"
    # Someone worried about a child does not get the advice about husbands and wives.
    assert guides_on(client, "/start/a3/b5/") == ["/guides/a-child/"]
    assert "/guides/just-happened/" in guides_on(client, "/start/a1/b1/d1/")


def test_whatever_happened_today_first_contacts_name_999(client):
    paths = [path for path in public_urls.browsing() if path.endswith("/d1/")]
    assert len(paths) == 40
    for path in paths:
        assert "h-999" in listed(client, path), path


def test_the_guide_on_own_behaviour_is_never_beside_first_contacts(admin, client):
    own = Guide.objects.get(slug="own-behaviour")
    situation = Situation.objects.get(slug="young")
    assert errors(save(admin, situation, guide=str(own.pk)))
    Situation.objects.filter(pk=situation.pk).update(guide=own)
    assert guides_on(client, "/start/a2/") == []
    with pytest.raises(ValidationError, match="not for those who hurt"):
        Situation.objects.get(pk=situation.pk).full_clean()


def test_a_guide_that_readers_cannot_see_is_not_linked_from_first_contacts(client):
    Guide.objects.filter(slug="children").update(is_published=False)
    assert guides_on(client, "/start/a2/") == []


def test_an_officer_changes_the_first_contacts(admin, client):
    situation = Situation.objects.get(slug="young-pictures")
    childline = Service.objects.get(line="h-childline")
    first = situation.suggestions.get(service=childline)
    first.position = 0
    first.save()
    assert listed(client, "/start/a2/b6/")[0] == "h-childline"
    assert errors(save(admin, situation)) == []


def test_two_situations_with_the_same_answers_are_refused(admin):
    young = Situation.objects.get(slug="young")
    other = Situation.objects.get(slug="me")
    page = save(admin, other, who=young.who_id)
    assert "These answers already have first contacts: change those instead." in errors(page)


def test_an_answer_needs_a_short_name_that_says_nothing():
    with pytest.raises(ValidationError, match="Type a letter and a number"):
        Choice(slug="men", question="for", name_en="Men").full_clean()
    with pytest.raises(ValidationError, match="Choose the way of contact"):
        Choice(slug="c9", question="can", name_en="By post").full_clean()


def test_the_pages_still_help_with_an_empty_table(client):
    Choice.objects.all().delete()
    for path in ("/start/", "/services/"):
        page = Page(client.get(path))
        assert page.response.status_code == 200
        assert "/services/" in page.internal_links


# Interpreters


def test_the_card_names_the_language_in_english(client):
    for code, name in [("pl", "Polish"), ("ur", "Urdu"), ("pa", "Panjabi")]:
        page = Page(client.get(f"/{code}/say-this/"))
        assert f"“I need help. I speak {name}. Please get an interpreter." in page.main


def test_each_number_says_whether_an_interpreter_can_join(client):
    path = Service.objects.get(line="h-rcew247").get_absolute_url()
    assert "“Can I have an interpreter?”" in Page(client.get(path)).main
    assert "tłumacz" in Page(client.get(f"/pl{path}")).main
    phone = make_phone()
    make_call_fact(phone, "interpreter", "yes", detail_en="In forty languages.")
    path = make_service([phone]).get_absolute_url()
    assert "Interpreter available" not in Page(client.get(f"/pl{path}")).main
    assert "Interpreter available. In forty languages." in Page(client.get(path)).main


# Situations that people are in


@pytest.fixture
def boxing_day_at_two(monkeypatch):
    moment = datetime(2026, 12, 26, 0, 0, tzinfo=UTC)
    monkeypatch.setattr(timezone, "now", lambda: moment)
    return int(moment.timestamp() // 60) + 120


def card(page, line):
    path = Service.objects.get(line=line).get_absolute_url()
    return next(
        card for card in page.all("li", class_="card") if path in next(card.iter("a")).get("href")
    )


def is_open(card, minute):
    (label,) = [label for label in card.iter("strong") if label.get("data-open")]
    moments = list(accumulate(map(int, label.get("data-open").strip("[]").split(","))))
    return any(
        start <= minute < end for start, end in zip(moments[::2], moments[1::2], strict=True)
    )


def test_at_two_on_a_bank_holiday_with_a_teenager_in_tears(client, boxing_day_at_two):
    Verification.objects.update(method="rang", verified_on=date(2026, 12, 20))
    page = Page(client.get("/start/a3/"))
    assert "Day and night." in text(card(page, "h-childline"))
    assert is_open(card(page, "h-edt"), boxing_day_at_two)
    assert not is_open(card(page, "h-mash-children"), boxing_day_at_two)
    assert "tel:999" in {url for url, _ in page.lines}


def test_long_ago_and_unable_to_phone(client):
    page = Page(client.get("/start/a1/b2/d3/"))
    assert "h-shout" in services_on(page)
    assert "Chat online" in text(card(page, "h-rcew247"))
    assert "Chat online" in text(card(Page(client.get("/list/c1/")), "h-rcew247"))


def test_polish_and_without_credit(client):
    page = Page(client.get("/pl/list/c3/"))
    assert "h-rcew247" in services_on(page)
    assert "I need help. I speak Polish." in page.main


def test_a_family_that_looks_for_the_number_has_it_on_every_page(client):
    for path in ("/", "/start/", "/list/c1/", "/near/", "/ur/start/a3/"):
        assert ("tel:01384455411", "01384 455411") in Page(client.get(path)).lines
