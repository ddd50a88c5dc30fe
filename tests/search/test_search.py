"""Find: everything published is found in everyday words, and the words are kept nowhere."""

import csv
import random
import re
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import brotli
import pytest
from django.conf import settings
from django.contrib.admin.models import ADDITION, LogEntry
from django.db import connection
from django.utils import translation

from helphub.content.entries import DENIED_PATTERN
from helphub.editions.page_files import BROTLI_QUALITY, FIRST_ROUND_TRIP
from helphub.search import (
    meanings,
    results,
    typed,
    views,
)
from helphub.search.build import build_index
from helphub.search.documents import MODELS, Document
from helphub.search.index import Index
from helphub.search.models import Synonym
from helphub.search.normalise import fold, words_of
from helphub.search.spelling import Speller
from services.models import Service
from strategy.models import ContactLine, FormOfAbuse, Guide
from tests.support.find import ask
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db

SHARED = ["X-Accel-Expires", "CDN-Cache-Control", "Surrogate-Control"]
CANARY = "quetzalcoatl"
NOT_KEPT = "For your safety your words are not kept: if you go back, the box is empty."
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def with_index(built):
    """Every test starts with the index of the real content."""


def targets(page):
    """Where the results lead, in page order."""
    return [a.get("href") for h3 in page.all("h3") for a in h3.iter("a")]


def services(page):
    return [path for path in targets(page) if "/services/" in path]


def published_lines():
    path = settings.BASE_DIR / "fixtures" / "source" / "helplines.csv"
    with path.open(newline="") as file:
        names = {row["id"]: row["name"] for row in csv.DictReader(file)}
    return {line: name for line, name in names.items() if line in EVERYDAY_NAMES}


EVERYDAY_NAMES = {
    "h-spoc": "dudley number",
    "h-rcew247": "rape crisis",
    "h-sarc-finder": "rape clinic",
    "h-chadd": "refuge",
    "h-mash-children": "social services",
    "h-edt": "social services at night",
    "h-survivorstrust": "survivors trust",
    "h-victimsupport": "victim support",
    "h-galop": "gay",
    "h-signhealth": "sign language",
    "h-childline": "child line",
    "h-nspcc": "nspcc",
    "h-nspcc-fgm": "cutting",
    "h-ceop": "ceop",
    "h-reportremove": "take down",
    "h-rph": "revenge porn",
    "h-stopncii": "stop ncii",
    "h-ndah": "womens aid",
    "h-mal": "mens advice line",
    "h-karma": "honour based abuse",
    "h-fmu": "forced to marry",
    "h-swa": "sikh",
    "h-sbs": "southall",
    "h-stalking": "stalker",
    "h-paladin": "paladin",
    "h-modernslavery": "slavery",
    "h-askangela": "angela",
    "h-samaritans": "samaritan",
    "h-shout": "cant talk",
    "h-111": "111",
    "h-101": "police",
    "h-999": "999",
    "h-emergencysms": "text 999",
    "h-crimestoppers": "crime stoppers",
    "h-councilplus": "dudley council",
    "h-stopitnow": "stop it now",
    "h-napac": "adult survivor",
    "h-acas": "my rights at work",
    "h-papyrus": "papyrus",
    "h-respect": "i hit my partner",
    "h-999bsl": "deaf emergency",
    "h-relayuk": "textphone",
}


def test_every_published_service_has_an_everyday_name():
    assert set(Service.objects.published().values_list("line", flat=True)) == set(EVERYDAY_NAMES)


def test_every_published_line_is_found_by_its_name_and_its_everyday_name(client):
    for line, name in published_lines().items():
        service = Service.objects.get(line=line)
        for words in (name, service.name, EVERYDAY_NAMES[line]):
            shown = services(ask(client, words))
            assert service.get_absolute_url() in shown[:5], (line, words, shown)


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("nudes", "/topics/pictures/"),
        ("nudes", "/services/pictures-under-18/"),
        ("someone to talk to", "/services/day-and-night-line/"),
        ("raped", "/topics/law/"),
        ("my uncle", "/topics/growing-up/"),
        ("spiked", "/services/care-centres/"),
        ("under 18", "/guides/children/"),
        ("what is consent", "/guides/consent/"),
        ("strategy priorities", "/strategy/priorities/"),
        ("was it my fault", "/guides/consent/"),
        ("he wont stop texting me", "/services/unwanted-contact/"),
        # Readers with little English, on the English pages.
        ("gwałt", "/services/day-and-night-line/"),
        ("gwalt", "/services/day-and-night-line/"),
        ("مدد", "/help-now/"),
        # A whole story in the box: its last words count too.
        (
            "hello i do not know who to ask or what to do about this but i was raped",
            "/guides/just-happened/",
        ),
    ],
)
def test_everyday_words_lead_somewhere(client, words, path):
    assert path in targets(ask(client, words))


