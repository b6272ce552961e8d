"""The command line: rbldnsd's options, one clear line for every error, --check, --version, --help."""
import os
import socket
import subprocess

import pytest

from server import SOA, answers, free_port, poll

GOOD = SOA + "192.0.2.1\n"


@pytest.fixture
def run(binary, folder):
    """run(*args) -> (exit status, stdout, stderr); "v4" is there, and a port."""
    with open(os.path.join(folder, "v4"), "w") as f:
        f.write(GOOD)

    def runner(*args):
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
        done = subprocess.run([binary, *args], cwd=folder, capture_output=True, text=True, timeout=20, check=False,
                              stdin=subprocess.DEVNULL, **user)
        return done.returncode, done.stdout, done.stderr

    return runner




@pytest.mark.parametrize("args, said", [
    (["-n", "-b", "PORT", "--no-such-option", "bl.test:ip4set:v4"], "no-such-option"),
    (["-n", "-b", "PORT", "-Z", "bl.test:ip4set:v4"], "Z"),
    (["-n", "-b"], "b"),
    (["-n", "-b", "PORT"], "zone"),
    (["-n", "bl.test:ip4set:v4"], "-b"),
    (["-n", "-b", "PORT", "bl.test"], "bl.test"),
    (["-n", "-b", "PORT", "bl.test:ip4set"], "bl.test:ip4set"),
    (["-n", "-b", "PORT", "bl.test:ip4set:"], "bl.test:ip4set"),
    (["-n", "-b", "PORT", "bl.test:ip5set:v4"], "ip5set"),
    (["-n", "-b", "PORT", ":ip4set:v4"], "ip4set"),
    (["-n", "-b", "PORT", "a..b:ip4set:v4"], "a..b"),
    (["-n", "-b", "PORT", "x" * 64 + ".test:ip4set:v4"], "x" * 64),
    (["-n", "-b", "PORT", "bl.test:ip4set:missing"], "missing"),
    (["-n", "-b", "300.0.0.1/53", "bl.test:ip4set:v4"], "300.0.0.1"),
    (["-n", "-b", "127.0.0.1/99999", "bl.test:ip4set:v4"], "99999"),
    (["-n", "-b", "127.0.0.1/no-port", "bl.test:ip4set:v4"], "no-port"),
    (["-n", "-b", "192.0.2.77/5300", "bl.test:ip4set:v4"], "192.0.2.77"),
    (["-n", "-b", "PORT", "-t", "10:20:5", "bl.test:ip4set:v4"], "10:20:5"),
    (["-n", "-b", "PORT", "-t", "x", "bl.test:ip4set:v4"], "x"),
    (["-n", "-b", "PORT", "-c", "soon", "bl.test:ip4set:v4"], "soon"),
    (["-n", "-b", "PORT", "-w", "no-folder", "bl.test:ip4set:v4"], "no-folder"),
    (["-n", "-b", "PORT", "-F", "nowhere", "bl.test:ip4set:v4"], "nowhere"),
])
def test_error(run, args, said):
    args = [f"127.0.0.1/{free_port()}" if a == "PORT" else a for a in args]
    status, out, err = run(*args)
    assert status == 1, err
    lines = err.strip().splitlines()
    assert len(lines) == 1 and said in lines[0] and not out, err


def test_port_in_use(run):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        address = f"127.0.0.1/{s.getsockname()[1]}"
        status, _, err = run("-n", "-b", address, "bl.test:ip4set:v4")
    assert status == 1 and len(err.strip().splitlines()) == 1 and address.split("/")[1] in err


def test_version(run):
    status, out, err = run("--version")
    assert status == 0 and out.startswith("dnsbld ") and len(out.splitlines()) == 1 and not err


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help(run, option):
    status, out, err = run(option)
    assert status == 0 and not err
    assert out.splitlines()[0] == run("--version")[1].strip()
    for word in "-u -r -w -b -4 -6 -t -c -e -q -p -n -f -l -s -a -A -v -C -d -F --check --version".split():
        assert word in out, word


def test_no_arguments(run):
    status, out, err = run()
    assert status == 1 and "usage" in (out + err).lower()


def test_check(run, folder):
    def put(name, content):
        with open(os.path.join(folder, name), "w") as f:
            f.write(content)

    put("bad", GOOD + "hello\n192.0.2.2\n1.2.3.4/99\n")
    put("future", GOOD + "$TIMESTAMP 2099:01:01\n")
    assert run("--check", "bl.test:ip4set:v4")[0] == 0
    status, out, err = run("--check", "bl.test:ip4set:v4", "bl.test:ip4set:bad")
    assert status == 2
    for number in (3, 5):
        assert f"bad({number})" in out + err or f"bad:{number}" in out + err, out + err
    for spec in ("bl.test:ip4set:future", "bl.test:ip4set:missing"):
        status, out, err = run("--check", "bl.test:ip4set:bad", spec)
        assert status == 1 and spec.split(":")[-1] in out + err


