"""XLIFF 2.0: what paid tools and translation agencies work with."""

from django.core.exceptions import ValidationError
from lxml import etree

from helphub.content.fingerprint import fingerprint
from helphub.languages.exchange.entries import Found, check_language, plain
from helphub.languages.states import State

NAMESPACE = "urn:oasis:names:tc:xliff:document:2.0"
Q = f"{{{NAMESPACE}}}"
PRESERVE = {"{http://www.w3.org/XML/1998/namespace}space": "preserve"}
STATE, EXPORTED_FROM, NOTE = "state", "exported-from", "note"
# The nearest of XLIFF's own states. Ours is a note, since these four say less.
STATES = {
    State.MISSING: "initial",
    State.OUT_OF_DATE: "initial",
    State.DRAFT: "translated",
    State.IN_REVIEW: "translated",
    State.LOOK_AGAIN: "reviewed",
    State.REVIEWED: "final",
}


def write(entries, code):
    root = etree.Element(
        f"{Q}xliff", {"version": "2.0", "srcLang": "en", "trgLang": code}, {None: NAMESPACE}
    )
    file = etree.SubElement(root, f"{Q}file", {"id": "content", "canResegment": "no"})
    for entry in entries:
        # An id may have no spaces. The name is the context as it is.
        identity = {"id": f"t{fingerprint(entry.context)}", "name": entry.context}
        unit = etree.SubElement(file, f"{Q}unit", identity)
        notes = etree.SubElement(unit, f"{Q}notes")
        _note(notes, STATE, entry.state)
        _note(notes, EXPORTED_FROM, entry.exported_from)
        if entry.note:
            _note(notes, NOTE, entry.note)
        segment = etree.SubElement(unit, f"{Q}segment", {"state": STATES[entry.state]})
        etree.SubElement(segment, f"{Q}source", PRESERVE).text = entry.english
        if entry.words:
            etree.SubElement(segment, f"{Q}target", PRESERVE).text = entry.words
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _note(notes, category, text):
    etree.SubElement(notes, f"{Q}note", {"category": category}).text = text


def read(data, code):
    root = _parsed(data)
    if not root.tag.endswith("}xliff") and root.tag != "xliff":
        raise ValidationError("This is XML, but not XLIFF. Choose the file that was exported here.")
    version = root.get("version", "")
    if not root.tag.startswith(Q) or not version.startswith("2."):
        raise ValidationError(
            f"This is XLIFF {version or 'without a version'}. Save it as XLIFF 2.0 in your tool, "
            "or use PO."
        )
    check_language(root.get("trgLang"), code)
    return [_found(unit) for unit in root.iter(f"{Q}unit")]


def _parsed(data):
    """The document. It may name no entity and load nothing from anywhere."""
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        huge_tree=False,
        load_dtd=False,
        remove_comments=True,
        remove_pis=True,
    )
    refusal = ValidationError(
        "The file has a DOCTYPE, which can hide text. Exported files have none: export again, and "
        "put the translations into that file."
    )
    if b"<!DOCTYPE" in data:
        raise refusal
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        raise ValidationError(
            f"The XLIFF file is broken at line {line}. Save it again in your tool, or export again."
        ) from error
    if root.getroottree().docinfo.doctype:  # In another encoding.
        raise refusal
    return root


def _found(unit):
    context = unit.get("name") or ""
    segments = unit.findall(f"{Q}segment")
    source, source_fault = _text(segments, "source")
    words, words_fault = _text(segments, "target")
    said = {STATE: [], EXPORTED_FROM: [], NOTE: []}
    for note in unit.iterfind(f"{Q}notes/{Q}note"):
        # What a tool adds is a note from the translator.
        said.get(note.get("category"), said[NOTE]).append("".join(note.itertext()))
    return Found(
        place=f"Line {unit.sourceline}, unit {context or unit.get('id')}",
        context=context,
        english=source,
        words=plain(words),
        note=plain("\n".join(said[NOTE])),
        exported_from="".join(said[EXPORTED_FROM]).strip(),
        fault="It is split into several segments. Join them: one text is one segment."
        if len(segments) > 1
        else source_fault or words_fault,
    )


def _text(segments, name):
    """What a segment says, and why that is no plain text."""
    element = segments[0].find(f"{Q}{name}") if segments else None
    if element is None:
        return "", "" if name == "target" else "It has no source text."
    inside = "".join(element.itertext())
    if len(element):
        tag = etree.QName(element[0]).localname
        return inside, f"Its {name} has the tag <{tag}>. Take it out: a text has words alone."
    return inside, ""
