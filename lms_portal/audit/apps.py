"""Audit: who changed what, and who read what. Append-only in the database itself."""

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class AuditConfig(AppConfig):
    name = "lms_portal.audit"
    label = "audit"
    verbose_name = "Audit"

    def ready(self) -> None:
        from lms_portal.audit import context, database

        connection_created.connect(context.install_on_connection, dispatch_uid="audit.context")
        post_migrate.connect(database.apply_after_migrate, dispatch_uid="audit.database")
