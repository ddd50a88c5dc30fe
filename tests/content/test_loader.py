"""The content comes from the strategy and the sources, and nothing else."""

import re

import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import models
from lxml import etree
from modeltranslation.translator import translator

from contacts import call_privacy, critical
from contacts.dialling import BLOCKED_NUMBERS, NumberType, type_of
from contacts.models import Organization, Phone
from helphub.content import loader, tokens, validators
from helphub.search.models import Synonym
from services.models import Audience, Service, Situation, Suggestion
from strategy import models as strategy
from strategy.models.printed import Quotation
from tests.support import factories
from tests.support.reader import Page, text
from tests.support.source_tables import read_csv

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]

WITHOUT_NUMBER = {"h-chadd", "h-signhealth", "h-sbs"}
# Promises that no website can keep.
FORBIDDEN = re.compile(
    r"no trace|untraceable|cover(ing)? (your|the) tracks|nobody can see|completely safe"
    r"|will not show|private and confidential"
    r"|(?<!cannot )(?<!does not )(?<!not )\b(hides?|erases?|clears?|deletes?) your history",
    re.IGNORECASE,
)


def lines():
    """The published rows of helplines.csv, by id."""
    return {
        row["id"]: row
        for row in read_csv("helplines.csv")
        if row["publish"].startswith("yes") or row["id"] in WITHOUT_NUMBER
    }


def digits(value):
    return re.sub(r"\D", "", value)


# The strategy


def test_all_180_rows_of_the_strategy_are_shown_word_for_word(capsys):
    call_command("strategy_rows")
    *lines, summary = capsys.readouterr().out.splitlines()
    assert {row["id"] for row in read_csv("seed_facts.csv")} == {line.split()[0] for line in lines}
    assert summary == "180 of 180 rows are shown."


@pytest.mark.parametrize(
    ("model", "lookup", "change", "message"),
    [
        (strategy.Chapter, {"slug": "principles"}, {"is_published": False}, "PRN-01 is not on"),
        (strategy.FormOfAbuse, {"slug": "cameras"}, {"is_published": False}, "FRM-11 is not on"),
        (
            strategy.Passage,
            {"reference": "PRI-00"},
            {"reference": "PRI-99"},
            "PRI-00 is not in the database",
        ),
    ],
)
def test_a_row_that_no_page_shows_is_reported(model, lookup, change, message):
    model.objects.filter(**lookup).update(**change)
    with pytest.raises(CommandError, match=message):
        call_command("strategy_rows")


def test_the_printed_words_equal_the_source():
    printed = {
        row.reference: row
        for model in [*strategy.Printed.__subclasses__(), *Quotation.__subclasses__()]
        if not model._meta.abstract
        for row in model.objects.all()
    }
    printed |= {row.reference: row for row in strategy.FormOfAbuse.objects.in_the_strategy()}
    for row in read_csv("seed_facts.csv"):
        assert printed[row["id"]].words == row["text"], row["id"]
        if row["kind"] == "statistic":
            statistic = printed[row["id"]]
            assert statistic.figure == row["figure"]
            assert statistic.population == row["population"]
            assert statistic.period == row["period"]
        if row["footnote_no"] and row["section"] != "Footnotes":
            assert printed[row["id"]].source.number == int(row["footnote_no"]), row["id"]
    names = {"STDS-1": "GOV-01", "STDS-2": "STD-01"}
    for standard, passage in names.items():
        assert printed[standard].words in printed[passage].words


def test_figures_appear_with_their_caution_and_never_on_help_pages(pages):
    page = pages["/strategy/evidence/"]
    caution = strategy.Statistic.objects.get(reference="STA-05").words
    for reference in ("sta-02", "sta-03", "sta-04"):
        (section,) = [s for s in page.all("section") if s.get("id") == reference]
        assert caution in text(section)
    for path in ("/help-now/", "/guides/just-happened/", "/guides/children/"):
        assert not re.search(r"\d+(\.\d+)?( ?%| per ?cent)|\b1 in \d", pages[path].main)


