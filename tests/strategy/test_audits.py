"""Audits: what a standard asks, what was found, what follows, and what stays for good."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import translation

from helphub.content import clock
from helphub.editions import public_urls
from helphub.editions.models import ReadersHad
from helphub.history import restoring, snapshots
from strategy.models import Action, Audit, AuditResult, Chapter, Standard
from tests.support.admin_forms import change_url, errors, save, type_into
from tests.support.factories import make_action, make_audit, make_criterion
from tests.support.reader import Page, form_values, text

pytestmark = pytest.mark.django_db

STANDARDS = "/strategy/standards/"
NOTHING_YET = "No audit has been published yet for this standard."
STAYS = "Readers have had this audit, so this stays as it is. Add a correction instead."
DAY = timedelta(days=1)
ADD = reverse("admin:strategy_audit_add")
TODAY = {"day": clock.today().isoformat()}


@pytest.fixture
def standard():
    """One with three criteria."""
    first = Standard.objects.first()
    for number in ("1", "10", "2"):
        make_criterion(first, number)
    return first


def ask(client, path=STANDARDS):
    return Page(client.get(path))


def part_of(page, audit):
    (part,) = [part for part in page.all("section") if part.get("id") == audit.slug]
    return text(part)


def ready(**fields):
    """A draft that lacks nothing but the tick."""
    return make_audit(is_published=False, **fields)


def typed_into_new(admin, standard, **changes):
    """What an officer sends from the empty form, filled in as far as it must be."""
    page = Page(admin.get(ADD, {"standard": standard.pk}))
    filled = {"done_by": "Northgate Council", "scope_en": "All of it.", "summary_en": "It is met."}
    return form_values(page) | filled | TODAY | changes


def send(admin, data):
    return Page(admin.post(f"{ADD}?standard={data['standard']}", data, follow=True))


def results_typed(count):
    return {
        f"results-{place}-{name}": value
        for place in range(count)
        for name, value in [("verdict", "met"), ("found_en", f"Row {place} is met.")]
    }


# What readers see


def test_a_standard_without_audits_says_so(client):
    assert ask(client).main.count(NOTHING_YET) == Standard.objects.count()


def test_the_newest_audit_is_under_its_standard_and_the_earlier_are_folded(client):
    old = make_audit(day=clock.today() - 400 * DAY)
    new = make_audit(["met", "not-looked-at"])
    page = ask(client)
    said = part_of(page, new)
    for words in [new.summary_en, new.scope_en, new.done_by, "Met: 1", "Not looked at: 1"]:
        assert words in said
    assert old.summary_en not in page.main
    (folded,) = [part for part in page.all("details") if "Earlier audits" in text(part)]
    assert [link.get("href") for link in folded.iter("a")] == [old.get_absolute_url()]
    assert page.main.count(NOTHING_YET) == Standard.objects.count() - 1


def test_the_page_of_an_audit_has_a_result_for_each_criterion_in_the_standards_order(
    client, standard
):
    audit = make_audit(["not-met", "partly-met", "met"], standard=standard)
    page = ask(client, audit.get_absolute_url())
    found = [("1", "Not met"), ("2", "Met"), ("10", "Partly met")]
    items = [text(item) for item in page.all("ol", class_="quotations")[0].findall("li")]
    for item, (number, verdict) in zip(items, found, strict=True):
        assert f"point {number}." in item
        assert verdict in item
        assert f"We looked at it {number} times." in item
    assert STANDARDS in page.internal_links
    assert audit.get_absolute_url() in public_urls.english()


def test_many_criteria_are_folded_and_few_are_not(client, standard):
    folded = "".join(text(part) for part in ask(client).all("details"))
    assert "point 10." not in folded
    make_criterion(standard, "11")
    folded = "".join(text(part) for part in ask(client).all("details"))
    assert "point 10." in folded


def test_what_follows_is_shown_with_how_far_it_is(client):
    action, hidden = make_action(status=Action.Status.LATE, status_reason_en="Rain."), make_action()
    audit = make_audit()
    audit.actions.set([action, hidden])
    Action.objects.filter(pk=hidden.pk).update(is_published=False)
    for path in (STANDARDS, audit.get_absolute_url()):
        page = ask(client, path)
        assert f"{action.name_en}: Later than planned" in page.main
        assert hidden.name_en not in page.main
        assert action.get_absolute_url() in page.internal_links
    Chapter.objects.filter(slug="priorities").update(is_published=False)
    assert action.name_en not in ask(client).main


def test_a_draft_is_nowhere_and_nothing_leads_to_a_page_that_is_gone(client):
    draft = ready()
    assert draft.summary_en not in ask(client).main
    assert client.get(draft.get_absolute_url()).status_code == 404
    audit = make_audit(day=clock.today() - DAY)
    Chapter.objects.filter(slug="standards").update(is_published=False)
    assert client.get(audit.get_absolute_url()).status_code == 404
    assert audit.get_absolute_url() not in public_urls.english()


def test_two_audits_of_one_day_have_titles_of_their_own(client):
    titles = {
        ask(client, make_audit(standard=standard).get_absolute_url()).title
        for standard in Standard.objects.all()
    }
    assert len(titles) == Standard.objects.count()


def test_readers_of_another_language_get_its_words_and_the_english_marked(client):
    audit = make_audit(summary_pl="Prawie wszystko.", scope_pl="Trzy usługi.")
    AuditResult.objects.filter(number="1").update(found_pl="Sprawdzono raz.")
    with translation.override("pl"):
        page = ask(client, audit.get_absolute_url())
    assert "Prawie wszystko." in page.main
    assert "Sprawdzono raz." in page.main
    (english,) = [part for part in page.all("div") if text(part) == "We looked at it 2 times."]
    assert english.get("lang") == "en"


def test_the_page_of_standards_asks_no_more_with_more_audits(client, django_assert_max_num_queries):
    def count():
        with django_assert_max_num_queries(60) as captured:
            client.get(STANDARDS)
        return len(captured)

    make_audit().actions.add(make_action())
    few = count()
    for days in (1, 2, 3):
        make_audit(day=clock.today() - days * DAY).actions.add(make_action())
    assert count() == few


# What officers write


def test_an_officer_chooses_the_standard_and_finds_a_row_for_each_criterion(admin, standard):
    page = Page(admin.get(ADD))
    assert f"?standard={standard.pk}" in [link.get("href") for link in page.all("a")]
    other = Standard.objects.exclude(pk=standard.pk).first()
    assert change_url(other) in [link.get("href") for link in page.all("a")]  # It has no criteria.
    data = typed_into_new(admin, standard)
    assert [data[f"results-{place}-number"] for place in range(3)] == ["1", "2", "10"]
    data |= results_typed(3) | {"is_published": "on"}
    assert errors(send(admin, data)) == []
    asked = {criterion.number: criterion.words for criterion in standard.criteria.all()}
    rows = Audit.objects.get().results_in_order
    assert {row.number: row.asked for row in rows} == asked


def test_a_draft_keeps_what_is_written_and_asks_for_the_rest_later(admin, standard):
    data = typed_into_new(admin, standard) | {"results-1-found_en": "Half is done."}
    assert errors(send(admin, data)) == []
    audit = Audit.objects.get()
    assert [row.number for row in audit.results.all()] == ["2"]
    form = form_values(Page(admin.get(change_url(audit))))
    assert [form[f"results-{place}-number"] for place in range(3)] == ["2", "1", "10"]
    page = save(admin, audit, is_published="on", **{"results-0-verdict": "met"})
    assert any(error.endswith("Still to do: 1, 10.") for error in errors(page))
    assert form_values(page)["results-0-found_en"] == "Half is done."


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"day": (clock.today() + DAY).isoformat()},
            "This date is in the future. Enter today or earlier.",
        ),
        ({"scope_en": ""}, "This field is required."),
        ({"results-0-number": "7"}, "The standard of this audit has no criterion 7."),
        ({"standard": "99999"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_typed_is_lost(admin, standard, changes, message):
    data = typed_into_new(admin, standard) | results_typed(3) | changes
    page = send(admin, data)
    assert any(error.startswith(message) for error in errors(page))
    assert not Audit.objects.exists()
    values = form_values(page)
    assert values["done_by"] == data["done_by"]
    if "standard" not in changes:
        assert values["results-2-found_en"] == "Row 2 is met."


def test_an_audit_of_a_standard_without_criteria_is_refused(admin):
    page = send(admin, typed_into_new(admin, Standard.objects.first()))
    assert errors(page) == ["This standard has no criteria yet. Add them in its form first."]


def test_an_action_of_which_readers_see_nothing_is_refused(admin):
    hidden = make_action(is_published=False)
    audit = ready()
    page = save(admin, audit, actions=[str(hidden.pk)])
    assert errors(page) == []  # A draft may name it.
    page = save(admin, audit, is_published="on")
    assert any(error.startswith(f"Readers see nothing of “{hidden}”.") for error in errors(page))
    audit.refresh_from_db()
    assert not audit.is_published


def test_no_other_way_makes_an_unfinished_audit_visible():
    audit = ready()
    audit.results.last().delete()
    audit.is_published = True
    with pytest.raises(ValidationError, match="Still to do: 2"):
        audit.full_clean()


def test_a_criterion_that_has_gone_can_be_taken_out_of_a_draft(admin):
    audit = ready()
    audit.standard.criteria.get(number="2").delete()
    page = save(admin, audit)
    assert any("has no criterion 2. Tick “Delete” here." in error for error in errors(page))
    (place,) = [n for n in (0, 1) if form_values(page)[f"results-{n}-number"] == "2"]
    assert errors(save(admin, audit, **{f"results-{place}-DELETE": "on"})) == []
    assert [row.number for row in audit.results.all()] == ["1"]


def test_a_draft_follows_its_standard(admin):
    audit = ready()
    audit.standard.criteria.filter(number="1").update(words="Everybody is asked twice.")
    assert "Everybody is asked twice." in Page(admin.get(change_url(audit))).main
    assert errors(save(admin, audit, is_published="on")) == []
    assert audit.results.get(number="1").asked == "Everybody is asked twice."


# What stays for good


def test_what_readers_have_had_can_only_be_corrected(admin):
    audit = make_audit()
    form = type_into(admin, audit)
    for name in ("day", "done_by", "scope_en", "summary_en", "results-0-found_en"):
        assert name not in form
    row = {
        "corrections-TOTAL_FORMS": "1",
        "corrections-0-dated": clock.today().isoformat(),
        "corrections-0-words_en": "Point 2 is met.",
    }
    forged = {"summary_en": "All is well.", "results-0-verdict": "met", "results-1-verdict": "met"}
    assert errors(save(admin, audit, **row, **forged)) == []
    audit = Audit.objects.get()
    assert audit.summary_en != "All is well."
    assert [row.verdict for row in audit.results_in_order] == ["met", "partly-met"]
    assert [row.words_en for row in audit.corrections.all()] == ["Point 2 is met."]


def test_a_correction_stands_above_what_it_corrects(client):
    audit = make_audit()
    audit.corrections.create(dated=clock.today(), words_en="Point 2 is met.")
    for path in (STANDARDS, audit.get_absolute_url()):
        main = ask(client, path).main
        assert main.index("Point 2 is met.") < main.index(audit.summary_en)
    correction = audit.corrections.get()
    correction.words_en = "Point 2 is not met."
    with pytest.raises(ValidationError, match="cannot be changed"):
        correction.save()


@pytest.mark.parametrize("name", ["done_by", "scope_en", "summary_en"])
def test_no_other_way_rewrites_it(name):
    audit = Audit.objects.get(pk=make_audit().pk)
    setattr(audit, name, "Somebody else")
    with pytest.raises(ValidationError) as caught:
        audit.full_clean()
    assert caught.value.message_dict == {name: [STAYS]}


def test_its_results_are_neither_changed_nor_deleted_nor_restored():
    audit = ready()
    before = snapshots.read_one(Audit, audit.pk)
    first = audit.results.first()
    first.found_en = "We looked again."
    first.save()
    Audit.objects.filter(pk=audit.pk).update(is_published=True)
    row = AuditResult.objects.get(pk=first.pk)
    row.verdict = "not-met"
    for rewrite in (row.save, row.delete):
        with pytest.raises(ValidationError, match="stays as it is"):
            rewrite()
    before.fields["is_published"] = True
    with pytest.raises(restoring.RefusedError, match="stays as it is"):
        restoring.restore(Audit, audit.pk, before)
    assert AuditResult.objects.get(pk=first.pk).found_en == "We looked again."


def test_hiding_it_does_not_make_it_a_draft_again():
    audit = Audit.objects.get(pk=ready().pk)
    assert not audit.is_for_good
    ReadersHad.objects.create(label="strategy.audit", key=audit.pk)
    assert Audit.objects.get().is_for_good


def test_a_standard_may_change_and_an_old_audit_stays_as_it_was(client):
    audit = make_audit()
    audit.standard.criteria.filter(number="1").update(words="Something new is asked.")
    make_criterion(audit.standard, "3")
    page = ask(client, audit.get_absolute_url())
    assert "Something new is asked." not in page.main
    Audit.objects.get().full_clean()


def test_an_action_that_an_audit_named_stays_named(admin):
    action, another = make_action(), make_action()
    audit = make_audit()
    audit.actions.add(action)
    page = save(admin, audit, actions=[str(another.pk)])
    assert errors(page) == [
        f"Readers have had this audit, so “{action}” stays. You can add actions."
    ]
    assert errors(save(admin, audit, actions=[str(action.pk), str(another.pk)])) == []
    assert audit.actions.count() == 2
