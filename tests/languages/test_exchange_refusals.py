"""What is wrong in a file is refused, with its place, in words that say what to do."""

from collections import Counter
from datetime import date
from io import BytesIO
from types import SimpleNamespace
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from django.core.exceptions import ValidationError

from helphub.languages import texts, writing
from helphub.languages.exchange import formats, unzipped
from helphub.languages.models import Translation
from helphub.languages.names import codes
from helphub.languages.states import Name
from tests.languages.files import exported, opened, outcome_of, upload
from tests.languages.plants import PLANTED, with_two_items_in_one, without_words
from tests.support.factories import make_guide

pytestmark = pytest.mark.django_db
FORMS = list(formats.FORMATS)
CODE, WORDS = "ur", "یہ ایک جملہ ہے۔"
PART = "strategy.guide"
each_form = pytest.mark.parametrize("form", FORMS)
PLACES = {"po": "Line ", "xliff": "Line ", "xlsx": "Cell C"}


@pytest.fixture
def guide():
    guide = make_guide(summary_en="A sentence.")
    text = texts.find(Name(PART, guide.pk, "summary"))
    writing.write(text, CODE, WORDS, "tara", writing.seen(text, CODE))
    return guide


def context_of(guide):
    return f"strategy.guide {guide.slug} summary"


def file_with(form, of, **values):
    units, saved = opened(exported(CODE, form, PART), form)
    (unit,) = (unit for unit in units if unit.context == of)
    unit.set(**values)
    return saved()


def refused(form, of, **values):
    """Why the only changed entry of a file is refused."""
    (refusal,) = outcome_of(file_with(form, of, **values), CODE, form).refusals
    assert refusal.place.startswith(PLACES[form])
    return " ".join(refusal.messages)


def why_not(data, name, code=CODE):
    """Why a file is not read at all."""
    with pytest.raises(ValidationError) as error:
        formats.read(upload(data, name), code)
    return " ".join(error.value.messages)


# Faults in translations


def is_fault(plant, unit, code):
    is_list = tuple(unit.context.split()[::2]) in texts.LISTS
    return plant is not with_two_items_in_one or (is_list and code != "en-simple")


@pytest.mark.parametrize("code", codes())
@each_form
def test_planted_faults_are_refused_with_their_place(form, code):
    """Every kind of fault, in every fourth text: more than a hundred in each file."""
    units, saved = opened(exported(code, form), form)
    planted, times = {}, Counter({plant: 0 for plant in PLANTED if plant is not without_words})
    for unit in units[::4]:
        for plant in sorted(times, key=times.get):  # The rarest that can be planted here.
            wrong = plant(unit.words, code)
            if wrong and wrong != unit.words and is_fault(plant, unit, code):
                unit.set(words=wrong)
                times[plant] += 1
                planted[unit.context] = plant.__name__
                break
    outcome = outcome_of(saved(), code, form)
    assert len(planted) > 100
    assert len(set(planted.values())) >= (6 if code == "en-simple" else 9)
    assert {refusal.context for refusal in outcome.refusals} == planted.keys()
    assert (outcome.differences, outcome.may_be_taken) == ([], False)
    assert all(refusal.place.startswith(PLACES[form]) for refusal in outcome.refusals)
    assert all(all(refusal.messages) for refusal in outcome.refusals)


@each_form
@pytest.mark.parametrize(
    ("words", "says"),
    [
        ("یہ ایک {h-spoc} جملہ ہے۔", "does not have the token {h-spoc}"),
        ("یہ 999 جملہ ہے۔", "does not have the number 999"),
        ("یہ [ایک](/b/) جملہ ہے۔", "does not have the link to /b/"),
        ("یہ \u202eایک جملہ ہے۔", "invisible character U+202E"),
        ("یہ ایک جملہ ہے۔ ਪਾਣੀ", "is not a letter of this language"),
        ("یہ <b>ایک</b> جملہ ہے۔", "does not have the tag <b>"),
    ],
)
def test_each_fault_is_named(form, words, says, guide):
    assert says in refused(form, context_of(guide), words=words)


@each_form
def test_an_invisible_character_in_a_note_is_refused(form, guide):
    assert "invisible character" in refused(form, context_of(guide), note="Not \u202e sure.")


@each_form
def test_a_note_that_is_too_long_is_refused(form, guide):
    assert "longer than 1,000" in refused(form, context_of(guide), note="word " * 300)