def test_every_quotation_says_where_it_comes_from(pages):
    for path, page in pages.items():
        for figure in page.all("figure", class_="quotation"):
            assert text(figure.find("figcaption")).startswith("From the strategy, “"), path
            assert figure.find("blockquote").get("lang") == "en"


@pytest.mark.parametrize("word", ["lower IQ", "historically", "perpetrators", "nominal"])
def test_wording_reserved_for_quotation_appears_nowhere_else(pages, word):
    for path, original in pages.items():
        page = Page(original.response)
        for parent in list(page.root.iter()):
            for child in list(parent):
                # Quoted words, and the strategy's own headings and titles.
                if child.tag == "blockquote" or child.get("lang") == "en":
                    parent.remove(child)
        # "Perpetrators" is the strategy's word for a chapter. The guide for professionals uses it.
        if word == "perpetrators" and path == "/guides/professionals/":
            continue
        assert word not in page.text, path


def test_the_disputed_number_appears_once_as_text(pages):
    line = strategy.ContactLine.objects.get(reference="CON-05")
    for path, page in pages.items():
        assert page.text.count(line.words) == (path == "/strategy/contacts/"), path
    page = pages["/strategy/contacts/"]
    (figure,) = [f for f in page.all("figure") if f.get("id") == "con-05"]
    assert not list(figure.iter("a"))
    assert not Phone.objects.filter(printed_line=line).exists()
    # The words below it are fixed. Only the numbers come from their own rows.
    words = re.sub(r" ?\(?\{h-(?!999)[a-z]+\}\)?", "", line.comment_en).replace("{h-999}", "999")
    assert words == (
        "We are checking this number; Dudley’s own pages print another. For an adult, ring Dudley "
        "Council Plus in office hours, the Emergency Duty Team at any other time, 999 in danger."
    )
    for path, page in pages.items():
        assert "0300 555 0055" not in page.text, path
        assert "03005550055" not in page.text, path
    children = Phone.objects.get(dial="03005550050")
    assert children.slug == "h-mash-children"
    assert "child" in children.name
    assert not children.services.filter(audiences__slug="own-behaviour").exists()


def ask_printed(client, reference):
    """What is below one printed line of the contact page."""
    (item,) = [
        item
        for item in Page(client.get("/strategy/contacts/")).all("li")
        if any(figure.get("id") == reference for figure in item.iter("figure"))
    ]
    return text(item)


CHANGED = "This number has changed since the strategy was printed. It is now: "


@pytest.mark.parametrize(
    ("slug", "reference", "dial", "display"),
    [
        ("h-spoc", "con-03", "01384455412", "01384 455412"),
        ("h-mash-children", "con-04", "03005550051", "0300 555 0051"),
        ("h-edt", "con-07", "03005558575", "0300 555 8575"),
    ],
)
def test_a_printed_number_that_has_changed_says_so_and_gives_the_present_one(
    client, slug, reference, dial, display
):
    assert CHANGED not in Page(client.get("/strategy/contacts/")).text
    Phone.objects.filter(slug=slug).update(dial=dial, display=display)
    assert f"{CHANGED}{display}" in ask_printed(client, reference)
    assert Page(client.get("/strategy/contacts/")).text.count(CHANGED) == 1


def test_a_printed_number_that_is_withdrawn_says_so(client):
    Phone.objects.filter(slug="h-councilplus").update(is_published=False)
    assert "Do not use the printed number." in ask_printed(client, "con-06")


# The numbers


def test_exactly_the_lines_of_the_source_are_loaded():
    assert len(lines()) == 42
    assert set(Service.objects.values_list("line", flat=True)) == set(lines())
    with_number = {key for key, row in lines().items() if row["phone_dial"] or row["sms"]}
    assert set(Phone.objects.values_list("slug", flat=True)) == with_number
    assert len(with_number) == 32


