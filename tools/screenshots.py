"""Makes docs/screenshots/ from a portal that runs, such as `make demo`: `python -m tools.screenshots`. PORTAL_BASE_URL names another address."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "screenshots"
LARGEST_BYTES = 250_000
# name, address, height of the window in CSS pixels; all 1280 wide, light, in nynorsk
PICTURES = (("catalogue", "/nn/kurs/?place=volda", 900),)


def take(base_url: str) -> list[Path]:
    """This will photograph each page, and return the files. Raises: playwright's Error where there is no browser or no portal."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    made = []
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, ("chromium", "google-chrome"))), None)
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        for name, path, height in PICTURES:
            page = browser.new_page(
                viewport={"width": 1280, "height": height}, color_scheme="light", locale="nn-NO", reduced_motion="reduce"
            )
            page.goto(base_url + path, wait_until="networkidle")
            page.evaluate("document.fonts.ready")
            made.append(FOLDER / f"{name}.png")
            page.screenshot(path=made[-1])
        browser.close()
    return made


def main() -> int:
    """This will say what was made, and fail where a picture is too large for a repository."""
    base_url = os.environ.get("PORTAL_BASE_URL", "http://localhost:8000")
    try:
        made = take(base_url)
    except Error as error:
        print(f"screenshots: {str(error).splitlines()[0]} (is the portal running on {base_url}? `make demo` starts it)", file=sys.stderr)
        return 1
    sizes = {file: file.stat().st_size for file in made}
    for file, size in sizes.items():
        print(f"{file.relative_to(FOLDER.parents[1])}: {size // 1000} kB")
    return int(any(size > LARGEST_BYTES for size in sizes.values()))


if __name__ == "__main__":
    sys.exit(main())
