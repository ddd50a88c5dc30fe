"""The second step of an import: everything that was shown, or nothing.

Between the steps, what the file changes is kept in the form itself, signed and compressed. On the
server nothing stays that would have to be deleted; two officers, or two tabs, have nothing in
common to mix up; and a form that is sent after the session has ended can be sent again. We compare
it again before we take it. The signature protects what this officer was shown; none of it is
secret.
"""

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import transaction

from helphub.languages import writing
from helphub.languages.exchange.entries import Found

# Django accepts this much in a form. The rest of the form is small.
LONGEST = settings.DATA_UPLOAD_MAX_MEMORY_SIZE - 100_000
TOO_MUCH = (
    "The file changes too much to take it at once. Delete some of its entries and import it in two "
    "or more pieces."
)
STALE = "This page was not made for you and this language, or is damaged. Choose the file again."


def seal(outcome, code, officer):
    """What a form carries from the first step to the second."""
    kept = [outcome.mark, [list(found) for found in outcome.touched]]
    sealed = signing.dumps(kept, salt=_salt(code, officer), compress=True)
    if len(sealed) > LONGEST:
        raise ValidationError(TOO_MUCH)
    return sealed


def unseal(sealed, code, officer):
    """The mark of what was shown, and the entries."""
    try:
        mark, entries = signing.loads(sealed, salt=_salt(code, officer))
    except signing.BadSignature as error:
        raise ValidationError(STALE) from error
    return mark, [Found(*entry) for entry in entries]


def _salt(code, officer):
    return f"languages.exchange.{code}.{officer.pk}"


@transaction.atomic
def take(outcome, code, officer, hand_in=False):
    """Write every difference, as the desk does. Raises ValidationError, and writes nothing."""
    who = officer.get_username()
    for item in outcome.differences:
        if not item.has_new_words:
            writing.keep_note(item.text, code, item.note)
            continue
        try:
            writing.write(item.text, code, item.words, who, item.seen, item.note, hand_in)
        except ValidationError as error:
            raise ValidationError(
                [f"{item.found.place}: {message}" for message in error.messages]
            ) from error
