"""The longest pages fit the first packets of a connection, in every language."""

import pytest
from django.conf import settings

from helphub.content import memory
from helphub.editions.page_files import FIRST_ROUND_TRIP, in_brotli
from services import public_urls
from tests.support.addresses import in_language

pytestmark = pytest.mark.django_db

LANGUAGES = [code for code, _ in settings.LANGUAGES]
LONGEST = [
    "/services/",
    "/contacts/",
    "/strategy/",
    "/strategy/evidence/",
    "/strategy/impact/",
    "/using-this-site/",
]
# For a word or a service more, in a script of three bytes a letter.
ROOM = 100


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_longest_pages_fit_the_first_round_trip_with_room_to_spare(client, code):
    with memory.using(memory.Memory()):
        sizes = {
            path: len(in_brotli(client.get(in_language(path, code)).content))
            for path in [*LONGEST, *public_urls.parts()]
        }
    assert {path: size for path, size in sizes.items() if size > FIRST_ROUND_TRIP - ROOM} == {}