@pytest.mark.parametrize(
    ("words", "corrected", "path"),
    [
        ("harasment", "harassment", "/topics/respect/"),
        ("conselling", "counselling", "/services/local-number/"),
        ("drinkspiked", "drink spiked", "/services/care-centres/"),
        ("reportremove", "report remove", "/services/pictures-under-18/"),
        ("samaratins", "samaritans", "/services/someone-to-listen/"),
        ("groming", "grooming", "/topics/trust/"),
        ("suisid", "suicide", "/services/someone-to-listen/"),
        ("domestik vilence", "domestic violence", "/services/life-at-home/"),
    ],
)
def test_misspellings_are_corrected_and_the_page_says_so(client, words, corrected, path):
    page = ask(client, words)
    assert path in targets(page)
    assert f"We looked for: {corrected}" in page.main


@pytest.mark.parametrize("words", ["morning after pill", "he wont stop", "priest", "can't cope"])
def test_no_word_is_corrected_into_one_that_was_not_meant(client, words):
    page = ask(client, words)
    assert targets(page)
    assert "We looked for" not in page.main


def test_bigger_slips_are_corrected_only_into_words_people_look_for():
    counts = {"suicide": 1, "suspect": 9, "kill": 9, "print": 9}
    speller = Speller(counts, keys={"suicide", "kill"})
    assert speller.correct("suisid") == (["suicide"], [])
    assert speller.correct("priest") == (["priest"], [])
    assert speller.correct("pill") == (["pill"], [])


@pytest.mark.parametrize("words", ["my imam says i must forgive him", "hiding downstairs"])
def test_a_readers_word_is_not_broken_into_words_that_say_nothing(client, words):
    assert "We looked for" not in ask(client, words).main


def test_a_local_number_is_found_without_its_area_code(client):
    assert targets(ask(client, "455411")) == ["/services/local-number/"]
    assert targets(ask(client, "45 54 11")) == ["/services/local-number/"]


def test_each_result_says_who_answers(client):
    page = ask(client, "galop")
    assert "(Galop)" in text(page.one("h3"))


def test_a_page_that_is_the_best_answer_comes_with_a_number_to_call(client):
    best = next(ask(client, "i was raped last night").one("main").iter("section"))
    assert "tel:08085002222" in links_of(best)
    assert len(list(best.iter("h3"))) == 2


def test_a_number_written_as_a_word_is_read(client):
    assert typed.words("when i was seven") == ["when", "i", "was", "7"]


def test_short_and_known_words_are_left_alone():
    speller = Speller({"stalking": 3, "sexual": 9})
    assert speller.correct("gp") == (["gp"], [])
    assert speller.correct("sexual") == (["sexual"], [])
    assert Speller({"ਸਹਾਇਤਾ": 1}).correct("ਸਹਇਤਾ") == (["ਸਹਾਇਤਾ"], [])
    assert speller.correct("2018") == (["2018"], [])
    assert speller.correct("stlaking") == (["stalking"], [])


@pytest.mark.parametrize(
    ("spelling", "other_spelling"),
    [
        ("زيادتي", "زیادتی"),
        ("كتاب", "کتاب"),
        ("مُشکِل", "مشکل"),
        ("مـــدد", "مدد"),
        ("przemoc seksualna", "Przemoc  Seksualną"),
        ("agresiune", "Agresiúne"),
        ("women’s", "womens"),
        ("١٨", "18"),
    ],
)
def test_letters_that_mean_the_same_match_each_other(spelling, other_spelling):
    assert fold(spelling) == fold(other_spelling)


