"""Every page in every language, as a reader meets it."""

import pytest
from django.conf import settings
from django.utils.translation import get_language_info

from contacts.models import Phone
from helphub.content import memory
from helphub.content.entries import DENIED_PATTERN
from helphub.editions.page_files import FIRST_ROUND_TRIP, in_brotli
from services.models import Service
from strategy.models import Chapter, FormOfAbuse, Guide
from tests.support.addresses import ONE_OF_EACH_TEMPLATE, in_language, public_pages, right_to_left
from tests.support.page_checks import assert_critical_numbers, assert_says_nothing
from tests.support.reader import Page, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("all_lists")]

LANGUAGES = [code for code, _ in settings.LANGUAGES]
# The others share their templates: one page of each, and all of them by `make languages`.
WHOLE = {"en", "ur"}
# The exit link begins before this byte, in every language. Most of the style comes after it.
EXIT_BY = 10_000


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_page_is_complete(client, code):
    numbers = {(phone.url, phone.display) for phone in Phone.objects.published()}
    remembered = memory.Memory()
    paths = [path for path in public_pages() if code in WHOLE or path in ONE_OF_EACH_TEMPLATE]
    for path in paths:
        with memory.using(remembered):
            response = client.get(in_language(path, code))
        assert response.status_code == 200, path
        page = Page(response)
        assert page.faults == [], path
        html = page.one("html")
        assert html.get("lang") == code
        assert html.get("dir") == ("rtl" if right_to_left(code) else "ltr")
        assert len(page.all("h1")) == 1, path
        assert_critical_numbers(page)
        assert_says_nothing(page, code)
        assert set(page.lines) <= numbers, path
        assert len(in_brotli(response.content)) < FIRST_ROUND_TRIP, path
        assert response.content.index(b"data-exit href") < EXIT_BY, path
        assert not response.cookies
        assert "cookie" not in response.headers.get("Vary", "").lower()


def test_nothing_is_loaded_from_anywhere(pages):
    for path, page in pages.items():
        for element in page.root.iter():
            for attribute in ("src", "srcset", "data", "action", "poster"):
                is_find = attribute == "action" and element.get("class") == "find"
                wanted = "/find/" if is_find else None
                assert element.get(attribute) == wanted, (path, element.tag, attribute)
            if element.tag == "link":
                assert element.get("href") == "data:,"
            assert not any(name.startswith("on") or name == "style" for name in element.attrib)


def test_every_internal_link_leads_to_a_page(client, pages):
    languages = tuple(f"/{code}/" for code in LANGUAGES)
    links = {
        (path, link)
        for path, page in pages.items()
        for link in page.internal_links
        # The pages of each language are all opened above.
        if path == "/" or not link.startswith(languages)
    }
    targets = {link.partition("#")[0] or path for path, link in links}
    with memory.using(memory.Memory()):
        opened = pages | {target: Page(client.get(target)) for target in targets - set(pages)}
    ids = {path: {e.get("id") for e in page.root.iter()} for path, page in opened.items()}
    for path, link in links:
        target, _, fragment = link.partition("#")
        target = target or path
        assert opened[target].response.status_code == 200, (path, link)
        assert not fragment or fragment in ids[target], (path, link)


def test_titles_and_addresses_are_neutral_and_unique(pages):
    titles = {}
    for path, page in pages.items():
        assert not DENIED_PATTERN.search(page.title), path
        assert not DENIED_PATTERN.search(path.replace("-", " ").replace("/", " ")), path
        titles.setdefault(page.title, []).append(path)
    assert [paths for paths in titles.values() if len(paths) > 1] == []


def test_the_exit_is_a_plain_link_near_the_top(client, pages):
    others = {path: Page(client.get(path)) for path in ["/no-such-page/", "/emergency/", "/%00"]}
    for page in (pages | others).values():
        exit_link = page.one("a", class_="exit")
        assert exit_link.get("href") == settings.EXIT_URL == page.one("html").get("data-exit-url")
        assert exit_link.get("rel") == "noreferrer nofollow"
        assert exit_link.get("data-exit") is not None
        assert exit_link.get("target") is None
        focusable = [e for e in page.root.iter() if e.tag in ("a", "button", "summary", "input")]
        assert exit_link in focusable[:2]
        assert page.response.content.index(b"data-exit href") < EXIT_BY


def test_every_page_links_to_the_advice_on_watched_phones(pages):
    for path, page in pages.items():
        assert "/using-this-site/" in page.internal_links, path


