"""The site's own certificate is looked at once a week, and is due before it runs out."""

from datetime import timedelta

import pytest
from django.utils import timezone

from helphub.checking import certificates, due
from helphub.checking.models import Certificate
from tests.support.outside_sites import DAY, Authority, running

pytestmark = pytest.mark.django_db
HOST = "hub.example.gov.uk"


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def look(authority, settings):
    """Looks at a certificate of these names that ends so long from now."""
    settings.PUBLIC_HOST = HOST

    def looked(*names, ends):
        with running(authority.server_context(*names, ends=ends)) as site:
            certificates.look(site.fetcher(authority))

    return looked


def due_rows():
    return [row for row in due.everything() if row.kind == "certificate"]


def test_it_is_due_three_weeks_before_its_last_day(look):
    assert due_rows() == []
    look(HOST, ends=30 * DAY)
    (row,) = due_rows()
    assert row.on == (timezone.now() + timedelta(days=9)).date()
    assert row.when == "month"
    assert not row.is_pressing
    look(HOST, ends=21 * DAY)
    (row,) = due_rows()
    assert row.when == "overdue"
    assert "Ask whoever runs the server" in row.why


@pytest.mark.parametrize(
    ("names", "ends", "why"),
    [([HOST], -1 * DAY, "has run out"), (["www.example.org"], 60 * DAY, "for another name")],
)
def test_one_that_browsers_refuse_comes_first(look, names, ends, why):
    look(*names, ends=ends)
    first = due.everything()[0]
    assert first.kind == "certificate"
    assert first.is_pressing
    assert why in first.why


def test_what_was_known_stays_while_the_site_cannot_be_asked(look, settings):
    look(HOST, ends=5 * DAY)
    # The real look-up: this name leads to this machine, which is no public site.
    settings.PUBLIC_HOST = "localhost"
    certificates.look()
    assert Certificate.objects.count() == 1
    settings.PUBLIC_HOST = HOST
    assert len(due_rows()) == 1


def test_officers_see_it_and_are_offered_no_form_of_it(look, admin):
    look(HOST, ends=5 * DAY)
    page = admin.get("/admin/checking/?kind=certificate").content.decode()
    assert f"Certificate of {HOST}" in page
    assert "/admin/checking/certificate" not in page