@pytest.mark.parametrize(
    ("query", "number"),
    [
        ("01384 455411", "01384455411"),
        ("01384455411", "01384455411"),
        ("01384-455-411", "01384455411"),
        ("+44 (0)1384 455411", "01384455411"),
        ("0044 1384 455411", "01384455411"),
        ("1384455411", "01384455411"),
        ("who is 0808 500 2222?", "08085002222"),
        ("text 85258", "85258"),
    ],
)
def test_a_number_is_read_however_it_is_written(query, number):
    assert number in typed.numbers(query)


@pytest.mark.parametrize("query", ["i was 14", "24/7", "i am 13 and he is 30", "2nite"])
def test_an_age_is_not_a_phone_number(query):
    assert typed.numbers(query) == []


@pytest.mark.parametrize("query", ["DY1 1HL", "dy11hl", "help in DY8", "B63 3AA", "WV14 0AA"])
def test_a_postcode_is_recognised(query):
    assert typed.is_postcode(query)


@pytest.mark.parametrize("query", ["h3lp", "covid19", "r4pe", "s3x", "i am 14"])
def test_other_words_are_not_taken_for_a_postcode(query):
    assert not typed.is_postcode(query)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ("r4pe", "raped"),
        ("r@ped", "raped"),
        ("r*ped", "raped"),
        ("r**ed", "raped"),
        ("r.a.p.e.d", "raped"),
        ("R A P E D", "raped"),
        ("n0nce", "nonce"),
        ("nud3s", "nudes"),
        ("s3xual", "sexual"),
        ("$exual", "sexual"),
    ],
)
def test_letters_disguised_for_a_filter_are_read(query, word):
    words = ["raped", "rape", "nonce", "nudes", "sexual", "print"]
    speller = Speller(dict.fromkeys(words, 1), set(words))
    (typed_word,) = typed.words(query)
    read = typed.decoded(typed_word, speller) or typed_word
    assert read in {word, word.removesuffix("d")}


def test_a_sign_beside_a_word_changes_nothing():
    assert typed.words("help! #metoo *please* what?") == ["help", "metoo", "please", "what"]
    assert typed.words("plz help, my bf hit me 2nite") == words_of(
        "please help my boyfriend hit me tonight"
    )


def test_every_meaning_leads_to_pages_that_exist():
    pages = {
        (kind, slug)
        for kind, model in MODELS.items()
        for slug in model.objects.published().values_list("slug", flat=True)
    } | {("list", name) for name in views.LISTS}
    for meaning in meanings.meanings():
        assert set(meaning.first) <= pages, meaning.name


def test_an_urdu_page_is_found_with_either_keyboard_and_in_urdu(client):
    topic = FormOfAbuse.objects.get(slug="respect")
    for field in ["name", "comment", "summary", "content_note", "description", "signs"]:
        setattr(topic, f"{field}_ur", "جنسی زیادتی کی شکایت")
    topic.reassurance_ur = topic.actions_ur = "آپ کا قصور نہیں"
    topic.save()
    build_index()
    for words in ("شکایت", "شكايت", "شِکایت"):
        page = ask(client, words, "ur")
        assert page.one("html").get("lang") == "ur"
        (name,) = [h3 for h3 in page.all("h3") if h3.find("a").get("href") == "/ur/topics/respect/"]
        assert name.get("lang") is None


def test_what_is_not_translated_is_found_in_english_and_marked(client):
    for model in (Service, FormOfAbuse, Guide):
        model.objects.update(name_ur="", summary_ur="")
    build_index()
    page = ask(client, "stalker", "ur")
    items = [li for li in page.all("li") if list(li.iter("h3"))]
    assert items
    for item in items:
        # The name and the summary. The number's own words belong to the page.
        for words in (item.find("h3"), item.find("p")):
            assert (words.get("lang"), words.get("dir")) == ("en", "ltr")


def test_the_wing_is_a_group_of_its_own_and_comes_first(client):
    page = ask(client, "attracted to children")
    headings = [h.text for h in page.all("h2")]
    assert headings[0] == "Worried about your own behaviour?"
    assert set(targets(page)[:2]) == {"/guides/own-behaviour/", "/services/talk-it-through/"}


def test_a_withdrawn_entry_is_gone_at_once(client):
    Service.objects.filter(slug="unwanted-contact").update(is_published=False)
    assert "/services/unwanted-contact/" not in targets(ask(client, "stalker"))
    Guide.objects.filter(slug="consent").update(body_en=f"{CANARY} here", is_published=False)
    build_index()
    assert targets(ask(client, CANARY)) == []
    assert CANARY.encode() not in settings.FIND_INDEX.read_bytes()


