"""Fixtures that all pytest tests share. The binary under test is $DNSBLD (default build/dnsbld)."""
import atexit
import os
import shutil
import subprocess
import sys
import tempfile

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from server import TYPES, Server, binary_under_test  # noqa: E402  (needs the path above)


# The control sockets of servers that root starts.
os.environ["DNSBLD_RUN_DIRECTORY"] = tempfile.mkdtemp(prefix="dnsbld-run-")
os.chmod(os.environ["DNSBLD_RUN_DIRECTORY"], 0o755)
atexit.register(shutil.rmtree, os.environ["DNSBLD_RUN_DIRECTORY"], ignore_errors=True)


def pytest_configure(config):
    config.addinivalue_line("markers", "feature(number, ...): the rows of docs/features.md that the test is of")


@pytest.fixture(scope="session")
def binary():
    """The path of the binary under test, where any user can execute it."""
    path = binary_under_test()
    if not os.access(path, os.X_OK):
        pytest.exit(f"{path} is not there: build it first", returncode=1)
    folder = tempfile.mkdtemp(prefix="dnsbld-bin-")
    os.chmod(folder, 0o755)
    copy = shutil.copy(path, os.path.join(folder, "dnsbld"))
    yield copy
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def sanitized(binary):
    """True when the binary carries a sanitizer: then memory and speed say nothing."""
    with open(binary, "rb") as f:
        return b"__asan_init" in f.read()


@pytest.fixture(scope="session")
def known_types(binary):
    """The set types that the server knows, by its own word."""
    def known(name):
        with tempfile.NamedTemporaryFile() as empty:
            os.chmod(empty.name, 0o644)  # --check reads as the server's user
            done = subprocess.run([binary, "--check", f"a.test:{name}:{empty.name}"], capture_output=True, check=False)
            return done.returncode == 0

    return {name for name in TYPES if known(name)}


def make_folder():
    folder = tempfile.mkdtemp(prefix="dnsbld-test-")
    os.chmod(folder, 0o755)
    return folder


@pytest.fixture
def folder():
    """A directory that the server, too, can read when it is another user."""
    path = make_folder()
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def module_folder():
    path = make_folder()
    yield path
    shutil.rmtree(path)


@pytest.fixture
def start(binary, folder):
    """start(files, *args, **options) writes the files and runs a server over them until the test ends; see Server."""
    servers = []

    def starter(files, *args, **options):
        server = Server(binary, folder, *args, files=files, **options)
        servers.append(server)
        return server.start()

    yield starter
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def start_once(binary, module_folder):
    """As start, for one server that all tests of a file share."""
    servers = []

    def starter(files, *args, **options):
        server = Server(binary, module_folder, *args, files=files, **options)
        servers.append(server)
        return server.start()

    yield starter
    for server in servers:
        server.stop()
