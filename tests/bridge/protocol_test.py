#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a server of the bridge makes of its clients: garbage, lies, silence, wrong tokens, crowds; and of signals.

Exit code 77 (skipped) where no PyTorch can be imported.
"""
import contextlib
import io
import itertools
import os
import random
import signal
import socket
import stat
import struct
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path
from unittest import mock

import with_torch  # noqa: F401, I001: first

import lamscope
import networks
import torch
from client import Client, Refused, packed

SERVE = str(Path(__file__).resolve().parent / "serve_for_tests.py")
HELLO = {"id": 1, "request": "hello", "protocol": 1}


class Served(unittest.TestCase):
    """A server of one network, which is still whole after each test."""

    port = None

    def setUp(self):
        self.net = networks.Plain()
        self.server = lamscope.Server(lamscope._torch_networks({"net": self.net}, {"scale": 2}), self.port)
        self.addCleanup(self.server.stop)
        self.x = torch.rand(1, 3, 6, 5)

    def tearDown(self):
        with Client(self.server.address) as other:
            answer = other.ask("forward", [("x", self.x)], network="net")
            self.assertEqual(answer["arrays"][0][2], [1, 3, 12, 10])

    def raw(self, *frames):
        """A connection on which these bytes were sent."""
        connection = Client(self.server.address, hello=False)
        self.addCleanup(connection.socket.close)
        for frame in frames:
            connection.socket.sendall(frame)
        return connection

    def assert_closed(self, connection, code):
        """The last word of the server on this connection."""
        answer = connection.receive()
        self.assertEqual(answer["error"]["code"], code, answer)
        with self.assertRaises((ConnectionError, OSError)):
            connection.receive()
        return answer

    def wait_until_left(self):
        """The server has noticed that its clients are gone, and holds nothing of theirs."""
        deadline = time.monotonic() + 300
        while self.server.clients or self.server.passes.passes:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)


class Frames(Served):
    def test_other_protocols(self):
        for words in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x00" * 16, b"SSH-2.0-OpenSSH_9.2\r\n"):
            with self.subTest(words):
                self.assertIn("no frame", self.assert_closed(self.raw(words), "bad_frame")["error"]["message"])

    def test_lying_lengths(self):
        hello = packed(HELLO)
        for before, frame in (
                (b"", b"LSB1" + struct.pack("<IQ", (1 << 20) + 1, 0)),
                (b"", b"LSB1" + struct.pack("<IQ", 0xFFFFFFFF, 0)),
                (b"", packed(HELLO, b"payload")),
                (hello, b"LSB1" + struct.pack("<IQ", 10, (256 << 20) + 1)),
                (hello, b"LSB1" + struct.pack("<IQ", 10, 0xFFFFFFFFFFFFFFFF))):
            with self.subTest(frame[:16]):
                connection = self.raw(before + frame)
                if before:
                    connection.receive()
                self.assert_closed(connection, "bad_frame")

    def test_promised_memory_is_not_taken(self):
        class Feed:
            """Sends 1000 bytes and closes."""

            asked = []
            parts = [b"x" * 1000, b""]

            def settimeout(self, seconds):
                pass

            def recv(self, length):
                self.asked.append(length)
                return self.parts[len(self.asked) - 1]

        with self.assertRaises(lamscope._Gone):
            lamscope._receive(Feed(), 256 << 20, 60)
        self.assertEqual(Feed.asked, [1 << 20] * 2)

    def test_cut_frames(self):
        whole = packed(dict(HELLO, client="cut"))
        for length in (0, 1, 4, 15, 16, 17, len(whole) - 1):
            connection = self.raw(whole[:length])
            connection.socket.close()
        self.wait_until_left()

    def test_silent_clients(self):
        for name, frames in (("HELLO_SECONDS", [b""]), ("HELLO_SECONDS", [packed(HELLO)[:20]]),
                             ("FRAME_SECONDS", [packed(HELLO), b"LSB1"]),
                             ("FRAME_SECONDS", [packed(HELLO), packed({"id": 2, "request": "ping"}, b"x" * 9)[:-1]])):
            with self.subTest(name), mock.patch.object(lamscope, name, 0.2):
                connection = self.raw(*frames)
                if name == "FRAME_SECONDS":
                    connection.receive()
                self.assert_closed(connection, "bad_frame")
        with mock.patch.object(lamscope, "SILENCE_SECONDS", 0.2):
            connection = self.raw(packed(HELLO))
            connection.receive()
            self.assert_closed(connection, "bad_frame")

    def test_client_that_does_not_read(self):
        connection = Client(self.server.address)
        self.addCleanup(connection.socket.close)
        with mock.patch.object(lamscope, "FRAME_SECONDS", 0.2):
            other = Client(self.server.address)
            with contextlib.suppress(OSError):
                for _ in range(40):
                    other.send("forward", [("x", torch.rand(1, 3, 128, 128))], network="net")
                    time.sleep(0.02)
                other.socket.settimeout(60)
            deadline = time.monotonic() + 300
            while len(self.server.clients) > 1 and time.monotonic() < deadline:
                time.sleep(0.01)
            other.socket.close()
        self.assertEqual(len(self.server.clients), 1)
        connection.ask("ping")

    def test_bad_headers_keep_the_connection(self):
        with Client(self.server.address) as connection:
            tensor = {"name": "x", "dtype": "float32", "shape": [1]}
            for header, payload in (
                    (b"", b""), (b"\xff\xfe", b""), (b"[]", b""), (b"null", b""), (b"[" * 100000, b""),
                    (b'{"a":' * 100000, b""), (b'{"id": 1' + b"0" * 100000 + b"}", b""), ({}, b""),
                    ({"id": "1", "request": "ping"}, b""), ({"id": True, "request": "ping"}, b""),
                    ({"id": 0, "request": "ping"}, b""), ({"id": 2**53 + 1, "request": "ping"}, b""),
                    ({"id": 5, "request": "ping", "tensors": {}}, b""),
                    ({"id": 5, "request": "ping", "tensors": [1]}, b""),
                    ({"id": 5, "request": "ping", "tensors": [tensor]}, b""),
                    ({"id": 5, "request": "ping", "tensors": [tensor]}, b"12345"),
                    ({"id": 5, "request": "ping", "tensors": [tensor, tensor]}, b"12345678"),
                    ({"id": 5, "request": "ping"}, b"1234"),
                    ({"id": 5, "request": "ping", "tensors": [dict(tensor, shape=[-1, -1])]}, b"1234"),
                    ({"id": 5, "request": "ping", "tensors": [dict(tensor, shape=[2**31 - 1] * 8)]}, b"1234"),
                    ({"id": 5, "request": "ping", "tensors": [dict(tensor, shape=[1] * 9)]}, b"1234"),
                    ({"id": 5, "request": "ping", "tensors": [dict(tensor, shape=[1.0])]}, b"1234"),
                    ({"id": 5, "request": "ping", "tensors": [dict(tensor, dtype="object")]}, b"1234"),
                    ({"id": 5, "request": "ping", "tensors": [dict(tensor, name=[])]}, b"1234"),
                    ({"id": 5, "request": "ping", "tensors": [tensor] * 4097}, b"")):
                with self.subTest(str(header)[:80]):
                    connection.socket.sendall(packed(header, payload))
                    self.assertEqual(connection.receive()["error"]["code"], "bad_request")
            connection.ask("ping", unknown=[1, {"field": None}])
            for request in ("eval", "forward ", "", "__class__", None):
                connection.socket.sendall(packed({"id": 7, "request": request}))
                self.assertEqual(connection.receive()["error"]["code"], "unknown_request")

    def test_mutated_requests(self):
        """Whatever a request is changed into, it is answered or the connection is closed, and the server goes on."""
        chance = random.Random(1)
        requests = [packed({"id": 2, "request": "forward", "network": "net", "keep": True, "region": [0, 0, 4, 4],
                            "tensors": [{"name": "x", "dtype": "float32", "shape": [1, 3, 2, 2]}]}, b"\0" * 48),
                    packed({"id": 3, "request": "vjp", "pass": 1, "tensors": [
                        {"name": "cotangent", "dtype": "float32", "shape": [1, 3, 4, 4]}]}, b"\0" * 192),
                    packed({"id": 4, "request": "features", "network": "net", "names": ["head"], "tensors": [
                        {"name": "x", "dtype": "float16", "shape": [1, 3, 2, 2]}]}, b"\0" * 24),
                    packed({"id": 5, "request": "weights", "network": "net", "names": ["tail.bias"]}),
                    packed({"id": 6, "request": "cancel", "cancel": 2})]
        words = [b"null", b"-1", b"1e999", b"NaN", b"[]", b"{}", b'""', b"true", b"9" * 30, b'"\\ud800"', b"0.5"]
        for _ in range(300):
            frame = chance.choice(requests)
            head, text = bytearray(frame[:16]), bytearray(frame[16:])
            for _ in range(chance.randint(1, 3)):
                place = chance.randrange(len(text))
                if chance.random() < 0.5:
                    text[place] = chance.randrange(256)
                else:
                    text[place:place + chance.randint(0, 4)] = chance.choice(words)
            if chance.random() < 0.8:  # lengths that fit again
                payload = struct.unpack("<Q", head[8:])[0]
                head[4:8] = struct.pack("<I", max(0, len(text) - payload))
                head[8:] = struct.pack("<Q", len(text) - max(0, len(text) - payload))
            with contextlib.suppress(ConnectionError, BrokenPipeError), Client(self.server.address) as connection:
                connection.socket.sendall(bytes(head) + bytes(text))
                connection.socket.shutdown(socket.SHUT_WR)
                while True:
                    self.assertIn("id", connection.receive())
        self.wait_until_left()


class Greeting(Served):
    def test_versions(self):
        for protocol, older in ((0, "the program"), (2, "lamscope.py"), (None, "lamscope.py"), ("1", "lamscope.py")):
            with self.subTest(protocol):
                answer = self.assert_closed(self.raw(packed(dict(HELLO, protocol=protocol))), "protocol")
                self.assertEqual(answer["protocol"], 1)
                self.assertIn(f"update {older}", answer["error"]["message"])

    def test_hello_comes_first(self):
        for request in ("ping", "forward", "cancel", None):
            self.assert_closed(self.raw(packed({"id": 1, "request": request})), "hello")

    def test_limits_are_said(self):
        with Client(self.server.address) as connection:
            self.assertEqual(connection.card["limits"], {"header": 1 << 20, "payload": 256 << 20, "in_flight": 4,
                                                         "passes": 256})
            self.assertEqual([network["id"] for network in connection.card["networks"]], ["net"])

    def test_crowd(self):
        with contextlib.ExitStack() as clients:
            crowd = [clients.enter_context(Client(self.server.address)) for _ in range(16)]
            late = self.raw()
            self.assert_closed(late, "full")
            for one in crowd:
                one.ask("ping")
        self.wait_until_left()

    def test_client_that_cannot_be_served(self):
        """Without files or threads for it, a client is closed, and the next one is served."""
        start = threading.Thread.start

        def fails_at(number):
            calls = itertools.count(1)

            def start_or_fail(thread):
                if thread.name == "lamscope client" and next(calls) == number:
                    raise RuntimeError("can't start new thread")
                start(thread)

            return mock.patch.object(threading.Thread, "start", start_or_fail)

        dup = mock.patch.object(socket.socket, "dup", side_effect=OSError(24, "Too many open files"))
        for name, failing in (("files", dup), ("first thread", fails_at(1)), ("second thread", fails_at(2))):
            with self.subTest(name), contextlib.redirect_stderr(io.StringIO()) as words:
                with failing:
                    one = self.raw()
                    one.socket.settimeout(10)
                    with self.assertRaises(ConnectionError):
                        one.receive()
                with Client(self.server.address) as other:
                    other.ask("ping")
                self.assertIn("a client could not be served", words.getvalue())
                self.wait_until_left()

    def test_two_clients_at_once(self):
        results = {}

        def work(number):
            with Client(self.server.address) as one:
                for step in range(10):
                    x = torch.full((1, 3, 6, 5), float(number))
                    held = one.ask("forward", [("x", x)], network="net", keep=True)
                    one.ask("vjp", [("cotangent", torch.ones(1, 3, 12, 10))], **{"pass": held["pass"]}, release=True)
                    results.setdefault(number, set()).add(held["arrays"][0][3])

        threads = [threading.Thread(target=work, args=(number,)) for number in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual([len(results[number]) for number in range(2)], [1, 1])
        self.assertNotEqual(results[0], results[1])
        self.wait_until_left()

    def test_killed_client(self):
        """A client that is gone in the middle leaves no pass behind."""
        for _ in range(50):
            one = Client(self.server.address)
            one.ask("forward", [("x", self.x)], network="net", keep=True)
            for _ in range(3):
                one.send("forward", [("x", self.x)], network="net", keep=True)
            one.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            one.socket.close()
        self.wait_until_left()


class Token(Served):
    port = 0

    def test_address(self):
        self.assertRegex(self.server.address, r"^lamscope\+tcp://127\.0\.0\.1:\d+/[0-9a-f]{32}$")

    def test_wrong_tokens(self):
        for token in ({}, {"token": None}, {"token": ""}, {"token": "0" * 32}, {"token": "ä"}, {"token": "\ud800"},
                      {"token": self.server.token[:-1]}, {"token": [self.server.token]}):
            with self.subTest(str(token)):
                answer = self.assert_closed(self.raw(packed(dict(HELLO, **token))), "token")
                self.assertNotIn("networks", answer)


class Sockets(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="lb")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.environment = {"XDG_RUNTIME_DIR": folder.name, "TMPDIR": folder.name}

    def server(self, name="net"):
        server = lamscope.Server(lamscope._torch_networks({name: networks.Plain()}, {"scale": 2}))
        self.addCleanup(server.stop)
        return server, Path(server.address[len("lamscope+unix://"):])

    def test_modes_and_removal(self):
        with mock.patch.dict(os.environ, self.environment):
            server, path = self.server()
            second, other = self.server()
        self.assertEqual(path, self.folder / "lamscope" / f"net-{os.getpid()}.sock")
        self.assertNotEqual(path, other)
        self.assertEqual((stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)), (0o600, 0o700))
        server.stop()
        server.stop()
        self.assertEqual(list(path.parent.iterdir()), [other])
        Client(second.address).socket.close()

    def test_without_a_runtime_folder(self):
        with mock.patch.dict(os.environ, self.environment), mock.patch.object(tempfile, "tempdir", None):
            del os.environ["XDG_RUNTIME_DIR"]
            server, path = self.server("name with / and ü")
            self.assertEqual(path.parent, self.folder / f"lamscope-{os.getuid()}")
            self.assertRegex(path.name, r"^namewithand-\d+\.sock$")
            server.stop()
            path.parent.rmdir()
            path.parent.symlink_to(self.folder)
            with self.assertRaisesRegex(lamscope.Error, "belongs to another user or is no folder"):
                self.server()

    def test_chosen_path(self):
        path = self.folder / "own" / "socket"
        with mock.patch.dict(os.environ, dict(self.environment, LAMSCOPE_SOCKET=str(path))):
            server, found = self.server()
            self.assertEqual(found, path)
            self.assertEqual(stat.S_IMODE(path.parent.stat().st_mode), 0o700)
            with self.assertRaisesRegex(lamscope.Error, "another server runs there"):
                self.server()
            Client(server.address).socket.close()
            server.stop()
            self.assertFalse(path.parent.exists())
            path.parent.mkdir(0o755)
            with self.assertRaisesRegex(lamscope.Error, "others can enter it"):
                self.server()
            self.assertEqual(stat.S_IMODE(path.parent.stat().st_mode), 0o755)
            path.parent.chmod(0o700)
            with mock.patch.object(os, "getuid", return_value=os.getuid() + 1), \
                    self.assertRaisesRegex(lamscope.Error, "belongs to another user"):
                self.server()
            path.write_text("a file of the user's")
            with self.assertRaisesRegex(lamscope.Error, "is no socket"):
                self.server()
            self.assertEqual(path.read_text(), "a file of the user's")
        with mock.patch.dict(os.environ, LAMSCOPE_SOCKET=str(self.folder / ("x" * 100))), \
                self.assertRaisesRegex(lamscope.Error, "too long"):
            self.server()

    def test_user_without_a_name(self):
        import pwd
        words = io.StringIO()
        names = {name: "" for name in ("LOGNAME", "USER", "LNAME", "USERNAME")}
        with mock.patch.dict(os.environ, dict(self.environment, **names)), \
                mock.patch.object(pwd, "getpwuid", side_effect=KeyError("uid not found")), \
                contextlib.redirect_stdout(words):
            server = lamscope.serve(networks.Plain(), scale=2, wait=False)
        self.addCleanup(server.stop)
        self.assertIn(f" {os.getuid()}@{socket.gethostname()}\n", words.getvalue())

    def test_child_process_does_not_keep_the_address(self):
        with mock.patch.dict(os.environ, self.environment):
            server, path = self.server()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(write)
            os.read(read, 1)
            os._exit(0)
        os.close(read)
        self.addCleanup(os.waitpid, child, 0)
        self.addCleanup(os.close, write)
        path_again = path.with_suffix(".again")
        os.link(path, path_again)
        server.stop()
        with contextlib.closing(socket.socket(socket.AF_UNIX)) as probe, self.assertRaises(ConnectionRefusedError):
            probe.connect(str(path_again))

    def start(self, *arguments, **variables):
        """A server process, once it listens; and its address."""
        environment = {**os.environ, **self.environment, **variables}
        process = subprocess.Popen([sys.executable, SERVE, "plain", *arguments], stdin=subprocess.PIPE,
                                   stdout=subprocess.PIPE, text=True, env=environment)
        self.addCleanup(process.stdin.close)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        for line in process.stdout:
            if line.startswith("lamscope lamscope+"):
                return process, line.split()[1]
        self.fail("the server has not said its address")

    def test_signals_leave_no_file(self):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            with self.subTest(number.name):
                process, address = self.start()
                with Client(address) as connection:
                    connection.ask("ping")
                    process.send_signal(number)
                    code = process.wait(120)
                self.assertEqual(code, 0 if number == signal.SIGINT else -number)
                self.assertEqual([p for p in self.folder.rglob("*") if p != self.folder / "lamscope"], [])

    def test_killed_server_is_replaced(self):
        process, address = self.start()
        process.kill()
        process.wait()
        left = Path(address[len("lamscope+unix://"):])
        self.assertTrue(left.exists())
        with mock.patch.dict(os.environ, self.environment):
            _, path = self.server()
        self.assertFalse(left.exists())
        os.rename(path, left)  # a live one under that name
        with mock.patch.dict(os.environ, self.environment):
            self.server()
        self.assertTrue(left.exists())
        os.rename(left, path)

    def test_ends_with_its_input(self):
        path = self.folder / "R" / "socket"
        process, address = self.start(LAMSCOPE_SOCKET=str(path), LAMSCOPE_EXIT_WITH_STDIN="1")
        self.assertEqual(address, f"lamscope+unix://{path}")
        with Client(address) as connection:
            connection.ask("ping")
            process.stdin.close()
            self.assertEqual(process.wait(120), 0)
        self.assertFalse(path.parent.exists())

    def test_tcp_of_a_process(self):
        _, address = self.start("--port", "0")
        with Client(address) as connection:
            answer = connection.ask("forward", [("x", torch.rand(1, 3, 4, 4))], network="plain")
            self.assertEqual(answer["arrays"][0][2], [1, 3, 8, 8])
        connection = Client(address, hello=False)
        self.addCleanup(connection.socket.close)
        with self.assertRaisesRegex(Refused, "the token is wrong"):
            connection.ask("hello", protocol=1, token=address[-31:])


if __name__ == "__main__":
    unittest.main()
