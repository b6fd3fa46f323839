"""One thread that does a console's blocking acts, in order: disks and terminals may stall, the event loop must not."""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable

from bot.errors import DeliveryError

WAIT_S = 5.0
WAITING = 100


class Scribe:
    """Runs acts one after another on its own daemon thread: a stuck terminal holds up neither us nor our end."""

    def __init__(self, name: str, wait_s: float = WAIT_S) -> None:
        self._acts: queue.Queue[Callable[[], None] | None] = queue.Queue(WAITING)
        self._wait_s = wait_s
        self._name = name
        self._thread: threading.Thread | None = None

    async def do(self, act: Callable[[], None]) -> None:
        """Have `act` done and wait for it; what it raises is raised here.

        Raises DeliveryError when it is not done in time: it may be done later, hence `ambiguous`.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def settle(error: BaseException | None) -> None:
            if done.done():
                return
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        def work() -> None:
            error: BaseException | None = DeliveryError("the console's screen broke; see the log")
            try:
                act()
                error = None
            except (DeliveryError, OSError, ValueError) as raised:
                error = raised
            finally:
                with contextlib.suppress(RuntimeError):  # the loop ended while a stuck terminal made us wait
                    loop.call_soon_threadsafe(settle, error)

        try:
            self._acts.put_nowait(work)
            self._awake()
            async with asyncio.timeout(self._wait_s):
                await done
        except queue.Full as error:
            raise DeliveryError("the console is stuck: too many lines wait for its terminal") from error
        except TimeoutError as error:
            raise DeliveryError("the console's terminal does not take text", ambiguous=True) from error

    def stop(self) -> None:
        """Ask the thread to end after the acts it has; never waits for a stuck one."""
        try:
            self._acts.put_nowait(None)
        except queue.Full:
            return

    def _awake(self) -> None:
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._work, name=self._name, daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while (act := self._acts.get()) is not None:
            act()
