"""Heavy work outside the page's process: queues, each with one worker process that can be told to stop and be killed.

A worker is a program of its own (never a fork of a server full of threads), polite to the pages by its niceness, and
ends with the server however that ends. What travels is pickled both ways over a socket only the two hold.
"""

import io
import logging
import os
import pickle
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from importlib import import_module
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import cloudpickle

from lib import quiet
from lib.settings import ROOT, settings

log = logging.getLogger(__name__)
T = TypeVar("T")
MOST_WAITING = 20  # jobs of one queue
KEPT = 8  # results of one queue that others may ask for again
MOST_BYTES = 2**31  # of one result
NICE = 10
FEW_THREADS = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS"), "1")
DIED = "계산하던 프로그램이 갑자기 끝났습니다. 메모리가 모자랐을 수 있습니다. 자료의 기간을 줄이거나 잠시 뒤 다시 실행하십시오."
BROKE = "계산하는 중 문제가 생겼습니다. 다시 실행해도 같으면 관리자에게 시각을 알려 주십시오."
NO_MEMORY = "메모리가 모자라 계산을 마치지 못했습니다. 자료의 기간을 줄여 다시 실행하십시오."
TOO_LARGE = "결과가 2GB를 넘어 받을 수 없습니다. 자료의 기간을 줄여 다시 실행하십시오."
LATE = "{seconds:,.0f}초 안에 끝나지 않아 멈추었습니다. 자료의 기간을 줄이거나 잠시 뒤 다시 실행하십시오."
NOT_STARTED = "계산할 프로그램을 시작하지 못했습니다. 잠시 뒤 다시 실행하고, 그래도 같으면 관리자에게 알려 주십시오."
FULL = "기다리는 작업이 {most}건이라 더 받을 수 없습니다. 잠시 뒤 다시 실행하십시오."


class JobError(RuntimeError):
    """The work did not get to its end; a Korean sentence."""


class State(StrEnum):
    WAITING = "대기"
    RUNNING = "실행"
    DONE = "완료"
    FAILED = "실패"
    CANCELLED = "취소"
    LATE = "시간 초과"


@dataclass(eq=False)
class Job(Generic[T]):
    """Work handed in. ``progress``: share (0..1) or ``None``, and Korean words; ``error``: what ended it, told in Korean.

    ``owners``: who wants it; it is given up when the last of them has cancelled. ``seconds``: the longest it may run.
    """

    title: str
    call: Callable[..., T] | None = field(repr=False)
    args: Sequence[Any] = field(repr=False)
    options: Mapping[str, Any] = field(repr=False)
    shared: Sequence[Any] = field(repr=False)
    key: Hashable
    owners: set[str]
    seconds: float | None
    late: str
    queue: "Queue" = field(repr=False)
    environment: Mapping[str, str] = field(repr=False)
    state: State = State.WAITING
    progress: tuple[float | None, str] = (None, "")
    error: Exception | None = None
    started: float = field(default_factory=time.monotonic)
    _result: T | None = field(default=None, repr=False)
    _over: threading.Event = field(default_factory=threading.Event, repr=False)

    @property
    def over(self) -> bool:
        return self._over.is_set()

    @property
    def ahead(self) -> int:
        """How many jobs come first."""
        return self.queue.ahead(self)

    @property
    def elapsed(self) -> float:
        """Seconds since it was handed in, or since it runs."""
        return time.monotonic() - self.started

    def wait(self, seconds: float | None = None) -> bool:
        """Whether it is over, after waiting at most so long."""
        return self._over.wait(seconds)

    def result(self) -> T:
        """What the work gave. Raises what the work raised, or ``JobError``."""
        self.wait()
        if self.error is not None:
            raise self.error
        return cast(T, self._result)

    def cancel(self, owner: str = "") -> None:
        """``owner`` no longer wants it; where nobody else does, it leaves the queue or its worker is killed."""
        self.queue.give_up(self, owner)

    def end(self, state: State, result: T | None = None, error: Exception | None = None) -> None:
        """Called by the queue, once."""
        self._result, self.error, self.state = result, error, state
        self.call, self.args, self.options, self.shared = None, (), {}, ()  # the tables are not held by what is over
        self._over.set()


