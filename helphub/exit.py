"""Where "Leave this site quickly" leads."""

from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured


def exit_address(value, *, own_hosts):
    """The address, if it gives nothing away.

    It must be absolute and https, on another host, with no user name, query or fragment that could
    show where the reader came from. Nothing is fetched, because there may be no network at startup.
    """
    parts = urlsplit(value)
    faults = (
        ("it must begin with https://", parts.scheme != "https"),
        ("it has no host name", not parts.hostname),
        ("leave out the user name", "@" in parts.netloc),
        ("leave out everything from the ? onwards", "?" in value),
        ("leave out everything from the # onwards", "#" in value),
        (
            "it must lead away from this site",
            any(
                parts.hostname == host.lstrip(".") or f".{parts.hostname}".endswith(host)
                for host in own_hosts
                if host
            ),
        ),
    )
    for why, is_wrong in faults:
        if is_wrong:
            raise ImproperlyConfigured(f"EXIT_URL is “{value}”: {why}.")
    return value
