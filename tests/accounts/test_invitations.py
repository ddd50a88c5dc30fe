"""Nothing invites a reader to call a service without a number."""

import re
from itertools import pairwise

import pytest
from modeltranslation.translator import translator

from contacts.models import Phone
from helphub.search.models import Synonym
from services.models import Service
from strategy.models import FormOfAbuse, Guide
from tests.support.reader import Page

pytestmark = pytest.mark.django_db

# "Call", "you can ring": said to the reader. Not a video call, nor the cost of a call.
INVITATION = re.compile(
    r"(?:^|[.:;,!?“(] ?|\b(?:you|people|professionals|members|too|can|or|and|please|to|not|then) )"
    r"(?:call|ring|phone)\b(?!:| a taxi)",
    re.IGNORECASE,
)
TOKEN = re.compile(r"\{[^{}]*\}")
LINE = re.compile(r"\{(h-[a-z0-9-]+)\}")
PARAGRAPHS = re.compile(r"\n\s*\n")
SENTENCES = re.compile(r"(?<=[.!?])\s+|\n\s*- ")
# Checked by hand: each is about calling in general, or is above the numbers it means.
IN_GENERAL = {
    "Tell someone you trust, or call one of the lines on this page.",
    "Someone keeps your passport, phone or money.",
    "Control over your money, phone, medicine or home.",
    "Who to call or text, day or night.",
    "Family and friends can call most of these helplines too.",
    "What to do when someone tells you, who to call and what the law asks of you.",
    "Ask about contact: is it safe to call, text, or leave a message?",
    "If you cannot speak, call from a mobile, stay on the line and listen.",
    "**Does someone look at your phone?** Before you call, read {guide:using-this-site}.",
    "You can ask a service not to call or text you back unless you say it is safe.",
    "If you write to us or call us about the site, we will have what you tell us.",
    "## If you call a helpline",
    "## Who to call",
    "You do not have to leave, or decide anything, to call any of these.",
    "They can call the children’s front door.",
    "For a child under 13, call the children’s front door: the police or social workers ask for a "
    "check.",
}


def english(row):
    return [
        getattr(row, f"{name}_en") or ""
        for name in translator.get_options_for_model(type(row)).fields
    ]


def invitations(row):
    """The sentences of a row that invite a call but name no line with a number."""
    numbers = set(Phone.objects.published().values_list("slug", flat=True))
    for text in english(row):
        paragraphs = PARAGRAPHS.split(text)
        for paragraph, following in pairwise([*paragraphs, ""]):
            # A paragraph of nothing but numbers is buttons for the one above it.
            below = [] if TOKEN.sub("", following).strip() else LINE.findall(following)
            for sentence in SENTENCES.split(paragraph):
                words = TOKEN.sub("", sentence)
                named = {*LINE.findall(sentence), *below}
                if INVITATION.search(words) and not numbers & named:
                    yield " ".join(sentence.split())


def test_the_rule_recognises_an_invitation_to_call():
    service = Service.objects.get(line="h-sarc-finder")
    for words in (
        "You can call at any time, day or night.",
        "Ring them first.",
        "It is free. Please call {h-ceop}.",
        "Professionals can phone too.",
        "You can call them.\n\nOr {h-spoc}.",
    ):
        service.summary = service.summary_en = words
        assert list(invitations(service)), words
    for words in (
        "A video call is free.",
        "You can call {h-spoc} first.",
        "They call a taxi.",
        "You can call them. It is free.\n\n{h-spoc}",
    ):
        service.summary = service.summary_en = words
        assert not list(invitations(service)), words


def test_no_service_without_a_number_invites_to_call():
    without = Service.objects.published().exclude(phones__in=Phone.objects.published())
    assert without.count() > 5
    for service in without:
        assert not list(invitations(service)), service.slug


def test_no_other_text_invites_to_call_without_a_number():
    sentences = {
        sentence
        for model in set(translator.get_registered_models(abstract=False))
        - {Synonym, Service, Phone}
        for row in model.objects.all()
        for sentence in invitations(row)
    }
    assert sentences == IN_GENERAL


def test_the_referral_centres_are_reached_through_a_button_to_the_nhs_finder(pages):
    finder = Service.objects.get(line="h-sarc-finder").website
    guides = Guide.objects.published().filter(body_en__contains="SARC")
    topics = FormOfAbuse.objects.published().filter(suggestions__service__line="h-sarc-finder")
    addresses = {entry.get_absolute_url() for entry in [*guides, *topics]}
    assert {"/guides/just-happened/", "/guides/professionals/", "/guides/reporting/"} <= addresses
    for address in sorted(addresses | {"/guides/children/", "/start/a1/", "/services/"}):
        buttons = (
            [
                link.get("href")
                for link in pages[address].one("main").iter("a")
                if link.get("class") == "out"
            ]
            if address in pages
            else []
        )
        if address in pages:
            assert finder in buttons, address


def test_a_button_to_a_website_follows_the_service(client):
    service = Service.objects.get(line="h-sarc-finder")
    Service.objects.filter(pk=service.pk).update(website="https://example.org/finder")
    page = Page(client.get("/guides/just-happened/"))
    buttons = [
        link.get("href") for link in page.one("main").iter("a") if link.get("class") == "out"
    ]
    assert "https://example.org/finder" in buttons
    Service.objects.filter(pk=service.pk).update(is_published=False)
    page = Page(client.get("/guides/just-happened/"))
    assert "example.org" not in page.text
    assert service.name in page.main