class Queue:
    """Work of one kind, one job at a time in the order it came.

    ``warm``: what the idle worker loads ahead, ``module`` or ``module:function``; ``idle``: seconds without work after
    which the worker goes, ``None``: it stays; ``nice``: added to the niceness of the worker.
    """

    def __init__(self, name: str, warm: Sequence[str] = (), *, idle: float | None = None, nice: int = NICE) -> None:
        self.name, self._warm, self._idle, self._nice = name, tuple(warm), idle, nice
        self._waiting: deque[Job[Any]] = deque()
        self._running: Job[Any] | None = None
        self._known: OrderedDict[Hashable, Job[Any]] = OrderedDict()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._worker: _Worker | None = None

    def start(self) -> None:
        """Have a worker ready."""
        with self._changed:
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name=f"jobs-{self.name}", daemon=True)
                self._thread.start()

    def submit(
        self,
        call: Callable[..., T],
        *args: Any,
        title: str,
        owner: str = "",
        key: Hashable = None,
        seconds: float | None = None,
        late: str = "",
        shared: Sequence[Any] = (),
        **options: Any,
    ) -> Job[T]:
        """Have ``call(*args, **options)`` done. Who hands in a ``key`` that is known gets the job that has it.

        ``shared``: large things among the arguments; where the result holds them, they do not travel back. ``late``: what
        to say when ``seconds`` are over. Raises ``JobError`` when the queue is full.
        """
        self.start()
        with self._changed:
            known = self._known.get(key) if key is not None else None
            if known is not None:
                known.owners.add(owner)
                self._known.move_to_end(key)
                return known
            if len(self._waiting) >= MOST_WAITING:
                raise JobError(FULL.format(most=MOST_WAITING))
            environment = {name: value for name, value in os.environ.items() if name.startswith("AX_")}
            job = Job(title, call, args, options, shared, key, {owner}, seconds, late, self, environment)
            self._waiting.append(job)
            if key is not None:
                self._known[key] = job
            self._changed.notify()
            return job

    def ahead(self, job: Job[Any]) -> int:
        """How many jobs come before it."""
        with self._changed:
            return self._waiting.index(job) + (self._running is not None) if job in self._waiting else 0

    def give_up(self, job: Job[Any], owner: str) -> None:
        """See ``Job.cancel``."""
        with self._changed:
            job.owners.discard(owner)
            if job.owners or job.over:
                return
            self._forget(job)
            if job is self._running:
                if self._worker is not None:
                    self._worker.end()  # ``_serve`` sees it
            elif job in self._waiting:
                self._waiting.remove(job)
                job.end(State.CANCELLED, error=JobError("취소하였습니다."))

    @property
    def pid(self) -> int | None:
        """The worker's process, for tests and for looking after the server."""
        worker = self._worker
        return worker.process.pid if worker is not None else None

    def _forget(self, job: Job[Any]) -> None:
        if self._known.get(job.key) is job:
            del self._known[job.key]

    def _serve(self) -> None:
        """The queue's thread. It starts every worker, for the kernel ends a worker with the thread that started it."""
        self._hire()
        while True:
            with self._changed:
                while not self._waiting:
                    if not self._changed.wait(self._idle) and not self._waiting and self._worker is not None:
                        self._worker.kill()
                        self._worker = None
                job = self._running = self._waiting.popleft()
                job.state, job.started = State.RUNNING, time.monotonic()
                worker = self._hire()
            state, result, error = self._done(job, worker) if worker else (State.FAILED, None, JobError(NOT_STARTED))
            with self._changed:
                self._running = None
                if state is not State.DONE:
                    self._forget(job)
                    if not job.owners:
                        state, error = State.CANCELLED, JobError("취소하였습니다.")
                job.end(state, result, error)
                over = [key for key, one in self._known.items() if one.over]
                for key in over[: max(0, len(over) - KEPT)]:
                    del self._known[key]
                self._hire()
            del job, result, error

    def _hire(self) -> "_Worker | None":
        """A living worker, started where there is none; ``None`` where the system has no room for another process."""
        if self._worker is None or self._worker.process.poll() is not None:
            self._worker = None
            try:
                self._worker = _Worker(self._warm, self._nice)
            except OSError as error:
                log.error("no worker for %s: %s", self.name, error)
        return self._worker

    def _done(self, job: Job[Any], worker: "_Worker") -> tuple[State, Any, Exception | None]:
        until = None if job.seconds is None else time.monotonic() + job.seconds
        try:
            worker.send((job.environment, job.shared, (job.call, job.args, job.options)), job.shared, until)
            while True:
                kind, told = worker.receive(job.shared, until)
                if kind != "progress":
                    break
                job.progress = told
        except TimeoutError:
            worker.kill()
            return State.LATE, None, JobError(job.late or LATE.format(seconds=job.seconds))
        except (OSError, EOFError):
            worker.kill()
            log.warning("worker %s ended with %s amid %r", self.name, worker.process.returncode, job.title)
            return State.FAILED, None, JobError(DIED)
        except Exception:  # what does not travel
            worker.kill()
            log.exception("work of %s does not travel", self.name)
            return State.FAILED, None, JobError(BROKE)
        if kind == "done":
            return State.DONE, told, None
        if kind == "raised":
            return State.FAILED, None, told
        if kind == "broke":
            log.error("%r failed: %s", job.title, told)
        return State.FAILED, None, JobError({"memory": NO_MEMORY, "large": TOO_LARGE}.get(kind, BROKE))


