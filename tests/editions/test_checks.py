"""Each release check, seen to refuse: finished pages are altered, and read as in use."""

import pytest

from contacts.models import ApprovedNumber, Phone
from helphub.editions import checks, edition_data, html_facts, manifests, store
from helphub.editions.integrity import digest

pytestmark = pytest.mark.languages("en", "ur")

LAW, CONTACTS = "/topics/law/", "/contacts/"


@pytest.fixture
def edition(editions):
    """The edition as the release checks see it."""
    folder = store.current()
    manifest = manifests.read_manifest(folder)
    pages = manifests.with_all_headers(manifest)
    approved = {row.line: [row.dial, row.display] for row in ApprovedNumber.objects.all()}
    return edition_data.Edition(
        pages, html_facts.of_edition(folder), manifest["data"], approved, dict(pages)
    )


def altered(edition, address, *changes):
    """The same edition with other bytes at one address."""
    html = (store.current() / "pages" / edition.pages[address]["file"]).read_text()
    for old, new in changes:
        assert old in html
        html = html.replace(old, new)
    mark = digest(html.encode())
    pages = edition.pages | {address: edition.pages[address] | {"sha256": mark}}
    return edition._replace(pages=pages, facts=edition.facts | {mark: html_facts.facts_of(html)})


def with_page(edition, address, **values):
    return edition._replace(
        pages=edition.pages | {address: edition.pages[address] | values},
    )


def refusals(edition):
    return checks.examine(edition)


def only(edition):
    (refusal,) = refusals(edition)
    return refusal


def test_the_real_content_passes(edition):
    assert refusals(edition) == []
    assert checks.warnings(edition) == []


def test_an_entry_whose_page_fails_is_left_out(edition):
    refusal = only(with_page(edition, LAW, status=500))
    assert refusal.rule == "answers"
    assert refusal.record.label == "strategy.formofabuse"
    assert not refusal.stops


def test_a_failing_page_without_an_entry_stops_everything(edition):
    assert only(with_page(edition, "/services/", status=500)).stops


def test_an_old_address_that_leads_nowhere_is_refused(edition):
    headers = edition.pages["/stalking"]["headers"] | {"Location": "/topics/gone/"}
    refusal = only(with_page(edition, "/stalking", headers=headers))
    assert "leads to /topics/gone/" in refusal.why


@pytest.mark.parametrize(
    ("address", "old", "new"),
    [
        ("/ur/topics/law/", '<html lang="ur"', '<html lang="en"'),
        ("/ur/topics/law/", 'lang="ur" dir="rtl"', 'lang="ur" dir="ltr"'),
        (LAW, '<html lang="en" ', "<html "),
    ],
)
def test_a_page_in_a_wrong_language_is_refused(edition, address, old, new):
    assert "language" in {
        refusal.rule for refusal in refusals(altered(edition, address, (old, new)))
    }


SPOC = '<a href="tel:01384455411"><bdi dir="ltr" translate="no">01384 455411</bdi></a>'


@pytest.mark.parametrize(
    "instead",
    [
        SPOC.replace("455411", "455141"),
        SPOC.replace("tel:01384455411", "tel:01384455141"),
        SPOC.replace(">01384 455411<", ">01384 455141<"),
        SPOC.replace(">01384 455411<", "><"),
        SPOC.replace(">01384 455411<", ">01384 \u202e455411<"),
        SPOC.replace('dir="ltr"', 'dir="rtl"'),
        SPOC.replace("<bdi", "<bdo dir=rtl><bdi").replace("</bdi>", "</bdi></bdo>"),
        SPOC.replace("<a ", "<a hidden "),
        SPOC.replace("<a ", '<a style="display:none" '),
        SPOC.replace("<a ", '<a class="unseen" '),
        f"<details>{SPOC}</details>",
        f"<template>{SPOC}</template>",
        f"<!-- {SPOC} -->",
        f"<script>{SPOC}</script>",
        SPOC.replace("01384 455411", "01384455411"),
        "",
    ],
)
def test_a_critical_number_that_nobody_sees_or_that_is_wrong_stops_everything(edition, instead):
    refusal = only(altered(edition, "/", (SPOC, instead)))
    assert refusal.rule == "critical numbers"
    assert refusal.stops
    assert refusal.is_critical
    assert refusal.pages == ["/"]
    assert refusal.record.label == "contacts.phone"


def test_a_page_without_999_stops_everything(edition):
    assert only(altered(edition, LAW, ('href="tel:999"', 'href="tel:998"'))).is_critical


def test_a_number_that_nobody_approved_stops_everything(edition):
    approved = {line: digits for line, digits in edition.approved.items() if line != "h-spoc"}
    refusal = only(edition._replace(approved=approved))
    assert refusal.is_critical
    assert "approve_number h-spoc" in refusal.why


def test_digits_that_differ_from_the_approved_stop_everything(edition):
    approved = edition.approved | {"h-spoc": ["01384455141", "01384 455141"]}
    refusal = only(edition._replace(approved=approved))
    assert refusal.is_critical
    assert "shows 01384 455411" in refusal.why
    assert "the approved number is 01384 455141" in refusal.why


def test_a_line_that_differs_from_its_approved_number_is_left_out(edition):
    approved = edition.approved | {"h-samaritans": ["116124", "116 124"]}
    refusal = only(edition._replace(approved=approved))
    assert (refusal.rule, refusal.stops) == ("approved numbers", False)
    assert "Samaritans" in refusal.record.name


def test_an_entry_with_a_dead_link_is_left_out(edition):
    refusal = only(altered(edition, LAW, ("</h1>", '</h1><a href="/topics/gone/">gone</a>')))
    assert (refusal.rule, refusal.stops) == ("links", False)
    assert "/topics/gone/" in refusal.why


