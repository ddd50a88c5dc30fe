from django.apps import apps
from django.core.management.commands import migrate
from django.db import connections, router
from django.db.migrations.executor import MigrationExecutor

ONLY_A_PART = ["app_label", "migration_name", "fake", "fake_initial", "plan", "check_unapplied"]


class Command(migrate.Command):
    """Django's own, but an empty SQLite database gets its tables in one step.

    Replaying every migration takes ten times as long and makes the same tables, which a test
    checks. PostgreSQL always uses the migrations, because they give some keys a different width.
    """

    def handle(self, *args, **options):
        connection = connections[options["database"]]
        is_whole = not any(options[name] for name in ONLY_A_PART)
        is_empty = connection.vendor == "sqlite" and not connection.introspection.table_names()
        if is_whole and is_empty:
            make_tables(connection)
            if options["verbosity"]:
                self.stdout.write("The database was empty, so its tables were created in one step.")
        super().handle(*args, **options)


def make_tables(connection):
    """Make the tables from the models and record every migration as applied, all or nothing."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    with connection.schema_editor() as editor:
        for config in apps.get_app_configs():
            for model in router.get_migratable_models(config, connection.alias):
                if model._meta.can_migrate(connection):
                    editor.create_model(model)
        for migration, _ in plan:
            executor.record_migration(migration)