class _Worker:
    """A worker process as the server sees it."""

    def __init__(self, warm: Sequence[str], nice: int) -> None:
        self._socket, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, str(theirs.fileno()), str(os.getpid()), str(nice), *warm],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env={**os.environ, **FEW_THREADS, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
                start_new_session=True,
            )

    def send(self, what: Any, shared: Sequence[Any], until: float | None) -> None:
        self._limit(until)
        environment, given, call = what
        _send(self._socket, (environment, list(given)), ())
        _send(self._socket, call, shared)

    def receive(self, shared: Sequence[Any], until: float | None) -> Any:
        self._limit(until)
        return _receive(self._socket, shared)

    def end(self) -> None:
        """Kill it and whatever it started, also where it is dead already; from any thread."""
        if self.process.returncode is None:  # not waited for yet: the group is still its own
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """``end`` it and clear away; from the queue's thread."""
        self.end()
        self.process.wait()
        self._socket.close()

    def _limit(self, until: float | None) -> None:
        left = None if until is None else until - time.monotonic()
        if left is not None and left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)


# What travels: the size of a pickle and of each of its buffers, then these.


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]
    """What both sides have is named by its place in ``shared``."""

    def __init__(self, file: io.BytesIO, buffers: list[pickle.PickleBuffer], shared: Sequence[Any]) -> None:
        super().__init__(file, protocol=5, buffer_callback=buffers.append)
        self._places = {id(one): at for at, one in enumerate(shared) if one is not None}

    def persistent_id(self, obj: Any) -> int | None:
        return self._places.get(id(obj))


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, buffers: Sequence[bytearray], shared: Sequence[Any]) -> None:
        super().__init__(file, buffers=buffers)
        self._shared = shared

    def persistent_load(self, pid: Any) -> Any:
        return self._shared[pid]


class _TooLarge(Exception):
    pass


def _send(to: socket.socket, what: Any, shared: Sequence[Any], most: int | None = None) -> None:
    file, kept = io.BytesIO(), list[pickle.PickleBuffer]()
    _Pickler(file, kept, shared).dump(what)
    parts = [file.getbuffer(), *(one.raw() for one in kept)]
    sizes = [part.nbytes for part in parts]
    if most is not None and sum(sizes) > most:
        raise _TooLarge
    to.sendall(struct.pack(f"!I{len(sizes)}Q", len(sizes), *sizes))
    for part in parts:
        to.sendall(part)


