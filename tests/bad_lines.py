"""A line that breaks: stands between a sender and a server and cuts after so many bytes."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterable


class BadLine:
    """Forwards to a port and breaks whenever the bytes sent so far pass one of `cuts`."""

    def __init__(self, to_port: int, cuts: Iterable[int]) -> None:
        self.to_port, self.cuts = to_port, list(cuts)
        self.sent = self.broke = 0
        self.lock = threading.Lock()
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def close(self) -> None:
        """Let nobody in any more."""
        self.door.close()

    def _listen(self) -> None:
        while True:
            try:
                near, _address = self.door.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.to_port))
            for pair in ((near, far, True), (far, near, False)):
                threading.Thread(target=self._carry, args=pair, daemon=True).start()

    def _carry(self, come: socket.socket, go: socket.socket, counted: bool) -> None:
        try:
            while piece := come.recv(8192):
                if counted and self._breaks(len(piece)):
                    go.sendall(piece[: len(piece) // 2])
                    self._cut(come, go)
                    return
                go.sendall(piece)
            go.shutdown(socket.SHUT_WR)
        except OSError:
            return

    def _breaks(self, length: int) -> bool:
        with self.lock:
            self.sent += length
            if not self.cuts or self.sent < self.cuts[0]:
                return False
            self.cuts.pop(0)
            self.broke += 1
            return True

    def _cut(self, near: socket.socket, far: socket.socket) -> None:
        """End a line for both ends, also for the thread that carries the answers."""
        for side in (near, far):
            side.shutdown(socket.SHUT_RDWR)
            side.close()
