"""What a visit leaves on the disk of an ordinary Chromium."""

HEADING = "document.querySelector('main h1').textContent"


def see(tab, url):
    """Press a link whose page replaces the one on screen."""
    before = tab.evaluate(HEADING)
    tab.click(f'a[href="/{url.split("/", 3)[3]}"]')
    tab.until(lambda: tab.evaluate(HEADING) != before, url)


def found_in(profile, texts):
    """Which of the texts are in some file, in either of the ways that Chromium writes text."""
    files = [path.read_bytes() for path in profile.rglob("*") if path.is_file()]
    assert len(files) > 20
    return {
        text
        for text in texts
        if any(text.encode(code) in file for file in files for code in ("utf-8", "utf-16-le"))
    }
