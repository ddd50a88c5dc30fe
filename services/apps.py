from django.apps import AppConfig


class ServicesConfig(AppConfig):
    name = "services"
    verbose_name = "Services"

    def ready(self):
        from helphub import texts
        from services.models import Service

        texts.register("h", Service.objects.line_links, Service.objects.line_names)
        texts.register("website", Service.objects.website_links, Service.objects.website_names)
