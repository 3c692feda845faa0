"""An event loop whose time passes only when nothing can run: hours in milliseconds, the same in each run.

A schedule is some two thousand steps of a few microseconds, so that the loop's own work counts: no selector, no
handle objects that compare themselves in Python, no debug mode.
"""

import asyncio
import heapq
import itertools
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from typing import Any, TypeVar

T = TypeVar("T")


class DeadlockError(Exception):
    """Every task waits for another, and no timer is left."""


class _Handle:
    """What is to be called; asyncio cancels it by this object."""

    __slots__ = ("args", "callback", "context", "off")

    def __init__(self, callback: Callable[..., Any], args: tuple[Any, ...], context: Context | None) -> None:
        self.callback = callback
        self.args = args
        self.context = context
        self.off = False

    def cancel(self) -> None:
        self.off = True

    def cancelled(self) -> bool:
        return self.off


class VirtualLoop(asyncio.BaseEventLoop):
    """Runs ready tasks in their order, and what would block (``to_thread``) on the spot. Opens no socket."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.tasks: list[asyncio.Task[Any]] = []
        """Every task there was: one that waits for ever is held by nobody else."""
        self._soon: deque[_Handle] = deque()
        self._timers: list[tuple[float, int, _Handle]] = []
        self._numbers = itertools.count()

    def time(self) -> float:
        return self.now

    def call_soon(  # type: ignore[override]
        self, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        handle = _Handle(callback, args, context)
        self._soon.append(handle)
        return handle

    call_soon_threadsafe = call_soon  # type: ignore[assignment]

    def call_at(  # type: ignore[override]
        self, when: float, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        handle = _Handle(callback, args, context)
        heapq.heappush(self._timers, (when, next(self._numbers), handle))
        return handle

    def call_later(  # type: ignore[override]
        self, delay: float, callback: Any, *args: Any, context: Context | None = None
    ) -> Any:
        return self.call_at(self.now + delay, callback, *args, context=context)

    def create_task(self, coro: Any, **options: Any) -> "asyncio.Task[Any]":
        task = asyncio.Task(coro, loop=self, **options)
        self.tasks.append(task)
        return task

    def run_in_executor(self, executor: Any, func: Callable[..., T], *args: Any) -> "asyncio.Future[T]":  # type: ignore[override]
        future: asyncio.Future[T] = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:  # noqa: BLE001 - whoever waits for it is told
            future.set_exception(error)
        return future

    def _run_once(self) -> None:
        """What is ready, in its order; when nothing is, the time goes on to the next timer."""
        soon, timers = self._soon, self._timers
        if not soon:
            while timers and timers[0][2].off:
                heapq.heappop(timers)
            if not timers:
                raise DeadlockError
            self.now = max(self.now, timers[0][0])
        while timers and timers[0][0] <= self.now:
            soon.append(heapq.heappop(timers)[2])
        for _ in range(len(soon)):
            handle = soon.popleft()
            if handle.off:
                continue
            if handle.context is None:
                # a timer of nobody's task
                handle.callback(*handle.args)
            else:
                handle.context.run(handle.callback, *handle.args)


def run(main: Coroutine[Any, Any, T]) -> T:
    """The result of ``main`` on a loop of its own; whatever else runs is cancelled at its end."""
    loop = VirtualLoop()
    asyncio.set_event_loop(loop)
    try:
        return loop.run_until_complete(main)
    finally:
        left = [task for task in loop.tasks if not task.done()]
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
        asyncio.set_event_loop(None)
        loop.close()
