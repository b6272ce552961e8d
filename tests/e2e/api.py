"""A dnsbld with its API under test: tokens, a store, and in a debug build a clock that the test sets."""
import hashlib
import http.client
import json
import os
import pwd
import struct

from server import Server, free_port

TOKENS = {"admin": "admin-secret", "operator": "operator-secret", "owner": "owner-secret", "reader": "reader-secret"}
OWNED = "192.0.2.0/24"  # the owner's range
ROLES = {"owner": f"owner anna ranges={OWNED},2001:db8:1::/48"}


def token_file():
    lines = []
    for role, token in TOKENS.items():
        word = "sha256:" + hashlib.sha256(token.encode()).hexdigest()
        lines.append(f"{word} {ROLES.get(role, role + ' ' + role + '1')}")
    return "\n".join(lines) + "\n"


class Reply:
    """One answer: status, headers, and the body as JSON if it is some."""

    def __init__(self, response):
        self.status = response.status
        self.headers = response.headers
        self.text = response.read().decode()
        self.json = None
        if self.headers.get("Content-Type", "").startswith("application/json"):
            self.json = json.loads(self.text) if self.text else None

    @property
    def code(self):
        """The error's code, or None."""
        return self.json["error"]["code"] if isinstance(self.json, dict) and "error" in self.json else None

    def __repr__(self):
        return f"{self.status} {self.text[:2000]}"


class Api(Server):
    """A server with --api on a port of its own. state: "" for none, else the name of its directory in the folder."""

    def __init__(self, binary, folder, *args, state="state", tokens=True, config=None, environment=None, **options):
        super().__init__(binary, folder, **options)
        self.http_port = free_port()
        self.state = state and self.path(state)
        self.environment = environment or {}
        self.args = ["--api", f"127.0.0.1:{self.http_port}", *args]
        if self.state:
            os.makedirs(self.state, exist_ok=True)
            if os.getuid() == 0:
                os.chown(self.state, pwd.getpwnam("nobody").pw_uid, -1)
            self.args += ["--state", self.state]
        if tokens:
            self.write("tokens", token_file())
            self.args += ["--api-tokens", self.path("tokens")]
        if config is not None:
            self.write("dnsbld.yaml", config)
            self.args += ["--config", self.path("dnsbld.yaml")]
        with open(self.path("clock"), "wb") as f:
            f.write(struct.pack("=q", 0))
        with open(binary, "rb") as f:
            self.has_clock = b"DNSBLD_TEST_CLOCK" in f.read()

    def spawn(self):
        changed = {"DNSBLD_TEST_CLOCK": self.path("clock"), **self.environment}
        before = {name: os.environ.get(name) for name in changed}
        os.environ.update(changed)
        try:
            return super().spawn()
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                if value is not None:
                    os.environ[name] = value

    def set_clock(self, seconds):
        """Moves the server's time to so many seconds from now. Only where has_clock is true."""
        with open(self.path("clock"), "r+b") as f:
            f.write(struct.pack("=q", seconds))

    def connect(self, timeout=20):
        return http.client.HTTPConnection("127.0.0.1", self.http_port, timeout=timeout)

    def call(self, method, path, body=None, role="admin", headers=None, connection=None):
        """Answers a Reply. `role` names the token, None: without; `body` is sent as JSON unless it is bytes."""
        sent = dict(headers or {})
        if role is not None:
            sent.setdefault("Authorization", "Bearer " + TOKENS[role])
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        if body is not None:
            sent.setdefault("Content-Type", "application/json")
        own = connection or self.connect()
        try:
            own.request(method, path, body, sent)
            return Reply(own.getresponse())
        finally:
            if connection is None:
                own.close()

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, body=None, **options):
        return self.call("POST", path, {} if body is None else body, **options)
