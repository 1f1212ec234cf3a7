# SPDX-License-Identifier: Apache-2.0
"""The client's side of a WebSocket (RFC 6455): text messages, masked as clients must, whole or in pieces."""

import base64
import hashlib
import os
import socket

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


class WebSocket:
    def __init__(self, address: str, target: str, **fields: str):
        host, port = address.rsplit(":", 1)
        self._socket = socket.create_connection((host, int(port)), 30)
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {target} HTTP/1.1", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13",
                 f"Sec-WebSocket-Key: {key}", *(f"{name}: {value}" for name, value in fields.items())]
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self._rest = b""
        while b"\r\n\r\n" not in self._rest:
            self._rest += self._more()
        head, self._rest = self._rest.split(b"\r\n\r\n", 1)
        self.status = int(head.split()[1])
        self.fields = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
        accept = base64.b64encode(hashlib.sha1(key.encode() + GUID).digest()).decode()
        if self.status == 101 and self.fields.get("Sec-WebSocket-Accept") != accept:
            raise AssertionError("the handshake was answered for somebody else")

    def _more(self) -> bytes:
        got = self._socket.recv(65536)
        if not got:
            raise ConnectionError("the other side has ended the connection")
        return got

    def _take(self, size: int) -> bytes:
        while len(self._rest) < size:
            self._rest += self._more()
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def _frame(self, first: int, payload: bytes):
        size = len(payload)
        head = bytes([first])
        if size < 126:
            head += bytes([0x80 | size])
        elif size < 65536:
            head += bytes([0x80 | 126]) + size.to_bytes(2, "big")
        else:
            head += bytes([0x80 | 127]) + size.to_bytes(8, "big")
        mask = os.urandom(4)
        pad = (mask * (size // 4 + 1))[:size]
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(pad, "big")).to_bytes(size, "big") if size else b""
        self._socket.sendall(head + mask + masked)

    def send(self, text: str, pieces: int = 1):
        payload = text.encode()
        step = -(-len(payload) // pieces)
        for i in range(pieces):
            self._frame((0x80 if i == pieces - 1 else 0) | (1 if i == 0 else 0), payload[i * step:(i + 1) * step])

    def ping(self, payload: bytes) -> bytes:
        """What the pong brings back; messages on the way are lost, so ask when none is due."""
        self._frame(0x89, payload)
        while True:
            opcode, got = self._read()
            if opcode == 10:
                return got

    def _read(self) -> tuple[int, bytes]:
        first, second = self._take(2)
        size = second & 0x7F
        if size > 125:
            size = int.from_bytes(self._take(2 if size == 126 else 8), "big")
        return first & 0x0F, self._take(size)

    def receive(self) -> str:
        while True:
            opcode, payload = self._read()
            if opcode == 1:
                return payload.decode()
            if opcode == 8:
                raise ConnectionError(f"closed with {int.from_bytes(payload[:2], 'big')}")

    def close(self, code: int = 1000) -> int:
        """The code with which the other side answers; 0 when it only ends the connection."""
        self._frame(0x88, code.to_bytes(2, "big"))
        try:
            while True:
                opcode, payload = self._read()
                if opcode == 8:
                    return int.from_bytes(payload[:2], "big")
        except ConnectionError:
            return 0
        finally:
            self._socket.close()
