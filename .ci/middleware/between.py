"""What stands between an app and a stack: it counts connections, and can be turned to something else."""

import contextlib
import http.server
import socket
import threading


class Between:
    """Hands each connection on to `target`; without one it closes it."""

    def __init__(self):
        self.target = None
        self.opened = 0
        self._ends = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def turn_to(self, target):
        """From now on to `target`, with new connections alone."""
        self.target = target
        while self._ends:
            _close(self._ends.pop())

    def _serve(self):
        while True:
            client, _ = self._listener.accept()
            self.opened += 1
            try:
                server = socket.create_connection(self.target)
            except (OSError, TypeError):
                _close(client)
                continue
            self._ends += [client, server]
            for one, other in ((client, server), (server, client)):
                threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(one, other):
    with contextlib.suppress(OSError):
        while data := one.recv(65536):
            other.sendall(data)
    _close(other)


def _close(end):
    with contextlib.suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()


@contextlib.contextmanager
def answering(status, body):
    """The address of a server that has one answer to all; without a `body` it says what it was told."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            told = self.rfile.read(int(self.headers["content-length"]))
            said = told if body is None else body
            self.send_response(status)
            self.send_header("location", "/elsewhere")
            self.send_header("content-length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *_):
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server.server_address
        server.shutdown()


@contextlib.contextmanager
def silent():
    """The address of what takes connections and says nothing, or half of something on every other one."""
    taken = []

    def take():
        with contextlib.suppress(OSError):
            while True:
                taken.append(listener.accept()[0])
                if len(taken) % 2:
                    taken[-1].sendall(b'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"data":')

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=take, daemon=True).start()
        yield listener.getsockname()
        listener.shutdown(socket.SHUT_RDWR)
    for each in taken:
        each.close()
