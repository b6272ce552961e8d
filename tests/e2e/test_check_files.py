"""--check of the files that are no lists, and what happens at the start when one is of another kind."""
import os
import subprocess

import pytest

from server import SOA, Server, answers, poll

SECRET = "00112233445566778899aabbccddeeff"
CONFIG = """
cookie_secret: secret
keys: {file: keys}
http: {tokens: tokens}
confirm_command: FOLDER/send
state: state
api: ["127.0.0.1:0"]
lists: [{name: xbl, type: ip4set, files: [z]}]
zones: [{name: bl.test, lists: [xbl], keys: true}]
"""
GOOD = {"z": SOA + "192.0.2.1\n", "secret": SECRET + "\n", "keys": "customer1 Customer lists=xbl\n",
        "tokens": "token1 admin boss lists=xbl\n", "send": "#!/bin/sh\n"}


@pytest.fixture
def check(binary, folder):
    """check(**files) -> exit code and what was said; a file that is None is missing, one that is a function makes it."""

    def checker(state=lambda path: os.mkdir(path, 0o700), **files):
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
        for name, content in {**GOOD, **files, "c.yaml": CONFIG.replace("FOLDER", folder), "state": state}.items():
            path = os.path.join(folder, name)
            if callable(content):
                content(path)
            elif content is not None:
                with open(path, "w", encoding="utf-8") as f:
                    f.write(content)
            if os.getuid() == 0 and os.path.exists(path):
                os.chown(path, 65534, 65534)
        if isinstance(files.get("send", ""), str):
            os.chmod(os.path.join(folder, "send"), 0o755)
        done = subprocess.run([binary, "--check", "--config", "c.yaml"], cwd=folder, capture_output=True, text=True, timeout=20,
                              check=False, **user)
        return done.returncode, done.stdout + done.stderr

    return checker


def test_all_is_good(check):
    status, said = check()
    assert status == 0, said
    for what in ("tokens: 1 token\n", "keys: 1 key\n", "state: no store yet", "xbl (ip4set): "):
        assert what in said


@pytest.mark.parametrize("name, content, why", [
    ("tokens", None, "No such file"), ("tokens", "token1 nobody\n", "tokens:1: a role expected"),
    ("tokens", "token1 admin a lists=nowhere\n", "no list 'nowhere'"), ("tokens", os.mkfifo, "not a regular file"),
    ("tokens", os.mkdir, "not a regular file"),
    ("keys", "short X\n", "keys:1: a key has"), ("keys", os.mkfifo, "not a regular file"),
    ("secret", "1234\n", "secret:1: 32 hexadecimal digits"), ("secret", SECRET + "\r\n" + SECRET[1:] + "\r\n", "secret:2: "),
    ("secret", os.mkfifo, "not a regular file"), ("secret", None, "No such file"),
    ("send", None, "send: No such file"), ("send", os.mkdir, "send: Permission denied"),
    ("send", lambda path: open(path, "w", encoding="ascii").close(), "send: Permission denied"),
    ("state", lambda path: open(path, "w", encoding="ascii").close(), "state"),
    ("state", lambda path: os.mkdir(path, 0o500), None if os.getuid() != 0 else "state: Permission denied"),
    ("state", lambda path: (os.mkdir(path), open(path + "/dnsbld.db", "w", encoding="ascii").write("not a store")),
     "not a store of dnsbld"),
])
def test_what_a_server_would_not_start_with(check, name, content, why):
    status, said = check(**{name: content})
    assert status == 1 and (why or "") in said, said
    assert SECRET not in said and "token1" not in said and "customer1" not in said, "no message has a secret"


def test_crlf_secrets_are_two(check):
    assert check(secret=f"{SECRET}\r\n{SECRET[::-1]}\r\n")[0] == 0


@pytest.mark.parametrize("name, option", [("tokens", "http: {tokens: tokens}\napi: ['127.0.0.1:0']\n"),
                                          ("keys", "keys: {file: keys}\n"), ("secret", "cookie_secret: secret\n")])
