"""A page of each template, in each language. All pages: make languages."""

import pytest
from django.conf import settings

from tests.browser.language_faults import Reader, one_of_each_template


@pytest.mark.parametrize("code", [code for code, _ in settings.LANGUAGES])
def test_a_page_of_each_template_has_no_fault_in_this_language(page, code):
    reader = Reader(page, code)
    for place in one_of_each_template(code):
        reader.open(place)
    assert reader.pages > 20
    assert reader.faults == {}
