"""The composition root as an app: the checks of a deployment, and the registries that join the layers."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "lms_portal"
    label = "portal"
    verbose_name = "Portal"

    def ready(self) -> None:
        from lms_portal import checks  # noqa: F401 - registers the deployment checks
