"""Migrations that move a model to another app. Its table, rows and history stay as they are."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.utils import CursorWrapper
from django.db.migrations.operations import CreateModel
from django.db.migrations.state import ProjectState

CONTENT_TYPES = "django_content_type"


class TakeModel(CreateModel):
    """The model is now in this app. An upgraded database has its table already; a new one gets it.

    Permissions, versions and the admin's log refer to the content type, which keeps its key.
    """

    def __init__(self, *args: Any, was: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.was = was

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        connection = schema_editor.connection
        table = to_state.apps.get_model(app_label, self.name)._meta.db_table
        if table not in connection.introspection.table_names():
            super().database_forwards(app_label, schema_editor, from_state, to_state)
        self._rename_content_type(connection, self.was, app_label)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        self._rename_content_type(schema_editor.connection, app_label, self.was)

    def _rename_content_type(
        self, connection: BaseDatabaseWrapper, before: str, after: str
    ) -> None:
        """Give the content type its new app. Its key stays, and so does what refers to it."""
        if CONTENT_TYPES not in connection.introspection.table_names():
            return
        with connection.cursor() as cursor:
            if not self._content_type(cursor, before):
                return
            if empty := self._content_type(cursor, after):
                # Django made it on the way, with permissions that nobody has yet.
                cursor.execute("DELETE FROM auth_permission WHERE content_type_id = %s", [empty])
                cursor.execute(f"DELETE FROM {CONTENT_TYPES} WHERE id = %s", [empty])  # noqa: S608
            cursor.execute(
                f"UPDATE {CONTENT_TYPES} SET app_label = %s WHERE app_label = %s AND model = %s",  # noqa: S608
                [after, before, self.name_lower],
            )

    def _content_type(self, cursor: CursorWrapper, app: str) -> int | None:
        """The key of this model's content type in an app, or None."""
        cursor.execute(
            f"SELECT id FROM {CONTENT_TYPES} WHERE app_label = %s AND model = %s",  # noqa: S608
            [app, self.name_lower],
        )
        row = cursor.fetchone()
        return row and row[0]