def test_every_number_equals_the_source():
    for phone in Phone.objects.all():
        row = lines()[phone.slug]
        if phone.kind == Phone.Kind.TEXT:
            code = re.match(r"\d+", row["sms"]).group()
            assert (phone.dial, phone.display) == (code, code)
        else:
            assert (phone.dial, phone.display) == (row["phone_dial"], row["phone_display"])
        if phone.textphone:
            assert phone.textphone in row["accessibility"]
        assert phone.services.filter(line=phone.slug).exists()


def test_the_cost_of_every_line_follows_from_its_digits_and_agrees_with_the_source():
    free = {NumberType.EMERGENCY, NumberType.PUBLIC, NumberType.FREEPHONE}
    for phone in Phone.objects.exclude(slug="h-emergencysms"):
        cost = lines()[phone.slug]["cost"].lower()
        is_free = type_of(phone.dial) in free or phone.dial == "85258"
        assert call_privacy.cost_of_digits(phone), phone.slug
        assert phone.is_free is is_free, phone.slug
        assert phone.cost_class == "unknown", phone.slug
        assert cost.startswith("free") is is_free, (phone.slug, cost)
        if not is_free:
            assert "call plans" in cost, phone.slug
            assert not phone.cost.lower().startswith("free"), phone.slug


def test_hours_are_loaded_only_where_the_source_lets_them_be_shown():
    for phone in Phone.objects.prefetch_related("schedules"):
        row = lines()[phone.slug]
        is_hidden = "hours hidden" in row["publish"] or row["hours_mon"] == "unknown"
        assert bool(phone.schedules.all()) is not is_hidden, phone.slug
        if phone.schedules.all():
            assert phone.hours_are_disputed is (row["show_open_now"] != "yes"), phone.slug


def test_blocked_numbers_appear_nowhere(pages):
    assert len(BLOCKED_NUMBERS) == 26
    for path, page in pages.items():
        runs = {digits(run) for run in re.findall(r"\d[\d ()-]*\d", page.text)}
        assert not BLOCKED_NUMBERS & runs, path


def test_no_text_field_contains_a_number():
    checked = 0
    # Synonyms are what people type; no page shows them.
    for model in set(translator.get_registered_models(abstract=False)) - {Synonym}:
        for row in model.objects.all():
            for field in model._meta.get_fields():
                printed = field.name in ("words", "figure", "population", "period", "section")
                if isinstance(field, (models.TextField, models.CharField)) and not printed:
                    if model is Phone and field.name in ("dial", "display", "textphone"):
                        continue
                    value = getattr(row, field.name) or ""
                    if isinstance(field, models.URLField) or field.name in ("slug", "line", "code"):
                        continue
                    checked += 1
                    number = validators.BARE_NUMBER.search(tokens.TOKEN.sub("", value))
                    assert number is None, (row, value)
    assert checked > 1000


def test_the_file_for_pages_without_a_database_equals_the_numbers():
    from_file = critical.from_file()
    for role, phone in Phone.objects.critical().items():
        for field in critical.FIELDS:
            assert getattr(from_file[role], field) == getattr(phone, field)
    spoc = lines()["h-spoc"]
    assert from_file["spoc"].dial == spoc["phone_dial"]
    assert from_file["emergency"].dial == lines()["h-999"]["phone_dial"]


def test_the_file_of_critical_numbers_is_written_from_the_rows(tmp_path, monkeypatch):
    monkeypatch.setattr(critical, "PATH", tmp_path / critical.PATH.name)
    call_command("write_critical_numbers", verbosity=0)
    committed = settings.BASE_DIR / "contacts" / "critical_numbers.json"
    assert critical.PATH.read_text() == committed.read_text()


# The words


def test_every_row_obeys_its_own_rules():
    for model in [
        *translator.get_registered_models(abstract=False),
        Organization,
        Suggestion,
        Audience,
    ]:
        for row in model.objects.all():
            row.full_clean()


