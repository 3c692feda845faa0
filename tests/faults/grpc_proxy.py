"""A proxy before the emulator's gRPC port: every call passes as bytes, and appends meet what was asked for."""

from collections.abc import AsyncIterator
from typing import Any

import grpc
import grpc.aio

from tests.faults.deeds import Deed, Firing, Trigger

_APPEND = "AppendRows"
_OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 500),
)
_KNOWN = (Deed.KILL_BEFORE, Deed.KILL_BETWEEN, Deed.KILL_AFTER, Deed.HOLD, Deed.BUSY, Deed.SILENT)


class GrpcProxy(grpc.GenericRpcHandler):  # type: ignore[misc]
    """One process's way to the emulator; ``worker`` is its name for the trigger."""

    def __init__(self, worker: str, trigger: Trigger, target: str) -> None:
        self._worker = worker
        self._trigger = trigger
        self._target = target

    async def start(self) -> int:
        """Returns the port it listens on."""
        self._channel = grpc.aio.insecure_channel(self._target, options=_OPTIONS)
        self._server = grpc.aio.server(options=_OPTIONS)
        self._server.add_generic_rpc_handlers((self,))
        port: int = self._server.add_insecure_port("127.0.0.1:0")
        await self._server.start()
        return port

    async def stop(self) -> None:
        """Ends every call."""
        await self._server.stop(None)
        await self._channel.close()

    def service(self, handler_call_details: Any) -> Any:
        method = handler_call_details.method
        if method.endswith(_APPEND):

            async def appends(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
                async for answer in self._appends(method, requests, context):
                    yield answer

            return grpc.stream_stream_rpc_method_handler(appends)

        async def once(request: bytes, context: Any) -> Any:
            metadata = _passed(context.invocation_metadata())
            try:
                return await self._channel.unary_unary(method)(request, metadata=metadata, timeout=30)
            except grpc.aio.AioRpcError as error:
                return await _abort(context, error)

        return grpc.unary_unary_rpc_method_handler(once)

    async def _appends(self, method: str, requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
        call = self._channel.stream_stream(method)(metadata=_passed(context.invocation_metadata()))
        try:
            async for request in requests:
                firing = self._trigger.take(self._worker, *_KNOWN)
                if not await self._trigger.before(firing):
                    await _fail(context, firing)
                await call.write(request)
                answer = await call.read()
                if answer is grpc.aio.EOF:
                    await context.abort(await call.code(), await call.details())
                if not await self._trigger.between(firing):
                    await _fail(context, firing)
                yield answer
                await self._trigger.after(firing)
        except grpc.aio.AioRpcError as error:
            await _abort(context, error)
        finally:
            call.cancel()


async def _fail(context: Any, firing: Firing | None) -> None:
    deed = None if firing is None else firing.deed
    if deed is Deed.BUSY:
        await context.abort(grpc.StatusCode.RESOURCE_EXHAUSTED, "too many requests")
    if deed is Deed.SILENT:
        await context.abort(grpc.StatusCode.DEADLINE_EXCEEDED, "time is up")
    await context.abort(grpc.StatusCode.UNAVAILABLE, "whoever asked is gone")


async def _abort(context: Any, error: grpc.aio.AioRpcError) -> None:
    await context.abort(error.code(), error.details() or "", tuple(error.trailing_metadata() or ()))


def _passed(metadata: Any) -> tuple[tuple[str, Any], ...]:
    return tuple((name, value) for name, value in metadata or () if name == "x-goog-request-params")
