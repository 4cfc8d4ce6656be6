"""kombu's filesystem transport, with messages that appear whole: a worker that meets a half-written file ends (kombu issue 1551)."""

import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    """Writes under a name that no queue reads, then gives the file its own name."""

    def _put(self, queue: str, payload: dict[str, Any], **kwargs: Any) -> None:  # type: ignore[override]  # kombu names it two ways
        folder = Path(self.data_folder_out)
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid4()}"
        written = folder / f"{name}.part"
        written.write_text(dumps(payload))
        written.rename(folder / f"{name}.{queue}.msg")


class Transport(filesystem.Transport):
    """The transport of the demo and of the tests, where there is no Redis."""

    Channel = Channel
