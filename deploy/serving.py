"""How gunicorn runs, for readers and for officers; the unit says which role and which socket."""

import os

worker_class = "gthread"
# For each of the two servers of the public role, which nginx asks in turn.
workers = 2
threads = 16
# nginx opens a connection for each request.
keepalive = 0
# A worker that hangs is replaced; nginx has long asked the other server.
timeout = 30
graceful_timeout = 20
# Its usual place is a home folder, which the unit has not got.
control_socket_disable = True
worker_tmp_dir = "/dev/shm"  # noqa: S108 - on a disk, its heartbeat stands still when the disk does.
# An access log would say who read what.
accesslog = None
# At "warning" it writes down what it refuses, and that may be what a reader typed.
loglevel = "error"
# More than nginx lets through (hub.conf.in): what is too long, nginx answers with the numbers.
limit_request_line = 4094
limit_request_field_size = 8190

# Readers' servers load once, and a worker that takes another's place is there at once. Officers'
# have connections to a database, which no two processes may share.
preload_app = os.environ.get("HELPHUB_ROLE") == "public"


def post_worker_init(worker):
    """Look at once for the newest edition: what was loaded before the fork may be an old one."""
    if look := getattr(worker.wsgi, "look", None):
        look()
