"""How an edition's content.sqlite3 is opened. The settings need this: it imports no Django."""


def database(folder):
    """The settings of an edition's file: nothing writes it, so nothing locks it or waits for it."""
    uri = (folder / "content.sqlite3").absolute().as_uri().replace("file://", "file:", 1)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": f"{uri}?mode=ro&immutable=1",
        "CONN_MAX_AGE": 0,
    }
