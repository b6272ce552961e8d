"""scripts/run and the lists in zones/: what the README promises to who tries it."""
import os
import signal
import subprocess
import urllib.request

import dns.exception
import pytest

from html_page import HtmlPage
from server import ROOT, Server, answers, free_port, kind, poll, reverse

ZEN = "zen.dnsbl.example"


@pytest.fixture(scope="module")
def server(binary, module_folder):
    """scripts/run as `make run` calls it, on a free port; asked through a Server that is not started."""
    port, http_port = free_port(), free_port()
    with open(os.path.join(module_folder, "stderr"), "wb") as log:
        script = subprocess.Popen([os.path.join(ROOT, "scripts", "run")], stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                                  env={**os.environ, "DNSBLD": binary, "PORT": str(port), "HTTP_PORT": str(http_port)})
    server = Server(binary, module_folder, port=port)
    server.http_port = http_port

    def up():
        try:
            return server.ask("version.bind", "TXT", "CH", timeout=0.2)
        except (dns.exception.Timeout, OSError):
            assert script.poll() is None, server.log()

    assert poll(up, 20), server.log()
    yield server
    script.send_signal(signal.SIGTERM)
    assert script.wait(20) == 0, server.log()


@pytest.mark.parametrize("zone, address, codes", [
    (ZEN, "127.0.0.2", {"127.0.0.2", "127.0.0.4", "127.0.0.10"}),
    (ZEN, "::ffff:127.0.0.2", {"127.0.0.2", "127.0.0.4", "127.0.0.10"}),
    (ZEN, "198.51.100.130", {"127.0.0.2", "127.0.0.9"}),
    (ZEN, "198.51.100.17", {"127.0.0.4", "127.0.0.11"}),
    (ZEN, "2001:db8:bad::1", {"127.0.0.2"}),
    (ZEN, "2001:db8:4:1::9", {"127.0.0.4"}),
    ("sbl.dnsbl.example", "127.0.0.2", {"127.0.0.2"}),
    ("sbl.dnsbl.example", "127.0.0.3", {"127.0.0.3"}),
    ("sbl.dnsbl.example", "127.0.0.9", {"127.0.0.9"}),
    ("xbl.dnsbl.example", "127.0.0.4", {"127.0.0.4"}),
    ("pbl.dnsbl.example", "127.0.0.10", {"127.0.0.10"}),
    ("pbl.dnsbl.example", "127.0.0.11", {"127.0.0.11"}),
    ("pbl.dnsbl.example", "203.0.113.25", {"127.0.0.10"}),
])
def test_listed(server, zone, address, codes):
    assert answers(server.ask(reverse(address, zone))) == codes


@pytest.mark.parametrize("zone", [ZEN, "sbl.dnsbl.example", "xbl.dnsbl.example", "pbl.dnsbl.example"])
def test_not_listed(server, zone):
    for address in ("127.0.0.1", "::ffff:127.0.0.1", "192.0.2.7", "203.0.113.26", "2001:db8:bad:1::25", "2001:db8:4:2::53"):
        assert not server.ask(reverse(address, zone)).answer
    assert kind(server.ask(reverse("127.0.0.1", zone))) == "NXDOMAIN"


def test_texts(server):
    assert answers(server.ask(reverse("192.0.2.1", ZEN), "TXT"), "TXT") == {
        "Spam source, see https://dnsbl.example/192.0.2.1"}
    assert answers(server.ask("www.bad.example.com.dbl.dnsbl.example", "TXT"), "TXT") == {
        "bad.example.com has a low reputation, see https://dnsbl.example/bad.example.com"}


def test_domains(server):
    def codes(name):
        return answers(server.ask(name + ".dbl.dnsbl.example"))

    assert codes("test") == codes("dbltest.com") == {"127.0.1.2"}
    assert codes("phish.example.org") == {"127.0.1.4", "127.0.1.5"}
    assert not codes("invalid") and not codes("good.bad.example.com") and not codes("example.com")


def test_three_lines_to_try(server):
    lines = [line for line in server.log().splitlines() if line.strip().startswith("dig ")]
    assert len(lines) == 3 and all(str(server.port) in line for line in lines)


def test_what_people_are_told(server):
    """A list that withholds its texts, one that has ended, and the page in both languages."""
    assert answers(server.ask(reverse("203.0.113.77", ZEN), "TXT"), "TXT") >= {
        "No details are given. See https://dnsbl.example/203.0.113.77"}
    assert kind(server.ask(reverse("127.0.0.2", "relays.dnsbl.example"))) == "NXDOMAIN"
    assert answers(server.ask("relays.dnsbl.example", "TXT"), "TXT") == {
        "Remove relays.dnsbl.example from the configuration of your mail server."}
    for language, words in (("en", ["Exploited hosts", "These lists are examples", "No details are given", "Open relays"]),
                            ("ja", ["不正利用端末リスト", "これらは見本のリストです", "詳細は公開していません", "オープンリレーリスト"])):
        url = f"http://127.0.0.1:{server.http_port}/203.0.113.77?lang={language}"
        with urllib.request.urlopen(url) as reply:
            page = HtmlPage(reply.read().decode())
        assert all(word in page.text for word in words), page.text
