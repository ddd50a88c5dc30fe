"""Find: everything published is found, in people's own words, and the words stay nowhere."""

import csv
import re
import sqlite3

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.contrib.admin.models import ADDITION, LogEntry
from django.utils import translation

from helphub.entries import DENIED_PATTERN
from helphub.find import index, sealing
from helphub.find.folding import fold
from helphub.find.spelling import Speller
from helphub.models import Synonym
from services.models import Service
from strategy.models import ContactLine, FormOfAbuse, Guide

from .reader import Page

pytestmark = pytest.mark.django_db

SHARED = ["X-Accel-Expires", "CDN-Cache-Control", "Surrogate-Control"]
CANARY = "quetzalcoatl"


@pytest.fixture(autouse=True)
def built(db):
    index.build()


def ask(client, words, language="en"):
    prefix = "" if language == "en" else f"/{language}"
    response = client.post(f"{prefix}/find/", {"words": words})
    assert response.status_code == 303
    return Page(client.get(response["Location"]))


def found(page):
    """Where the results lead, in the page's order."""
    return [a.get("href") for h3 in page.all("h3") for a in h3.iter("a")]


def services(page):
    return [path for path in found(page) if "/services/" in path]


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
}


def test_every_published_service_has_an_everyday_name():
    assert set(Service.objects.published().values_list("line", flat=True)) == set(EVERYDAY_NAMES)


def test_every_published_line_is_found_by_its_name_and_its_everyday_name(client):
    for line, name in published_lines().items():
        service = Service.objects.get(line=line)
        for words in (name, service.name, EVERYDAY_NAMES[line]):
            shown = services(ask(client, words))
            # The wing has a group of its own behind the others.
            first = shown if service.is_own_behaviour else shown[:5]
            assert service.get_absolute_url() in first, (line, words, shown)


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
    ],
)
def test_everyday_words_lead_somewhere(client, words, path):
    assert path in found(ask(client, words))


@pytest.mark.parametrize(
    ("words", "mended", "path"),
    [
        ("harasment", "harassment", "/topics/respect/"),
        ("conselling", "counselling", "/services/local-number/"),
        ("drinkspiked", "drink spiked", "/services/care-centres/"),
        ("reportremove", "report remove", "/services/pictures-under-18/"),
        ("samaratins", "samaritans", "/services/someone-to-listen/"),
        ("groming", "grooming", "/topics/trust/"),
    ],
)
def test_spelling_is_forgiven_and_the_page_says_so(client, words, mended, path):
    page = ask(client, words)
    assert path in found(page)
    assert f"We looked for: {mended}" in page.main


def test_short_and_known_words_are_left_alone():
    speller = Speller({"stalking": 3, "sexual": 9})
    assert speller.mend("gp") == (["gp"], [])
    assert speller.mend("sexual") == (["sexual"], [])
    assert Speller({"ਸਹਾਇਤਾ": 1}).mend("ਸਹਇਤਾ") == (["ਸਹਾਇਤਾ"], [])
    assert speller.mend("2018") == (["2018"], [])
    assert speller.mend("stlaking") == (["stalking"], [])