def test_a_link_to_a_missing_part_of_a_page_is_refused(edition):
    refusal = only(altered(edition, LAW, ("</h1>", '</h1><a href="/contacts/#gone">gone</a>')))
    assert "a part of /contacts/" in refusal.why


def test_a_title_that_gives_the_subject_away_is_refused(edition):
    title = html_facts.facts_of((store.current() / "pages/topics/law.html").read_text())["title"]
    refusal = only(altered(edition, LAW, (f"<title>{title}", "<title>After an assault")))
    assert (refusal.rule, refusal.stops) == ("titles", False)
    assert "says “assault”" in refusal.why


def test_a_title_that_another_page_has_is_refused(edition):
    fingerprints = {address: page["sha256"] for address, page in edition.pages.items()}
    titles = {address: edition.facts[fingerprints[address]]["title"] for address in (LAW, CONTACTS)}
    changes = (f"<title>{titles[CONTACTS]}", f"<title>{titles[LAW]}")
    assert "is already used by" in only(altered(edition, CONTACTS, changes)).why


def test_a_page_without_a_title_is_refused(edition):
    changed = altered(edition, LAW, ("<title>", "<p hidden>"), ("</title>", "</p>"))
    assert "titles" in {refusal.rule for refusal in refusals(changed)}


@pytest.mark.parametrize(
    "number",
    ["0808 802 9999", "01384 455 141", "+44 1384 455141", "116 124", "911", "07700 900123"],
)
def test_an_entry_with_a_number_that_is_not_in_the_data_is_left_out(edition, number):
    refusal = only(altered(edition, LAW, ("</h1>", f"</h1><p>Ring {number} today.</p>")))
    assert (refusal.rule, refusal.stops) == ("numbers", False)
    assert number in refusal.why


def test_a_number_in_the_data_may_be_written_in_several_ways(edition):
    text = "Ring +44 1384 455411 or 01384-455411, or 0800 1111, 24 hours, since 2018-2023."
    assert refusals(altered(edition, LAW, ("</h1>", f"</h1><p>{text}</p>"))) == []


def test_a_link_that_dials_something_else_is_refused(edition):
    link = '<a href="tel:08088029999"><bdi dir="ltr">0800 1111</bdi></a>'
    assert only(altered(edition, LAW, ("</h1>", f"</h1>{link}"))).rule == "numbers"


def test_a_postcode_that_is_not_in_the_data_stops_everything(edition):
    refusal = only(altered(edition, LAW, ("</h1>", "</h1><p>Come to 5 High Street, DY1 1HF.</p>")))
    assert (refusal.rule, refusal.stops, refusal.is_critical) == ("places", True, False)
    assert "DY1 1HF" in refusal.why
    data = edition.data | {"postcodes": ["DY1 1HF"]}
    changed = altered(edition._replace(data=data), LAW, ("</h1>", "</h1><p>At DY1 1HF.</p>"))
    assert refusals(changed) == []


def test_losing_a_tenth_of_the_pages_stops_everything(edition):
    more = {f"/topics/{n}/": edition.pages[LAW] for n in range(len(edition.pages))}
    refusal = only(edition._replace(before=edition.before | more))
    assert (refusal.rule, refusal.stops) == ("lost pages", True)
    few = {f"/topics/{n}/": edition.pages[LAW] for n in range(len(edition.pages) // 20)}
    assert refusals(edition._replace(before=edition.before | few)) == []


@pytest.mark.parametrize(
    "odd",
    [
        '<input name="csrfmiddlewaretoken" value="x">',
        '<p nonce="x">',
        "<meta http-equiv=Set-Cookie>",
    ],
)
def test_anything_personal_to_one_reader_is_refused(edition, odd):
    assert only(altered(edition, LAW, ("</h1>", f"</h1>{odd}"))).rule == "private"


def test_a_cookie_is_refused(edition):
    headers = edition.pages[LAW]["headers"] | {"Set-Cookie": "a=b"}
    assert only(with_page(edition, LAW, headers=headers)).rule == "private"


def test_a_heavy_page_is_noted_and_published(edition):
    changed = with_page(edition, LAW, sent=20_000)
    assert refusals(changed) == []
    assert checks.warnings(changed) == [f"{LAW} is 20000 bytes as sent. Only 14600 arrive at once."]


@pytest.mark.parametrize(
    ("slug", "values"),
    [
        ("h-paladin", {"dial": "2038664107", "display": "20 3866 4107"}),
        ("h-galop", {"dial": "07012345678", "display": "070 1234 5678"}),
        ("h-galop", {"dial": "02079460123", "display": "020 7946 0123"}),
        ("h-galop", {"display": "0800 999 5429"}),
        ("h-101", {"textphone": "18001 09098790000"}),
        ("h-shout", {"kind": "voice"}),
    ],
)
def test_a_line_whose_number_a_form_would_refuse_is_left_out(edition, slug, values):
    """However it got into the data: an old release, a script, the database itself."""
    Phone.objects.filter(slug=slug).update(**values)
    phone = Phone.objects.get(slug=slug)
    lines = [
        [phone.pk, phone.name_en, phone.role, *edition_data._numbers_of(phone)]
        if line[0] == phone.pk
        else line
        for line in edition.data["lines"]
    ]
    refusal = only(edition._replace(data=edition.data | {"lines": lines}))
    assert refusal.rule == "numbers that can be dialled"
    assert refusal.record == ("contacts.phone", phone.pk, phone.name_en)
    assert not refusal.stops


def test_an_edition_of_an_older_release_is_read_too(edition):
    older = {name: value for name, value in edition.data.items() if name != "lines"}
    assert refusals(edition._replace(data=older)) == []
