"""Files that come back as they were, changed, or changed on both sides."""

from io import BytesIO
from zipfile import ZipFile

import openpyxl
import pytest

from helphub.languages import parts, texts, writing
from helphub.languages.exchange import entries, formats, taking
from helphub.languages.models import Translation
from helphub.languages.names import codes
from helphub.languages.states import Known, Name, State
from tests.languages.approved import approve_all
from tests.languages.files import exported, opened, outcome_of
from tests.support.factories import make_guide

pytestmark = pytest.mark.django_db
FORMS = list(formats.FORMATS)
CODE, WORDS = "ur", "یہ ایک جملہ ہے۔"
each_form = pytest.mark.parametrize("form", FORMS)


@pytest.fixture
def guide():
    return make_guide(name_en="Somewhere", summary_en="A sentence.", body_en="- One\n- Two")


def text_of(guide, field="summary"):
    return texts.find(Name("strategy.guide", guide.pk, field))


def state_of(guide):
    text = text_of(guide)
    return Known().state(text.name, CODE, text.english, text.words[CODE])


def write(guide, words=WORDS, note=""):
    text = text_of(guide)
    writing.write(text, CODE, words, "tara", writing.seen(text, CODE), note)


def changed(guide, form, before=None, **values):
    """The file of a language in which one entry was changed in a tool."""
    units, saved = opened(before or exported(CODE, form, "strategy.guide"), form)
    (unit,) = (unit for unit in units if unit.context == text_of(guide).context)
    unit.set(**values)
    return saved()


def outcome(guide, form, **values):
    return outcome_of(changed(guide, form, **values), CODE, form)


@pytest.mark.parametrize("code", codes())
@each_form
def test_what_is_exported_and_not_changed_comes_back_the_same(code, form):
    before = exported(code, form)
    found = outcome_of(before, code, form)
    assert (found.differences, found.conflicts, found.refusals) == ([], [], [])
    assert found.unchanged > 600
    assert exported(code, form) == before


@each_form
def test_what_another_tool_saved_again_changes_nothing(form, guide):
    write(guide, note="A long note. " * 20)
    units, saved = opened(exported(CODE, form), form)
    found = outcome_of(saved(), CODE, form)
    assert (found.differences, found.conflicts, found.refusals) == ([], [], [])
    assert found.unchanged == len(units)


def test_a_spreadsheet_is_the_same_cell_for_cell(guide):
    def cells(data):
        sheet = openpyxl.load_workbook(BytesIO(data)).active
        return [[(cell.value, cell.data_type) for cell in row] for row in sheet.iter_rows()]

    before = exported(CODE, "xlsx")
    assert cells(opened(before, "xlsx")[1]()) == cells(before) == cells(exported(CODE, "xlsx"))


@each_form
def test_a_file_has_the_content_and_not_the_words_of_the_frame(form):
    units, _ = opened(exported(CODE, form), form)
    contexts = {unit.context for unit in units}
    wanted = {item.text.context for item in parts.items(CODE) if item.text.record is not None}
    assert contexts == wanted
    assert not any(context.startswith(texts.INTERFACE) for context in contexts)


def test_the_texts_of_a_record_are_in_one_order_whichever_process_exports_them(guide):
    """Not in that of a set, which is another one each time the program starts."""
    fields = [field.name for field in guide._meta.fields]
    positions = [fields.index(text.name.field) for text in texts.of_record(guide)]
    assert len(positions) > 2
    assert positions == sorted(positions)


@each_form
def test_a_part_of_the_site_is_a_file_of_its_own(form):
    units, _ = opened(exported(CODE, form, "strategy.formofabuse"), form)
    assert {unit.context.split()[0] for unit in units} == {"strategy.formofabuse"}


@each_form
def test_new_words_are_a_difference_and_become_a_draft(form, guide, officer):
    found = outcome(guide, form, words=WORDS, note="Not sure.")
    (difference,) = found.differences
    assert (difference.now, difference.words, difference.state) == ("", WORDS, State.MISSING)
    assert state_of(guide) == State.MISSING
    taking.take(found, CODE, officer)
    assert state_of(guide) == State.DRAFT
    row = Translation.objects.get(label="strategy.guide", key=guide.pk, language=CODE)
    assert (row.how, row.author, row.note) == ("person", "officer", "Not sure.")


def test_words_that_were_approved_before_can_be_handed_in_with_the_rest(guide, officer):
    write(guide)
    approve_all([text_of(guide)], CODE)
    write(guide, "یہ دوسرا جملہ ہے۔")
    taking.take(outcome(guide, "po", words=WORDS), CODE, officer, hand_in=True)
    assert state_of(guide) == State.REVIEWED


