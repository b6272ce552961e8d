"""What root does before it is given up: with the unit's capabilities, and in directories that others may write to."""
import os
import pwd
import shutil
import subprocess

import pytest

from server import SOA, Server, answers, poll

FILES = {"z": SOA + "192.0.2.1\n"}
ZONES = ["bl.test:ip4set:z"]
NAME = "1.2.0.192.bl.test"
UNIT = "-all,+net_bind_service,+net_admin,+sys_chroot,+setuid,+setgid,+chown"  # dist/dnsbld.service
NOBODY = pwd.getpwnam("nobody")

pytestmark = pytest.mark.skipif(os.getuid() != 0 or not shutil.which("setpriv"), reason="needs root and setpriv")


class Unit(Server):
    """A server that root starts with the capabilities of the unit, and that becomes nobody; with its `files` in the
    directory `lists` of the folder."""

    def __init__(self, binary, folder, *args, files=None, **options):
        lists = os.path.join(folder, "lists")
        os.makedirs(lists, exist_ok=True)
        super().__init__(binary, folder, "-u", "nobody", *args, zones=ZONES, **options)
        self.folder = lists
        for name, content in (FILES if files is None else files).items():
            self.write(name, content)
        self.folder = folder

    def command(self):
        jailed = ["ASAN_OPTIONS=detect_leaks=0"] if "-r" in self.args else []  # it needs /proc
        limited = ["env", f"DNSBLD_RUN_DIRECTORY={self.folder}/run", *jailed, "setpriv", "--bounding-set", UNIT, "--inh-caps=-all"]
        binds = [word for address in self.bind for word in ("-b", address)]
        return [*limited, self.binary, "-n", *self.args, *binds, *self.zones]

    def spawn(self):
        with open(self.path("stderr"), "ab") as log:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        return self


@pytest.fixture
def unit(binary, folder):
    servers = []

    def maker(*args, **options):
        server = Unit(binary, folder, *args, **options)
        servers.append(server)
        return server

    yield maker
    for server in servers:
        server.stop()


@pytest.mark.parametrize("owner, group, mode", [("nobody", "nogroup", 0o750), ("nobody", "nogroup", 0o700), ("root", "nogroup", 0o750),
                                                ("root", "root", 0o755)])
@pytest.mark.parametrize("option", ["-w", "-r"])
def test_lists_in_a_directory_of_the_user_alone(unit, folder, option, owner, group, mode):
    """The kernel lets such a root in only as the user."""
    server = unit()
    lists = os.path.join(folder, "lists")
    shutil.chown(lists, owner, group)
    os.chmod(lists, mode)
    server.args += [option, lists]
    server.start()
    assert answers(server.ask(NAME)) == {"127.0.0.2"}
    with open(f"/proc/{server.process.pid}/status") as f:
        status = dict(line.split(":", 1) for line in f if ":" in line)
    assert set(status["Uid"].split()) == {str(NOBODY.pw_uid)} and int(status["CapEff"], 16) == 0
    assert os.readlink(f"/proc/{server.process.pid}/root") == (lists if option == "-r" else "/")


def test_a_socket_in_a_directory_of_the_user_alone(unit, folder):
    """It is bound as the user, who can then remove it; one that was left behind is replaced."""
    place = os.path.join(folder, "place")
    os.mkdir(place)
    shutil.chown(place, "nobody", "nogroup")
    os.chmod(place, 0o700)
    server = unit("-w", os.path.join(folder, "lists"), "--api", f"unix:{place}/api.sock")
    server.start()
    assert os.stat(f"{place}/api.sock").st_uid == NOBODY.pw_uid
    server.kill()
    server.process = None
    assert os.path.exists(f"{place}/api.sock")
    server.start()
    server.stop()
    assert os.listdir(place) == []


def test_a_directory_that_neither_may_enter(unit, folder):
    server = unit("-w", os.path.join(folder, "lists"))
    shutil.chown(os.path.join(folder, "lists"), "daemon", "daemon")
    os.chmod(os.path.join(folder, "lists"), 0o700)
    server.spawn()
    assert server.process.wait(10) == 1
    server.process = None
    assert server.log().count("\n") == 1 and f"-w {folder}/lists: Permission denied" in server.log()


def mode_of(path):
    status = os.stat(path)
    return status.st_uid, status.st_mode & 0o7777


@pytest.mark.parametrize("owner, mode", [(None, 0), ("root", 0o755), ("root", 0o777), ("nobody", 0o755), ("nobody", 0o777)],
                         ids=["missing", "of a service manager", "open", "of the user", "of the user, open"])
def test_the_state_directory_is_the_users_alone(unit, folder, owner, mode):
    state = os.path.join(folder, "state")
    if owner is not None:
        os.mkdir(state)
        shutil.chown(state, owner)
        os.chmod(state, mode)
    server = unit("-w", os.path.join(folder, "lists"), "--state", state).start()
    assert mode_of(state) == (NOBODY.pw_uid, 0o700)
    assert ("others can write to the state directory" in server.log()) == (owner == "nobody" and mode == 0o777)