def test_no_page_promises_what_it_cannot_keep(pages):
    for path, page in pages.items():
        assert not FORBIDDEN.search(page.text), path


def test_hard_pages_open_with_a_content_note(client):
    for topic in strategy.FormOfAbuse.objects.in_the_strategy():
        assert topic.content_note, topic.slug


def test_the_doors_are_on_the_home_page_and_own_behaviour_apart(client):
    page = Page(client.get("/"))
    doors = list(page.one("nav", class_="doors").iter("a"))
    assert [link.get("href").strip("/").split("/")[-1] for link in doors] == [
        "help-now",
        "just-happened",
        "long-ago",
        "someone-else",
        "a-child",
        "children",
        "not-sure",
        "photos",
        "close-to-home",
        "for-men",
        "without-talking",
        "professionals",
        "consent",
    ]
    apart = [
        link for link in page.one("main").iter("a") if "apart" in link.getparent().get("class", "")
    ]
    assert [link.get("href") for link in apart] == ["/guides/own-behaviour/", "/guides/my-child/"]
    assert list(page.one("main").iter("a"))[-2:] == apart
    drawings = [etree.tostring(door.find("svg")) for door in [*doors, *apart]]
    assert len(set(drawings)) == len(drawings)


def test_a_new_door_has_a_drawing_too(client):
    guide = factories.make_guide(door_en="Something else")
    doors = Page(client.get("/")).one("nav", class_="doors").iter("a")
    door = next(door for door in doors if door.get("href") == guide.get_absolute_url())
    assert len(list(door.find("svg"))) > 0


# Loading


def test_loading_again_changes_nothing(capsys):
    Service.objects.filter(line="h-ceop").update(summary_en="Officer's words")
    call_command("load_content")
    assert "Nothing changed" in capsys.readouterr().out
    assert Service.objects.get(line="h-ceop").summary == "Officer's words"


def test_overwriting_keeps_what_an_officer_changed_wrote_or_deleted(capsys):
    Service.objects.filter(line="h-ceop").update(summary_en="Officer's words")
    Audience.objects.filter(slug="migrants").delete()
    guide = strategy.Guide.objects.get(slug="reporting")
    guide.suggestions.first().delete()
    # With it go the lines that it suggests.
    Situation.objects.filter(slug="today").delete()
    call_command("load_content", "--overwrite", "--no-input")
    out = capsys.readouterr().out
    assert "services.situation today (an officer deleted it)" in out
    assert "who_can_help situation:today (an officer deleted it)" in out
    assert "(an officer changed summary_en" in out or "an officer changed" in out
    assert "services.audience migrants (an officer deleted it)" in out
    assert "who_can_help guide:reporting (an officer changed lines)" in out
    assert "Nothing to add or replace." in out
    assert Service.objects.get(line="h-ceop").summary == "Officer's words"
    assert not Audience.objects.filter(slug="migrants").exists()


def test_overwriting_keeps_an_officers_translation_that_newer_fixtures_have_too(
    capsys, monkeypatch
):
    strategy.Guide.objects.filter(slug="consent").update(summary_ur="دفتر کے الفاظ")
    rows = list(loader.rows())
    (row,) = [row for row in rows if str(row) == "strategy.guide consent"]
    row.values = row.values | {"summary_ur": "نئے الفاظ"}
    monkeypatch.setattr(loader, "rows", lambda: iter(rows))
    call_command("load_content", "--overwrite", "--no-input")
    assert "an officer changed summary_ur" in capsys.readouterr().out
    assert strategy.Guide.objects.get(slug="consent").summary_ur == "دفتر کے الفاظ"


