from django.apps import AppConfig


class HistoryConfig(AppConfig):
    name = "helphub.history"

    def ready(self):
        import reversion

        from helphub.history import recording, snapshots

        for model in snapshots.records():
            follow = [
                link.remote_field.get_accessor_name() for _, link in snapshots.children(model)
            ]
            reversion.register(
                model, fields=[field.name for field in snapshots.kept_fields(model)], follow=follow
            )
            for child, _ in snapshots.children(model):
                if not reversion.is_registered(child):
                    fields = [field.name for field in snapshots.own_fields(child)]
                    reversion.register(child, fields=fields)
        recording.listen()
