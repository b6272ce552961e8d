"""Fixtures of the differential tests: the reference is Debian's rbldnsd."""
import os
import shutil
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from server import Server  # noqa: E402

RBLDNSD = shutil.which("rbldnsd", path="/usr/sbin:/usr/bin:" + os.environ.get("PATH", ""))


@pytest.fixture
def reference(folder):
    """reference(files, zones, *options) runs rbldnsd, with minimal answers as dnsbld's default is."""
    servers = []
    if not RBLDNSD:
        pytest.skip("rbldnsd is not installed")

    def starter(files, zones, where=folder):
        server = Server(RBLDNSD, where, "-a", zones=zones, files=files)
        servers.append(server)
        return server.start(60)

    yield starter
    for server in servers:
        server.stop()
