"""A website of another origin, and of another site: pages that look at the portal from outside."""

import contextlib
import http.server
import threading


class Elsewhere:
    """What it serves by path, and the paths that it was asked for."""

    def __init__(self):
        self.pages, self.asked, self.news = {}, [], threading.Condition()
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                with site.news:
                    site.asked.append(self.path)
                    site.news.notify_all()
                page = site.pages.get(self.path)
                self.send_response(200 if page else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.send_header("Content-Length", str(len(page or b"")))
                self.end_headers()
                self.wfile.write(page or b"")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        # The stack is at 127.0.0.1: to a browser this is another site.
        self.url = f"http://localhost:{self.server.server_port}"

    def wait_for(self, path):
        """Waits until somebody has asked for this."""
        with self.news:
            assert self.news.wait_for(lambda: path in self.asked, timeout=8), f"only {self.asked} were asked for"

    def put(self, path, page):
        self.pages[path] = (
            page if isinstance(page, bytes) else f"<!DOCTYPE html><title>Elsewhere</title>{page}".encode()
        )
        return self.url + path


@contextlib.contextmanager
def elsewhere():
    site = Elsewhere()
    threading.Thread(target=site.server.serve_forever, daemon=True).start()
    try:
        yield site
    finally:
        site.server.shutdown()