def test_the_disputed_line_is_not_in_the_index(client):
    words = ContactLine.objects.get(reference="CON-05").words
    assert fold(words).encode() not in settings.FIND_INDEX.read_bytes()
    assert words not in ask(client, "MASH adults").text


def test_a_save_in_the_admin_is_noticed(client, officer):
    row = Synonym.objects.create(slug="new", words_en=CANARY, is_published=True)
    row.services.set(Service.objects.filter(slug="under-19"))
    assert targets(ask(client, CANARY)) == []
    LogEntry.objects.log_actions(officer.pk, [row], ADDITION)
    assert targets(ask(client, CANARY)) == ["/services/under-19/"]


def test_a_search_that_finds_nothing_offers_other_ways(client):
    page = ask(client, CANARY)
    assert "We found nothing" in page.main
    assert {"/topics/", "/services/"} <= page.internal_links
    assert page.lines.count(("tel:01384455411", "01384 455411")) > 2
    assert ("tel:08085002222", "0808 500 2222") in page.lines


def damage(name):
    """Leave an unreadable find index, in one of the ways a disk or a person might."""
    path = settings.FIND_INDEX
    original = path.read_bytes()
    if name == "missing":
        path.unlink()
    elif name == "a folder":
        path.unlink()
        path.mkdir()
    elif name == "empty":
        path.write_bytes(b"")
    elif name == "rubbish":
        path.write_bytes(random.Random(1).randbytes(len(original)))  # noqa: S311
    elif name == "a wrong byte":
        # In the description of a table: SQLite's message is then not valid text.
        path.write_bytes(original.replace(b"CREATE TABLE about", b"CREATE T\xa1BLE about"))
    elif name == "torn":
        path.write_bytes(original[: len(original) // 3])
    elif name == "rubbish inside":
        path.write_bytes(original[:4096] + random.Random(1).randbytes(len(original) - 4096))  # noqa: S311
    elif name == "another database":
        path.unlink()
        with closing(sqlite3.connect(path)) as file:
            file.execute("CREATE TABLE about (build TEXT, stamp TEXT)")
            file.execute("INSERT INTO about VALUES ('', '')")
            file.commit()


DAMAGES = [
    "missing",
    "a folder",
    "empty",
    "rubbish",
    "a wrong byte",
    "torn",
    "rubbish inside",
    "another database",
]


@pytest.fixture
def tidy():
    """Remove what a test left in the index's place; the next test builds its own."""
    yield
    if settings.FIND_INDEX.is_dir():
        settings.FIND_INDEX.rmdir()


@pytest.mark.parametrize("name", DAMAGES)
def test_without_an_index_the_numbers_are_shown_and_the_words_appear_nowhere(
    client, settings, caplog, tidy, name
):
    settings.LAPTOP = False
    damage(name)
    for words in (CANARY, f"{CANARY} stalker", "stalking harasment"):
        caplog.clear()
        page = ask(client, words)
        assert page.response.status_code == 200
        assert page.faults == []
        assert "Find does not work just now" in page.main
        assert page.lines.count(("tel:01384455411", "01384 455411")) > 2
        assert ("tel:999", "999") in page.lines
        assert {"/topics/", "/services/"} <= page.internal_links
        (record,) = caplog.records
        assert "build_index" in record.getMessage()
        assert record.exc_info is None
        assert not any(word in caplog.text for word in words.split())


@pytest.mark.parametrize("name", ["missing", "rubbish", "empty", "another database"])
def test_a_laptop_makes_a_new_index_by_itself(client, name):
    damage(name)
    assert targets(ask(client, "stalker"))


def test_the_words_are_in_no_header_link_title_or_log(client, caplog):
    response = client.post("/find/", {"words": CANARY})
    assert CANARY not in str(response.headers)
    page = Page(response)
    client.put("/find/", f"words={CANARY}", content_type="application/x-www-form-urlencoded")
    client.post("/no-such-page/", {"words": CANARY})
    client.post("/find/", f"words={CANARY}", content_type="multipart/form-data")
    client.post("/find/", f"words={CANARY}&" + "a=1&" * 2000, content_type=FORM)
    client.post("/find/", f"words={CANARY * 300_000}", content_type=FORM)
    client.post("/find/", f"words={CANARY}", content_type=f"{FORM}; charset=utf-16")
    assert page.title == "Find – Dudley help hub"
    assert not any(CANARY in link for link in page.internal_links)
    assert caplog.records
    assert CANARY not in caplog.text


def test_an_error_in_find_mentions_no_word(client, caplog):
    # Like a database that has gone. The test client would raise what a reader sees as a page.
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE services_service RENAME TO gone")
    page = Page(client.post("/find/", {"words": f"{CANARY} stalker"}))
    assert page.response.status_code == 500
    assert ("tel:01384455411", "01384 455411") in page.lines
    assert caplog.records
    assert CANARY not in caplog.text
    assert CANARY not in page.html


def test_a_service_that_is_found_can_be_rung_from_there(client):
    page = ask(client, "childline")
    item = next(li for li in page.all("li") if list(li.iter("h3")))
    assert [a.get("href") for a in item.iter("a")][:2] == ["/services/under-19/", "tel:08001111"]


def test_a_service_without_a_number_can_be_reached_from_there_too(client):
    sarc = Service.objects.get(slug="care-centres")
    chat = Service.objects.get(slug="day-and-night-line")
    page = ask(client, "rape clinic")
    links = {a.get("href") for a in page.one("main").iter("a")}
    assert {sarc.website, chat.webchat} <= links


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_longest_answer_fits_the_first_round_trip(client, language):
    page = ask(client, "rape men police stalking nudes abuse council strategy", language)
    assert len(targets(page)) == 6
    content = page.response.content
    assert len(brotli.compress(content, quality=BROTLI_QUALITY)) < FIRST_ROUND_TRIP
    # The exit is in its first half, also for readers who get the page as it is made.
    until_exit = content[: content.index(b"data-exit href")]
    assert len(brotli.compress(until_exit, quality=BROTLI_QUALITY)) < FIRST_ROUND_TRIP / 2


def test_a_line_that_closes_is_shown_with_one_for_the_same_people(client):
    def answer_with(words, number):
        page = ask(client, words)
        assert "At any time" not in page.main
        return text(next(li for li in page.all("li") if number in links_of(li)))

    other = "0808 16 89 111 (Victim Support supportline)"
    stalking = answer_with("0808 802 0300", "tel:08088020300")
    assert f"When this line is closed: {other}" in stalking
    # No source says when this one is open.
    assert f"If nobody answers: {other}" in answer_with("galop", "tel:08009995428")
    # No fallback is named for these: no other line is for the same people.
    section = next(ask(client, "stop it now").one("main").iter("section"))
    assert {"tel:08081000900", "tel:08088024040"} <= set(links_of(section))
    assert "tel:08085002222" not in links_of(section)
    assert "When this line is closed" not in text(section)
    assert "If nobody answers" not in text(section)


def links_of(element):
    return [link.get("href") for link in element.iter("a")]


def test_the_best_answer_is_alone_at_the_top(client):
    def groups(words):
        page = ask(client, words)
        return [
            (section.find("h2").text, len(list(section.iter("h3"))))
            for section in page.all("section")
            if list(section.iter("h3"))
        ]

    # A page is shown with whom to call about it.
    alone = {"childline": 1, "what is consent": 2, "raped": 2, "nudes": 1}
    for words, count in alone.items():
        assert groups(words)[0] == ("Start here", count)
        assert sum(count for _, count in groups(words)) > 1
    assert groups("strategy priorities")[0] == ("Start here", 1)
    assert groups("attracted to children")[0] == ("Worried about your own behaviour?", 3)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_address_of_an_answer_is_that_of_the_empty_box(client, language):
    prefix = "" if language == "en" else f"/{language}"
    answer = ask(client, f"{CANARY} stalker", language)
    assert CANARY in answer.html
    assert answer.response.headers.get("Location") is None
    box = Page(client.get(f"{prefix}/find/"))
    assert targets(box) == []
    assert CANARY not in box.html
    with translation.override(language):
        assert translation.gettext(NOT_KEPT) in box.main
    assert "stalk" not in box.main.lower()
    assert {field.get("value") for field in box.all("input")} == {""}


@pytest.mark.parametrize("token", ["x", "gAAAAA", "gAAA-AA_%3D", "é", "a" * 5000, "%F0%28"])
def test_the_addresses_that_once_kept_words_are_no_more(client, token):
    # Capitals redirect to lower case first, and nothing is there either.
    page = Page(client.get(f"/find/{token}/", follow=True))
    assert page.response.status_code == 404
    assert ("tel:01384455411", "01384 455411") in page.lines


BAD = {
    "nothing": "",
    "spaces": "   ",
    "punctuation": "?!*\"'()^:-+~&|",
    "operators": 'NEAR AND OR NOT "name:" *',
    "nul": "a\x00b",
    "control": "".join(map(chr, range(32))) + "stalker",
    "turned": "\u202estalker\u202c\u2066",
    "long": "stalker " * 1300,
    "one long word": "x" * 10_000,
    "surrogates": "a\ud800".encode("utf-8", "surrogatepass"),
    "markup": "<script>alert(1)</script>",
    "emoji": "😢" * 300,
    "combining": "a" + "\u0301" * 5000,
    "gurmukhi": "ਬਲਾਤਕਾਰ",
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("language", ["en", "ur"])
def test_there_is_an_answer_whatever_is_typed(client, name, language):
    page = ask(client, BAD[name], language)
    assert page.response.status_code == 200
    assert page.faults == []
    assert ("tel:01384455411", "01384 455411") in page.lines
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", page.html)


@pytest.mark.parametrize(
    "body", [b"", b"words=%FF%F0%28", b"words=%00", b"\xff\xfe", b"other=1", b"words=a&words=b"]
)
def test_a_broken_form_does_no_harm(client, body):
    response = client.post("/find/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 200


def test_an_empty_box_gets_a_kind_answer(client):
    assert "One word is enough" in ask(client, " ").main


def test_results_are_never_cached(client):
    for response in (client.post("/find/", {"words": "stalker"}), client.get("/find/")):
        assert response["Cache-Control"] == "no-store"
        assert [response.get(name) for name in SHARED] == [None, None, None]
        assert response["Request-OTR"] == "1"
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")


def test_the_form_leaves_nothing_behind(client):
    for path in ("/", "/find/", "/ur/find/"):
        in_the_menu, in_the_page = Page(client.get(path)).all("form")
        for form in (in_the_menu, in_the_page):
            (field,) = form.iter("input")
            assert form.get("method") == "post"
            assert form.get("data-find") is not None
            for element in (form, field):
                assert element.get("autocomplete") == "off"
                assert element.get("spellcheck") == "false"


def test_results_have_a_plain_page_and_neutral_addresses(client):
    page = ask(client, "rape clinic")
    assert page.faults == []
    assert not DENIED_PATTERN.search(page.title)
    assert "find" not in client.get("/sitemap.xml").content.decode()
    assert client.post("/services/", {"words": "a"}).status_code == 405


def test_the_index_is_opened_to_be_read_only():
    with translation.override("en"), pytest.raises(sqlite3.OperationalError):
        results.current().file.execute("DELETE FROM phrases")


def test_a_new_index_takes_the_place_of_the_old_one_under_a_reader(client):
    with closing(results.current()) as before:
        build_index()
        assert results.search_in(before, "stalker", "en").hits
        with closing(results.current()) as after:
            assert after.build != before.build
            assert results.search_in(after, "stalker", "en") == results.search_in(
                before, "stalker", "en"
            )
    assert [file.name for file in settings.FIND_INDEX.parent.iterdir()] == ["find.sqlite3"]


def test_a_build_that_fails_leaves_the_old_index(client):
    def documents():
        yield Document("guide", 1, "en", name="One")
        raise OSError("The disk is full.")

    before = settings.FIND_INDEX.read_bytes()
    with pytest.raises(OSError, match="full"):
        build_index(documents())
    assert settings.FIND_INDEX.read_bytes() == before
    assert [file.name for file in settings.FIND_INDEX.parent.iterdir()] == ["find.sqlite3"]


def test_many_readers_search_at_once():
    def count_hits(number):
        if number % 8 == 0:
            build_index([Document("guide", 1, "en", name="stalker")])
        with closing(Index(settings.FIND_INDEX)) as index:
            words = "stalkr nudes" if number % 2 else "stalker"
            return len(results.search_in(index, words, "en").hits)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(count_hits, range(64)))
