"""What may stand where a list's file should be: nothing, comments, /dev/null, and what is no file."""
import gzip
import os
import socket
import subprocess

import pytest

from server import SOA, TYPES, kind

EMPTY = {"empty": b"", "comments": b"# none\n; today\n\n", "gz": gzip.compress(b""), "soa": SOA.encode(),
         "gzcomments": gzip.compress(b"# none\n")}


@pytest.mark.parametrize("set_type", TYPES)
@pytest.mark.parametrize("name", [*EMPTY, "/dev/null", "link"])
def test_an_empty_file_is_an_empty_zone(start, folder, known_types, set_type, name):
    """The default of Debian's rbldnsd package is example.net:generic:/dev/null."""
    if set_type not in known_types:
        pytest.skip("the type is not there")
    os.symlink("/dev/null", os.path.join(folder, "link"))
    server = start(EMPTY, zones=[f"z.test:{set_type}:{name}"])
    assert kind(server.ask("2.0.0.127.z.test")) == "NXDOMAIN"
    assert kind(server.ask("z.test")) == "NODATA"
    server.reload()
    assert kind(server.ask("x.z.test", "TXT")) == "NXDOMAIN"



def check(binary, folder, name, set_type="ip4set"):
    return subprocess.run([binary, "-w", folder, "--check", f"z.test:{set_type}:{name}"], capture_output=True, text=True,
                          timeout=10, check=False)


@pytest.mark.parametrize("set_type", ["ip4set", "generic", "dnset"])
@pytest.mark.parametrize("name", ["fifo", "folder", "socket", "/dev/zero", "/dev/full", "missing", "loop"])
def test_what_is_no_file_is_said_at_once(binary, folder, name, set_type):
    """No wait for a pipe's writer, no endless device."""
    os.mkfifo(os.path.join(folder, "fifo"))
    os.mkdir(os.path.join(folder, "folder"))
    os.symlink("loop", os.path.join(folder, "loop"))
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(os.path.join(folder, "socket"))
        done = check(binary, folder, name, set_type)
    assert done.returncode == 1 and name in done.stdout + done.stderr
    if name in ("fifo", "folder", "/dev/zero", "/dev/full"):
        assert f"{name}: not a regular file" in done.stdout + done.stderr


def test_dev_null_beside_a_list(start):
    server = start({"v4": "192.0.2.1\n"}, zones=["z.test:ip4set:/dev/null,v4"])
    assert kind(server.ask("1.2.0.192.z.test")) == "LISTED"
