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
def serving(contract, *options, root=ROOT, data=None, program="latchkey-local"):
    """A stack that serves `contract`, with more `options`: its ready file. It keeps what it has in the folder `data`, or nothing.

    `root` is the working tree that it is of, and `program` what its local stack is called."""
    with tempfile.TemporaryDirectory() as folder:
        ready, log = Path(folder) / "ready.json", Path(folder) / "stack.log"
        binaries = root / "target/debug"
        kept = ["--data-dir", data] if data else ["--ephemeral"]
        command = [binaries / program, "--binaries", binaries, "--contract", contract, *kept, "--port", "0"]
        with log.open("w") as output:
            process = subprocess.Popen([*command, "--ready-file", ready, *options], cwd=root, stdout=output, stderr=output)
        try:
            while not ready.exists():
                if process.poll() is not None:
                    sys.exit(log.read_text())
                time.sleep(0.05)
            yield ready
        finally:
            process.terminate()
            process.wait()
