"""Whether an officer counts as a second person: to approve a number, or to agree or vouch."""

from django.contrib.auth.models import User

from helphub.accounts.account_age import too_young
from helphub.accounts.keepers import is_keeper
from helphub.accounts.rights import APPROVE, KEEP_USERS
from helphub.content import moments


def why_not_approve(user, proposer):
    """Why an officer cannot approve what an account proposed, in words; or an empty string.

    A new account may propose: nothing changes until a second person agrees. But an officer who
    lately made or took over the proposer's account is not a second person.
    """
    if young := too_young(user, APPROVE):
        until = moments.in_words(max(item.old_at for item in young))
        return (
            f"You cannot approve a number yet: {_listed(item.words for item in young)}. You can "
            f"from {until}, or once a user administrator who had no part in this vouches for you."
        )
    proposing = User.objects.filter(pk=proposer).first()
    if proposing is None:
        return (
            "The account that proposed this has been deleted. Refuse the proposal and have it "
            "proposed again."
        )
    for item in too_young(proposing):
        if user.pk in item.doers and user.pk != proposing.pk:
            return (
                f"You had a hand in the account that proposed this: {item.words}. Ask someone else "
                f"to approve it. You can from {moments.in_words(item.old_at)}."
            )
    return ""


def why_no_second_keeper(user):
    """Why an officer does not count as a second keeper, in words; or an empty string."""
    if not is_keeper(user):
        return "Only a user administrator can do that."
    if young := too_young(user, KEEP_USERS, for_vouching=True):
        until = moments.in_words(max(item.old_at for item in young))
        return (
            f"You cannot agree or vouch until {until}: {_listed(item.words for item in young)}. "
            "Until then, ask another user administrator."
        )
    return ""


def _listed(words):
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