# Entries that belong to no text, or not to this one


@each_form
def test_english_that_was_changed_in_the_file_is_refused(form, guide):
    said = refused(form, context_of(guide), english="A changed sentence.", words="یہ جملہ ہے۔")
    assert "is not the English that was exported" in said


@each_form
@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("strategy.guide no-such-guide summary", "not on the site any more"),
        ("strategy.guide home slug", "names no text of this site"),
        ("strategy.nothing home name", "names no text of this site"),
        ("auth.user officer password", "names no text of this site"),
        ("nothing", "names no text of this site"),
        ("interface Call", "part of the program"),
        ("", "has no context"),
    ],
)
def test_a_context_that_names_no_text_is_refused(form, named, says, guide):
    assert says in refused(form, context_of(guide), context=named)


@each_form
def test_a_row_for_a_record_that_is_gone_is_refused(form, guide):
    file, context = file_with(form, context_of(guide), words="یہ جملہ ہے۔"), context_of(guide)
    guide.delete()
    refusals = outcome_of(file, CODE, form).refusals
    assert context in {refusal.context for refusal in refusals}
    assert "not on the site any more" in refusals[0].messages[0]


@each_form
def test_a_context_twice_is_refused_with_both_places(form, guide):
    file = file_with(form, context_of(guide), context=f"strategy.guide {guide.slug} name")
    first, second = outcome_of(file, CODE, form).refusals
    assert "is in the file 2 times" in first.messages[0]
    assert first.place in second.messages[0]
    assert second.place in first.messages[0]


@each_form
@pytest.mark.parametrize("mark", ["", "nothing", "a.b"])
def test_an_entry_that_does_not_say_what_it_was_exported_from_is_refused(form, mark, guide):
    name = {"po": "comment", "xliff": "exported-from", "xlsx": "exported_from"}[form]
    value = f"Exported from: {mark}" if form == "po" else mark
    said = refused(form, context_of(guide), **{name: value})
    assert "does not say what it was exported from" in said


# Files


@each_form
def test_another_language_s_file_is_refused(form):
    ending = formats.FORMATS[form].endings[0]
    assert "says that it is in Polish" in why_not(exported("pl", form, PART), f"a{ending}")


@each_form
def test_a_file_that_names_no_language_is_refused(form):
    data = exported(CODE, form, PART)
    data = data.replace(b'"Language: ur\\n"\n', b"").replace(b' trgLang="ur"', b"")
    if form == "xlsx":
        book = openpyxl.load_workbook(BytesIO(data))
        book.active["C1"] = "Words"
        data = saved(book)
    ending = formats.FORMATS[form].endings[0]
    assert "does not say which language" in why_not(data, f"a{ending}")


@each_form
@pytest.mark.parametrize("other", FORMS)
def test_a_file_that_is_not_what_its_name_says_is_refused(form, other):
    if form != other:
        ending = formats.FORMATS[other].endings[0]
        assert "though its name says so" in why_not(exported(CODE, form, PART), f"a{ending}")


@each_form
def test_a_broken_file_is_refused(form):
    data = exported(CODE, form, PART).rstrip()[:-1]  # Its last sign is lost.
    said = why_not(data, f"a{formats.FORMATS[form].endings[0]}")
    assert {"po": "is not PO", "xliff": "broken at line", "xlsx": "broken"}[form] in said


@each_form
@pytest.mark.parametrize("data", [b"", b" \n"])
def test_an_empty_file_is_refused(form, data):
    assert "The file is empty" in why_not(data, f"a{formats.FORMATS[form].endings[0]}")


@each_form
def test_a_file_without_texts_is_refused(form):
    data = formats.FORMATS[form].write([], CODE)
    assert "no texts in this file" in why_not(data, f"a{formats.FORMATS[form].endings[0]}")


@pytest.mark.parametrize("name", ["a.csv", "a.docx", "a", "a.po.exe", ".po"])
def test_another_format_is_refused(name):
    assert "in no format that can be read here" in why_not(b"words", name)


def test_50_mb_are_refused_before_they_are_read():
    def read():
        raise AssertionError("It was read.")

    file = SimpleNamespace(name="a.xlsx", size=50 * 1024 * 1024, read=read)
    with pytest.raises(ValidationError, match="has 50 MB; the limit is 5 MB"):
        formats.read(file, CODE)


