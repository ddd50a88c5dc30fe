"""How many pages a second, side by side in one run: make bench.

The production stack on loopback, the same page from each: editions under gunicorn, a bare WSGI
application with the same bytes under the same gunicorn, nginx on the edition, nginx on one plain
file of the same size, and pages rendered live from PostgreSQL. Rounds alternate, so other load on
the machine affects all of them alike; the median counts. If the middle half of the rounds straddles
a goal, the machine is too noisy to tell. `wrk` sends the requests (Debian's package of that name).
"""

import http.client
import json
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.support.stack import (
    ADMIN_HOST,
    PUBLIC_HOST,
    Stack,
    StackError,
    free_port,
    nginx_program,
)

PAGE = "/topics/law/"
ROUNDS, SECONDS, CONNECTIONS = 7, 5, 32
GOALS = [
    ("served edition, gunicorn", "bare WSGI application, gunicorn", 0.9),
    ("edition, nginx", "one plain file, nginx", 0.93),
    ("rendered live, gunicorn", "bare WSGI application, gunicorn", 0.05),
]
# A single file, with as many processes and as big a buffer as the real nginx.
PLAIN = """
worker_processes auto;
pid {folder}/nginx.pid;
error_log /dev/null crit;
events {{ worker_connections 16000; }}
http {{
    access_log off;
    types {{ text/html html; }}
    sendfile on;
    tcp_nopush on;
    gzip_static on;
    open_file_cache max=4000 inactive=60s;
    open_file_cache_valid 1s;
    client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
    uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
    server {{ listen 127.0.0.1:{port}; root {folder}; }}
}}
"""


def fetch(port, path, host):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {"Host": host, "Accept-Encoding": "gzip", "X-Forwarded-Proto": "https"}
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    body = response.read()
    if response.status != 200:
        raise StackError(f"{host} on port {port} answers {response.status} to {path}.")
    return response.getheaders(), body


def rate(port, path, host):
    """Requests a second, by wrk. Any reply but a 200 makes the figure worthless."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}", "-H", f"Host: {host}"]
    command += ["-H", "Accept-Encoding: gzip", "-H", "X-Forwarded-Proto: https"]
    printed = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in printed:
        raise StackError(f"Not all were 200:\n{printed}")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", printed)[1])


def gunicorn(stack, name, application, role="public", **environment):
    """A gunicorn as in production, on its own port, where wrk can reach it."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--config", "deploy/serving.py"]
    stack.start(name, [*command, "--bind", f"127.0.0.1:{port}"], role=role, **environment)
    return port


def measure(stack, folder):
    headers, body = fetch(stack.state["ports"]["nginx"], PAGE, PUBLIC_HOST)
    (folder / "body").write_bytes(body)
    page_headers = [
        pair for pair in headers if pair[0] not in {"Server", "Date", "Connection", "Keep-Alive"}
    ]
    (folder / "headers.json").write_text(json.dumps(page_headers))
    file = stack.front / "current" / "pages" / f"{PAGE.strip('/')}.html"
    shutil.copy(file, folder / "plain.html")
    shutil.copy(f"{file}.gz", folder / "plain.html.gz")
    plain_port = free_port()
    (folder / "plain.conf").write_text(PLAIN.format(folder=folder, port=plain_port))
    command = [nginx_program(), "-c", folder / "plain.conf", "-e", "stderr", "-g", "daemon off;"]
    stack.start("plain-file", command)
    (folder / "none").mkdir()
    path = str(Path(__file__).parent)
    ways = {
        "served edition, gunicorn": (
            gunicorn(stack, "bench-edition", "helphub.wsgi"),
            PAGE,
            PUBLIC_HOST,
        ),
        "bare WSGI application, gunicorn": (
            gunicorn(
                stack,
                "bench-bare",
                "bare_wsgi:application",
                BARE_PAGE=str(folder),
                PYTHONPATH=path,
            ),
            PAGE,
            PUBLIC_HOST,
        ),
        "edition, nginx": (stack.state["ports"]["nginx"], PAGE, PUBLIC_HOST),
        "one plain file, nginx": (plain_port, "/plain.html", PUBLIC_HOST),
        "rendered live, gunicorn": (
            gunicorn(
                stack,
                "bench-live",
                "helphub.wsgi",
                role="admin",
                EDITIONS_DIR=str(folder / "none"),
            ),
            PAGE,
            ADMIN_HOST,
        ),
    }
    for port, where, host in ways.values():
        stack.wait(lambda port=port: _is_open(port), f"port {port}")
        fetch(port, where, host)
    rates = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, (port, where, host) in ways.items():
            rates[name].append(rate(port, where, host))
    print(f"{PAGE}: {len(body):,} bytes in gzip, {CONNECTIONS} connections, {ROUNDS} rounds")
    print(f"{'':34} {'median/s':>9} {'lowest':>9} {'highest':>9}")
    for name, speeds in rates.items():
        low, high = min(speeds), max(speeds)
        print(f"{name:34} {statistics.median(speeds):9,.0f} {low:9,.0f} {high:9,.0f}")
    is_reached = True
    for name, yardstick, goal in GOALS:
        # A round's two rates are close in time: their quotient says more than the medians'.
        shares = [a / b for a, b in zip(rates[name], rates[yardstick], strict=True)]
        low, share, high = statistics.quantiles(shares, n=4)
        word = "reached" if share >= goal else "NOT reached"
        if low < goal <= high and high - low > goal / 20:
            word = "too noisy to tell"
        is_reached &= word != "NOT reached"
        print(f"{name} / {yardstick}: {share:.3f}, {low:.3f} to {high:.3f} (goal {goal}: {word})")
    return is_reached


def _is_open(port):
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def main():
    if shutil.which("wrk") is None:
        sys.exit("wrk is missing. On Debian: apt-get install wrk")
    with tempfile.TemporaryDirectory(prefix="helphub-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        stack = Stack(folder / "stack")
        try:
            stack.up()
            return measure(stack, folder)
        except StackError as error:
            sys.exit(str(error))
        finally:
            stack.down()


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
