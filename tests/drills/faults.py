"""The faults. Each is a function that breaks something, yields, then repairs it.

A drill declares what it may do to replies. By default every reply must be good. It may allow
`degraded` replies on the edition's way, or on the application's, where only the emergency page may
be left.
"""

import gzip
import hashlib
import http.client
import json
import os
import random
import resource
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from deploy import backup, restore
from tests.drills.load import Reader, Request
from tests.drills.officer import Officer
from tests.support.reader import form_values
from tests.support.stack import ADMIN_HOST, BASE_DIR, PUBLIC_HOST

DRILLS = []
SERVERS = ("public-1", "public-2")


@dataclass
class Allowed:
    """What a drill may do to replies on each way."""

    edition_degraded: bool = False
    application_degraded: bool = False
    cut_in_a_thousand: int = 0
    slowest_99: int | None = None  # Milliseconds for help now, on the edition's way.
    slowest_application: int | None = None
    readers: int = 12  # On each way.


@dataclass
class Drill:
    """A fault, how long it lasts, and what it may do to replies."""

    name: str
    run: object
    seconds: float
    allowed: Allowed
    notes: list = field(default_factory=list)
    faults: list = field(default_factory=list)


def drill(name, seconds=8.0, **allowed):
    def register(function):
        DRILLS.append(Drill(name, contextmanager(function), seconds, Allowed(**allowed)))
        return function

    return register


# The database


@drill("database killed")
def database_killed(stack, this):
    stack.signal_postgres(signal.SIGKILL)
    time.sleep(1)
    status, _, body = admin_page(stack)
    this.notes.append(f"the admin answers {status}")
    if status != 503 or b"does not answer" not in body or b"Traceback" in body:
        this.faults.append("The admin does not say in words what is wrong, or says too much.")
    yield
    start_postgres(stack)


@drill("database hung")
def database_hung(stack, this):
    stack.signal_postgres(signal.SIGSTOP)
    yield
    stack.signal_postgres(signal.SIGCONT)


@drill("database read-only", seconds=5)
def database_read_only(stack, this):
    officer = Officer(stack)
    officer.sign_in()
    ((key,),) = stack.query("SELECT id FROM strategy_guide WHERE slug = 'consent'")
    address = f"/admin/strategy/guide/{key}/change/"
    typed = "What took an officer half an hour."
    values = form_values(officer.ask(address)) | {"summary_en": typed, "_save": "Save"}
    stack.query("ALTER SYSTEM SET default_transaction_read_only = on")
    stack.query("SELECT pg_reload_conf()")
    until(lambda: stack.query("SHOW default_transaction_read_only") == [("on",)], 5)
    # Publishing only reads the database, so released content can still go out.
    stack.manage("publish", stdout=subprocess.DEVNULL)
    answer = officer.ask(address, values)
    if answer.status_code != 503 or typed not in answer.main:
        this.faults.append(f"A save is answered by {answer.status_code}: {answer.main[:200]}")
    this.notes.append("published all the same; a save in the admin is told so and keeps its text")
    yield
    stack.query("ALTER SYSTEM RESET default_transaction_read_only")
    stack.query("SELECT pg_reload_conf()")
    until(lambda: stack.query("SHOW default_transaction_read_only") == [("off",)], 5)
    officer.ask(address, form_values(answer))
    if not stack.query(f"SELECT 1 FROM strategy_guide WHERE summary_en = '{typed}'"):  # noqa: S608
        this.faults.append("What was typed could not be sent again.")


@drill("all connections of the database taken", seconds=5)
def connections_taken(stack, this):
    connections = []
    with suppress(psycopg.OperationalError):
        while True:
            connections.append(backup.connect(stack.database_url()))
    status, _, body = admin_page(stack)
    # A thread in the admin may still hold a connection.
    if status != 302 and not (status == 503 and b"does not answer" in body):
        this.faults.append(f"The admin answers {status}: {body[:200]}")
    this.notes.append(f"{len(connections)} taken; the admin answers {status}")
    yield
    for connection in connections:
        connection.close()