def test_the_site_says_what_stays_behind(pages):
    page = pages["/using-this-site/"]
    headings = [text(h) for h in page.one("main").iter("h2")]
    assert headings[0] == "Five steps"
    assert len(list(page.one("main").find(".//ol").iter("li"))) == 5
    for words in (
        "recently closed tabs",
        "when a closed tab is opened again, when a tab is copied",
        "a plain screen with “Continue”",
        "a tile on the page for a new tab",
        "a small picture of each page",
        "You can delete single lines of the history",
        "If the other website is slow",
        "the browser’s own menu",
    ):
        assert words in page.main, words


def test_every_page_but_home_has_a_link_up(pages):
    for path, page in pages.items():
        ways = [a for a in page.all("a") if a.get("data-up") is not None]
        assert len(ways) == (path != "/"), path


@pytest.mark.parametrize(
    ("path", "queries"),
    [("/services/", 18), ("/topics/", 7), ("/guides/", 7), ("/contacts/", 28), ("/strategy/", 16)],
)
def test_lists_need_a_limited_number_of_queries(
    client, django_assert_max_num_queries, path, queries
):
    with django_assert_max_num_queries(queries):
        client.get(path)


def test_pages_need_a_limited_number_of_queries(client, django_assert_max_num_queries):
    for path in ONE_OF_EACH_TEMPLATE:
        with django_assert_max_num_queries(31):
            client.get(path)


def test_an_unpublished_entry_is_not_found(client):
    for entry in (
        Guide.objects.get(slug="consent"),
        FormOfAbuse.objects.get(slug="law"),
        Service.objects.get(line="h-ndah"),
        Chapter.objects.get(slug="principles"),
    ):
        path = entry.get_absolute_url()
        type(entry).objects.filter(pk=entry.pk).update(is_published=False)
        page = Page(client.get(path))
        assert page.response.status_code == 404
        assert_critical_numbers(page)
        for other in ["/", "/guides/", "/topics/", "/services/", "/strategy/", "/help-now/"]:
            assert path not in Page(client.get(other)).internal_links, (path, other)


def test_an_unpublished_entry_is_named_in_a_sentence_without_a_link(client):
    FormOfAbuse.objects.filter(slug="marriage").update(is_published=False)
    Service.objects.filter(line="h-stopncii").update(is_published=False)
    page = Page(client.get("/topics/pressure/"))
    name = FormOfAbuse.objects.get(slug="marriage").name
    assert name in page.main
    assert "/topics/marriage/" not in page.internal_links
    assert "StopNCII can help" in Page(client.get("/topics/messages/")).main
    assert client.get("/forcedmarriage")["Location"] == "/"
    assert "/topics/marriage/" not in Page(client.get("/strategy/sources/")).internal_links


def test_a_service_moved_to_the_wing_leaves_every_list(client):
    Service.objects.filter(line="h-galop").update(is_own_behaviour=True)
    path = Service.objects.get(line="h-galop").get_absolute_url()
    for other in ("/topics/choice/", "/guides/long-ago/", "/services/"):
        assert path not in Page(client.get(other)).internal_links


def test_a_text_drops_the_number_of_a_line_that_is_not_published(client):
    Phone.objects.filter(slug="h-samaritans").update(is_published=False)
    page = Page(client.get("/help-now/"))
    assert not [line for line in page.lines if line[0] == "tel:116123"]
    assert "{" not in page.main


@pytest.mark.parametrize("path", ["/sexual-assault-and-abuse", "/domesticabuse", "/stalking"])
@pytest.mark.parametrize("slash", ["", "/"])
def test_old_addresses_lead_to_the_page_that_replaced_them(client, path, slash):
    response = client.get(path + slash)
    assert response.status_code == 302
    assert response["Cache-Control"] == "no-store"
    assert client.get(response["Location"]).status_code == 200


def test_all_five_old_pages_are_redirected(client):
    expected = {
        "/sexual-assault-and-abuse": "/",
        "/violenceagainstwomenandgirls": "/topics/women-and-girls/",
        "/domesticabuse": "/topics/at-home/",
        "/forcedmarriage": "/topics/marriage/",
        "/stalking": "/topics/being-followed/",
    }
    assert {path: client.get(path)["Location"] for path in expected} == expected


def test_the_wing_for_ones_own_behaviour_is_kept_apart(pages):
    page, service = "/guides/own-behaviour/", "/services/talk-it-through/"
    guides = {row.get_absolute_url() for row in Guide.objects.filter(is_own_behaviour=True)}
    services = {row.get_absolute_url() for row in Service.objects.filter(is_own_behaviour=True)}
    assert page in guides
    assert service in services
    for path in pages:
        links = {a.get("href") for a in pages[path].one("main").iter("a")}
        if path not in ("/", *guides, *services):
            assert not guides & links, path
        if path not in guides:
            assert not services & links, path
    stop_it_now = Phone.objects.get(slug="h-stopitnow")
    assert stop_it_now.display not in pages["/contacts/"].text
    assert service in pages[page].internal_links
    assert page in pages["/"].internal_links


