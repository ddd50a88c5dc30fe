"""Opens addresses in production settings and prints the answers. Run by test_observatory.py.

    HELPHUB_ROLE=public ... python -m tests.support.production FOLDER < requests.json

The first run, as admin, fills FOLDER with a database's content, an edition and the static files.
"""

import base64
import json
import os
import sys
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")

import django
from django.conf import settings
from django.core.management import call_command

from tests.support.wsgi import ask, environ


def main(folder):
    settings.STATIC_ROOT = folder / "static"
    settings.FIND_INDEX = folder / "find.sqlite3"
    # This checks the headers it is served with, not how small it is.
    settings.WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["css", "js", "svg", "txt", "md", "json"]
    django.setup()
    if not settings.STATIC_ROOT.exists():
        settings.STATIC_ROOT.mkdir()
        for command in ("migrate", "load_content", "publish"):
            call_command(command, stdout=sys.stderr)
        call_command("collectstatic", interactive=False, stdout=sys.stderr)
    # Not earlier: it looks at the static files once, when it starts.
    from helphub.wsgi import application

    answers = []
    for request in json.load(sys.stdin):
        request["path"] = request["path"].encode()
        request["body"] = request.get("body", "").encode()
        answer = ask(application, environ(**request))
        answers.append(
            answer._asdict() | {"body": base64.b64encode(answer.body).decode()},
        )
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
