"""Editions made smaller, so that they are made sooner, and editions read and damaged."""

from helphub.editions import store
from helphub.history.recording import catch_up
from services.models import Choice, Situation


def keep_few_lists():
    """Leave two choices for each question.

    Lists made from choices are three quarters of an edition and all alike, and the tests make
    hundreds of editions.
    """
    left_out = Choice.objects.exclude(slug__regex="[12]$")
    for name in ("who", "what", "when"):
        Situation.objects.filter(**{f"{name}__in": left_out}).delete()
    left_out.delete()
    catch_up()


def some_pages(folder, count=20):
    return [p.relative_to(folder) for p in sorted((folder / "pages").rglob("*.gz"))[:count]]


def harm(folder, *names, in_place=True):
    for name in names:
        path = folder / name
        content = path.read_bytes()
        if not in_place:
            path.unlink()
        path.write_bytes(content[: len(content) // 2] + b"damaged" + content[len(content) // 2 :])


def consent_page():
    """The page about consent, as readers of the current edition have it."""
    return (store.current() / "pages/guides/consent.html").read_text()
