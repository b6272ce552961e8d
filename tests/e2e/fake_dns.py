"""A resolver under test's control: it answers from a table, over UDP and TCP, and plays tricks for some names."""
import socket
import struct
import threading
import time

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset

from server import free_port


class FakeDns:
    """`records`: (name, type) -> texts; CNAMEs are followed as a resolver does. `tricks`: name -> a word below."""

    def __init__(self):
        self.port = free_port()
        self.records, self.tricks, self.asked = {}, {}, []
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", self.port))
        self.tcp = socket.create_server(("127.0.0.1", self.port))
        for target in (self.serve_udp, self.serve_tcp):
            threading.Thread(target=target, daemon=True).start()

    def close(self):
        self.udp.close()
        self.tcp.close()

    def reply_to(self, query):
        question = query.question[0]
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        name, kind = question.name, dns.rdatatype.to_text(question.rdtype)
        for _ in range(20):
            texts = self.records.get((name.to_text(omit_final_dot=True).lower(), kind))
            if texts:
                reply.answer.append(dns.rrset.from_text(name, 60, "IN", kind, *texts))
                return reply
            alias = self.records.get((name.to_text(omit_final_dot=True).lower(), "CNAME"))
            if not alias:
                break
            reply.answer.append(dns.rrset.from_text(name, 60, "IN", "CNAME", *alias))
            name = dns.name.from_text(alias[0])
        if not reply.answer:
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply

    def trick_of(self, query):
        return self.tricks.get(query.question[0].name.to_text(omit_final_dot=True).lower(), "")

    def serve_udp(self):
        while True:
            try:
                data, peer = self.udp.recvfrom(4096)
            except OSError:
                return
            threading.Thread(target=self.answer_udp, args=(data, peer), daemon=True).start()

    def answer_udp(self, data, peer):
        query = dns.message.from_wire(data)
        self.asked.append(query.question[0].to_text())
        reply = self.reply_to(query)
        wire, trick = reply.to_wire(max_size=65535), self.trick_of(query)
        forged = struct.pack("!H", query.id ^ 1) + wire[2:]
        if trick == "silent":
            return
        if trick == "late":
            time.sleep(3)
        if trick in ("forged", "noise"):
            for _ in range(50):
                self.udp.sendto(forged, peer)
        if trick == "forged":
            return
        if trick == "other port":
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.sendto(wire, peer)
            return
        if trick == "other question":
            reply.question[0].name = dns.name.from_text("other.example")
            wire = reply.to_wire()
        if trick == "query":  # sent back as it came, with the record
            reply.flags &= ~dns.flags.QR
            wire = reply.to_wire()
        if trick == "servfail":
            reply.answer.clear()
            reply.set_rcode(dns.rcode.SERVFAIL)
            wire = reply.to_wire()
        if trick == "garbage":
            wire = wire[:2] + b"\x81\x80" + b"\xff" * 500
        if trick == "pointers":  # a name that leads to itself
            wire = wire[:12] + b"\xc0\x0c\x00\x10\x00\x01"
        if trick in ("truncated", "drip", "no tcp") or len(wire) > 1232:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
            wire = reply.to_wire()
        self.udp.sendto(wire, peer)

    def serve_tcp(self):
        while True:
            try:
                connection, _ = self.tcp.accept()
            except OSError:
                return
            threading.Thread(target=self.answer_tcp, args=(connection,), daemon=True).start()

    def answer_tcp(self, connection):
        with connection:
            length = struct.unpack("!H", connection.recv(2, socket.MSG_WAITALL))[0]
            query = dns.message.from_wire(connection.recv(length, socket.MSG_WAITALL))
            wire = self.reply_to(query).to_wire(max_size=65535)
            sent = struct.pack("!H", len(wire)) + wire
            trick = self.trick_of(query)
            try:
                if trick == "no tcp":
                    return
                for at in range(0, len(sent), 1 if trick == "drip" else len(sent)):
                    connection.sendall(sent[at:at + (1 if trick == "drip" else len(sent))])
                    time.sleep(0.2 if trick == "drip" else 0)
            except OSError:
                pass
