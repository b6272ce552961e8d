"""The control socket: what root can ask of a server without an API, and how dnsblctl finds the server."""
import http.client
import json
import os
import pty
import re
import shutil
import socket
import subprocess

import pytest

from fake_api import client_under_test
from server import SOA, Server, answers, free_port, poll
from test_sockets import needs_ipv6
from test_systemd import activated

CTL = client_under_test()
ROOT_ONLY = pytest.mark.skipif(os.getuid() != 0, reason="needs root")
FILES = {"z": SOA + "192.0.2.1\n" + "".join(f"10.0.{i // 250}.{i % 250}\n" for i in range(2000))}
ZONES = ["bl.test:ip4set:z"]
UNIT = "-all,+net_bind_service,+net_admin,+sys_chroot,+setuid,+setgid,+chown"  # dist/dnsbld.service


class Controlled(Server):
    """A server with its control socket in the directory `run` of the folder. `root`: it is started by root, with the
    capabilities of the unit, and becomes rbldns or nobody by itself."""

    environment = {}
    root = False

    @property
    def socket(self):
        return self.path(f"run/127.0.0.1-{self.port}.sock")

    def command(self):
        settings = {"DNSBLD_RUN_DIRECTORY": self.path("run"), **self.environment}
        limited = ["setpriv", "--bounding-set", UNIT, "--inh-caps=-all"] if self.root else []
        return ["env", *(f"{k}={v}" for k, v in settings.items()), *limited, *super().command()]

    def spawn(self):
        if not self.root:
            os.chmod(self.folder, 0o777)
            return super().spawn()
        with open(self.path("stderr"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self

    def has_socket(self):
        return poll(lambda: "control socket" in self.log())


@pytest.fixture
def control(binary, folder):
    """control(*args) -> a running server with ZONES; `**more` are attributes of Controlled."""
    servers = []

    def starter(*args, files=FILES, environment=None, root=False, name="", **options):
        place = os.path.join(folder, name)
        os.makedirs(place, exist_ok=True)
        server = Controlled(binary, place, *args, zones=options.pop("zones", ZONES), files=files, **options)
        server.environment, server.root = environment or {}, root
        servers.append(server)
        server.start()
        assert server.has_socket()
        return server

    yield starter
    for server in servers:
        server.stop()


def ctl(server, *words, status=0, environment=None, user=None):
    """dnsblctl on this machine, without being told where the server is."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DNSBLD_")}
    done = subprocess.run([CTL, *words], capture_output=True, text=True, timeout=60, check=False, user=user,
                          env={**clean, "DNSBLD_RUN_DIRECTORY": server.path("run"), **(environment or {})})
    assert done.returncode == status, done
    return json.loads(done.stdout) if done.stdout else done.stderr


def request(path, method, target, body=None, headers=None):
    """One request over a unix socket: status and text."""
    connection = http.client.HTTPConnection("localhost", timeout=20)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(path)
    connection.request(method, target, body, headers or {})
    response = connection.getresponse()
    text = response.read().decode()
    connection.close()
    return response.status, text


def table(server, verb):
    environment = {**os.environ, "DNSBLD_RUN_DIRECTORY": server.path("run")}
    return subprocess.run([CTL, "--table", verb], capture_output=True, text=True, timeout=60, check=True,
                          env=environment).stdout.splitlines()


def test_verbs_that_need_the_api_say_so(control):
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", 8053)) == 0:
            pytest.skip("an API answers at dnsblctl's last address")
    assert "with an API (--api)" in ctl(control(), "zones", status=2)


def test_reload_of_a_plain_command_line(control):
    """What rbldnsd's users start can be told to accept a load that a guard refuses."""
    server = control()
    server.write("z", SOA + "192.0.2.1\n192.0.2.2\n192.0.2.3 :5:\n192.0.2.4\n")
    refused = ctl(server, "reload", "z", status=4)["lists"][0]
    accepted = ctl(server, "reload", "z", "--accept")["lists"][0]
    assert (accepted["list"], accepted["good"], accepted["entries"]) == ("z", True, 4), refused
    assert answers(server.ask("3.2.0.192.bl.test")) == {"127.0.0.5"}
    assert re.search(r"audit: (root|uid \d+): reload --accept z$", server.log(), re.M)
    assert "unknown_list" in ctl(server, "reload", "other", status=3)


def test_clients_that_say_nothing(control):
    """Programs that were left connected do not keep root out: the longest idle ones give way."""
    server = control()
    silent = [socket.socket(socket.AF_UNIX) for _ in range(300)]
    try:
        for client in silent:
            client.connect(server.socket)
        assert ctl(server, "reload")["lists"][0]["good"] is True
        assert answers(server.ask("1.2.0.192.bl.test")) == {"127.0.0.2"}
    finally:
        for client in silent:
            client.close()


def test_lists_and_status(control):
    server = control(zones=["bl.test:ip4set:z", "all.test:ip4set:z", "dom.test:dnset:d"], files={**FILES, "d": SOA + "a.test\n"})
    lists = {entry["name"]: entry for entry in ctl(server, "lists")["lists"]}
    assert lists["z"]["entries"] == 2001 and lists["z"]["zones"] == ["bl.test", "all.test"]
    assert lists["d"]["zones"] == ["dom.test"]
    status = ctl(server, "status")
    assert status["lists"] == 2 and status["loaded"] is True and status["store"]["durable"] is False
    assert status["active"] == {"delistings": 0, "listings": 0, "allows": 0}


def test_more_lists_than_have_numbers(control):
    files = {f"l{i}": SOA + "192.0.2.1\n" for i in range(300)}
    server = control(files=files, zones=[f"z{i}.test:ip4set:l{i}" for i in range(300)])
    assert len(ctl(server, "lists")["lists"]) == 300
    assert [entry["list"] for entry in ctl(server, "reload", "l299", "l0")["lists"]] == ["l0", "l299"]


def test_drain(control):
    port = free_port()
    server = control("--api", f"127.0.0.1:{port}")

    def ready():
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        connection.request("GET", "/readyz")
        response = connection.getresponse()
        return response.status, response.read().decode()

    assert ready()[0] == 200
    assert ctl(server, "drain") == {"draining": True}
    assert ready()[0] == 503 and "drained" in ready()[1]
    assert ctl(server, "status")["draining"] is True
    assert answers(server.ask("1.2.0.192.bl.test")) == {"127.0.0.2"}
    assert ctl(server, "undrain") == {"draining": False}
    assert ready()[0] == 200


def test_nothing_but_its_verbs(control):
    server = control("--api", f"127.0.0.1:{free_port()}")
    for target in ("/v1/lookup/192.0.2.1", "/v1/zones", "/v1/delistings", "/", "/healthz", "/metrics", "/v1/openapi.json"):
        status, text = request(server.socket, "GET", target)
        assert status == 404 and "control socket" in text, target
    assert request(server.socket, "GET", "/v1/reload")[0] == 405


def test_a_token_changes_nothing(control, folder):
    """dnsblctl sends the token that it has; here it is not needed, whatever it is."""
    server = control()
    with open(server.path("token"), "w", opener=lambda p, f: os.open(p, f, 0o600)) as f:
        f.write("some-token\n")
    assert ctl(server, "status", environment={"DNSBLD_TOKEN_FILE": server.path("token")})["loaded"] is True


@ROOT_ONLY
def test_for_root_and_the_servers_user_alone(control):
    server = control()
    assert os.stat(server.socket).st_mode & 0o7777 == 0o600
    assert ctl(server, "status", user="nobody")["loaded"] is True
    assert "Permission denied" in ctl(server, "status", user="daemon", status=2)
    os.chmod(server.socket, 0o666)  # even then
    assert "for root and the user that the server runs as" in ctl(server, "status", user="daemon", status=3)
    assert request(server.socket, "GET", "/v1/status", headers={"X-Forwarded-For": "192.0.2.1"})[0] == 403


@ROOT_ONLY
@pytest.mark.parametrize("root", [False, True], ids=["plain", "chroot"])
def test_started_by_root(binary, folder, root):
    """It is bound before root is given up, belongs to the user of -u, and works in another root directory."""
    os.makedirs(os.path.join(folder, "run"))
    server = Controlled(binary, folder, "-u", "nobody", zones=ZONES, files=FILES)
    server.root = True
    if root:
        server.args += ["-r", folder + "/"]
        server.environment = {"ASAN_OPTIONS": "detect_leaks=0"}  # it needs /proc
        inner = server.command
        server.command = lambda: ["/" if word == folder else word for word in inner()]  # -w is within -r
    server.start()
    try:
        assert server.has_socket()
        assert os.stat(server.path("run")).st_mode & 0o7777 == 0o755
        assert os.stat(server.socket).st_uid == 65534
        assert ctl(server, "reload", "z")["lists"][0]["good"] is True
    finally:
        server.stop()
    # nobody cannot remove it from root's directory: dnsblctl knows that nobody answers, and the next server, too.
    assert os.path.exists(server.socket)
    assert server.socket not in ctl(server, "status", status=2)
    server.start()
    assert server.has_socket() and ctl(server, "status")["loaded"] is True
    server.stop()


def test_the_directory_is_made_and_the_socket_removed(control):
    server = control()
    assert os.stat(server.path("run")).st_mode & 0o7777 == 0o755
    server.stop()
    assert os.listdir(server.path("run")) == []


def test_killed_and_started_again(control):
    server = control()
    server.kill()
    assert os.path.exists(server.socket)
    server.process = None
    server.start()
    assert poll(lambda: ctl(server, "status")["loaded"])


def test_instance(control):
    server = control(environment={"DNSBLD_INSTANCE": "main/one"})
    assert os.path.exists(server.path("run/main-one.sock"))
    assert ctl(server, "status")["loaded"] is True


def test_an_instance_named_as_the_socket_of_the_api(control, folder):
    """The control socket is never why a server does not start."""
    server = control("--api", f"unix:{folder}/run/api.sock", environment={"DNSBLD_INSTANCE": "api"})
    assert f"no control socket: unix:{folder}/run/api.sock is the API's" in server.log()
    assert ctl(server, "status")["loaded"] is True


def test_sockets_of_systemd(binary, folder, monkeypatch):
    """Without -b the name is the address that systemd has bound."""
    os.chmod(folder, 0o777)
    monkeypatch.setenv("DNSBLD_RUN_DIRECTORY", os.path.join(folder, "run"))
    server = activated(binary, folder, free_port()).start()
    assert poll(lambda: "listening on" in server.log())
    assert os.path.exists(server.path(f"run/127.0.0.1-{server.port}.sock"))
    assert ctl(server, "status")["loaded"] is True
    server.stop()


@needs_ipv6
def test_ipv6(control):
    port = free_port()
    server = control(port=port, bind=[f"::1/{port}", f"127.0.0.1/{port}"])
    assert os.path.exists(server.path(f"run/::1-{port}.sock"))
    assert ctl(server, "status")["loaded"] is True


def test_where_it_cannot_be_made(start, folder, monkeypatch):
    """The server serves without it, and says so once."""
    monkeypatch.setenv("DNSBLD_RUN_DIRECTORY", os.path.join(folder, "no", "such"))
    server = start(FILES, zones=ZONES)
    assert poll(lambda: "listening on" in server.log())
    assert server.log().count("no control socket: ") == 1
    assert answers(server.ask("1.2.0.192.bl.test")) == {"127.0.0.2"}


def two(control, folder):
    """Two servers whose control sockets are in one directory."""
    run = {"DNSBLD_RUN_DIRECTORY": os.path.join(folder, "run")}
    os.chmod(folder, 0o777)
    return [control(environment=run, name=name) for name in ("one", "two")]


def test_several_servers(control, folder):
    first, second = two(control, folder)
    run = {"DNSBLD_RUN_DIRECTORY": os.path.join(folder, "run")}
    said = ctl(first, "status", status=1, environment=run)
    assert said.count("\n") == 1 and "\\" not in said, "a message is one line"
    for server in (first, second):
        url = f"unix:{folder}/run/127.0.0.1-{server.port}.sock"
        assert f"--url {url}" in said
        assert ctl(first, "status", "--url", url)["loaded"] is True
    second.kill()
    second.process = None
    assert ctl(first, "status", environment=run)["loaded"] is True  # the only one that lives


def test_several_servers_at_a_terminal(control, folder):
    first, second = two(control, folder)
    ports = sorted(str(server.port) for server in (first, second))
    leader, follower = pty.openpty()
    clean = {k: v for k, v in os.environ.items() if not k.startswith("DNSBLD_")}
    with subprocess.Popen([CTL, "drain"], stdin=follower, stderr=follower, stdout=subprocess.PIPE, text=True,
                          env={**clean, "DNSBLD_RUN_DIRECTORY": os.path.join(folder, "run")}) as asking:
        said = b""
        while b"Which one? [1-2]" not in said:
            said += os.read(leader, 4096)
        os.write(leader, b"2\n")
        assert json.loads(asking.communicate(timeout=20)[0]) == {"draining": True}
    os.close(leader)
    os.close(follower)
    assert re.findall(r"127\.0\.0\.1-(\d+)\.sock", said.decode()) == ports
    chosen = first if str(first.port) == ports[1] else second
    assert poll(lambda: "audit: " in chosen.log() and chosen.log().rstrip().endswith(": drain"))


def test_the_api_comes_first(control, folder):
    first, second = two(control, folder)
    api = control("--api", f"unix:{folder}/run/api.sock", name="three",
                  environment={"DNSBLD_RUN_DIRECTORY": os.path.join(folder, "run")})
    os.chmod(os.path.join(folder, "run", "api.sock"), 0o666)
    user = "nobody" if os.getuid() == 0 else None
    run = {"DNSBLD_RUN_DIRECTORY": os.path.join(folder, "run")}
    assert ctl(first, "drain", environment=run, user=user) == {"draining": True}
    assert poll(lambda: "drain" in api.log()) and "drain" not in first.log() + second.log()


def test_it_does_not_wake_an_idle_server(control):
    """Its thread sleeps until somebody connects."""
    server = control()
    ctl(server, "status")

    def switches():
        total = {}
        tasks = f"/proc/{server.process.pid}/task"
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/comm") as name, open(f"{tasks}/{task}/status") as status:
                found = re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status.read(), re.M)
                total[name.read().strip() + task] = int(found.group(1))
        return total

    def quiet():
        before = switches()
        return not poll(lambda: switches() != before, seconds=2.5)

    assert any(name.startswith("MHD") for name in switches())
    assert quiet() or quiet()  # the end of the start may still be under way


@ROOT_ONLY
@pytest.mark.skipif(not shutil.which("setpriv"), reason="no setpriv")
def test_a_socket_left_behind_under_the_units_capabilities(binary, folder):
    """connect() says EACCES there, whoever the socket belongs to."""
    os.makedirs(os.path.join(folder, "run"))
    server = Controlled(binary, folder, "-u", "nobody", "--api", f"unix:{folder}/run/api.sock", zones=ZONES, files=FILES)
    server.root = True
    for _ in range(2):
        server.start()
        server.stop()
    assert os.path.exists(server.path("run/api.sock"))
    server.start()
    other = Controlled(binary, folder, *server.args, zones=ZONES)
    other.root = True
    done = subprocess.run(other.command(), capture_output=True, text=True, timeout=20, check=False)
    assert done.returncode == 1 and "already in use by another server" in done.stderr
    server.stop()