@drill("database emptied, then restored", seconds=3)
def database_emptied(stack, this):
    saved = backup.back_up(stack.database_url(), stack.folder / "backups")
    before = os.readlink(stack.editions / "current")
    stack.query("DROP SCHEMA public CASCADE")
    stack.query("CREATE SCHEMA public")
    result = stack.manage("publish", check=False, capture_output=True, text=True)
    if result.returncode == 0 or os.readlink(stack.editions / "current") != before:
        this.faults.append("An empty database was published.")
    yield
    stack.query("DROP SCHEMA public CASCADE")
    started = time.monotonic()
    restore.restore(saved, stack.database_url())
    this.notes.append(f"restored in {time.monotonic() - started:.1f} s")


@drill("boot with the database dead")
def boot_with_it_dead(stack, this):
    stack.signal_postgres(signal.SIGKILL)
    for name in SERVERS:
        restart(stack, name)
    stack.stop("front")
    stack.start_front()
    stack.stop("publisher")
    stack.start_publisher()
    time.sleep(2)
    if not stack.is_up("publisher"):
        this.faults.append("The publisher does not start without a database.")
    yield
    start_postgres(stack)


@drill("boot with the database hung", seconds=5)
def boot_with_it_hung(stack, this):
    stack.signal_postgres(signal.SIGSTOP)
    for name in SERVERS:
        seconds = restart(stack, name)
        this.notes.append(f"{name} answers after {seconds:.1f} s")
    yield
    stack.signal_postgres(signal.SIGCONT)


# The application


@drill("worker killed, five times", seconds=0, cut_in_a_thousand=1)
def worker_killed(stack, this):
    for turn in range(5):
        os.kill(random.choice(stack.workers_of(SERVERS[turn % 2])), signal.SIGKILL)  # noqa: S311
        time.sleep(2)
    yield


@drill("all workers of one server hung", slowest_99=200, slowest_application=3200)
def workers_hung(stack, this):
    hung = stack.workers_of("public-1")
    for pid in hung:
        os.kill(pid, signal.SIGSTOP)
    yield
    for pid in hung:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


@drill("rolling reload, six times", seconds=0)
def rolling_reload(stack, this):
    for turn in range(6):
        name = SERVERS[turn % 2]
        old = set(stack.workers_of(name))
        for master in stack.masters_of(name):
            os.kill(master, signal.SIGHUP)
        until(lambda name=name, old=old: not old & set(stack.workers_of(name)), 25)
    yield


@drill("rolling restart", seconds=1)
def rolling_restart(stack, this):
    for name in SERVERS:
        restart(stack, name)
    yield


@drill("a release that cannot import", seconds=6, application_degraded=True, edition_degraded=True)
def bad_release(stack, this):
    wsgi = stack.release / "helphub" / "wsgi.py"
    good = wsgi.read_text()
    wsgi.write_text("import what_is_not_there\n")
    for name in SERVERS:
        stack.stop(name)
        stack.start_public(int(name[-1]))
    until(lambda: not any(stack.is_up(name) for name in SERVERS), 25)
    yield
    wsgi.write_text(good)
    started = time.monotonic()
    for name in SERVERS:
        stack.stop(name)
        stack.start_public(int(name[-1]))
    until(lambda: live(stack), 60)
    this.notes.append(f"back {time.monotonic() - started:.1f} s after the old code was put back")
    this.notes.append("degraded: what needs the application. Pages come from the edition")


# Editions


