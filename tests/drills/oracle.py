"""Decides which replies are good. It takes the numbers from the fixtures, not from the site.

good       the right status, the exact bytes of an edition, both numbers visible and linked, a
           language, every header, no cookie
degraded   "not just now" (503 or 429), with the same numbers and headers
bad        anything else
"""

import csv
import gzip
import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import html5lib

from tests.support.reader import text

SOURCE = Path(__file__).resolve().parents[2] / "fixtures" / "source" / "helplines.csv"
LINES = ["h-999", "h-spoc"]
HEADERS = {
    "content-security-policy": "default-src 'none'",
    "strict-transport-security": "max-age=",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "geolocation=()",
    "cache-control": "no-store",
}


def critical_numbers():
    """The digits of 999 and the single point of contact, from the source of all numbers."""
    with SOURCE.open(newline="") as file:
        rows = {row["id"]: row for row in csv.DictReader(file)}
    return [re.sub(r"\D", "", rows[line]["phone_dial"]) for line in LINES]


def national(digits):
    """Digits as dialled within the UK. Links may start with +44."""
    digits = re.sub(r"[^\d+]", "", digits)
    return re.sub(r"^(\+44|0044)", "0", digits)


class Oracle:
    """Judges replies. It remembers pages it has read by their hash."""

    def __init__(self, editions):
        self.editions = editions
        self.numbers = critical_numbers()
        self.read = {}
        self.printed = {}
        self.learn()

    def learn(self):
        """Note the hash of every page in every edition."""
        for manifest in self.editions.glob("[0-9]*/manifest.json"):
            try:
                pages = json.loads(manifest.read_bytes())["pages"]
            except (OSError, ValueError):
                continue
            for address, page in pages.items():
                self.printed.setdefault(address, set()).add(page["sha256"])

    def know(self, body):
        """Read a page unless it is known already. Returns its hash."""
        mark = hashlib.sha256(body).hexdigest()
        if mark not in self.read:
            self.read[mark] = self._fault_of_page(body)
        return mark

    def verdict(self, request, status, headers, body):
        """The verdict, and the reason if it is not good."""
        headers = {name.lower(): value for name, value in headers}
        if fault := self._fault_of_headers(headers):
            return "bad", fault
        if headers.get("content-encoding") == "gzip" and body:
            body = gzip.decompress(body)
        if request.method == "HEAD" and status in (503, 429):
            return "degraded", f"status {status}"
        if request.method == "HEAD" or status in (302, 303):
            return ("good", "") if status in request.wanted else ("bad", f"status {status}")
        mark = self.know(body)
        if fault := self.read[mark]:
            return "bad", f"{status}: {fault}"
        if status in (503, 429):
            return "degraded", f"status {status}"
        if status not in request.wanted:
            return "bad", f"status {status}"
        if request.is_printed and mark not in self.printed.get(request.path, ()):
            self.learn()
            if mark not in self.printed.get(request.path, ()):
                return "bad", "bytes that no edition has"
        return "good", ""

    def _fault_of_headers(self, headers):
        if "set-cookie" in headers:
            return "a cookie"
        for name, part in HEADERS.items():
            if part not in headers.get(name, ""):
                return f"header {name}: {headers.get(name)}"
        return None

    def _fault_of_page(self, body):
        root = html5lib.parse(body.decode(errors="replace"), namespaceHTMLElements=False)
        if not root.get("lang"):
            return "no language"
        links = [
            (national(link.get("href")[4:]), re.sub(r"\D", "", text(link)))
            for link in root.iter("a")
            if (link.get("href") or "").startswith("tel:")
        ]
        for number in self.numbers:
            if not any(href == number and number in shown for href, shown in links):
                return f"{number} is not there to see and to press"
        return None


def tally():
    return Counter(good=0, degraded=0, bad=0)
