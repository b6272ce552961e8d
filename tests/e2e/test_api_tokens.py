"""The token file while the server runs: it is read again when it changes, and one that is not valid is not taken."""
import os
import subprocess

import pytest
from api import TOKENS, token_file
from contract import make
from server import poll


@pytest.fixture
def api(binary, folder):
    server = make(binary, folder)
    yield server.start()
    server.stop()


def reasons(api, **options):
    return [r["reason"] for r in api.get("/healthz", role=None, **options).json["reasons"] if r["list"] is None]


def accepts(api, token):
    return api.get("/v1/status", role=None, headers={"Authorization": f"Bearer {token}"}).status == 200


def test_replaced(api):
    """A new token is accepted, one whose line is gone is not; # begins a comment at the start of a word only."""
    lines = token_file().split("\n")
    api.write("tokens", "\n".join(line for line in lines if "reader" not in line) +
              "# a comment\n\n  # another\nnew#token reader n#1 # a comment, lists=nowhere\n")
    assert poll(lambda: accepts(api, "new#token"))
    assert not accepts(api, "new") and not accepts(api, TOKENS["reader"]) and accepts(api, TOKENS["admin"])
    assert reasons(api) == []


@pytest.mark.parametrize("line, reason", [
    ("other nobody", "a role expected after the token: admin, operator, owner or reader"),
    ("sha256:12#4 reader", "64 hexadecimal digits expected after sha256:"),
    ("other reader lists=xbl,nowhere", "there is no list 'nowhere'"),
    (f"{TOKENS['admin']} reader", "this token occurs twice, before as 'admin1'"),
])
def test_invalid(api, line, reason):
    """The tokens read before stay; log and /healthz name file, line and reason until the file is valid again."""
    tokens = token_file()
    number = tokens.count("\n") + 2
    text = f"{api.path('tokens')}:{number}: {reason}"
    api.write("tokens", f"{tokens}first reader\n{line}\nlast reader\n")
    assert poll(lambda: reasons(api) == [text]), reasons(api)
    assert api.get("/healthz", role=None).status == 503
    assert reasons(api, headers={"X-Forwarded-For": "192.0.2.1"}) == [
        "the token file is missing or not valid"]
    assert accepts(api, TOKENS["reader"]) and not accepts(api, "first") and not accepts(api, "last")
    assert api.log().count(f"{text}; the tokens read before stay in use") == 1
    api.write("tokens", f"{tokens}first reader\n")
    assert poll(lambda: accepts(api, "first")) and reasons(api) == []
    assert api.get("/healthz", role=None).status == 200


def test_gone(api):
    """Removing the file revokes all tokens, which log and /healthz say."""
    os.unlink(api.path("tokens"))
    assert poll(lambda: reasons(api) != [])
    assert reasons(api)[0].startswith(f"{api.path('tokens')}: cannot be read: No such file")
    assert not accepts(api, TOKENS["reader"]) and not accepts(api, TOKENS["admin"])
    assert api.log().count("the file is gone, so no token is valid") == 1
    api.write("tokens", "other reader\n")
    assert poll(lambda: accepts(api, "other")) and not accepts(api, TOKENS["reader"]) and reasons(api) == []


def test_a_pipe_in_its_place(api):
    """It is not waited for: the tokens read before stay, and the server still stops."""
    os.unlink(api.path("tokens"))
    os.mkfifo(api.path("tokens"))
    assert poll(lambda: any("not a regular file" in r for r in reasons(api)))


@pytest.mark.parametrize("content, message", [(None, "cannot be read: No such file"), ("a reader\nb\n", ":2: a role expected")])
def test_start(binary, folder, content, message):
    """At the start there are no tokens read before: such a file is an error."""
    server = make(binary, folder)
    if content is None:
        os.unlink(server.path("tokens"))
    else:
        server.write("tokens", content)
    server.spawn()
    try:
        assert server.process.wait(10) != 0
    except subprocess.TimeoutExpired:
        server.kill()
        raise
    assert f"{server.path('tokens')}" in server.log() and message in server.log()
