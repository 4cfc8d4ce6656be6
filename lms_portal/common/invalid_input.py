"""What a person typed cannot be used. The message is translated, says what to do, and never repeats what was typed."""

from django.utils.functional import Promise


class InvalidInput(ValueError):
    """A typed value that cannot be used. `message` is for the screen, `code` for programs."""

    def __init__(self, message: str | Promise, code: str) -> None:
        super().__init__(code)  # logs see the code alone
        self.message = message
        self.code = code