def _receive(of: socket.socket, shared: Sequence[Any]) -> Any:
    (n,) = struct.unpack("!I", _read(of, 4))
    sizes = struct.unpack(f"!{n}Q", _read(of, 8 * n))
    main, *buffers = [_read(of, size) for size in sizes]
    return _Unpickler(io.BytesIO(main), buffers, shared).load()


def _read(of: socket.socket, size: int) -> bytearray:
    """So many bytes, in memory that may be written to. Raises ``EOFError``."""
    data = bytearray(size)
    view = memoryview(data)
    while view:
        got = of.recv_into(view)
        if not got:
            raise EOFError
        view = view[got:]
    return data


# In the worker.

# First of all the kernel is asked (PR_SET_PDEATHSIG, Linux) to kill this process when the server ends, even by kill -9.
PROGRAM = """
import ctypes, os, sys
try:
    ctypes.CDLL(None).prctl(1, 9)
except (OSError, AttributeError):
    pass
if os.getppid() != int(sys.argv.pop(2)):
    sys.exit(1)
from lib import jobs
jobs.work(*sys.argv[1:])
"""
_told: Callable[[float | None, str], None] | None = None


def progress(share: float | None, words: str = "") -> None:
    """Tell who waits how far this work has come; outside a worker nobody listens."""
    if _told is not None:
        _told(share, words)


def work(fd: str, nice: str, *warm: str) -> None:
    """The life of a worker: load what is needed, then do what comes in until the server is gone."""
    os.nice(int(nice))
    with suppress(OSError):  # where memory runs out, the kernel ends this process and not the page's
        Path("/proc/self/oom_score_adj").write_text("500")
    server = socket.socket(fileno=int(fd))
    for name in warm:
        if not _comes(server):
            _load(name)
    with suppress(EOFError, OSError):
        while True:
            environment, shared = _receive(server, ())
            _settings_of(environment)
            call, args, options = _receive(server, shared)
            _answer(server, shared, call, args, options)
            del call, args, options, shared  # what is over holds no memory


def _answer(server: socket.socket, shared: Sequence[Any], call: Any, args: Any, options: Any) -> None:
    global _told
    last = 0.0

    def tell(share: float | None, words: str) -> None:
        nonlocal last
        if time.monotonic() - last > 0.1:
            last = time.monotonic()
            _send(server, ("progress", (share, words)), ())

    _told = tell
    try:
        answer: tuple[str, Any] = ("done", call(*args, **options))
    except MemoryError:
        answer = ("memory", None)
    except Exception as error:
        answer = ("raised", error) if _ours(error) else ("broke", "\n".join(quiet.told(error)))
    finally:
        _told = None
    try:
        _send(server, answer, shared, MOST_BYTES)
    except OSError:
        raise
    except (_TooLarge, MemoryError) as error:
        _send(server, ("large" if isinstance(error, _TooLarge) else "memory", None), ())
    except Exception as error:  # a result that cannot be pickled
        _send(server, ("broke", "\n".join(quiet.told(error))), ())


def _ours(error: Exception) -> bool:
    """Whether it is one of the suite's own errors, whose words are for the officer, and comes through whole."""
    if not type(error).__module__.startswith("lib."):
        return False
    try:
        return str(pickle.loads(cloudpickle.dumps(error))) == str(error)
    except Exception:
        return False


def _comes(server: socket.socket) -> bool:
    server.setblocking(False)
    try:
        server.recv(1, socket.MSG_PEEK)
    except BlockingIOError:
        return False
    finally:
        server.setblocking(True)
    return True


def _load(name: str) -> None:
    module, _, function = name.partition(":")
    with suppress(Exception):  # told when work needs it
        found = import_module(module)
        if function:
            getattr(found, function)()


def _settings_of(environment: Mapping[str, str]) -> None:
    """The settings the server has now."""
    ours = {name: value for name, value in os.environ.items() if name.startswith("AX_")}
    if ours != environment:
        for name in ours.keys() - environment.keys():
            del os.environ[name]
        os.environ.update(environment)
        settings.cache_clear()