def test_an_old_excel_file_is_refused():
    assert "old Excel file" in why_not(b"\xd0\xcf\x11\xe0" + b"\0" * 100, "a.xlsx")


# PO


def po(*lines, header='"Language: ur\\nContent-Type: text/plain; charset=UTF-8\\n"'):
    return "\n".join(['msgid ""', 'msgstr ""', header, "", *lines, ""]).encode()


def test_latin_1_is_refused_with_its_line():
    data = po('msgctxt "a"', 'msgid "b"', 'msgstr "é"').decode().encode("latin-1")
    assert "Line 7 is not in UTF-8" in why_not(data, "a.po")


def test_a_file_that_says_it_is_latin_1_is_refused():
    header = '"Language: ur\\nContent-Type: text/plain; charset=ISO-8859-1\\n"'
    data = po('msgctxt "a"', 'msgid "b"', 'msgstr "c"', header=header)
    assert "says that it is in ISO-8859-1" in why_not(data, "a.po")


def test_a_byte_order_mark_is_accepted_in_silence():
    outcome = outcome_of(b"\xef\xbb\xbf" + exported(CODE, "po", PART), CODE, "po")
    assert outcome.refusals == []
    assert outcome.unchanged > 20


def test_line_ends_of_windows_are_accepted():
    outcome = outcome_of(exported(CODE, "po", PART).replace(b"\n", b"\r\n"), CODE, "po")
    assert (outcome.refusals, outcome.differences) == ([], [])


def test_fuzzy_entries_are_left_out_and_listed(guide):
    data = file_with("po", context_of(guide), words="یہ جملہ ہے۔").decode()
    entry = f'msgctxt "{context_of(guide)}"'
    outcome = outcome_of(data.replace(entry, f"#, fuzzy\n{entry}").encode(), CODE, "po")
    assert [found.context for found in outcome.left_out] == [context_of(guide)]
    assert (outcome.differences, outcome.refusals) == ([], [])


def test_obsolete_entries_are_ignored():
    old = b'\n#~ msgctxt "strategy.guide gone name"\n#~ msgid "Old"\n#~ msgstr "<b>"\n'
    outcome = outcome_of(exported(CODE, "po", PART) + old, CODE, "po")
    assert (outcome.refusals, outcome.left_out, outcome.differences) == ([], [], [])


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('msgstr "no quote at the end', "Line 7 is not PO"),
        ('msgstr "a quote " within"', "Line 7 is not PO"),
        ("<b>what is this</b>", "Line 7 is not PO"),
        ('msgctxt "c"', "broken at line 7"),
    ],
)
def test_a_broken_line_is_named(line, says):
    assert says in why_not(po('msgctxt "a"', 'msgid "b"', line), "a.po")


@pytest.mark.parametrize("plural", [['msgid_plural "bs"'], []])
def test_a_plural_form_is_refused(plural):
    lines = ['msgctxt "a b c"', 'msgid "b"', *plural, 'msgstr[0] "x"']
    (refusal,) = outcome_of(po(*lines), CODE, "po").refusals
    assert "plural form" in refusal.messages[0]


def test_a_file_that_is_the_name_of_a_file_is_not_opened(tmp_path):
    secret = tmp_path / "msgid.po"
    secret.write_bytes(exported(CODE, "po", PART))
    assert "Line 1 is not PO" in why_not(str(secret).encode(), "a.po")


# XLIFF


def xliff(unit, attributes='version="2.0" srcLang="en" trgLang="ur"', before=""):
    namespace = "urn:oasis:names:tc:xliff:document:2.0"
    return (
        f'{before}<xliff xmlns="{namespace}" {attributes}><file id="f">{unit}</file></xliff>'
    ).encode()


