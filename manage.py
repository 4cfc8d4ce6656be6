#!/usr/bin/env python
"""Runs the portal's commands; DJANGO_SETTINGS_MODULE says for which kind of machine."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms_portal.settings.dev")
    execute_from_command_line(sys.argv)