@pytest.mark.parametrize(
    ("one", "other"),
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
def test_letters_that_mean_the_same_are_the_same(one, other):
    assert fold(one) == fold(other)


def test_an_urdu_page_is_found_with_either_keyboard_and_in_urdu(client):
    topic = FormOfAbuse.objects.get(slug="respect")
    for field in ["name", "comment", "summary", "content_note", "description", "signs"]:
        setattr(topic, f"{field}_ur", "جنسی زیادتی کی شکایت")
    topic.reassurance_ur = topic.actions_ur = "آپ کا قصور نہیں"
    topic.save()
    index.build()
    for words in ("زیادتی", "زيادتي", "زِیادتی"):
        page = ask(client, words, "ur")
        assert found(page)[0] == "/ur/topics/respect/"
        assert page.one("html").get("lang") == "ur"
        (item,) = [li for li in page.all("li") if list(li.iter("h3"))][:1]
        assert item.get("lang") is None


def test_what_is_not_translated_is_found_in_english_and_marked(client):
    page = ask(client, "stalker", "ur")
    items = [li for li in page.all("li") if list(li.iter("h3"))]
    assert items
    assert all((li.get("lang"), li.get("dir")) == ("en", "ltr") for li in items)


def test_the_wing_is_a_group_of_its_own_and_last(client):
    page = ask(client, "attracted to children")
    headings = [h.text for h in page.all("h2")]
    wing = headings.index("Worried about your own behaviour?")
    assert all(h not in headings[wing:] for h in ["Guides", "Topics", "Services"])
    assert found(page)[-1] in {"/guides/own-behaviour/", "/services/talk-it-through/"}


def test_what_is_withdrawn_is_gone_at_once(client):
    Service.objects.filter(slug="unwanted-contact").update(is_published=False)
    assert "/services/unwanted-contact/" not in found(ask(client, "stalker"))
    Guide.objects.filter(slug="consent").update(body_en=f"{CANARY} here", is_published=False)
    index.build()
    assert found(ask(client, CANARY)) == []
    assert CANARY.encode() not in settings.FIND_INDEX.read_bytes()


def test_the_disputed_line_is_not_in_the_index(client):
    words = ContactLine.objects.get(reference="CON-05").words
    assert fold(words).encode() not in settings.FIND_INDEX.read_bytes()
    assert words not in ask(client, "MASH adults").text


def test_a_save_in_the_admin_is_noticed(client, officer):
    row = Synonym.objects.create(slug="new", words_en=CANARY, is_published=True)
    row.services.set(Service.objects.filter(slug="under-19"))
    assert found(ask(client, CANARY)) == []
    LogEntry.objects.log_actions(officer.pk, [row], ADDITION)
    assert found(ask(client, CANARY)) == ["/services/under-19/"]


def test_nothing_found_offers_ways_on(client):
    page = ask(client, CANARY)
    assert "We found nothing" in page.main
    assert {"/topics/", "/services/"} <= page.internal_links
    assert page.lines.count(("tel:01384455411", "01384 455411")) > 2
    assert ("tel:08085002222", "0808 500 2222") in page.lines


def test_the_words_stand_nowhere(client, caplog):
    response = client.post("/find/", {"words": CANARY})
    assert CANARY not in str(response.headers)
    page = Page(client.get(response["Location"]))
    settings.FIND_INDEX.write_bytes(b"not an index")
    assert "We found nothing" in ask(client, CANARY).main
    for kind in (client.post, client.put):
        kind(response["Location"], {"words": CANARY})
    assert CANARY not in page.title
    assert page.title == "Find – Dudley help hub"
    assert not any(CANARY in link for link in page.internal_links)
    assert caplog.records
    assert CANARY not in caplog.text


def test_addresses_are_of_one_length_and_never_the_same():
    tokens = [sealing.seal(words) for words in ("a", "a", "quite a lot of words")]
    assert len(set(tokens)) == 3
    assert len({len(token) for token in tokens}) == 1
    assert all(re.fullmatch(r"[\w-]+", token) for token in tokens)


@pytest.mark.parametrize("token", ["x", "gAAAAA", "é", "a" * 5000, "%F0%28", Fernet.generate_key()])
def test_a_forged_address_offers_the_form_again(client, token):
    token = token.decode() if isinstance(token, bytes) else token
    page = Page(client.get(f"/find/{token}/"))
    assert page.response.status_code == 404
    assert page.all("form")
    assert ("tel:01384455411", "01384 455411") in page.lines
    assert [page.response.get(name) for name in SHARED] == [None, None, None]


def test_an_expired_address_offers_the_form_again(client, monkeypatch):
    token = sealing.seal(CANARY)
    monkeypatch.setattr(sealing, "SECONDS", -1)
    page = Page(client.get(f"/find/{token}/"))
    assert page.response.status_code == 410
    assert "no longer kept" in page.main
    assert CANARY not in page.html
    assert page.faults == []
    assert sealing.SECONDS < 3600


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
def test_whatever_is_typed_there_is_an_answer(client, name, language):
    page = ask(client, BAD[name], language)
    assert page.response.status_code == 200
    assert page.faults == []
    assert ("tel:01384455411", "01384 455411") in page.lines
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", page.html)


@pytest.mark.parametrize(
    "body", [b"", b"words=%FF%F0%28", b"words=%00", b"\xff\xfe", b"other=1", b"words=a&words=b"]
)
def test_a_broken_form_is_no_matter(client, body):
    response = client.post("/find/", body, content_type="application/x-www-form-urlencoded")
    assert response.status_code == 303
    assert client.get(response["Location"]).status_code == 200


def test_an_empty_box_gets_a_kind_sentence(client):
    assert "One word is enough" in ask(client, " ").main


def test_nobody_keeps_what_was_found(client):
    answer = client.post("/find/", {"words": "stalker"})
    for response in (answer, client.get(answer["Location"]), client.get("/find/")):
        assert response["Cache-Control"] == "no-store"
        assert [response.get(name) for name in SHARED] == [None, None, None]
        assert response["Request-OTR"] == "1"
        assert not response.cookies
        assert "Cookie" not in response.get("Vary", "")


def test_the_form_leaves_nothing_behind(client):
    for path in ("/", "/find/", "/ur/find/"):
        form = Page(client.get(path)).one("form")
        field = next(form.iter("input"))
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
        index.current().file.execute("DELETE FROM phrases")


def test_without_an_index_in_production_the_numbers_stand(client, settings):
    settings.LAPTOP = False
    settings.FIND_INDEX.unlink()
    page = ask(client, "stalker")
    assert "We found nothing" in page.main
