"""Beside every number is what a call leaves behind, and never more than is known."""

import polib
import pytest
from django.conf import settings

from contacts import call_privacy, critical
from contacts.models import CallFact, Phone
from helphub.content import loader
from services.models import Service
from strategy.models import Guide
from tests.support.admin_forms import change_url, errors, save
from tests.support.factories import make_call_fact, make_phone, make_schedule, make_service
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db

FREEPHONE = "Should not be on an itemised bill; the phone company's app may still show it."
SPOC = "Stays in the call list; can be on the bill."
WHAT_TAGS_MEAN = (
    "Every call stays in the phone's list of calls, and every text in its messages. A call that "
    "should not be on the bill may still show in the phone company's app."
)
CALLS_STAY = "Calls stay in the phone's list of calls."
COSTS = "Cost, bill and phone"
ASK = {
    "name-needed": "“Can I talk to you without giving my name?”",
    "recorded": "“Do you record this call?”",
    "rings-back": "“Will you call this phone back?”",
    "interpreter": "“Can I have an interpreter?”",
}


def is_button(element):
    return element.tag == "p" and element.get("class") == "phone"


def beside_numbers(page):
    """What is beside each number a reader can press: (address of the link, sentences)."""
    for parent in page.one("main").iter():
        for button, *after in (
            list(parent)[at:] for at, child in enumerate(parent) if is_button(child)
        ):
            following = next(
                (at for at, sibling in enumerate(after) if is_button(sibling)), len(after)
            )
            facts = [
                text(element)
                for sibling in after[:following]
                for element in sibling.iter("p")
                if element.get("class") == "traces"
            ]
            assert len(facts) <= 1
            yield button.find("a").get("href"), "".join(facts)


def own_page(client, slug):
    """The page of the first service with a number."""
    phone = Phone.objects.get(slug=slug)
    service = phone.services.first() or make_service([phone])
    return Page(client.get(service.get_absolute_url()))


def parts(page):
    """The parts of a service's page: each heading, and the lines below it."""
    return {
        text(section.find("h2")): [text(line) for line in section.iter("p", "li")]
        for section in page.one("main").iter("section")
    }


def costs(page):
    return parts(page)[COSTS]


def questions(page):
    return parts(page).get("Not known yet", [])[1:]


def tell(slug, fact, answer, **fields):
    phone = Phone.objects.get(slug=slug)
    CallFact.objects.update_or_create(
        phone=phone, fact=fact, defaults={"answer": answer, "source": "The line"} | fields
    )


def instead(page):
    """The sentences that name a line to ring instead, at any time."""
    return page.all("p", class_="instead")


# Beside every number.


def test_a_line_to_ring_instead_has_its_facts_in_the_same_sentence(pages):
    met = set()
    for path, page in pages.items():
        for sentence in map(text, instead(page)):
            # In a list, a tag, and what tags mean at the top. Elsewhere, the whole sentence.
            is_tagged = "Stays in the call list" not in sentence
            met.add(is_tagged)
            if is_tagged:
                assert "should not be on the bill" in sentence or "May show on the bill" in sentence
                assert WHAT_TAGS_MEAN in page.main, path
            else:
                assert "itemised bill" in sentence or "can be on the bill" in sentence
    assert met == {True, False}


def test_in_a_list_each_button_has_a_tag_and_the_list_says_what_tags_mean(pages):
    own = {service.get_absolute_url() for service in Service.objects.published()}
    met = set()
    for path in pages.keys() - own:
        for url, tag in beside_numbers(pages[path]):
            met.add(tag)
            is_freephone = url.startswith(("tel:0800", "tel:0808", "tel:116"))
            assert (tag == "Free · should not be on the bill") == is_freephone, (path, url)
            is_ordinary = url.startswith(("tel:01", "tel:02", "tel:03", "tel:07"))
            assert (tag == "May show on the bill") == is_ordinary, (path, url)
            assert WHAT_TAGS_MEAN in pages[path].main, path
        assert "We do not know" not in "".join(map(text, pages[path].cards)), path
    assert met == {"Free · should not be on the bill", "May show on the bill", "Free", ""}