def test_overwriting_replaces_what_no_officer_changed(capsys, monkeypatch):
    rows = list(loader.rows())
    (row,) = [row for row in rows if str(row) == "strategy.guide consent"]
    row.values = row.values | {"summary_en": "New words from the fixtures."}
    monkeypatch.setattr(loader, "rows", lambda: iter(rows))
    call_command("load_content", "--overwrite")
    out = capsys.readouterr().out
    assert "replace: strategy.guide consent (summary_en)" in out
    assert "Nothing changed." in out
    assert strategy.Guide.objects.get(slug="consent").summary != "New words from the fixtures."
    call_command("load_content", "--overwrite", "--no-input")
    assert strategy.Guide.objects.get(slug="consent").summary == "New words from the fixtures."


def fixtures_without(monkeypatch, label, key, name):
    """The same fixtures with one field left out of one row."""
    rows = list(loader.rows())
    (row,) = [row for row in rows if (row.label, row.key) == (label, key)]
    row.values = {field: value for field, value in row.values.items() if field != name}
    monkeypatch.setattr(loader, "rows", lambda: iter(rows))


@pytest.mark.parametrize(
    ("label", "key", "name", "empty"),
    [
        ("strategy.guide", "consent", "summary_en", ""),
        ("contacts.phone", "h-spoc", "fallback", None),
        ("services.service", "long-ago-line", "phones", []),
    ],
)
def test_overwriting_empties_what_newer_fixtures_leave_out(
    capsys, monkeypatch, label, key, name, empty
):
    fixtures_without(monkeypatch, label, key, name)
    call_command("load_content", "--overwrite", "--no-input")
    assert f"replace: {label} {key} ({name})" in capsys.readouterr().out
    (row,) = [row for row in loader.rows() if (row.label, row.key) == (label, key)]
    assert (row.read([name])[name] or empty) == empty
    call_command("load_content", "--overwrite", "--no-input")
    assert "Nothing to add or replace." in capsys.readouterr().out


def test_two_rows_in_newer_fixtures_are_checked_once_both_are_written():
    """The same fixtures say who can ring the fallback line."""
    wanted = [row for row in loader.rows() if row.key in ("h-spoc", "h-victimsupport")]
    Phone.objects.filter(slug="h-spoc").update(fallback=None)
    Phone.objects.filter(slug="h-victimsupport").update(
        is_for_self=False, is_for_families=False, is_for_professionals=False
    )
    loader.load(wanted)
    assert Phone.objects.get(slug="h-spoc").fallback.slug == "h-victimsupport"


def test_a_fixture_that_breaks_a_rule_is_refused_entirely(monkeypatch):
    rows = list(loader.rows())
    (row,) = [row for row in rows if str(row) == "strategy.guide consent"]
    row.values = row.values | {"body_en": "Ring 0800 500 2222 now"}
    monkeypatch.setattr(loader, "rows", lambda: iter(rows))
    with pytest.raises(CommandError, match="Do not type the number"):
        call_command("load_content", "--overwrite", "--no-input")
    assert "0800 500 2222" not in strategy.Guide.objects.get(slug="consent").body


def test_a_fixture_that_names_a_missing_row_says_which():
    row = loader.Row(
        "services.service", "new", {"slug": "new", "line": "h-new", "organization": "nobody"}
    )
    with pytest.raises(loader.FixtureError, match="organization names “nobody”"):
        loader.load([row])


def test_a_fixture_with_a_misspelt_field_says_which():
    with pytest.raises(loader.FixtureError, match="has no field sumary_en"):
        loader._row("strategy.guide", {"slug": "x", "sumary_en": "y"})


def test_two_numbers_cannot_have_one_role():
    phone = Phone.objects.get(slug="h-samaritans")
    phone.role = Phone.Role.SPOC
    with pytest.raises(ValidationError, match="Another number already has this role"):
        phone.full_clean()


def test_a_number_on_every_page_cannot_be_unpublished():
    phone = Phone.objects.get(slug="h-spoc")
    phone.is_published = False
    with pytest.raises(ValidationError, match="cannot be hidden"):
        phone.full_clean()
