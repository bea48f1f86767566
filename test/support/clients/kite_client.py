"""A Kite client of its own: Python's standard library, a handshake and a frame parser made by hand, packets by the documentation.

Usage: kite_client.py HOST PORT MODE TOKEN[,TOKEN...]
Writes one line of text a packet, `token price volume length`, and one a message that is none: `text TYPE`, `close CODE REASON`.
"""

import base64
import hashlib
import json
import os
import socket
import struct
import sys

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def main(host, port, mode, tokens):
    connection = socket.create_connection((host, port))
    stream = connection.makefile("rb")
    key = base64.b64encode(os.urandom(16))
    connection.sendall(
        b"GET /?api_key=mds&access_token=mds HTTP/1.1\r\nHost: %s:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n" % (host.encode(), port, key)
    )
    status = stream.readline()
    headers = {}
    for line in iter(stream.readline, b"\r\n"):
        name, _, value = line.partition(b":")
        headers[name.strip().lower()] = value.strip()
    assert status.startswith(b"HTTP/1.1 101"), status
    assert headers[b"sec-websocket-accept"] == base64.b64encode(hashlib.sha1(key + GUID).digest()), headers
    assert b"sec-websocket-extensions" not in headers, headers
    send(connection, 1, json.dumps({"a": "subscribe", "v": tokens}).encode())
    send(connection, 1, json.dumps({"a": "mode", "v": [mode, tokens]}).encode())
    for opcode, payload in frames(stream):
        if opcode == 1:
            print("text", json.loads(payload)["type"])
        elif opcode == 2 and len(payload) > 1:
            packets(payload)
        elif opcode == 8:
            print("close", struct.unpack(">H", payload[:2])[0], payload[2:].decode())
            send(connection, 8, payload[:2])
            return
        elif opcode == 9:
            send(connection, 10, payload)


def frames(stream):
    """Opcode and payload of each message; none of ours is fragmented."""
    while True:
        head = stream.read(2)
        if len(head) < 2:
            return
        assert head[0] & 0x80 and not head[0] & 0x70 and not head[1] & 0x80, head
        length = head[1]
        if length == 126:
            (length,) = struct.unpack(">H", stream.read(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", stream.read(8))
        yield head[0] & 15, stream.read(length)


def send(connection, opcode, payload):
    """A client masks what it says."""
    mask = os.urandom(4)
    head = bytes([0x80 | opcode])
    if len(payload) < 126:
        head += bytes([0x80 | len(payload)])
    elif len(payload) < 65536:
        head += bytes([0x80 | 126]) + struct.pack(">H", len(payload))
    else:
        head += bytes([0x80 | 127]) + struct.pack(">Q", len(payload))
    connection.sendall(head + mask + bytes(byte ^ mask[n % 4] for n, byte in enumerate(payload)))


def packets(message):
    (count,) = struct.unpack_from(">H", message)
    at = 2
    for _ in range(count):
        (length,) = struct.unpack_from(">H", message, at)
        token, price = struct.unpack_from(">Ii", message, at + 2)
        volume = struct.unpack_from(">I", message, at + 18)[0] if length in (44, 184) else 0
        print(token, price, volume, length)
        at += 2 + length
    assert at == len(message), (at, len(message))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], [int(token) for token in sys.argv[4].split(",")])
