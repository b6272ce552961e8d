"""Fixtures of the differential tests: the reference is Debian's rbldnsd."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from compare import RBLDNSD  # noqa: E402  (needs the path above)
from server import Server  # noqa: E402


@pytest.fixture
def reference(folder):
    """reference(files, zones, folder, *args) runs rbldnsd, with minimal answers, dnsbld's default, if no args say else."""
    servers = []
    if not RBLDNSD:
        pytest.skip("rbldnsd is not installed")

    def starter(files, zones, where=folder, *args, **options):
        server = Server(RBLDNSD, where, *([] if "-A" in args else ["-a"]), *args, zones=zones, files=files, **options)
        servers.append(server)
        return server.start(60)

    yield starter
    for server in servers:
        server.stop()
