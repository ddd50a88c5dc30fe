"""Checks of a service, and their outcome."""

from django.db import models

from contacts.models import AbstractVerification
from services.models.service import Service


class ServiceVerificationQuerySet(models.QuerySet):
    def get_by_natural_key(self, service, position):
        return self.get(service__slug=service, position=position)


class ServiceVerification(AbstractVerification):
    """A record that a service was checked."""

    owner = "service"

    service = models.ForeignKey(
        Service, on_delete=models.CASCADE, related_name="verifications", verbose_name="service"
    )

    objects = ServiceVerificationQuerySet.as_manager()

    class Meta(AbstractVerification.Meta):
        ordering = ["service", "-verified_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["service", "position"], name="one_service_verification_for_each_order"
            )
        ]

    def natural_key(self):
        return (self.service.slug, str(self.position))
