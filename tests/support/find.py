"""Find, asked as a reader asks it."""

from tests.support.reader import Page


def ask(client, words, language="en"):
    prefix = "" if language == "en" else f"/{language}"
    response = client.post(f"{prefix}/find/", {"words": words})
    assert response.status_code == 200
    return Page(response)
