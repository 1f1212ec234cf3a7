# SPDX-License-Identifier: Apache-2.0
"""Bodies of gigabytes that are never anywhere: an origin and a client that make and drop bytes.

Both send from one piece of memory (sendfile) and drop what they receive inside the kernel
(MSG_TRUNC), so that what is left to measure is the proxy. As a program, the origin:
`python3 -m banyan_bench.bulk PORT`.
"""
import os
import re
import socket
import sys
import threading
import time

PIECE = 16 << 20
_BUFFER = bytearray(4 << 20)


def _memory():
    file = os.memfd_create("bulk")
    os.truncate(file, PIECE)
    os.pwrite(file, b"banyan" * (PIECE // 6), 0)
    return file


def _produce(connection, size):
    file, left = _memory(), size
    try:
        while left:
            left -= os.sendfile(connection.fileno(), file, (size - left) % PIECE,
                                min(left, PIECE - (size - left) % PIECE))
    finally:
        os.close(file)


def _drop(connection, size):
    """How many bytes really came."""
    left = size
    while left:
        count = connection.recv_into(_BUFFER, min(left, len(_BUFFER)), socket.MSG_TRUNC)
        if not count:
            break
        left -= count
    return size - left


def _head(connection):
    """Reads one head, and of what follows it nothing."""
    text = b""
    while b"\r\n\r\n" not in text:
        seen = connection.recv(65536, socket.MSG_PEEK)
        if not seen:
            return ""
        end = (text + seen).find(b"\r\n\r\n")
        text += connection.recv(len(seen) if end < 0 else end + 4 - len(text))
    return text.decode("latin-1")


def _length(head):
    found = re.search(r"\r\ncontent-length:\s*(\d+)\r\n", head, re.IGNORECASE)
    return int(found[1]) if found else None


def transfer(port, upload, size):
    """One body of `size` bytes up or down: how many bytes arrived, and the seconds it took."""
    with socket.create_connection(("127.0.0.1", port), timeout=120) as connection:
        # A time-out makes the socket non-blocking, which sendfile() and large reads pay for.
        connection.settimeout(None)
        begin = time.monotonic()
        host = "Host: localhost\r\nConnection: close\r\n"
        if upload:
            connection.sendall(f"PUT /upload HTTP/1.1\r\n{host}Content-Length: {size}\r\n\r\n".encode())
            _produce(connection, size)
            head = _head(connection)
            arrived = int(connection.recv(_length(head) or 1) or 0) if " 200 " in head[:16] else 0
        else:
            connection.sendall(f"GET /albums/bytes-{size} HTTP/1.1\r\n{host}\r\n".encode())
            head = _head(connection)
            arrived = _drop(connection, size) if _length(head) == size and " 200 " in head[:16] else 0
        return {"arrived": arrived, "seconds": time.monotonic() - begin, "head": head.splitlines()[:1]}


def _serve(connection):
    with connection:
        while head := _head(connection):
            method, target = head.split(" ", 2)[:2]
            length = _length(head)
            if method == "PUT":
                text = str(_drop(connection, length)).encode() if length is not None else b"no length"
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(text), text))
            else:
                found = re.search(r"bytes-(\d+)$", target)
                size = int(found[1]) if found else 2
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size)
                _produce(connection, size)


def _quietly(connection):
    try:
        _serve(connection)
    except OSError:
        pass  # its peer has gone, which is what the other side reports


def main(port):
    with socket.create_server(("127.0.0.1", port), backlog=128) as server:
        while True:
            threading.Thread(target=_quietly, args=(server.accept()[0],), daemon=True).start()


if __name__ == "__main__":
    main(int(sys.argv[1]))
