from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from helphub.checking import certificates, links


class Command(BaseCommand):
    help = (
        "Check every outside link that readers can follow, and when this site's own certificate "
        "runs out. A timer runs this once a week. Links that were checked within the hour are "
        "left alone."
    )

    def handle(self, **options):
        if not settings.LAPTOP:
            certificates.look()
        links.forget_unused()
        done = links.check_due()
        for check in done:
            if not check.works:
                self.stdout.write(f"{check.address} {check.detail}")
        works = sum(check.works for check in done)
        self.stdout.write(f"Checked {len(done)} links: {works} work.")
        if links.no_site_answers():
            raise CommandError(
                "Not one site answers. Check that this machine can look names up and reach other "
                "sites on port 443. Until then no link counts as broken."
            )
