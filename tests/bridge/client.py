# SPDX-License-Identifier: GPL-3.0-or-later
"""A small client, written from docs/bridge-protocol.md and sharing no code with the server."""
import array
import json
import socket
import struct
from urllib.parse import unquote, urlsplit


def connect(address):
    """A socket for an address; the token, if there is one."""
    place = urlsplit(address)
    if place.scheme == "lamscope+unix":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(60)
        connection.connect(unquote(place.path))
        return connection, None
    assert place.scheme == "lamscope+tcp", address
    return socket.create_connection((place.hostname, place.port), 60), place.path[1:]


def packed(header, payload=b"", magic=b"LSB1"):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return magic + struct.pack("<IQ", len(text), len(payload)) + text + payload


def values(tensor):
    """The bytes of a float32 tensor, in row-major order."""
    return array.array("f", tensor.flatten().tolist()).tobytes()


class Refused(Exception):
    def __init__(self, answer):
        super().__init__(answer["error"]["message"])
        self.answer = answer
        self.code = answer["error"]["code"]
        self.trace = answer["error"].get("trace", [])


class Client:
    def __init__(self, address, hello=True, **fields):
        self.socket, token = connect(address)
        self.id = 0
        self.dropped = []
        if hello:
            fields = {"protocol": 1, "client": "test", **({"token": token} if token else {}), **fields}
            self.card = self.ask("hello", **fields)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, request, tensors=(), **fields):
        """Returns the request's id."""
        self.id += 1
        header = {"id": self.id, "request": request, **fields}
        payload = b""
        if tensors:
            header["tensors"] = [{"name": name, "dtype": "float32", "shape": list(tensor.shape)}
                                 for name, tensor in tensors]
            payload = b"".join(values(tensor) for _, tensor in tensors)
        self.socket.sendall(packed(header, payload))
        return self.id

    def receive(self):
        """The next answer's header, with tensors in its field `arrays`."""
        header_length, payload_length = struct.unpack("<IQ", self._bytes(16)[4:])
        header = json.loads(self._bytes(header_length))
        payload = self._bytes(payload_length)
        header["arrays"] = []
        offset = 0
        for entry in header.get("tensors", []):
            count = 1
            for side in entry["shape"]:
                count *= side
            size = count * {"float32": 4, "float16": 2}[entry["dtype"]]
            header["arrays"].append((entry["name"], entry["dtype"], entry["shape"], payload[offset:offset + size]))
            offset += size
        assert offset == payload_length
        self.dropped += header.get("dropped", [])
        return header

    def ask(self, request, tensors=(), **fields):
        number = self.send(request, tensors, **fields)
        answer = self.receive()
        if "error" in answer:
            raise Refused(answer)
        assert answer["id"] == number, answer
        return answer

    def _bytes(self, length):
        data = b""
        while len(data) < length:
            part = self.socket.recv(length - len(data))
            if not part:
                raise ConnectionError("closed by the server")
            data += part
        return data
