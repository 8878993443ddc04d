"""Works on many files in processes, because a file may kill or block one."""
import os
import pickle
import signal
import sys
import time
from collections import deque
from multiprocessing import Pipe, Process
from multiprocessing.connection import Connection
from typing import (Any, Callable, Deque, Iterable, Iterator, List, NamedTuple,
                    Tuple)

_CHECK_EVERY = 5.  # seconds, for whether the parent lives

Work = Callable[[Any], Iterable[Any]]


class Failure(NamedTuple):
    """Stands in place of the result of a file.

    Attributes:
        reason: what is wrong with the file, in one line.
    """
    reason: str


def one_line(error: Exception) -> str:
    """Returns the message of an error in one line."""
    return ' '.join(str(error).split()) or repr(error)


def _receive(pipe: Connection, parent: int) -> Any:
    """Returns the next message of the parent; ends if that was killed."""
    while not pipe.poll(_CHECK_EVERY):
        if os.getppid() != parent:
            sys.exit()
    return pipe.recv()


def _send(pipe: Connection, message: Any) -> None:
    """Sends a message whole.

    ``Connection.send`` would put tensors into shared memory, which is small
    in containers.
    """
    pipe.send_bytes(pickle.dumps(message, pickle.HIGHEST_PROTOCOL))


def _serve(pipe: Connection, work: Work, parent: int) -> None:
    """Receives items and sends the parts of each, then an empty message.

    It makes a part when the parent has taken the one before, so that a long
    video does not fill the memory.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent ends on Ctrl-C
    while True:
        item = _receive(pipe, parent)
        try:
            for part in work(item):
                _send(pipe, (part, ))
                _receive(pipe, parent)
        except Exception as error:  # those of decoders have no common class
            _send(pipe, (Failure(one_line(error)), ))
            _receive(pipe, parent)
        _send(pipe, ())


class _Worker:
    """A process that works on one item at a time."""

    def __init__(self, work: Work, seconds: float) -> None:
        self.pipe, theirs = Pipe()
        self.seconds, self.deadline = seconds, 0.
        self.process = Process(
            target=_serve, args=(theirs, work, os.getpid()), daemon=True)
        self.process.start()
        theirs.close()  # so that the pipe ends with the process

    def send(self, message: Any) -> None:
        """Sends an item, or asks for the next part of it."""
        self.deadline = time.monotonic() + self.seconds
        self.pipe.send(message)

    def parts(self) -> Iterator[Any]:
        """Yields the parts of its item; a Failure ends them."""
        while True:
            try:
                left = max(self.deadline - time.monotonic(), 0.)
                if not self.pipe.poll(left):
                    self.stop()
                    yield Failure(f'takes more than {self.seconds:.0f} s')
                    return
                message = pickle.loads(self.pipe.recv_bytes())
                if not message:
                    return
                self.send(None)  # makes the next part while this one is used
            except (EOFError, OSError):
                self.stop()
                yield Failure('ends the process that reads it, with status '
                              f'{self.process.exitcode}')
                return
            yield message[0]

    def stop(self) -> None:
        """Ends the process."""
        self.process.kill()
        self.process.join()
        self.pipe.close()


def in_processes(work: Work, items: Iterable[Any], workers: int,
                 seconds: float) -> Iterator[Tuple[Any, Any]]:
    """Works on items in several processes, and returns results in order.

    An item that raises an error, ends its process or takes too long does not
    end the others. ``ProcessPoolExecutor`` and ``DataLoader`` would fail as a
    whole, and could not say which item it was.

    Args:
        work: makes the parts of an item; mostly one.
        items: what to work on. As many are begun as there are processes.
        workers: number of processes. With two or more, items are worked on
            while the caller uses a result.
        seconds: time limit of a part.

    Yields:
        An item and a part of it; a :class:`Failure` in place of the rest of
        its parts if something is wrong with it.
    """
    waiting = iter(items)
    idle: List[_Worker] = []
    busy: Deque[Tuple[Any, _Worker]] = deque()
    try:
        while True:
            for item in waiting:
                worker = idle.pop() if idle else _Worker(work, seconds)
                worker.send(item)
                busy.append((item, worker))
                if len(busy) >= workers:
                    break
            if not busy:
                return
            item, worker = busy[0]
            for part in worker.parts():
                yield item, part
            busy.popleft()
            if not worker.pipe.closed:
                idle.append(worker)
    finally:
        for worker in (*idle, *(worker for _, worker in busy)):
            if not worker.pipe.closed:
                worker.stop()
