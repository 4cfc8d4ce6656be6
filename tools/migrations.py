"""Is there a migration for every change of a model? `python -m tools.migrations` asks makemigrations, without any database."""

import sys
import warnings

from tools.throwaway import set_up_django


def main() -> int:
    """This will print the operations that are missing; makemigrations ends with 1 where there are some."""
    set_up_django()
    from django.core.management import call_command
    from django.db import connection

    connection.settings_dict["OPTIONS"].pop("pool", None)  # nobody answers, and a pool would wait for somebody
    warnings.simplefilter("ignore", RuntimeWarning)  # makemigrations would like to compare with a database
    try:
        call_command("makemigrations", check_changes=True, dry_run=True)
    except SystemExit as ending:
        return int(ending.code or 0)
    return 0


if __name__ == "__main__":
    sys.exit(main())
