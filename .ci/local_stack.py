"""A local stack for a check to call: the functions that `cargo build --bins` has built."""

import contextlib
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BINARIES = ROOT / "target/debug"


@contextlib.contextmanager
def serving(contract, *options):
    """A stack that serves `contract`, with more `options`, and keeps nothing: its ready file."""
    with tempfile.TemporaryDirectory() as folder:
        ready, log = Path(folder) / "ready.json", Path(folder) / "stack.log"
        command = [BINARIES / "latchkey-local", "--binaries", BINARIES, "--contract", contract, "--ephemeral", "--port", "0"]
        with log.open("w") as output:
            process = subprocess.Popen([*command, "--ready-file", ready, *options], cwd=ROOT, stdout=output, stderr=output)
        try:
            while not ready.exists():
                if process.poll() is not None:
                    sys.exit(log.read_text())
                time.sleep(0.05)
            yield ready
        finally:
            process.terminate()
            process.wait()
