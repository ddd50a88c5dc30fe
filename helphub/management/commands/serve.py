import http.client
import os
import signal
import socket
import sys
import threading
import time

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from gunicorn.app.base import BaseApplication

HOST = "127.0.0.1"
PAUSE = 0.1
PATIENCE = 5  # Seconds that requests have to finish.


class Command(BaseCommand):
    help = "Set up a laptop, then serve the site and the admin and run the publisher."

    def add_arguments(self, parser):
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, port, **options):
        if not settings.LAPTOP:
            raise CommandError(
                "This is for laptops only. deploy/RUNBOOK.md says how to start a server."
            )
        try:
            listening = bound(port)
            call_command("set_up", stdout=self.stdout)
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. The next start carries on from here.", returncode=1
            ) from None
        # From here there are three kinds of process, all sharing what is already loaded.
        connections.close_all()
        self.stdout.flush()
        server = os.getpid()
        if os.fork() == 0:
            listening.close()
            self.be_publisher(port, server)
        Site(listening).run()

    def be_publisher(self, port, server):
        """Print the site's address once it answers, then publish. Ends with the server."""
        code = 1
        threading.Thread(target=end_with, args=[server], daemon=True).start()
        try:
            while not answers(port):
                time.sleep(PAUSE)
            site = f"http://{HOST}:{port}/"
            self.stdout.write(f"The site: {site}   The admin: {site}admin/   Stop: Ctrl-C")
            self.stdout.flush()
            call_command("publish", watch=True, if_needed=True, stdout=self.stdout)
            code = 0
        except KeyboardInterrupt:
            code = 0
        except CommandError as error:
            self.stderr.write(str(error))
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            self.stdout.flush()
            os._exit(code)


class Site(BaseApplication):
    """gunicorn on a socket that is already bound."""

    def __init__(self, listening):
        self.listening = listening
        super().__init__()

    def load_config(self):
        wanted = {
            "bind": f"fd://{self.listening.fileno()}",
            "workers": 2,
            "threads": 4,
            "loglevel": "error",
            "control_socket_disable": True,
            "graceful_timeout": PATIENCE,
            # On Ctrl-C, exit at once: clearing up takes seconds on a busy machine and saves
            # nothing.
            "worker_int": lambda worker: os._exit(0),
            "post_worker_init": exit_at_once,
        }
        for name, value in wanted.items():
            self.cfg.set(name, value)

    def load(self):
        from helphub.wsgi import application

        return application


def exit_at_once(worker):
    """Let Ctrl-C end a worker whatever it is doing.

    gunicorn's own handler first shuts down the thread pool. If the signal comes while the worker
    hands a request to the pool, that waits for a lock that the worker itself holds.
    """
    for number in (signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, lambda *_: os._exit(0))


def bound(port):
    """A socket on this port. Bound first, so a taken port fails before any work is done."""
    listening = socket.socket()
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port))
    except OSError as error:
        raise CommandError(
            f"Port {port} is not free ({error.strerror}). Choose another: PORT=8080 make serve"
        ) from error
    return listening


def answers(port):
    """Whether the site answers on this port."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/healthz/live")
        with connection.getresponse() as response:
            return response.status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def end_with(parent):
    """End this process when its parent has ended, whatever it is doing.

    If that interrupts a publication, readers keep the edition they have.
    """
    while os.getppid() == parent:
        time.sleep(PAUSE)
    os._exit(0)