def test_a_pipe_does_not_hang_the_start(binary, folder, name, option):
    server = Server(binary, folder, "--config", f"{folder}/c.yaml", zones=["bl.test:ip4set:z"],
                    files={"z": GOOD["z"], "c.yaml": option})
    os.mkfifo(os.path.join(folder, name))
    server.spawn()
    try:
        assert server.process.wait(10) == 1
    except subprocess.TimeoutExpired:
        server.kill()
        raise
    assert f"{name}: cannot be read: it is not a regular file" in server.log()


@pytest.mark.parametrize("name", ["loads", "loads.new"])
def test_a_pipe_in_the_state_directory_hangs_neither_start_nor_stop(start, folder, name):
    os.mkdir(os.path.join(folder, "state"))
    os.mkfifo(os.path.join(folder, "state", name))
    if os.getuid() == 0:
        os.chown(os.path.join(folder, "state"), 65534, -1)
    server = start({"z": GOOD["z"]}, "--state", "state", zones=["bl.test:ip4set:z"])
    assert answers(server.ask("1.2.0.192.bl.test")) == {"127.0.0.2"}
    server.write("z", SOA + "192.0.2.1 :5:\n")
    assert poll(lambda: answers(server.ask("1.2.0.192.bl.test")) == {"127.0.0.5"})
    server.stop()
    assert os.path.isfile(os.path.join(folder, "state", "loads"))


def test_a_name_that_nobody_may_list_is_known(binary, folder):
    """The view that --check builds has never_list, as the server's has."""
    for name, content in {"z": GOOD["z"], "never": "192.0.2.1\n", "c.yaml": "never_list: never\n"}.items():
        with open(os.path.join(folder, name), "w", encoding="ascii") as f:
            f.write(content)
    done = subprocess.run([binary, "--check", "--config", "c.yaml", "bl.test:ip4set:z"], cwd=folder, capture_output=True,
                          text=True, timeout=20, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("replace", [True, False], ids=["replaced", "edited"])
def test_sighup_says_that_the_configuration_has_changed(start, folder, replace):
    server = start({"z": GOOD["z"], "c.yaml": "ttl: 1h\n"}, "--config", f"{folder}/c.yaml", zones=["bl.test:ip4set:z"])
    server.reload()
    assert poll(lambda: server.ask("1.2.0.192.bl.test"))
    said = "has changed since the start"
    assert said not in server.log()
    if replace:
        server.write("c.yaml", "ttl: 2h\n")
    else:
        with open(server.path("c.yaml"), "a", encoding="ascii") as f:
            f.write("min_ttl: 1m\n")
    server.reload()
    assert poll(lambda: f"{folder}/c.yaml {said}" in server.log()) and "restart" in server.log()
    assert server.ask("1.2.0.192.bl.test").answer[0].ttl == 3600


@pytest.mark.skipif(os.getuid() != 0, reason="needs root")
def test_sighup_finds_the_configuration_outside_of_its_root(binary, folder):
    jail = os.path.join(folder, "jail")
    os.mkdir(jail, 0o755)
    server = Server(binary, folder, files={"c.yaml": "ttl: 1h\n", "jail/z": GOOD["z"]})
    server.command = lambda: ["env", f"DNSBLD_RUN_DIRECTORY={folder}", "ASAN_OPTIONS=detect_leaks=0", binary, "-n", "-u", "nobody", "--config",
                              f"{folder}/c.yaml", "-r", jail, "-b", f"127.0.0.1/{server.port}", "bl.test:ip4set:z"]
    with open(server.path("stderr"), "ab") as log:
        server.process = subprocess.Popen(server.command(), stdin=subprocess.DEVNULL, stderr=log)
    assert poll(lambda: "listening on" in server.log())
    server.write("c.yaml", "ttl: 2h\n")
    server.reload()
    assert poll(lambda: "has changed since the start" in server.log())
    server.stop()