def test_a_number_on_its_services_page_has_its_facts_in_plain_view(pages):
    phones = {phone.url: phone for phone in Phone.objects.published()}
    met = {}
    for service in Service.objects.published():
        path = service.get_absolute_url()
        page = pages[path]
        for url, tag in beside_numbers(page):
            met.setdefault(url, set()).add(path)
            phone = phones[url]
            assert tag == phone.tag, (path, url)
            facts = " ".join(costs(page))
            medium = "list of calls" if phone.kind == "voice" else "messages"
            assert f"Stays in the phone's {medium}." in facts, (path, url)
            assert "bill" in facts, (path, url)
            assert "cost" in facts.lower() or "Free" in facts, (path, url)
            assert "/using-this-site/" in page.internal_links, path
        for details in page.all("details"):
            assert not set(details.iter("section")), path
            assert "bill" not in text(details), path
    assert set(met) == set(phones)
    for phone in phones.values():
        pages_of_it = met[phone.url]
        own = {service.get_absolute_url() for service in phone.services.all()}
        assert own <= pages_of_it
        is_listed = phone.url in dict(beside_numbers(pages["/contacts/"]))
        assert is_listed == (phone.section != "own-behaviour")


def test_no_service_page_says_a_fact_twice_or_speaks_to_officers(pages):
    for service in Service.objects.published():
        page = pages[service.get_absolute_url()]
        lines = [line for said in parts(page).values() for line in said]
        assert len(lines) == len(set(lines)), service.slug
        for words in ("Source:", "not yet rung", "not confirmed: ", "information from"):
            assert words not in page.main, service.slug


def test_a_number_in_running_text_has_a_line_about_calls_below_it(pages):
    with_line = set()
    for path, page in pages.items():
        main = page.one("main")
        buttons = {
            link for element in main.iter() if is_button(element) for link in element.iter("a")
        }
        said_beside = [*instead(page), *page.all("section", class_="spoc")]
        buttons |= {link for element in said_beside for link in element.iter("a")}
        bare = [
            link
            for link in main.iter("a")
            if link.get("href").startswith(("tel:", "sms:")) and link not in buttons
        ]
        is_said = CALLS_STAY in page.main
        # A service's page says it among its facts.
        elsewhere = (WHAT_TAGS_MEAN, "Stays in the phone's")
        assert is_said or not bare or any(words in page.main for words in elsewhere), path
        assert bare or not is_said, path
        if is_said:
            with_line.add(path)
    assert {"/strategy/contacts/", "/strategy/prevention/"} <= with_line
    assert not {"/strategy/evidence/", "/services/"} & with_line


def test_the_line_about_calls_says_where_to_find_the_other_facts(pages):
    assert (
        "The page of each service says what else a call leaves behind." in pages["/help-now/"].main
    )
    assert "The page of each service says what else" in pages["/contacts/"].main
    lines = [
        paragraph
        for paragraph in pages["/strategy/prevention/"].all("p")
        if text(paragraph).startswith(CALLS_STAY)
    ]
    assert {link.get("href") for line in lines for link in line.iter("a")} == {"/services/"}


# The bill.


@pytest.mark.parametrize(
    ("kind", "dial", "answer"),
    [
        ("voice", "08085002222", "no"),
        ("voice", "08001111", "no"),
        ("voice", "0800555111", "no"),
        ("voice", "116123", "no"),
        ("voice", "01384455411", "yes"),
        ("voice", "02070080151", "yes"),
        ("voice", "03005550050", "yes"),
        ("voice", "07400123456", "yes"),
        ("voice", "999", "unknown"),
        ("voice", "111", "unknown"),
        ("voice", "116", "unknown"),
        ("voice", "08451234567", "unknown"),
        ("text", "85258", "unknown"),
        ("text", "08001111", "unknown"),
        ("text", "07400123456", "unknown"),
    ],
)
def test_the_digits_say_whether_a_call_can_be_on_the_bill(kind, dial, answer):
    assert call_privacy.on_the_bill(Phone(kind=kind, dial=dial)) == answer


