import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helphub.settings")
django = get_wsgi_application()

from helphub.edition.serve import Server  # noqa: E402 - Django has to be set up first.

application = Server(django)