def test_the_sitemap_names_every_page_in_reviewed_languages_only(client):
    locations = {
        line.split("<loc>")[1].split("</loc>")[0].removeprefix("http://testserver")
        for line in client.get("/sitemap.xml").content.decode().split("<url>")[1:]
    }
    # Each town's address shows the page for all of them.
    towns = {a for a in public_pages() if a.startswith("/near/") and a != "/near/"}
    assert (
        locations
        == {
            a
            for a in public_pages()
            if not a.startswith(("/find/", "/list/", "/start/", "/wrong/"))
        }
        - towns
    )


def test_robots_names_the_sitemap(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"].startswith("text/plain")
    assert b"Sitemap: http://testserver/sitemap.xml" in response.content


def test_security_txt_exists_once_its_contact_is_known(client, settings):
    assert client.get("/.well-known/security.txt").status_code == 404
    settings.SECURITY_CONTACT = "mailto:security@example.org"
    lines = client.get("/.well-known/security.txt").content.decode().splitlines()
    assert lines[0] == "Contact: mailto:security@example.org"
    assert lines[1].startswith("Expires: 20")


def test_missing_facts_about_the_owner_say_so(client, settings):
    assert "(not yet named)" in Page(client.get("/privacy/")).main
    settings.OWNER = settings.OWNER | {"name": "A council <of> ours"}
    assert "A council <of> ours" in Page(client.get("/privacy/")).main


def test_numbers_keep_their_direction_in_every_language(client):
    for code in LANGUAGES:
        page = Page(client.get(in_language("/contacts/", code)))
        for link in page.all("a"):
            if link.get("href").startswith(("tel:", "sms:")):
                (bdi,) = link.iter("bdi")
                assert bdi.get("dir") == "ltr"


def test_a_browser_that_translates_leaves_numbers_and_names_of_lines_alone(pages):
    for path, page in pages.items():
        for link in page.all("a"):
            if link.get("href").startswith(("tel:", "sms:")):
                assert [bdi.get("translate") for bdi in link.iter("bdi")] == ["no"], path
        for card in page.all("li", class_="card"):
            (name,) = (e for e in card.iter() if e.tag in {"h2", "h3"})
            assert name.get("translate") == "no", path
    names = [header[0] for header in pages["/contacts/"].all("th", scope="row")]
    assert names
    assert {name.get("translate") for name in names} == {"no"}
    for path in ("/services/day-and-night-line/", "/services/local-number/"):
        assert pages[path].one("h1").get("translate") == "no"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_names_itself_before_the_menu_is_opened(client, code):
    page = Page(client.get(in_language("/", code)))
    (summary,) = page.one("details", class_="languages").iter("summary")
    names = {bdi.get("lang"): text(bdi) for bdi in summary.iter("bdi")}
    assert names == {
        other: get_language_info(other)["name_local"] for other in LANGUAGES if other != code
    }


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("/HELP-NOW", "/help-now/"),
        ("/Help-Now/", "/help-now/"),
        ("/guides/Consent/", "/guides/consent/"),
        ("/UR/Help-Now", "/ur/help-now/"),
        ("/Find/", "/find/"),
        ("/Near/Sedgley", "/near/sedgley/"),
        ("/Stalking", "/stalking/"),
        ("/ROBOTS.TXT", "/robots.txt"),
    ],
)
def test_an_address_in_capitals_leads_to_the_page(client, typed, leads_to):
    for method in (client.get, client.head):
        response = method(typed)
        assert (response.status_code, response["Location"]) == (302, leads_to)
        assert response["Cache-Control"] == "no-store"
    assert client.get(leads_to).status_code in {200, 302}


@pytest.mark.parametrize(
    ("typed", "leads_to"),
    [
        ("//Elsewhere.example/", "/%2Felsewhere.example/"),
        ("/\\Elsewhere.example/", "/%5Celsewhere.example/"),
        ("/No-Such-Page", "/no-such-page/"),
    ],
)
def test_an_address_in_capitals_never_leads_to_another_site(client, typed, leads_to):
    response = client.get("/", PATH_INFO=typed)
    assert (response.status_code, response["Location"]) == (302, leads_to)
    page = Page(client.get("/", PATH_INFO=typed.lower()))
    assert page.response.status_code == 404
    assert_critical_numbers(page)


def test_a_form_sent_to_an_address_in_capitals_is_not_redirected(client):
    assert client.post("/Help-Now/").status_code == 404