def test_only_freephone_numbers_have_the_sentence_about_the_rule(pages):
    met = set()
    for service in Service.objects.published():
        path = service.get_absolute_url()
        for url, _tag in beside_numbers(pages[path]):
            facts = costs(pages[path])
            is_freephone = url.startswith(("tel:0800", "tel:0808", "tel:116"))
            met.add(is_freephone)
            assert (FREEPHONE in facts) == is_freephone, (path, url)
            is_ordinary = url.startswith(("tel:01", "tel:02", "tel:03", "tel:07"))
            assert ("Can be on an itemised bill." in facts) == is_ordinary, (path, url)
    assert met == {True, False}


def test_no_page_repeats_what_a_source_says_about_bills(pages):
    # helplines.csv quotes leaflets that promise it. We do not load them.
    for path, page in pages.items():
        assert "will not show" not in page.text.lower(), path
    assert "shows_on_bill" not in {field.name for field in Phone._meta.get_fields()}


# The cost.


def test_a_freephone_number_is_free_even_if_its_line_has_not_said_so(client):
    facts = costs(own_page(client, "h-galop"))
    assert "Free from UK mobiles and landlines." in facts
    assert "cost" not in "".join(facts)


FREE = "Free from UK mobiles and landlines."
AS_A_LANDLINE = "Costs the same as a call to a landline. It is included in most call plans."


@pytest.mark.parametrize(
    ("kind", "dial", "words"),
    [
        ("voice", "999", FREE),
        ("voice", "112", FREE),
        ("voice", "101", FREE),
        ("voice", "111", FREE),
        ("voice", "116123", FREE),
        ("voice", "08001111", FREE),
        ("voice", "0800555111", FREE),
        ("voice", "08088020300", FREE),
        ("textphone", "08088020300", FREE),
        ("voice", "01384455411", AS_A_LANDLINE),
        ("voice", "02070080151", AS_A_LANDLINE),
        ("voice", "03005550050", AS_A_LANDLINE),
        ("voice", "03330901220", AS_A_LANDLINE),
        ("voice", "03456000459", AS_A_LANDLINE),
        ("text", "85258", "Free to text."),
        ("text", "999", "We do not know what a text costs."),
        ("text", "85259", "We do not know what a text costs."),
        ("text", "08001111", "We do not know what a text costs."),
        ("voice", "07400123456", "We do not know what a call costs."),
        ("voice", "09098790000", "We do not know what a call costs."),
    ],
)
def test_the_digits_say_what_it_costs(kind, dial, words):
    assert call_privacy._cost(Phone(kind=kind, dial=dial)).words == words


def test_a_lines_own_cost_note_follows_what_its_digits_say(client):
    cost = {"cost_en": "They ring you back at once.", "cost_source": "Their leaflet"}
    landline, freephone = make_phone(**cost), make_phone(dial="08000000123", **cost)
    for phone, words in ((landline, AS_A_LANDLINE), (freephone, FREE)):
        page = own_page(client, phone.slug)
        assert f"{words} They ring you back at once." in costs(page)
        assert "Their leaflet" not in page.main


def test_no_reader_is_told_of_an_unknown_cost_that_the_digits_settle(pages):
    texts_of = {path for path, page in pages.items() if "what a call costs" in page.text}
    assert texts_of == set()


# What we have been told.


