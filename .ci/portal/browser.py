"""The browser: Debian's Chromium, or a Chrome that is there already. None is downloaded."""

import contextlib
import os
import shutil
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome")


@contextlib.contextmanager
def chromium(playwright, keeps_pages=False):
    """A running browser. `keeps_pages`: for Back and Forward, as browsers do; Playwright's usually do not."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if not path:
        sys.exit("there is no Chromium: .ci/portal/install brings one")
    # Root, as which CI may run, has no sandbox. What is looked at is our own.
    browser = playwright.chromium.launch(
        executable_path=path,
        args=["--no-sandbox"],
        ignore_default_args=["--disable-back-forward-cache"] if keeps_pages else [],
    )
    try:
        yield browser
    finally:
        browser.close()
