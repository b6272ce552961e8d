"""A stand-in for the server's API: it notes what it is asked, and answers what a test wants."""
import http.server
import json
import os
import socket
import socketserver
import ssl
import threading

from server import binary_under_test


class Asked:
    """One request."""

    def __init__(self, handler):
        length = int(handler.headers.get("Content-Length") or 0)
        self.method, self.path, self.headers = handler.command, handler.path, handler.headers
        self.text = handler.rfile.read(length)
        self.body = json.loads(self.text) if self.text else None

    def __repr__(self):
        return f"{self.method} {self.path} {self.body}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        asked = Asked(self)
        self.server.fake.asked.append(asked)
        answer = self.server.fake.answer(asked)
        if answer is None:  # hang up without a word
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, body, *headers = answer
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.send_header("X-Request-Id", "0199-request")
        for name, value in (headers[0] if headers else {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PATCH = do_DELETE = handle_any

    def address_string(self):
        return "-"

    def log_message(self, *_):
        pass


class TcpServer(http.server.ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False


class UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False


class Fake:
    """`answer(asked)` gives (status, body[, headers]), or None to hang up; a list is given out one by one."""

    def __init__(self, answer, path=None, certificate=None):
        answers = list(answer) if isinstance(answer, list) else None
        self.answer = (lambda asked: answers.pop(0)) if answers is not None else answer
        self.asked = []
        if path:
            self.server, self.url = UnixServer(path, Handler), f"unix:{path}"
        else:
            self.server = TcpServer(("127.0.0.1", 0), Handler)
            self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
            self.url = self.url.replace("http:", "https:")
        self.server.fake = self
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def only(self):
        """The one request there was."""
        assert len(self.asked) == 1, self.asked
        return self.asked[0]


def fail(status, code, message, **more):
    return status, {"error": {"code": code, "message": message, "field": None, "allowed": None, **more},
                    "request_id": "0199-body"}


def client_under_test():
    return os.path.join(os.path.dirname(binary_under_test()), "dnsblctl")