@pytest.mark.parametrize(
    ("fact", "sentences"),
    [
        (
            "recorded",
            {"yes": "Calls are recorded.", "no": "They say that calls are not recorded."},
        ),
        (
            "rings-back",
            {"yes": "They may call back.", "no": "They say that they do not call back."},
        ),
        (
            "name-needed",
            {"yes": "You have to give a name.", "no": "You do not have to give your name."},
        ),
    ],
)
def test_an_answer_is_a_sentence_and_an_unknown_one_a_question_to_ask(client, fact, sentences):
    for answer in call_privacy.Answer:
        tell("h-spoc", fact, answer)
        page = own_page(client, "h-spoc")
        told = parts(page)["What happens when you call"]
        assert {key for key, words in sentences.items() if words in told} == {answer} - {"unknown"}
        assert (ASK[fact] in questions(page)) == (answer == "unknown")


def test_if_nobody_has_asked_only_the_service_page_says_so(client, pages):
    assert questions(own_page(client, "h-spoc")) == list(ASK.values())
    assert "“Do you keep my texts?”" in questions(own_page(client, "h-shout"))
    own = {service.get_absolute_url() for service in Service.objects.published()}
    for path in pages.keys() - own:
        assert not [question for question in ASK.values() if question in pages[path].main], path


def test_in_an_emergency_nobody_is_told_to_ask_first():
    lines = Phone.objects.filter(dial="999")
    assert {phone.kind for phone in lines} == {"voice", "text"}
    for phone in lines:
        assert call_privacy.calls_of([phone]).questions == []


def test_a_detail_is_shown_even_if_the_answer_is_unknown(client):
    words = "They are asking their lawyers."
    tell("h-spoc", "recorded", call_privacy.Answer.UNKNOWN, detail_en=words)
    assert f"{ASK['recorded']} {words}" in questions(own_page(client, "h-spoc"))


def test_a_detail_follows_its_answer(client):
    phone = make_phone()
    make_call_fact(phone, "recorded", "yes", detail_en="Kept for a year.")
    assert "Calls are recorded. Kept for a year." in own_page(client, phone.slug).main


def test_what_is_true_of_all_numbers_of_a_service_is_said_once(client):
    landline, freephone = make_phone(), make_phone(dial="08000000123")
    for phone in (landline, freephone):
        make_call_fact(phone, "name-needed", "no")
    make_call_fact(freephone, "recorded", "yes")
    page = Page(client.get(make_service([landline, freephone]).get_absolute_url()))
    assert costs(page)[:-1] == [
        f"{landline.display}: {AS_A_LANDLINE}",
        "Stays in the phone's list of calls.",
        f"{landline.display}: Can be on an itemised bill.",
        f"{freephone.display}: {FREE}",
        f"{freephone.display}: {FREEPHONE}",
    ]
    assert parts(page)["What happens when you call"] == [
        "You do not have to give your name.",
        f"{freephone.display}: Calls are recorded.",
    ]
    assert f"{landline.display}: {ASK['recorded']}" in questions(page)
    assert ASK["interpreter"] in questions(page)


def test_an_officer_gives_the_answers_in_the_numbers_form(admin, client):
    phone = make_phone()
    make_call_fact(phone, "name-needed", "no")
    make_call_fact(phone, "recorded", "yes")
    page = save(
        admin,
        phone,
        **{
            "call_facts-1-answer": "no",
            "call_facts-1-source": "The team, by phone",
            "call_facts-1-detail_en": "Notes are kept.",
        },
    )
    assert errors(page) == []
    facts = own_page(client, phone.slug).main
    assert "They say that calls are not recorded. Notes are kept." in facts


def test_the_database_itself_refuses_an_answer_without_a_source(client):
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        tell("h-spoc", "recorded", "yes", source="")
    tell("h-spoc", "recorded", "unknown", source="")


def test_a_source_is_for_officers(admin, client):
    phone = make_phone()
    fact = make_call_fact(phone, "name-needed", "no", source="Their own rules", dated="3 March")
    page = own_page(client, phone.slug)
    assert "You do not have to give your name." in page.main
    for words in (fact.source, fact.dated):
        assert words not in page.text
        assert words in admin.get(change_url(phone)).content.decode()


# What a chat, a website or an email leaves.