@pytest.mark.parametrize(
    ("unit", "says"),
    [
        (
            "<segment><source>a</source><target>x <pc id='1'>y</pc></target></segment>",
            "target has the tag <pc>",
        ),
        ("<segment><source>a <ph id='1'/></source></segment>", "source has the tag <ph>"),
        ("<segment/>", "no source text"),
        ("", "no source text"),
        (
            "<segment><source>a</source></segment><segment><source>b</source></segment>",
            "several segments",
        ),
    ],
)
def test_a_unit_that_is_not_plain_text_is_refused_by_name(unit, says):
    data = xliff(f'<unit id="u" name="strategy.guide home name">{unit}</unit>')
    (refusal,) = outcome_of(data, CODE, "xliff").refusals
    assert "unit strategy.guide home name" in refusal.place
    assert says in refusal.messages[0]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (
            xliff("", before='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'),
            "has a DOCTYPE",
        ),
        (
            xliff("", before="<!DOCTYPE x>").decode().encode("utf-16"),
            "has a DOCTYPE",
        ),
        (
            b'<xliff xmlns="urn:oasis:names:tc:xliff:document:1.2" version="1.2"/>',
            "This is XLIFF 1.2",
        ),
        (b"<html/>", "not XLIFF"),
        (xliff("<unit>"), "broken at line 1"),
        (xliff("&e;"), "broken at line 1"),
    ],
)
def test_xml_that_cannot_be_trusted_is_refused(data, says):
    assert says in why_not(data, "a.xlf")


# XLSX


def saved(book):
    file = BytesIO()
    book.save(file)
    return file.getvalue()


@pytest.fixture
def book(guide):
    """The spreadsheet of guides, and the number of the row of this one's summary."""
    book = openpyxl.load_workbook(BytesIO(exported(CODE, "xlsx", PART)))
    book.number = next(
        row[0].row for row in book.active.iter_rows() if row[0].value == context_of(guide)
    )
    return book


@pytest.mark.parametrize("column", "ABCEF")
def test_a_formula_is_refused_with_its_cell(book, column):
    cell = f"{column}{book.number}"
    book.active[cell] = '=HYPERLINK("https://example.org")'
    said = [" ".join(r.messages) for r in outcome_of(saved(book), CODE, "xlsx").refusals]
    assert len(said) == 1
    assert f"Cell {cell} has a formula" in said[0] or column == "A"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1"])
@pytest.mark.parametrize("column", "CE")
def test_text_that_looks_like_a_formula_is_refused_with_its_cell(book, text, column):
    cell = book.active[f"{column}{book.number}"]
    cell.value = text
    cell.data_type = "s"
    (refusal,) = outcome_of(saved(book), CODE, "xlsx").refusals
    assert f"Cell {column}{book.number} begins with" in refusal.messages[0]


@pytest.mark.parametrize("value", [5, 1.5, True, date(2026, 12, 1), "#REF!"])
def test_what_is_no_text_is_refused_with_its_cell(book, value):
    book.active[f"C{book.number}"] = value
    (refusal,) = outcome_of(saved(book), CODE, "xlsx").refusals
    assert f"Cell C{book.number} holds a number, a date or an error" in refusal.messages[0]


def test_a_missing_heading_is_named(book):
    book.active["F1"] = None
    assert "no heading Exported from" in why_not(saved(book), "a.xlsx")


def test_columns_in_another_order_and_empty_rows_are_read(book):
    book.active.insert_cols(1)
    book.active.insert_rows(3)
    outcome = outcome_of(saved(book), CODE, "xlsx")
    assert (outcome.refusals, outcome.differences) == ([], [])
    assert outcome.unchanged > 20


def zipped(**parts):
    file = BytesIO()
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()


def test_what_unpacks_to_too_much_is_refused():
    bomb = zipped(sheet=b"0" * (unzipped.MOST_BYTES + 1))
    assert len(bomb) < 100_000
    assert "unpacks to more than 30 MB" in why_not(bomb, "a.xlsx")


def test_a_spreadsheet_of_very_many_parts_is_refused():
    assert "201 parts" in why_not(zipped(**{f"p{n}": b"" for n in range(201)}), "a.xlsx")


def test_entities_in_a_spreadsheet_are_refused():
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    assert "not a spreadsheet" in why_not(zipped(**{"xl/workbook.xml": laughs}), "a.xlsx")


def test_another_zip_file_is_refused():
    assert "broken" in why_not(zipped(word=b"words"), "a.xlsx")


def test_too_many_rows_are_refused(book):
    book.active["A20002"] = "x"
    assert "more than 20,000 rows" in why_not(saved(book), "a.xlsx")


def test_nothing_is_written_by_looking(guide):
    before = list(Translation.objects.order_by("pk").values())
    for form in FORMS:
        outcome_of(file_with(form, context_of(guide), words="یہ جملہ ہے۔"), CODE, form)
    assert list(Translation.objects.order_by("pk").values()) == before