@drill("edition altered, deleted, torn", seconds=4)
def edition_altered(stack, this):
    publish_anew(stack)
    edition = stack.editions / os.readlink(stack.editions / "current")
    files = sorted((edition / "pages").rglob("*.gz"))
    random.shuffle(files)
    for file in files[:30]:
        replace(file, hashlib.sha256(file.name.encode()).digest() * 40)
    for file in files[30:60]:
        file.unlink()
    manifest = edition / "manifest.json"
    content = manifest.read_bytes()
    restart_all_that_reads(stack)  # Anything that loads now must refuse it and use the one before.
    time.sleep(2)
    replace(manifest, content[: len(content) // 2])
    restart_all_that_reads(stack)
    yield
    # Nobody steps in: the publisher makes it again.
    until(lambda: is_repaired(stack), 90)
    this.notes.append("repaired by itself")


@drill("publish killed twenty times", seconds=0)
def publish_killed(stack, this):
    intact = 0
    for _ in range(20):
        touch_content(stack)
        process = subprocess.Popen(
            [sys.executable, "manage.py", "publish"],
            cwd=stack.release,
            env=stack.environment("admin"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        time.sleep(random.uniform(0.3, 3.5))  # noqa: S311
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        intact += is_whole(stack.editions / "current")
    if intact != 20:
        this.faults.append(f"The current edition was whole {intact} times of 20.")
    stack.manage("publish", stdout=subprocess.DEVNULL)
    if left := list(stack.editions.glob(".work-*")):
        this.faults.append(f"Left behind: {left}")
    this.notes.append(f"whole {intact} times of 20")
    yield


@drill("disk full", seconds=0)
def disk_full(stack, this):
    touch_content(stack)
    with small_disk(stack) as (folder, how, limit):
        before = os.readlink(folder / "current")
        result = stack.manage(
            "publish",
            check=False,
            capture_output=True,
            text=True,
            env={"EDITIONS_DIR": str(folder)},
            preexec_fn=limit,
        )
        if result.returncode == 0:
            this.faults.append("The disk was not full.")
        if "Traceback" in result.stderr:
            this.faults.append("It does not say in words what is wrong.")
        if os.readlink(folder / "current") != before or not is_whole(folder / "current"):
            this.faults.append("The current edition is not what it was.")
        if left := list(folder.glob(".work-*")):
            this.faults.append(f"Left behind: {left}")
        output = result.stderr.strip().splitlines()
        this.notes += [how, f"said: {output[-1][:90] if output else 'nothing'}"]
    yield


LONGEST_WITHDRAWAL, BUSY = 60, 16  # Seconds allowed, unless the machine's load is above BUSY.


@drill("withdrawal during a full publication", seconds=0)
def withdrawal_interrupts(stack, this):
    officer = Officer(stack)
    officer.sign_in()
    make_everything_again(stack)
    form = form_values(officer.ask("/admin/publishing/waiting/"))
    officer.ask("/admin/publishing/waiting/", form | {"all": "on", "why": "A drill"})
    until(lambda: is_making_pages(stack), 120)
    this.notes.append(f"asked by an officer: {withdrawn(stack, this, officer, 'h-samaritans')}")
    until(lambda: not unfinished(stack), 600)
    ((state, report),) = stack.query(
        "SELECT state, report FROM helphub_publicationrequest WHERE kind = 'release'"
    )
    if state != "done" or not report.get("again_at"):
        this.faults.append(f"What was published did not begin again: {state}, {report}")
    make_everything_again(stack)
    command = subprocess.Popen(
        [sys.executable, "manage.py", "publish"],
        cwd=stack.release,
        env=stack.environment("admin"),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    until(lambda: is_making_pages(stack), 120)
    this.notes.append(f"by command: {withdrawn(stack, this, officer, 'h-childline')}")
    output, _ = command.communicate(timeout=600)
    if command.returncode or "Started again at" not in output:
        this.faults.append(f"The command did not begin again: {output[-300:]}")
    yield


def make_everything_again(stack):
    """Make sure the next publication has to make every page."""
    touch_content(stack)
    # Wait first: the publisher checks each new edition once, and would make all its pages itself.
    until(lambda: is_idle_for(stack, 3), 600)
    for file in (stack.editions / "current").resolve().glob("answers.json*"):
        file.unlink()


def is_idle_for(stack, seconds):
    """Whether nothing is being published for this many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if (stack.editions / ".new-progress").exists():
            return False
        time.sleep(0.1)
    return True


def is_making_pages(stack):
    try:
        report = json.loads((stack.editions / ".new-progress").read_bytes())
    except (OSError, ValueError):
        return False
    return report["doing"] == "making" and report["done"] > 30


def unfinished(stack):
    return stack.query(
        "SELECT 1 FROM helphub_publicationrequest WHERE state IN ('waiting', 'running')"
    )


def withdrawn(stack, this, officer, line):
    """Withdraw a number. Returns, in words, how long any page still showed it."""
    ((key, dial),) = stack.query(f"SELECT id, dial FROM contacts_phone WHERE slug = '{line}'")  # noqa: S608
    link = f"tel:{dial}".encode()
    edition = (stack.editions / "current").resolve()
    pages = json.loads((edition / "manifest.json").read_bytes())["pages"]
    showing = [
        address
        for address, page in pages.items()
        if page["file"] and link in (edition / "pages" / page["file"]).read_bytes()
    ]
    address = f"/admin/publishing/withdraw/contacts.phone/{key}/"
    form = form_values(officer.ask(address))
    started = time.monotonic()
    officer.ask(address, form | {"why": "A drill"})
    left = [(port, address) for port in stack.state["ports"].values() for address in showing]
    while left and time.monotonic() - started < 10 * LONGEST_WITHDRAWAL:
        if is_met(*left[-1], link):
            time.sleep(0.1)
        else:
            left.pop()
    seconds, load = time.monotonic() - started, os.getloadavg()[0]
    if left or (seconds > LONGEST_WITHDRAWAL and load <= BUSY):
        this.faults.append(f"{line} was still on {len(left)} pages after {seconds:.0f} s.")
    return f"gone from {len(showing)} pages after {seconds:.1f} s (load {load:.0f})"


def is_met(port, address, link):
    """Whether a page still shows a number. A page that does not answer counts too."""
    reader = Reader(port)
    try:
        body = reader.ask(Request("GET", address))[2]
    except (OSError, http.client.HTTPException):
        return True
    finally:
        reader.close()
    return link in (gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body)


# Clients that are not readers


@drill("poisoned hosts and headers", seconds=0)
def poisoned(stack, this):
    evil = "evil.example"
    names = ["X-Forwarded-Host", "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Prefix"]
    names += ["Forwarded", "X-Host", "X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Server"]
    names += ["X-HTTP-Method-Override", "X-Forwarded-Scheme", "Origin", "Referer", "Cookie"]
    names += ["Accept-Language", "User-Agent", "Via", "True-Client-IP", "X-Real-IP"]
    tried = 0
    for port in stack.state["ports"].values():
        for path in ("/", "/help-now/", "/robots.txt", "/stalking", "/no-such-page/", "/find/"):
            clean = raw(port, path, PUBLIC_HOST)
            for name in names:
                tried += 1
                if evil.encode() in (odd := raw(port, path, PUBLIC_HOST, {name: evil})):
                    this.faults.append(f"{name} is reflected by {path}.")
                if without_date(odd) != without_date(clean):
                    this.faults.append(f"{name} changes {path}.")
            for host in (evil, f"{PUBLIC_HOST}@{evil}", f"{PUBLIC_HOST}:80@{evil}", f"{evil}:80"):
                tried += 1
                odd = raw(port, path, host)
                is_refused = b" 400 " in odd[:20] and b"tel:999" in odd
                # nginx reads a host up to its colon, and passes its own name to the application.
                is_ours = without_date(odd) == without_date(clean)
                if not (is_refused or is_ours) or evil.encode() in odd:
                    this.faults.append(f"Host {host} is answered by {odd[:40]}")
            if without_date(raw(port, path, PUBLIC_HOST)) != without_date(clean):
                this.faults.append(f"{path} is not what it was.")
    for what, request in UNREADABLE.items():
        tried += 1
        answer = spoken(stack.state["ports"]["nginx"], request)
        if answer and (b" 200 " in answer[:20] or b"tel:999" not in answer):
            this.faults.append(f"{what}: {answer[:40]}")
    this.notes.append(f"{tried} tried")
    yield


UNREADABLE = {
    "a request that is none": b"what?\r\n\r\n",
    "a header of 40 kB": b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",
    "an address of 40 kB": b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "two hosts": b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
    "two lengths": b"POST /find/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n"
    b"Content-Length: 4\r\n\r\nabcd",
    "length and chunks": b"POST /find/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "another coding": b"POST /find/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: odd\r\n\r\n",
    "too much": b"POST /find/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n",
    "TRACE": b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a NUL": b"GET /\x00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a way up": b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
}


@drill("slow clients", seconds=8, slowest_99=200)
def slow_clients(stack, this):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    count = min(5000, hard - 1000)
    port = stack.state["ports"]["nginx"]
    beginnings = [
        b"",
        b"GET /help-now/ HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
        b"POST /find/ HTTP/1.1\r\nHost: localhost\r\nContent-Length: 900\r\n\r\nwords=",
        b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20,  # Asks for a lot and reads nothing.
    ]
    sockets = []
    for number in range(count):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.settimeout(5)
        # Use several addresses: one address has only so many ports.
        client.bind((f"127.0.{1 + number // 2000}.1", 0))
        client.connect(("127.0.0.1", port))
        client.sendall(beginnings[number % 4])
        sockets.append(client)
    this.notes.append(f"{count} clients: idle, half a header, half a body, not reading")
    yield
    for client in sockets:
        client.close()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@drill(
    "search flood, 40 connections",
    seconds=0,
    application_degraded=True,
    edition_degraded=True,
    slowest_99=200,
    readers=5,
)
def search_flood(stack, this):
    for name, port in stack.state["ports"].items():
        command = [sys.executable, "-m", "tests.drills.load", str(port), "6", "40"]
        printed = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=True)
        counts = json.loads(printed.stdout)
        this.notes.append(f"{name}: {counts}")
        if odd := set(counts) - {"200", "303", "429", "503"}:
            this.faults.append(f"Searches answered by {odd}")
    yield


@drill("five hundred times help now, from one address", seconds=0)
def one_address(stack, this):
    for name, port in stack.state["ports"].items():
        connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=10, source_address=("127.9.9.9", 0)
        )
        started, statuses = time.monotonic(), set()
        for _ in range(500):
            connection.request("GET", "/help-now/", headers={"Host": PUBLIC_HOST})
            response = connection.getresponse()
            response.read()
            statuses.add(response.status)
        connection.close()
        this.notes.append(f"{name}: {statuses} in {time.monotonic() - started:.1f} s")
        if statuses != {200}:
            this.faults.append("Who shares an address with others is sent away.")
    yield


# What is left behind, and whether both ways give the same replies


@drill("the same headers either way", seconds=0)
def same_headers(stack, this):
    manifest = json.loads((stack.editions / "current" / "manifest.json").read_bytes())
    compared = 0
    for address, page in manifest["pages"].items():
        if page["file"] is None:
            continue
        request = Request("GET", address)
        replies = []
        for port in stack.state["ports"].values():
            reader = Reader(port)
            status, headers, body = reader.ask(request)
            reader.close()
            headers = sorted((name.lower(), value) for name, value in headers if name != "Date")
            replies.append((status, headers, body))
        compared += 1
        if replies[0] != replies[1]:
            this.faults.append(f"{address}: {set(replies[0][1]) ^ set(replies[1][1])}")
    this.notes.append(f"{compared} pages, byte for byte")
    yield


@drill("nothing is left behind", seconds=0)
def nothing_left(stack, this):
    canary = "canaryquxz"
    for port in stack.state["ports"].values():
        connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=10, source_address=("127.77.66.55", 0)
        )
        headers = {"Host": PUBLIC_HOST, "User-Agent": canary, "Referer": f"https://x/{canary}"}
        connection.request("GET", f"/help-now/?{canary}=1", headers=headers)
        connection.getresponse().read()
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request("POST", "/find/", f"words={canary}", headers)
        connection.getresponse().read()
        # Errors are what a log would record.
        for _ in range(2):
            connection.request("GET", f"/{canary}/%ff?{canary}", headers=headers)
            connection.getresponse().read()
        connection.close()
    looked = 0
    for file in stack.folder.rglob("*"):
        if file.is_file() and not file.is_relative_to(stack.data):
            looked += 1
            content = file.read_bytes()
            if canary.encode() in content or b"127.77.66.55" in content:
                this.faults.append(f"{file.relative_to(stack.folder)} holds something of a reader.")
    this.notes.append(f"{looked} files searched")
    yield


# Shared by the drills


def until(is_so, seconds):
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError("What a drill waited for did not come.")
        time.sleep(0.1)


def start_postgres(stack):
    # After a kill, its memory takes a moment to become free for a new server.
    until(
        lambda: not [p for p in stack.postgres_processes() if Path(f"/proc/{p}/exe").exists()], 20
    )
    stack.start_postgres()
    until(lambda: answers_query(stack), 30)


def answers_query(stack):
    try:
        return stack.query("SELECT 1")
    except Exception:
        return False


def live(stack):
    port = stack.state["ports"]["nginx-plain"]
    try:
        return Reader(port).ask(Request("GET", "/healthz/live"))[0] == 200
    except (OSError, http.client.HTTPException):
        return False


def admin_page(stack):
    connection = http.client.HTTPConnection("127.0.0.1", stack.state["ports"]["nginx"], timeout=70)
    connection.request("POST", "/admin/login/", headers={"Host": ADMIN_HOST})
    status = connection.getresponse()
    if status.status < 500:
        # The sign-in form needs no database, but a session does.
        connection.request(
            "GET", "/admin/", headers={"Host": ADMIN_HOST, "Cookie": "sessionid=" + "x" * 32}
        )
        status.read()
        status = connection.getresponse()
    return status.status, status.getheaders(), status.read()


def restart(stack, name):
    """Stop a server as a release does and start it again. Returns seconds until it answers."""
    number = int(name[-1])
    stack.stop(name)
    started = time.monotonic()
    stack.start_public(number)
    until(lambda: answers(stack.socket_of(name)), 30)
    return time.monotonic() - started


def answers(path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(path))
            connection.sendall(
                f"GET /help-now/ HTTP/1.0\r\nHost: {PUBLIC_HOST}\r\n"
                "X-Forwarded-Proto: https\r\n\r\n".encode()
            )
            return b" 200 " in connection.recv(20)
        except OSError:
            return False


def is_repaired(stack):
    try:
        return is_whole(stack.editions / "current")
    except (OSError, ValueError):
        return False


def restart_all_that_reads(stack):
    for name in SERVERS:
        restart(stack, name)
    stack.stop("front")
    stack.start_front()


def touch_content(stack):
    """Change one guide, so that there is something to publish."""
    words = f"Read in a quiet moment. {time.time_ns()}"
    stack.query(f"UPDATE strategy_guide SET summary_en = '{words}' WHERE slug = 'consent'")  # noqa: S608


def publish_anew(stack):
    touch_content(stack)
    stack.manage("publish", stdout=subprocess.DEVNULL)


def replace(file, content):
    """Replace a file without changing the copy that other editions share."""
    new = file.with_name(f"{file.name}.new")
    new.write_bytes(content)
    new.replace(file)


def is_whole(edition):
    """Whether every page file in an edition matches its manifest."""
    pages = json.loads((edition / "manifest.json").read_bytes())["pages"]
    for page in pages.values():
        if page["file"] is None:
            continue
        for mark, suffix in (("sha256", ""), ("gz", ".gz"), ("br", ".br")):
            body = (edition / "pages" / (page["file"] + suffix)).read_bytes()
            if hashlib.sha256(body).hexdigest() != page[mark]:
                return False
    return True


@contextmanager
def small_disk(stack):
    """Put the editions on an almost full disk or, without root, limit the size of files."""
    folder = stack.folder / "small"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    edition = (stack.editions / "current").resolve()
    is_mounted = (
        os.geteuid() == 0
        and not subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(folder)],
            capture_output=True,
        ).returncode
    )
    try:
        shutil.copytree(edition, folder / edition.name)
        (folder / "current").symlink_to(edition.name)
        if is_mounted:
            room = shutil.disk_usage(folder)
            size = (room.used + 300_000) // 1024
            command = ["mount", "-o", f"remount,size={size}k", str(folder)]
            subprocess.run(command, check=True)
            yield folder, "a disk with 300 kB left", None
        else:
            limit = (200_000, 200_000)
            yield (
                folder,
                "no file larger than 200 kB",
                lambda: resource.setrlimit(resource.RLIMIT_FSIZE, limit),
            )
    finally:
        if is_mounted:
            subprocess.run(["umount", str(folder)], check=True)
        shutil.rmtree(folder, ignore_errors=True)


def raw(port, path, host, headers=()):
    lines = [f"GET {path} HTTP/1.1", f"Host: {host}", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in dict(headers).items()]
    return spoken(port, "\r\n".join([*lines, "", ""]).encode())


def spoken(port, request):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
        connection.sendall(request)
        answer = b""
        with suppress(ConnectionResetError, TimeoutError):
            while part := connection.recv(65536):
                answer += part
                if b"Connection: keep-alive" in answer and b"</html>" in answer:
                    break
        return answer


def without_date(reply):
    return b"\r\n".join(line for line in reply.split(b"\r\n") if not line.startswith(b"Date:"))