@pytest.mark.parametrize(
    ("way", "words"),
    [
        ({"website": "https://example.org"}, "The browser keeps their website in its history."),
        (
            {"webchat": "https://example.org"},
            "The browser keeps the chat's website in its history.",
        ),
        ({"email": "us@example.org"}, "An email that you send stays in your sent mail."),
    ],
)
def test_each_way_to_write_says_what_it_leaves(client, way, words):
    page = Page(client.get(make_service(**way).get_absolute_url()))
    assert parts(page)["What stays on the phone"][0] == words


# The single point of contact on every page.


def test_every_page_says_it_of_the_single_point_of_contact(client, pages):
    bad = [Page(client.get(path)) for path in ("/no-such-page/", "/%00", "/emergency/")]
    for page in [*pages.values(), *bad]:
        (card,) = page.all("section", class_="spoc")
        assert SPOC in text(card)
        for line in page.all("p", class_="local"):
            assert text(line).endswith("01384 455411 May show on the bill")
    assert all(critical.from_file()[role].call_privacy_in_short for role in Phone.Role)


@pytest.mark.parametrize(
    ("dial", "on_the_card", "on_the_line"),
    [
        ("08001111", FREEPHONE, "Free · should not be on the bill"),
        ("101", "we do not know about the bill", "Free"),
    ],
)
def test_what_the_card_and_the_line_say_follows_the_digits(client, dial, on_the_card, on_the_line):
    Phone.objects.filter(role="spoc").update(dial=dial, display=dial)
    page = Page(client.get("/topics/"))
    assert on_the_card in text(page.one("section", class_="spoc"))
    assert on_the_line in text(page.one("p", class_="local"))


def always(page):
    """The free lines that the card shows beside the single point of contact."""
    return [text(line) for lists in page.all("div", class_="always") for line in lists.iter("a")]


FREE_LINES = ["0808 500 2222 16 and over", "0800 1111 Under 19: Childline"]


def test_the_card_gives_the_free_lines_that_answer_day_and_night(client, pages):
    for path, page in pages.items():
        assert always(page) == FREE_LINES, path


@pytest.mark.parametrize(
    "change",
    [
        {"is_published": False},
        {"dial": "01384000111"},
        {"hours_are_disputed": True},
        {"bank_holidays": "unknown"},
    ],
)
def test_the_card_leaves_out_a_line_that_may_not_answer_or_may_cost(client, change):
    Phone.objects.filter(slug="h-rcew247").update(**change)
    assert always(Page(client.get("/topics/"))) == FREE_LINES[1:]


def test_the_card_leaves_out_a_line_whose_service_has_a_notice(client):
    Service.objects.filter(line="h-childline").update(notice_en="They answer late just now.")
    assert always(Page(client.get("/topics/"))) == FREE_LINES[:1]


def test_a_line_without_an_age_has_its_name(client):
    Phone.objects.filter(slug="h-rcew247").update(minimum_age=None)
    assert always(Page(client.get("/"))) == [
        "0808 500 2222 24/7 Rape and Sexual Abuse Support Line",
        FREE_LINES[1],
    ]


def test_the_card_gives_the_hours_of_the_local_number_once_they_are_known(client):
    page = Page(client.get("/"))
    assert "hours" not in text(page.one("section", class_="spoc"))
    make_schedule(Phone.objects.get(role="spoc"))
    page = Page(client.get("/"))
    assert "Monday to Friday: 9am to 5pm." in text(page.one("section", class_="spoc"))


def test_while_the_local_number_is_closed_its_notice_is_at_the_top_and_on_the_card(client):
    Service.objects.filter(line="h-spoc").update(is_closed_for_now=True, notice_en="They move.")
    page = Page(client.get("/topics/"))
    assert page.text.index("They move.") < page.text.index(text(page.one("h1")))
    for card in (page, Page(client.get("/"))):
        assert "They move." in text(card.one("section", class_="spoc"))


