"""Many values for one key, many lists: what one list says changes nothing that another one says."""
import os
import subprocess

import dns.message
import dns.query

from server import SOA, answers, poll, rcode

MANY = [255, 300, 10000]


def values(key, count):
    """Lines that give a key so many values, with codes and texts of their own."""
    return "".join(f"{key} :127.1.{i >> 8}.{i & 255}:text {i}\n" for i in range(2, count + 2))


def texts(reply):
    return {record.to_text() for rrset in reply.answer for record in rrset}


def ask_tcp(server, name, kind="A"):
    return dns.query.tcp(dns.message.make_query(name, kind), "127.0.0.1", 5, server.port)


def test_values_of_one_list_change_no_other(start):
    """In another zone and in the same one, with the crowding list first and last, at the start and after reloads."""
    honest = SOA + "192.0.2.1 :9:honest\n192.0.2.0/24 :8:\n10.0.0.0/8 :7:\na.test :6:\n"
    zones = ["one.test:ip4set:crowd", "one.test:ip4set:honest", "two.test:ip4set:honest", "two.test:ip4set:crowd",
             "own.test:ip4set:honest", "names.test:dnset:crowdnames", "names.test:dnset:names", "own2.test:dnset:names"]
    files = {"crowd": SOA, "honest": honest.replace("a.test :6:\n", ""), "crowdnames": SOA, "names": SOA + "a.test :6:\n"}
    server = start(files, zones=zones)

    def check():
        for zone in ("one", "two", "own"):
            for name, code in (("1.2.0.192", 9), ("2.2.0.192", 8), ("1.0.0.10", 7)):
                reply = ask_tcp(server, f"{name}.{zone}.test")
                assert f"127.0.0.{code}" in texts(reply), (zone, name, len(texts(reply)))
        for zone in ("names", "own2"):
            assert "127.0.0.6" in texts(ask_tcp(server, f"a.test.{zone}.test"))
        assert texts(server.ask("1.2.0.192.own.test")) == {"127.0.0.9"}
        assert texts(server.ask("1.2.0.192.own.test", "TXT")) == {'"honest"'}
        assert texts(server.ask("a.test.own2.test")) == {"127.0.0.6"}

    def all_answers():
        return {(name, kind): texts(ask_tcp(server, name, kind)) for kind in ("A", "TXT") for name in
                ("1.2.0.192.one.test", "2.2.0.192.two.test", "a.test.names.test")}

    check()
    for count in MANY:
        files["crowd"] = SOA + "".join(values(key, count) for key in ("192.0.2.1", "192.0.2.0/24", "10.0.0.0/9"))
        files["crowdnames"] = SOA + values("a.test", count)
        for name in ("crowd", "crowdnames"):
            server.write(name, files[name])
        server.stop()
        server.start()
        check()
        started = all_answers()
        assert len(started["1.2.0.192.one.test", "A"]) == 1 + min(count, 1000)
        for names in (["honest"], ["crowd", "crowdnames"], list(files)):
            done = server.log().count("zones reloaded")
            for name in names:
                server.write(name, files[name] + f"# {names}\n")
            server.reload()
            assert poll(lambda: server.log().count("zones reloaded") > done or "refused" in server.log()), server.log()
            check()
            assert all_answers() == started


def test_protection_does_not_depend_on_values(start, folder):
    for count in MANY:
        server = start({"crowd": SOA + values("192.0.2.1", count) + values("198.51.100.0/24", count), "never": "192.0.2.1\n",
                        "yaml": "never_list: never\n"}, "--config", os.path.join(folder, "yaml"),
                       zones=["bl.test:ip4set:crowd"])
        assert rcode(server.ask("1.2.0.192.bl.test")) == "NXDOMAIN"
        assert "127.1.0.2" in texts(ask_tcp(server, "1.100.51.198.bl.test"))
        server.stop()


def test_three_hundred_lists_with_a_zone_each(start):
    lists = range(300)
    server = start({f"list{i}": SOA + f"127.0.0.2 :{i % 250 + 2}:list {i}\n" for i in lists},
                   zones=[f"z{i}.test:ip4set:list{i}" for i in lists] + [f"all.test:ip4set:list{i}" for i in lists])
    for i in lists:
        assert answers(server.ask(f"2.0.0.127.z{i}.test")) == {f"127.0.0.{i % 250 + 2}"}
        assert texts(server.ask(f"2.0.0.127.z{i}.test", "TXT")) == {f'"list {i}"'}
    assert len(texts(ask_tcp(server, "2.0.0.127.all.test"))) == 250
    assert texts(ask_tcp(server, "2.0.0.127.all.test", "TXT")) == {f'"list {i}"' for i in lists}


def test_check_shows_what_is_left_out(binary, folder):
    path = os.path.join(folder, "crowd")
    with open(path, "w") as f:
        f.write(values("192.0.2.1", 10000))
    out = subprocess.run([binary, "--check", "-b", "127.0.0.1/5300", f"bl.test:ip4set:{path}"], capture_output=True,
                         text=True, timeout=60)
    assert out.returncode == 2, out
    assert f"{path}(1001): left out" in out.stdout and f"{path}(10000): left out" in out.stdout
    assert f"{path}(1000)" not in out.stdout
    assert "9,000 bad lines" in out.stdout


def test_duplicates_in_tries_are_warned_about(start):
    server = start({"v4": SOA + "1.2.3.0/24 :2:a\n1.2.3.0/24 :3:b\n", "v6": SOA + "2001:db8::/32\n2001:db8::/32 :3:x\n"},
                   zones=["bl.test:ip4trie:v4", "bl.test:ip6trie:v6"])
    assert "v4(3): duplicated entry for 1.2.3.0/24" in server.log()
    assert "v6(3): duplicated entry for 2001:db8::/32" in server.log()
    assert texts(server.ask("1.3.2.1.bl.test")) == {"127.0.0.2"}


def test_duplicates_do_not_flood_the_log(start):
    server = start({"v4": SOA + "1.2.3.0/24\n" * 1000}, zones=["bl.test:ip4trie:v4"])
    assert server.log().count("duplicated entry for") == 5
    assert "994 more warnings about" in server.log()
