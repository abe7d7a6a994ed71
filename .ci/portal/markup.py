"""The pages' HTML, as it was served, in the eyes of the W3C's validator."""

import json
import re
import subprocess

from checks import outcome
from stack import ROOT

PAGES = ROOT / "target/portal/pages"
VALIDATOR = ROOT / "target/tools/portal/node_modules/vnu-jar/build/dist/vnu.jar"


def save(contract, kind, html):
    """Keeps a page for the validator, which is slow to start and looks at all of them at once."""
    PAGES.mkdir(parents=True, exist_ok=True)
    (PAGES / f"{contract} {kind}.html").write_bytes(html)


def valid():
    """One outcome for each contract whose pages were kept."""
    if not PAGES.exists():
        return
    command = ["java", "-jar", VALIDATOR, "--format", "json", "--exit-zero-always", "--skip-non-html", PAGES]
    messages = json.loads(subprocess.run(command, capture_output=True, check=True).stderr)["messages"]
    found = {}
    for message in messages:
        page = re.sub(r"%20", " ", message["url"].rsplit("/", 1)[1])
        said = f"{page}:{message.get('lastLine', '')} {message['message']} … {message.get('extract', '').strip()!r}"
        if message["type"] == "error":
            found.setdefault(page.split(" ")[0], []).append(said)
    pages = sorted(page.stem.split(" ")[0] for page in PAGES.glob("*.html"))
    for contract in dict.fromkeys(pages):
        against = found.get(contract)
        failure = "\n".join([f"{len(against)} errors:", *against[:12]]) if against else None
        yield outcome(contract, f"the validator finds no error in {pages.count(contract)} kinds of page", failure)
