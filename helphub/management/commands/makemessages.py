import re
from pathlib import Path

from django.core.management.commands import makemessages
from django.utils.translation.template import templatize

# Not the site's own words: what machines and tests made, and the libraries.
NOT_OURS = ["var", "tests", "node_modules"]
OWN_TAGS = re.compile(r"\{% (?:word|say) ")


class BuildFile(makemessages.BuildFile):
    """A source file. In templates `{% word %}` and `{% say %}` stand for `{% translate %}`."""

    def preprocess(self):
        if not self.is_templatized:
            return
        text = OWN_TAGS.sub("{% translate ", Path(self.path).read_text())
        Path(self.work_path).write_text(templatize(text, origin=self.path[2:]))


class Command(makemessages.Command):
    """Django's own, for every catalogue there is, and with the site's own tag."""

    build_file_class = BuildFile

    def handle(self, *args, **options):
        chosen = options["locale"] or options["exclude"]
        options |= {
            "all": options["all"] or not chosen,
            "add_location": "file",
            "no_obsolete": True,
            "no_wrap": True,
            "ignore_patterns": [*options["ignore_patterns"], *NOT_OURS],
        }
        super().handle(*args, **options)
