"""Latin words and digits within pages that run from right to left."""

import pytest

from helphub.isolates import isolated

pytestmark = pytest.mark.fast


def wrapped(run):
    return f'<bdi dir="ltr">{run}</bdi>'


@pytest.mark.parametrize(
    "run",
    [
        "999 BSL",
        "LGBT+",
        "A&amp;E",
        "16–17",
        "24/7 Rape and Sexual Abuse Support Line",
        "H2O",
        "18 – 25",
    ],
)
def test_what_would_be_shuffled_has_an_isolate(run):
    assert isolated(f"<p>یہ {run} ہے۔</p>") == f"<p>یہ {wrapped(run)} ہے۔</p>"


@pytest.mark.parametrize("run", ["999", "Dudley", "09:00", "24/7", "13", "1.5"])
def test_what_keeps_its_order_is_left_alone(run):
    assert isolated(f"<p>یہ {run} ہے۔</p>") == f"<p>یہ {run} ہے۔</p>"


@pytest.mark.parametrize(
    "html",
    [
        '<bdi dir="ltr">0808 500 2222 AB</bdi>',
        '<span lang="en" dir="ltr">Rape <b>Crisis 1</b> England</span>',
        "<title>One 2</title>",
        "<script>var a1 = 'b 2'</script>",
        '<a href="/a b/" title="999 BSL">ہے</a>',
        '<div dir="ltr"><div>a 1</div> b 2</div>',
    ],
)
def test_tags_and_what_has_a_direction_already_are_left_alone(html):
    assert isolated(html) == html


def test_after_such_an_element_text_counts_again():
    html = '<div dir="ltr"><div>a 1</div></div><br><p>A&amp;E</p>'
    assert isolated(html) == f'<div dir="ltr"><div>a 1</div></div><br><p>{wrapped("A&amp;E")}</p>'
