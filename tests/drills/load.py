"""Load: reader threads that open pages as people do, and note the replies."""

import http.client
import json
import random
import sys
import threading
import time
from dataclasses import dataclass

from tests.drills.oracle import tally

HOST = "localhost"
HELP_NOW = "/help-now/"
WORDS = ["police", "upset", "my phone", "a friend", "counselling", "court", "night", "school"]
LONGEST = 10  # Seconds. A reader who waits longer than this counts as left waiting.


@dataclass(frozen=True)
class Request:
    """A request, and the statuses that count as an answer."""

    method: str
    path: str
    wanted: tuple = (200,)
    is_printed: bool = False
    body: str = ""


def mix(pages):
    """The mix of requests: about half for home and help now, and a little of everything else."""
    some = [(54, [Request("GET", path, is_printed=True) for path in ("/", HELP_NOW)])]
    some.append((34, [Request("GET", path, is_printed=True) for path in pages]))
    some.append((2, [Request("POST", "/find/", body=f"words={w}") for w in WORDS]))
    some.append((3, [Request("GET", "/no-such-page/", (404,))]))
    some.append((3, [Request("HEAD", HELP_NOW)]))
    some.append((2, [Request("GET", "/stalking", (301, 302))]))
    some.append((2, [Request("GET", f"/?from={number}", is_printed=False) for number in range(50)]))
    return some


class Reader:
    """One reader's connection. If a reused connection has been closed, it is reopened once."""

    def __init__(self, port):
        self.port = port
        self.connection = None

    def ask(self, request, path=None):
        headers = {"Host": HOST, "Accept-Encoding": "gzip"}
        if request.body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            self.close()  # A form must not be sent twice, so use a new connection.
        is_reused = self.connection is not None
        try:
            return self._ask(request, path or request.path, headers)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            self.close()
            if not is_reused:
                raise
            return self._ask(request, path or request.path, headers)

    def _ask(self, request, path, headers):
        if self.connection is None:
            # Readers come from many addresses, because searches are limited per address.
            address = f"127.{random.randint(1, 250)}.{random.randint(1, 250)}.1"  # noqa: S311
            self.connection = http.client.HTTPConnection(
                "127.0.0.1", self.port, timeout=LONGEST, source_address=(address, 0)
            )
        self.connection.request(request.method, path, request.body or None, headers)
        response = self.connection.getresponse()
        body = response.read()
        if response.will_close:
            self.close()
        return response.status, response.getheaders(), body

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Load:
    """Readers at a port for the length of the block, with their replies counted."""

    def __init__(self, port, oracle, requests, readers=12):
        self.port, self.oracle = port, oracle
        self.weights = [weight for weight, _ in requests]
        self.choices = [choice for _, choice in requests]
        self.readers = readers
        self.counts, self.times, self.faults = tally(), [], []
        self.help_now = []  # Seconds, for that page only.
        self.missed = set()  # Pages of the edition that were not there.
        self.over = threading.Event()
        self.lock = threading.Lock()
        self.threads = []

    def __enter__(self):
        self.threads = [threading.Thread(target=self._read) for _ in range(self.readers)]
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()

    def _read(self):
        reader = Reader(self.port)
        while not self.over.is_set():
            (choice,) = random.choices(self.choices, self.weights)  # noqa: S311
            request = random.choice(choice)  # noqa: S311
            started = time.perf_counter()
            try:
                status, headers, body = reader.ask(request)
            except (OSError, http.client.HTTPException) as error:
                reader.close()
                seconds = time.perf_counter() - started
                verdict, why = "bad", f"no whole reply: {type(error).__name__}"
            else:
                seconds = time.perf_counter() - started
                verdict, why = self.oracle.verdict(request, status, headers, body)
            with self.lock:
                self.counts[verdict] += 1
                self.times.append(seconds)
                if request.path == HELP_NOW:
                    self.help_now.append(seconds)
                if verdict != "good":
                    self.faults.append(f"{request.method} {request.path}: {why}")
                    if request.is_printed:
                        self.missed.add(request.path)
            time.sleep(0.002)
        reader.close()


def percentile(times, share=0.99):
    """The milliseconds within which that share of the replies arrived."""
    ordered = sorted(times)
    return ordered[int(share * (len(ordered) - 1))] * 1000 if ordered else 0.0


def flood(port, seconds, connections):
    """Unique searches, each from a different local address, so no limit per address stops them."""
    over = time.monotonic() + seconds
    counts, lock = {}, threading.Lock()

    def search(number):
        place = 0
        while time.monotonic() < over:
            place += 1
            address = f"127.{1 + number}.{place // 250 % 250}.{1 + place % 250}"
            connection = http.client.HTTPConnection(
                "127.0.0.1", port, timeout=LONGEST, source_address=(address, 0)
            )
            started = time.perf_counter()
            try:
                headers = {"Host": HOST, "Content-Type": "application/x-www-form-urlencoded"}
                connection.request("POST", "/find/", f"words=thing{number}x{place}", headers)
                response = connection.getresponse()
                response.read()
                status = response.status
            except (OSError, http.client.HTTPException) as error:
                status = type(error).__name__
            if time.perf_counter() - started > 2:
                status = f"{status} after more than 2 s"
            connection.close()
            with lock:
                counts[str(status)] = counts.get(str(status), 0) + 1

    threads = [threading.Thread(target=search, args=[n]) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counts


if __name__ == "__main__":
    # In its own process, so that the flood does not stall the readers' timing.
    print(json.dumps(flood(*map(int, sys.argv[1:]))))
