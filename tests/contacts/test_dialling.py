"""No number is published that a British phone cannot dial, or that no helpline has."""

import pytest
from django.core.exceptions import ValidationError

from contacts.dialling import faults, type_of, validate_dial, validate_textphone
from contacts.models import ApprovedNumber, Phone
from helphub.approvals.models import NumberProposal
from helphub.content import loader
from tests.support.source_tables import read_csv

pytestmark = pytest.mark.django_db

# One of each kind that has gone out by mistake, and others like it.
REFUSED = {
    "without its 0": ["2038664107", "442038664107", "00442038664107", "8085002222", "1384455411"],
    "too short, too long, no such area": ["0138445541", "013844554111", "01384", "04012345678"],
    "of other countries": ["0033142685300", "18005551234", "911"],
    "of the islands": ["01534123456", "01481234567", "01624123456", "07797712345", "07624123456"],
    "premium": ["09012345678", "09098790000", "09111234567"],
    "shared cost": ["08451234567", "08442123456", "08712345678", "08701234567", "08432123456"],
    "directory enquiries": ["118500", "118118", "118000"],
    "personal": ["07012345678", "07087654321"],
    "pagers": ["07600123456", "07640123456", "07669123456"],
    "corporate and internet": ["05512345678", "05600123456", "0500123456"],
    "drama": [
        *["01134960123", "01144960123", "01154960123", "01164960123", "01174960123"],
        *["01184960123", "01214960123", "01314960123", "01414960123", "01514960123"],
        *["01614960123", "02079460123", "01914980123", "02890180123", "02896496123"],
        *["02920180123", "01632960123", "07700900123", "08081570123", "03069990123"],
        "09098790123",
    ],
    "short codes that cost": ["70070", "69123", "79123", "89123"],
    "old or wrong": ["01922646709", "01217767744", "116006", "03005550055", "08005002222"],
    "of Europe, not in use here": ["116117", "116999", "112112", "119"],
}


@pytest.mark.parametrize("number", [number for kind in REFUSED.values() for number in kind])
def test_a_number_nobody_can_dial_or_no_helpline_has_is_refused(number):
    with pytest.raises(ValidationError):
        validate_dial(number)
    with pytest.raises(ValidationError):
        validate_textphone(f"18001 {number}")
    assert faults("voice", number, number, "")
    assert faults("text", number, number, "")


def test_the_numbers_next_to_the_reserved_ones_are_real():
    for number in ("02079461123", "01214961123", "07400123456", "03069991123", "02920181123"):
        validate_dial(number)


def test_a_refusal_says_what_to_write_instead():
    with pytest.raises(ValidationError, match="Write 02038664107"):
        validate_dial("2038664107")
    with pytest.raises(ValidationError, match="Write 02038664107"):
        validate_dial("00442038664107")


def test_every_number_in_the_source_is_accepted():
    blocked = {"h-adult-safeguarding"}
    checked = 0
    for row in read_csv("helplines.csv"):
        if row["phone_dial"] and row["id"] not in blocked:
            checked += 1
            assert faults("voice", row["phone_dial"], row["phone_display"], "") == [], row["id"]
            assert type_of(row["phone_dial"])
    assert checked > 40


def test_every_line_in_the_fixtures_is_accepted():
    for phone in Phone.objects.all():
        assert faults(phone.kind, phone.dial, phone.display, phone.textphone) == [], phone


@pytest.mark.parametrize(
    ("kind", "dial", "display", "textphone"),
    [
        ("voice", "85258", "85258", ""),
        ("voice", "01384455411", "01384 455412", ""),
        ("voice", "101", "101", "18001 111"),
        ("voice", "101", "101", "18000"),
        ("voice", "101", "101", "18001"),
        ("voice", "101", "101", "1"),
        ("voice", "999", "999", "18002"),
    ],
)
def test_fields_that_contradict_each_other_are_refused(kind, dial, display, textphone):
    assert faults(kind, dial, display, textphone)


@pytest.mark.parametrize("number", ["2038664107", "07012345678", "02079460123"])
def test_the_loader_refuses_a_bad_number(number):
    row = loader.Row("contacts.phone", "h-paladin", {"dial": number, "display": number})
    with pytest.raises(loader.FixtureError, match="h-paladin"):
        loader.load([row])
    assert Phone.objects.get(slug="h-paladin").dial == "02038664107"


@pytest.mark.parametrize("model", [ApprovedNumber, NumberProposal])
def test_nobody_can_propose_or_approve_a_bad_number(model):
    row = model(dial="02079460123", display="020 7946 0123", textphone="18001 09012345678")
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    assert {"dial", "textphone"} <= set(refused.value.message_dict)