def test_on_the_first_pages_no_number_may_come_before_the_local_one(admin):
    for slug in ("home", "help-now"):
        guide = Guide.objects.get(slug=slug)
        page = save(admin, guide, summary_en="Ring {h-childline}.")
        assert "the local number comes first" in " ".join(errors(page))
    guide = Guide.objects.get(slug="consent")
    assert errors(save(admin, guide, summary_en="Ring {h-childline}.")) == []


# Words and loading.


def test_every_sentence_is_in_the_catalogues_for_translators():
    fixed = [
        *call_privacy.IN_THE_PHONE.values(),
        *call_privacy.ON_THE_BILL.values(),
        *call_privacy.COST_UNKNOWN.values(),
        *call_privacy.COSTS.values(),
        *call_privacy.COSTS_OF_DIGITS.values(),
        *call_privacy.TEXT_COSTS_OF_DIGITS.values(),
    ]
    sentences = {fact.words for fact in fixed}
    sentences |= set(call_privacy.IN_SHORT.values())
    for asked in (call_privacy.ASKED, call_privacy.ASKED_OF_TEXTS):
        assert set(asked) == set(CallFact.Fact)
        for by_answer in asked.values():
            # What few people would ask is left out where it is not known.
            assert set(by_answer) | {call_privacy.Answer.UNKNOWN} == set(call_privacy.Answer)
            sentences |= set(by_answer.values())
    for path in settings.LOCALE_PATHS[0].glob("*/LC_MESSAGES/django.po"):
        assert sentences <= {entry.msgid for entry in polib.pofile(str(path))}, path


def test_words_that_are_still_english_are_marked_as_english(client):
    page = Page(client.get("/ur/contacts/"))
    facts = page.all("p", class_="traces")
    assert facts
    for fact in facts:
        assert (fact.get("lang"), fact.get("dir")) == ("ur", "auto")
        assert {part.get("lang") for part in fact} == {"en"} or fact.text


def test_only_what_a_source_says_is_loaded():
    loaded = set(CallFact.objects.values_list("phone__slug", "fact", "answer"))
    assert loaded == {
        ("h-mash-children", "recorded", "yes"),
        ("h-101", "interpreter", "yes"),
        ("h-111", "interpreter", "yes"),
        ("h-crimestoppers", "name-needed", "no"),
        ("h-modernslavery", "interpreter", "yes"),
        ("h-stopitnow", "interpreter", "yes"),
        ("h-mash-children", "name-needed", "no"),
        ("h-samaritans", "name-needed", "no"),
        ("h-modernslavery", "name-needed", "no"),
        ("h-childline", "name-needed", "no"),
        ("h-nspcc", "name-needed", "no"),
        ("h-nspcc-fgm", "name-needed", "no"),
        ("h-stopitnow", "name-needed", "no"),
    }


def test_loading_again_keeps_an_officers_answers_and_deletions(capsys):
    CallFact.objects.filter(phone__slug="h-nspcc", fact="name-needed").update(answer="unknown")
    CallFact.objects.filter(phone__slug="h-childline").delete()
    changes = {str(change) for change in loader.changes()}
    nspcc = "leave: contacts.callfact h-nspcc name-needed (an officer changed answer)"
    assert nspcc in changes
    assert "leave: contacts.callfact h-childline name-needed (an officer deleted it)" in changes
    assert not {change for change in changes if change.startswith(("add", "replace"))}


def test_a_fact_about_a_missing_number_says_which():
    row = loader.Row(
        "contacts.callfact",
        "h-nobody recorded",
        {"phone": "h-nobody", "fact": "recorded", "answer": "unknown"},
    )
    with pytest.raises(loader.FixtureError, match="phone names “h-nobody”"):
        loader.load([row])


def test_a_detail_has_a_column_for_each_language():
    names = {field.name for field in CallFact._meta.get_fields()}
    assert {f"detail_{code.replace('-', '_')}" for code, _ in settings.LANGUAGES} <= names