@each_form
def test_after_it_was_taken_the_same_file_changes_nothing(form, guide, officer):
    file = changed(guide, form, words=WORDS)
    taking.take(outcome_of(file, CODE, form), CODE, officer)
    again = outcome_of(file, CODE, form)
    assert (again.differences, again.conflicts, again.refusals) == ([], [], [])


@each_form
def test_a_list_may_begin_with_its_dash(form):
    guide = make_guide(summary_en="- One\n- Two")
    assert len(outcome(guide, form, words="- ایک\n- دو").differences) == 1


@each_form
def test_a_note_alone_is_taken_and_leaves_the_words_in_their_state(form, guide, officer):
    write(guide)
    Translation.objects.filter(label="strategy.guide", key=guide.pk).update(how="machine")
    found = outcome(guide, form, note="Is this polite?")
    assert [item.has_new_words for item in found.differences] == [False]
    taking.take(found, CODE, officer)
    row = Translation.objects.get(label="strategy.guide", key=guide.pk, language=CODE)
    assert (row.note, row.how, row.author) == ("Is this polite?", "machine", "tara")


@each_form
def test_words_that_somebody_changed_here_meanwhile_are_a_conflict(form, guide):
    write(guide)
    file = changed(guide, form, words="یہ دوسرا جملہ ہے۔")
    write(guide, "یہ تیسرا جملہ ہے۔")
    found = outcome_of(file, CODE, form)
    assert found.differences == []
    assert [item.now for item in found.conflicts] == ["یہ تیسرا جملہ ہے۔"]


@each_form
def test_english_that_changed_here_meanwhile_is_a_conflict(form, guide):
    file = changed(guide, form, words=WORDS)
    guide.summary_en = "Another sentence."
    guide.save()
    (conflict,) = outcome_of(file, CODE, form).conflicts
    assert conflict.english_changed


@each_form
def test_a_note_that_changed_on_both_sides_is_a_conflict(form, guide):
    write(guide, note="One.")
    file = changed(guide, form, note="Two.")
    Translation.objects.filter(label="strategy.guide", key=guide.pk).update(note="Three.")
    assert len(outcome_of(file, CODE, form).conflicts) == 1


@each_form
def test_what_the_file_left_as_it_was_undoes_nothing_here(form, guide):
    write(guide)
    file = exported(CODE, form, "strategy.guide")
    write(guide, "یہ تیسرا جملہ ہے۔", note="New.")
    guide.refresh_from_db()
    guide.summary_en = "Another sentence."
    guide.save()
    found = outcome_of(file, CODE, form)
    assert (found.differences, found.conflicts, found.refusals) == ([], [], [])


@each_form
def test_a_conflict_is_left_while_the_rest_is_taken(form, guide, officer):
    other = make_guide(summary_en="A sentence.")
    write(other)
    file = changed(other, form, changed(guide, form, words=WORDS), words="یہ دوسرا جملہ ہے۔")
    write(other, "یہ تیسرا جملہ ہے۔")
    found = outcome_of(file, CODE, form)
    assert (len(found.differences), len(found.conflicts)) == (1, 1)
    taking.take(found, CODE, officer)
    assert text_of(guide).words[CODE] == WORDS
    assert text_of(other).words[CODE] == "یہ تیسرا جملہ ہے۔"


@each_form
def test_an_entry_without_words_is_left_alone(form, guide):
    write(guide)
    found = outcome(guide, form, words="")
    assert (found.differences, found.refusals) == ([], [])
    assert [each.context for each in found.emptied] == [text_of(guide).context]


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_text_that_looks_like_a_formula_is_exported_as_text(sign):
    data = formats.FORMATS["xlsx"].write(
        [entries.Entry("a b c", f"{sign}1+1", f"{sign}2", "draft", f"{sign}3")], CODE
    )
    row = openpyxl.load_workbook(BytesIO(data)).active[2]
    assert [cell.data_type for cell in row] == ["s"] * 6
    assert [row[n].value for n in (1, 2, 4)] == [f"{sign}1+1", f"{sign}2", f"{sign}3"]
    assert all(row[n].quotePrefix for n in (1, 2, 4))


def test_a_spreadsheet_does_not_say_when_it_was_made():
    with ZipFile(BytesIO(exported(CODE, "xlsx"))) as archive:
        assert b"dcterms" not in archive.read("docProps/core.xml").replace(b"xmlns:dcterms", b"")
        assert {item.date_time for item in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
