"""A small web on this machine for tests: pages with ranges, and every way in which a server can disappoint."""

import hashlib
import re
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Web:
    """pages: path -> bytes. Per path: `cut` (close after so many bytes, once per number listed), `status` (answer this
    instead), `silence` (seconds without a byte after the first half), `drip` (seconds between pieces of 1,000 bytes),
    `no_ranges` (ignore Range). asked: every request as (path, Range or "")."""

    address: str = ""
    pages: dict[str, bytes] = field(default_factory=dict)
    cut: dict[str, list[int]] = field(default_factory=dict)
    status: dict[str, int] = field(default_factory=dict)
    silence: dict[str, float] = field(default_factory=dict)
    drip: dict[str, float] = field(default_factory=dict)
    moved: dict[str, str] = field(default_factory=dict)
    no_ranges: set[str] = field(default_factory=set)
    asked: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def web():
    """A running Web on 127.0.0.1."""
    here = Web()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_):
            pass

        def do_HEAD(self):
            self.answer(body=False)

        def do_GET(self):
            self.answer()

        def answer(self, body=True):
            path, wanted = self.path.split("?")[0], self.headers.get("Range", "")
            here.asked.append((path, wanted))
            if path in here.moved:
                self.send_response(302)
                self.send_header("Location", here.moved[path])
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            page = here.pages.get(path)
            status = here.status.get(path, 404 if page is None else 200)
            if status >= 400:
                self.send_error(status)
                return
            tag = f'"{hashlib.md5(page).hexdigest()}"'
            first, last = 0, len(page) - 1
            found = re.fullmatch(r"bytes=(\d+)-(\d*)", wanted)
            same = self.headers.get("If-Range", tag) == tag
            if found and same and path not in here.no_ranges:
                first = int(found[1])
                last = min(int(found[2] or last), last)
                if first > last:
                    self.send_response(416)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                    return
                self.send_response(206)
                self.send_header("Content-Range", f"bytes {first}-{last}/{len(page)}")
            else:
                self.send_response(200)
            data = page[first : last + 1]
            self.send_header("Content-Length", str(len(data)))
            self.send_header("Accept-Ranges", "bytes")
            self.send_header("ETag", tag)
            self.end_headers()
            if body:
                self.pour(path, data)

        def pour(self, path, data):
            cuts = here.cut.get(path, [])
            data = data[: cuts.pop(0)] if cuts else data
            try:
                if path in here.silence:
                    self.wfile.write(data[: len(data) // 2])
                    self.wfile.flush()
                    time.sleep(here.silence[path])
                elif rest := here.drip.get(path):  # once: the test may end, and forget it, while the rest still drips
                    for at in range(0, len(data), 1000):
                        self.wfile.write(data[at : at + 1000])
                        self.wfile.flush()
                        time.sleep(rest)
                else:
                    self.wfile.write(data)
            except OSError:  # the client left
                pass
            self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    here.address = f"http://127.0.0.1:{server.server_address[1]}"
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