def test_check_warns_of_stale_data(run, folder):
    """Its zones would answer SERVFAIL; the server starts all the same."""
    with open(os.path.join(folder, "old"), "w") as f:
        f.write("$TIMESTAMP 2020-01-01 +1d\n" + GOOD)
    status, out, err = run("--check", "bl.test:ip4set:v4", "bl.test:ip4set:old")
    assert status == 0 and (out + err).count("stale") == 1
    assert "old (ip4set): its data is stale; its zones answer SERVFAIL" in out + err


def test_check_reports_every_bad_line(run, folder):
    with open(os.path.join(folder, "bad"), "w") as f:
        f.write("junk\n" * 50)
    status, out, err = run("--check", "bl.test:ip4set:bad")
    assert status == 2 and sum("bad(" in line or "bad:" in line for line in (out + err).splitlines()) >= 50


def test_messages_keep_utf8(run, folder):
    """What a list file has is quoted as it is, but for what controls a terminal or is not UTF-8."""
    with open(os.path.join(folder, "bad"), "wb") as f:
        f.write("müller\n例え.テスト\n".encode() + b"m\xfcller\n\x1b[31mred\n" + "\u202eevil\n\x9bm\n".encode())
    status, out, _ = run("--check", "bl.test:ip4set:bad")
    assert status == 2
    for shown in ('"müller"', '"例え.テスト"', '"m?ller"', '"?[31mred"', '"?evil"', '"?m"'):
        assert shown in out, out


def test_quick_start(start):
    """-q: what cannot be loaded yet is SERVFAIL, the rest is served, and it is there as soon as its file is."""
    server = start({"v4": GOOD}, "-q", zones=["bl.test:ip4set:v4", "late.test:ip4set:late"])
    assert poll(lambda: answers(server.ask("1.2.0.192.bl.test")) == {"127.0.0.2"})
    assert server.ask("1.2.0.192.late.test").rcode() == 2
    server.write("late", GOOD)
    assert poll(lambda: answers(server.ask("1.2.0.192.late.test")) == {"127.0.0.2"})


@pytest.mark.parametrize("options", [["-f"], ["-4"], ["-a"], ["-v"], ["-C"], ["-F", "local0"], ["-c", "30"], ["-t", "1h::2h"]])
def test_options_of_rbldnsd_are_taken(start, options):
    server = start({"v4": GOOD}, *options, zones=["bl.test:ip4set:v4"])
    assert answers(server.ask("1.2.0.192.bl.test")) == {"127.0.0.2"}


def test_options_in_one_word(start):
    server = start({"v4": GOOD}, "-avf", "-c30", zones=["bl.test:ip4set:v4"])
    assert answers(server.ask("1.2.0.192.bl.test")) == {"127.0.0.2"}


@pytest.mark.parametrize("make", [lambda path: os.symlink("v4", path), os.mkfifo], ids=["link", "pipe"])
def test_pid_file_is_no_trap(run, folder, make):
    """It is written as root: who can write to its directory neither chooses the file nor stops the start."""
    make(os.path.join(folder, "pid"))
    status, _, err = run("-n", "-b", f"127.0.0.1/{free_port()}", "-p", "pid", "bl.test:ip4set:v4")
    assert status == 1 and len(err.strip().splitlines()) == 1 and "pid" in err
    with open(os.path.join(folder, "v4")) as f:
        assert f.read() == GOOD


def test_aliases_do_not_multiply(run, folder):
    """A few kilobytes of YAML cannot become gigabytes."""
    with open(os.path.join(folder, "yaml"), "w") as f:
        f.write("zones:\n- &z {name: a.test, lists: [" + "x," * 5000 + "x]}\n" + "- *z\n" * 5000)
    status, _, err = run("--config", "yaml", "-n", "-b", "127.0.0.1")
    assert status == 1 and len(err.strip().splitlines()) == 1 and "yaml" in err and "alias" in err


def test_pid_file(start, folder):
    os.chmod(folder, 0o777)
    server = start({"v4": GOOD}, "-p", os.path.join(folder, "pid"), zones=["bl.test:ip4set:v4"])
    with open(os.path.join(folder, "pid")) as f:
        assert int(f.read()) == server.process.pid


def test_absolute_paths_and_names_with_a_dot_at_the_end(start, folder):
    server = start({"v4": GOOD}, zones=[f"BL.test.:ip4set:{folder}/v4"])
    assert answers(server.ask("1.2.0.192.bl.test")) == {"127.0.0.2"}


def test_sigint_ends_it_well(start):
    import signal
    server = start({"v4": GOOD}, zones=["bl.test:ip4set:v4"])
    process, server.process = server.process, None
    process.send_signal(signal.SIGINT)
    assert process.wait(10) == 0
