"""gunicorn settings for readers and officers. The unit sets the role and the socket."""

import os

worker_class = "gthread"
# In each of the two public servers, which nginx asks in turn.
workers = 2
threads = 16
# nginx opens a connection for each request.
keepalive = 0
# Replaces a worker that hangs. By then nginx has long since asked the other server.
timeout = 30
graceful_timeout = 20
# By default this socket goes in a home folder, and the unit has none.
control_socket_disable = True
worker_tmp_dir = "/dev/shm"  # noqa: S108 - on a disk, its heartbeat would stop whenever the disk does.
# An access log would show who read what.
accesslog = None
# At "warning" gunicorn logs what it refuses, which may be what a reader typed.
loglevel = "error"
# More than nginx lets through (hub.conf.in), so nginx answers long requests, with the numbers.
limit_request_line = 4094
limit_request_field_size = 8190

# Readers' servers load once, so a replacement worker is ready at once. Officers' servers hold
# database connections, which processes must not share.
preload_app = os.environ.get("HELPHUB_ROLE") == "public"


def post_worker_init(worker):
    """Check for the newest edition now: the one loaded before the fork may be old."""
    if look := getattr(worker.wsgi, "look", None):
        look()
