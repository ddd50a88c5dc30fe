"""Officers' sessions, made older than they are."""


def later(client, seconds, *names):
    """As if this much time had passed since the officer signed in or was last active."""
    session = client.session
    for name in names or ("begun_at", "seen_at"):
        session[name] -= seconds
    session.save()