def test_a_state_directory_in_a_directory_of_the_user(unit, folder):
    """Root may not write there."""
    lists = os.path.join(folder, "lists")
    server = unit("-w", lists, "--state", "state")
    shutil.chown(lists, "nobody", "nogroup")
    os.chmod(lists, 0o750)
    server.start()
    assert mode_of(os.path.join(lists, "state")) == (NOBODY.pw_uid, 0o700)


def test_a_state_directory_that_others_can_write(unit, folder):
    """It is not the user's, so its mode stays; the log warns."""
    state = os.path.join(folder, "state")
    os.mkdir(state)
    shutil.chown(state, "daemon", "nogroup")
    os.chmod(state, 0o770)
    server = unit("-w", os.path.join(folder, "lists"), "--state", state).start()
    assert f"{state}: others can write to the state directory, and may change" in server.log()
    assert os.stat(state).st_mode & 0o7777 == 0o770


def test_root_gives_nothing_away_through_a_symbolic_link(unit, folder):
    """Who may write beside the state directory could have root give any empty directory away."""
    treasure, state = os.path.join(folder, "treasure"), os.path.join(folder, "state")
    os.mkdir(treasure, 0o755)
    os.symlink("treasure", state)
    server = unit("-w", os.path.join(folder, "lists"), "--state", state).spawn()
    assert server.process.wait(10) == 1
    server.process = None
    assert mode_of(treasure) == (0, 0o755)
    assert "must belong to the user" in server.log()


def test_a_link_to_a_directory_of_the_user(unit, folder):
    """As systemd makes one with DynamicUser: there is nothing to give away."""
    private, state = os.path.join(folder, "private"), os.path.join(folder, "state")
    os.mkdir(private, 0o755)
    shutil.chown(private, "nobody")
    os.symlink("private", state)
    server = unit("-w", os.path.join(folder, "lists"), "--state", state).start()
    assert mode_of(private) == (NOBODY.pw_uid, 0o700)
    assert poll(lambda: os.path.exists(os.path.join(private, "dnsbld.db"))) and answers(server.ask(NAME)) == {"127.0.0.2"}


# ---- --check as root ----


def check(binary, folder, *args, user="nobody"):
    done = subprocess.run([binary, "--check", "-u", user, "-w", os.path.join(folder, "lists"), *args, *ZONES],
                          capture_output=True, text=True, timeout=30, check=False, cwd="/")
    return done.returncode, done.stderr + done.stdout


@pytest.mark.parametrize("owner, mode, code", [("root", 0o644, 0), ("nobody", 0o600, 0), ("root", 0o600, 1), ("daemon", 0o640, 1)])
def test_check_reads_lists_as_the_user(unit, binary, folder, owner, mode, code):
    unit()
    path = os.path.join(folder, "lists", "z")
    shutil.chown(path, owner, owner if owner != "nobody" else "nogroup")
    os.chmod(path, mode)
    status, said = check(binary, folder)
    assert status == code and (code == 0 or "Permission denied" in said), said


def test_check_enters_directories_as_the_user(unit, binary, folder):
    unit()
    os.chmod(os.path.join(folder, "lists"), 0o700)  # root's: the server could not read the lists in it
    assert check(binary, folder)[0] == 1
    shutil.chown(os.path.join(folder, "lists"), "nobody")
    assert check(binary, folder)[0] == 0


@pytest.mark.parametrize("make, code", [
    (None, 0),  # the server makes it
    (("root", 0o755), 0),  # and gives it to the user, as it is empty
    (("nobody", 0o700), 0), (("daemon", 0o755), 1), (("root", 0o755, "file"), 1)])
def test_check_of_the_state_directory(unit, binary, folder, make, code):
    unit()
    state = os.path.join(folder, "state")
    if make is not None:
        os.mkdir(state)
        if len(make) > 2:
            open(os.path.join(state, make[2]), "w", encoding="ascii").close()
        shutil.chown(state, make[0])
        os.chmod(state, make[1])
    status, said = check(binary, folder, "--state", state)
    assert status == code and (code == 0 or state in said), said
    assert os.path.exists(state) == (make is not None), "nothing is made"


@pytest.mark.parametrize("owner, mode, code", [("root", 0o755, 0), ("nobody", 0o700, 0), ("root", 0o700, 1), ("root", 0o644, 1)])
def test_check_of_the_command_outside_of_the_root_directory(unit, binary, folder, owner, mode, code):
    """It is run there, by the user."""
    unit()
    lists, command, config = (os.path.join(folder, name) for name in ("lists", "send", "c.yaml"))
    for path, content in ((command, "#!/bin/sh\n"), (config, f"confirm_command: {command}\n")):
        with open(path, "w", encoding="ascii") as f:
            f.write(content)
    shutil.chown(command, owner)
    os.chmod(command, mode)
    done = subprocess.run([binary, "--check", "-u", "nobody", "--config", config, "-r", lists, *ZONES], capture_output=True, text=True,
                          timeout=30, check=False, env={"ASAN_OPTIONS": "detect_leaks=0"})
    assert done.returncode == code and (code == 0 or "send: Permission denied" in done.stderr), done
