import json
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

# Where a host lists the apps that may open its addresses instead of the browser.
CLAIMS = {
    "Android": "/.well-known/assetlinks.json",
    "iOS": "/.well-known/apple-app-site-association",
}
OPENS_LINKS = "delegate_permission/common.handle_all_urls"


def fetch(url):
    """The host's answer, or None if it has no such file."""
    try:
        with urllib.request.urlopen(url, timeout=10) as response:  # noqa: S310 - https, by settings.
            return json.load(response)
    except urllib.error.HTTPError as error:
        if error.code in {403, 404, 410}:
            return None
        raise
    except ValueError:
        return None


def android_apps(claim):
    """The Android apps that may open every address of the host."""
    return [
        statement.get("target", {}).get("package_name", "an app")
        for statement in claim or []
        if OPENS_LINKS in statement.get("relation", [])
    ]


def ios_apps(claim):
    """The iOS apps that may open the host's addresses, with the paths they claim."""
    details = (claim or {}).get("applinks", {}).get("details", [])
    return [
        f"{', '.join(detail.get('appIDs') or [detail.get('appID', 'an app')])} "
        f"({json.dumps(detail.get('components') or detail.get('paths') or [])})"
        for detail in details
    ]


class Command(BaseCommand):
    help = (
        "Before launch, check by hand whether an app claims the exit's address. If an app opens "
        "instead, the browser stays open behind it, with this site in it."
    )

    def handle(self, **options):
        parts = urlsplit(settings.EXIT_URL)
        claiming_apps = []
        for system, path in CLAIMS.items():
            url = f"{parts.scheme}://{parts.netloc}{path}"
            try:
                claim = fetch(url)
            except OSError as error:
                raise CommandError(f"{url} did not answer: {error}") from error
            apps = android_apps(claim) if system == "Android" else ios_apps(claim)
            claiming_apps += [f"{system}: {app}" for app in apps]
        if claiming_apps:
            listed = "\n".join(f"- {app}" for app in claiming_apps)
            raise CommandError(
                f"Apps claim addresses on {parts.hostname}. Try {settings.EXIT_URL} on a phone "
                f"that has them installed, or choose another address:\n{listed}"
            )
        self.stdout.write(f"No app claims addresses on {parts.hostname}.")
