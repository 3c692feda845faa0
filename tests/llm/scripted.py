"""An OpenAI-compatible server on loopback that answers by a script, and misbehaves when the script says so."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import web


@dataclass(frozen=True)
class Step:
    """One answer: a tool's call, words, or a failure; ``pause`` seconds come before every piece of it."""

    call: str | None = None
    arguments: str = ""
    text: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pause: float = 0.0
    endless: str = ""
    usage: tuple[int, int] | None = (900, 60)


def report(**arguments: Any) -> Step:
    """A well-behaved answer."""
    return Step(call="report", arguments=orjson.dumps({"requests": [], **arguments}).decode())


def asks(flow: str, confidence: float = 0.97, **more: Any) -> Step:
    """A report of one request."""
    return report(requests=[{"flow": flow, "confidence": confidence}], **more)


@dataclass
class Scripted:
    """The server. Each request takes the next step; the last one stays. ``asked`` holds the requests' bodies.

    A request that has a word of ``held`` in it is answered when that word's event is set.
    """

    url: str = ""
    held: dict[str, asyncio.Event] = field(default_factory=dict)
    _changed: asyncio.Condition = field(default_factory=asyncio.Condition)
    steps: list[Step] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    def will(self, *steps: Step) -> None:
        """What it answers from now on."""
        self.steps = list(steps)

    async def has(self, requests: int) -> None:
        """Returns when so many requests have come."""
        async with self._changed:
            await self._changed.wait_for(lambda: len(self.asked) >= requests)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        async with self._changed:
            self.asked.append(body)
            self._changed.notify_all()
        self.headers.append(dict(request.headers))
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        for word, answered in self.held.items():
            if word in str(body):
                await answered.wait()
        if step.status != 200:
            await asyncio.sleep(step.pause)
            problem = {"error": {"message": "scripted", "type": "scripted", "code": str(step.status)}}
            return web.json_response(problem, status=step.status, headers=step.headers)
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        try:
            async for chunk in _chunks(step):
                await asyncio.sleep(step.pause)
                await response.write(b"data: " + orjson.dumps(chunk) + b"\n\n")
            await response.write(b"data: [DONE]\n\n")
        except ConnectionResetError:
            pass
        return response

    async def listen(self, request: web.Request) -> web.StreamResponse:
        """Writes a recording down: ``text``, of ``usage[0]`` seconds. ``asked`` gets the form, its file as bytes."""
        form = await request.post()
        asked: dict[str, Any] = {}
        for name, part in form.items():
            if isinstance(part, web.FileField):
                with part.file:
                    asked[name] = part.file.read()
            else:
                asked[name] = part
        self.asked.append(asked)
        self.headers.append(dict(request.headers))
        step = self.steps.pop(0) if len(self.steps) > 1 else self.steps[0]
        await asyncio.sleep(step.pause)
        if step.status != 200:
            problem = {"error": {"message": "scripted", "type": "scripted", "code": str(step.status)}}
            return web.json_response(problem, status=step.status, headers=step.headers)
        heard: dict[str, Any] = {"text": step.text, "language": "portuguese", "task": "transcribe", "segments": []}
        return web.json_response(heard | ({"duration": float(step.usage[0])} if step.usage else {}))


async def _chunks(step: Step) -> AsyncIterator[dict[str, Any]]:
    if step.call:
        head = {"index": 0, "id": "call_1", "type": "function", "function": {"name": step.call, "arguments": ""}}
        yield _chunk({"role": "assistant", "tool_calls": [head]})
        for piece in _pieces(step.arguments):
            yield _chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
    for piece in _pieces(step.text):
        yield _chunk({"role": "assistant", "content": piece})
    while step.endless:
        yield _chunk({"role": "assistant", "content": step.endless})
        await asyncio.sleep(0)
    yield _chunk({}, finish="tool_calls" if step.call else "stop")
    if step.usage:
        asked, said = step.usage
        usage = {"prompt_tokens": asked, "completion_tokens": said, "total_tokens": asked + said}
        yield {**_chunk({}), "choices": [], "usage": usage}


def _pieces(text: str) -> Sequence[str]:
    return [text[at : at + 20] for at in range(0, len(text), 20)]


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "scripted", "object": "chat.completion.chunk", "created": 1, "model": "scripted", "choices": [choice]}


@asynccontextmanager
async def serving() -> AsyncIterator[Scripted]:
    """The server on a free port of loopback."""
    scripted = Scripted()
    app = web.Application()
    app.router.add_post("/v1/chat/completions", scripted.answer)
    app.router.add_post("/v1/audio/transcriptions", scripted.listen)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    assert site._server is not None
    port = site._server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
    scripted.url = f"http://127.0.0.1:{port}/v1"
    try:
        yield scripted
    finally:
        await runner.cleanup()
