from django.apps import AppConfig
from django.db.models.signals import post_delete, post_save


class HistoryConfig(AppConfig):
    name = "helphub.history"

    def ready(self):
        import reversion

        from helphub.history import places, recording, states
        from services.models import Location, Service

        for model in states.records():
            follow = [link.remote_field.get_accessor_name() for _, link in states.children(model)]
            reversion.register(
                model, fields=[field.name for field in states.kept_fields(model)], follow=follow
            )
            for child, _ in states.children(model):
                if not reversion.is_registered(child):
                    fields = [field.name for field in states.own_fields(child)]
                    reversion.register(child, fields=fields)
        recording.listen()
        post_delete.connect(places.forget_place, Location)
        post_save.connect(places.forget_hidden_place, Location)
        post_save.connect(places.forget_open_service, Service)
