"""On a page in another language, each text is marked as English on its own."""

import pytest

from helphub.languages.models import Language
from tests.support.factories import make_guide
from tests.support.reader import Page, text

pytestmark = pytest.mark.django_db


def test_beside_a_changed_text_the_others_stay_in_their_own_direction(client, settings):
    settings.LAPTOP = False
    Language.objects.filter(slug="ur").update(is_offered=True)
    english = {"name_en": "A bed", "summary_en": "A sentence.", "body_en": "More."}
    guide = make_guide(**english, name_ur="بستر", summary_ur="", body_ur="اور۔")
    page = Page(client.get(f"/ur/guides/{guide.slug}/", secure=True))
    heading, lead = page.one("h1"), page.one("p", class_="lead")
    assert (text(heading), heading.get("lang"), heading.get("dir")) == ("بستر", None, None)
    assert (text(lead), lead.get("lang"), lead.get("dir")) == ("A sentence.", "en", "ltr")
    (body,) = [each for each in page.all("div", class_="text") if text(each) == "اور۔"]
    assert body.get("lang") is None
