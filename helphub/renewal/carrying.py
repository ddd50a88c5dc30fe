"""Carries rows of the strategy in force over to the draft: words, comments, translations."""

import re

from django.core.exceptions import ValidationError

from helphub.content import signals
from helphub.history import snapshots
from strategy.models import Chapter, Criterion, FormAsPrinted, FormOfAbuse, Standard

# What a copy does not take from the row that it is made from.
OWN = {"reference", "strategy", "carried_from", "reviewed_on"}
LONGEST_TITLE = 70
# What an earlier renewal put behind a title.
YEARS_OF_A_TITLE = re.compile(r" \((about )?\d{4}( to \d{4})?\)$")


def counterpart(row, draft):
    """The row of the draft that was made from this one, or None."""
    if isinstance(row, FormOfAbuse):
        return FormAsPrinted.objects.of(draft).filter(form_of_abuse=row).first()
    return row.carried_to.filter(strategy=draft).first()


def carry_over(row, draft):
    """Make a copy of a row in the draft. Raises ValidationError if that cannot be."""
    if counterpart(row, draft):
        raise ValidationError(f"“{row}” has been carried over already.")
    copy = _of_topic(row, draft) if isinstance(row, FormOfAbuse) else _copy(row, draft)
    copy.full_clean()
    copy.save()
    signals.copied.send(type(row), copies={row.pk: copy})
    _link_those_before(row, copy)
    if isinstance(row, Standard):
        _copy_criteria(row, copy)
    return copy


def _link_those_before(row, copy):
    """Let what was carried over before this, and names it in the old strategy, name the copy."""
    for relation in type(row)._meta.related_objects:
        field = relation.field
        if field.name in OWN or not field.null or not _is_of_a_strategy(field.model):
            continue
        named = {field.name: None, f"carried_from__{field.name}": row}
        for other in field.model._base_manager.filter(strategy=copy.strategy, **named):
            setattr(other, field.name, copy)
            other.save()


def _copy_criteria(standard, copy):
    """What a standard asks for. Its audits stay with the strategy that they were made under."""
    for criterion in standard.criteria.all():
        Criterion.objects.create(
            standard=copy,
            position=criterion.position,
            number=criterion.number,
            words=criterion.words,
            source=criterion.source,
        )


def _copy(row, draft):
    copy = type(row)(strategy=draft, carried_from=row)
    for field in snapshots.own_fields(type(row)):
        if field.name in OWN:
            continue
        value = getattr(row, field.attname)
        if field.is_relation and value is not None and _is_of_a_strategy(field.related_model):
            value = _key_in_draft(row, field, draft)
        setattr(copy, field.attname, value)
    if isinstance(copy, Chapter):
        # Each title is unique, so that two open tabs can be told apart.
        years = f" ({draft.years})"
        title = YEARS_OF_A_TITLE.sub("", row.title)
        copy.title = f"{title[: LONGEST_TITLE - len(years)]}{years}"
    return copy


def _is_of_a_strategy(model):
    return any(field.name == "strategy" for field in model._meta.fields)


def _key_in_draft(row, field, draft):
    """The key of the copy of what a row names. What may be empty is, if there is no copy."""
    other = counterpart(getattr(row, field.name), draft)
    if other is None and not field.null:
        named = getattr(row, field.name)
        raise ValidationError(
            f"“{row}” belongs to the {named._meta.verbose_name} “{named}”. Carry that over first."
        )
    return other.pk if other else None


def _of_topic(topic, draft):
    """A topic has what the first strategy prints about it in columns of its own."""
    copy = FormAsPrinted(
        strategy=draft, form_of_abuse=topic, section="Definition", position=topic.position
    )
    names = [field.name for field in snapshots.own_fields(FormAsPrinted)]
    for name in ["words", *(name for name in names if name.startswith("comment_"))]:
        setattr(copy, name, getattr(topic, name))
    return copy
