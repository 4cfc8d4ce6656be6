"""The address of the test database, for processes that a test starts."""

from urllib.parse import quote

from django.db import connection


def own_database_url() -> str:
    """Return the address, as the role that the test itself is."""
    settings = connection.settings_dict
    port = f"&port={settings['PORT']}" if settings["PORT"] else ""
    password = f":{quote(settings['PASSWORD'], safe='')}" if settings["PASSWORD"] else ""
    return f"postgresql://{settings['USER']}{password}@/{settings['NAME']}?host={quote(settings['HOST'], safe='')}{port}"
