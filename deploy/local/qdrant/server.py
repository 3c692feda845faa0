"""The HTTP server: routes of the REST API to the storage, one at a time on one thread."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from importlib.metadata import version
from itertools import count
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel
from qdrant_client.http import models

from deploy.local.qdrant import updates
from deploy.local.qdrant.bodies import Count, Query, QueryBatch, Scroll, Updates, parse
from deploy.local.qdrant.collection import Collection
from deploy.local.qdrant.failures import ApiError, BadBodyError
from deploy.local.qdrant.storage import Storage

API_VERSION = "1.20.0"
"""The version of Qdrant whose REST API this follows; clients compare it with their own."""
FLUSH_EVERY_S = 5.0
"""As a Qdrant server does (``flush_interval_sec``): how much a crash of the machine, not of the process, may take."""
LARGEST_BODY = 32 * 1024 * 1024
"""Bytes; as a Qdrant server (``max_request_size_mb``)."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """Answers requests from a storage. ``application`` is what aiohttp runs."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="engine")
        self._operations = count()

    def application(self) -> web.Application:
        """The aiohttp application; at its end everything is flushed and closed."""
        app = web.Application(middlewares=[_answer_errors], client_max_size=LARGEST_BODY)
        app.cleanup_ctx.append(self._keep_flushed)
        app.add_routes(
            [
                web.get("/", self._root),
                *(web.get(path, _alive) for path in ("/healthz", "/livez", "/readyz")),
                web.get("/collections", self._list),
                web.get("/aliases", self._all_aliases),
                web.post("/collections/aliases", self._change_aliases),
                web.get("/collections/{name}", self._info),
                web.put("/collections/{name}", self._create),
                web.delete("/collections/{name}", self._delete),
                web.get("/collections/{name}/exists", self._exists),
                web.get("/collections/{name}/aliases", self._aliases),
                web.put("/collections/{name}/index", self._create_index),
                web.delete("/collections/{name}/index/{field}", self._delete_index),
                *(
                    web.post(f"/collections/{{name}}/points{path}", partial(self._read, kind, read))
                    for path, kind, read in _READS
                ),
                web.post("/collections/{name}/points/batch", self._batch),
                *(
                    web.route(method, f"/collections/{{name}}/points{path}", partial(self._update, operation))
                    for method, path, operation in _UPDATES
                ),
            ]
        )
        return app

    async def _keep_flushed(self, _app: web.Application) -> AsyncIterator[None]:
        async def forever() -> None:
            while True:
                await asyncio.sleep(FLUSH_EVERY_S)
                await self._run(self._storage.flush)

        flushing = asyncio.create_task(forever())
        yield
        flushing.cancel()
        with suppress(asyncio.CancelledError):
            await flushing
        await self._run(self._storage.close)
        self._thread.shutdown()

    async def _run(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def _answer(self, work: Callable[[], Any]) -> web.Response:
        started = time.perf_counter()
        body = await self._run(lambda: orjson.dumps({"result": work(), "status": "ok", "time": _since(started)}))
        return web.Response(body=body, content_type="application/json")

    async def _root(self, _request: web.Request) -> web.Response:
        engine = version("qdrant-edge-py")
        return web.json_response({"title": f"Qdrant's engine, embedded (edge {engine})", "version": API_VERSION})

    async def _list(self, _request: web.Request) -> web.Response:
        return await self._answer(lambda: {"collections": [{"name": name} for name in self._storage.names]})

    async def _all_aliases(self, _request: web.Request) -> web.Response:
        return await self._answer(lambda: {"aliases": self._storage.aliases()})

    async def _aliases(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return await self._answer(lambda: {"aliases": self._storage.aliases(name)})

    async def _change_aliases(self, request: web.Request) -> web.Response:
        body = await request.read()

        def change() -> bool:
            self._storage.change_aliases(parse(models.ChangeAliasesOperation, body).actions)
            return True

        return await self._answer(change)

    async def _info(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return await self._answer(lambda: self._storage.get(name).info())

    async def _create(self, request: web.Request) -> web.Response:
        name, body = request.match_info["name"], await request.read()

        def create() -> bool:
            self._storage.create(name, parse(models.CreateCollection, body))
            return True

        return await self._answer(create)

    async def _delete(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return await self._answer(lambda: self._storage.delete(name))

    async def _exists(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        return await self._answer(lambda: {"exists": self._storage.exists(name)})

    async def _create_index(self, request: web.Request) -> web.Response:
        name, body = request.match_info["name"], await request.read()

        def create() -> dict[str, Any]:
            self._storage.get(name).create_index(parse(models.CreateFieldIndex, body))
            return self._updated(request)

        return await self._answer(create)

    async def _delete_index(self, request: web.Request) -> web.Response:
        name, field = request.match_info["name"], request.match_info["field"]

        def delete() -> dict[str, Any]:
            self._storage.get(name).delete_index(field)
            return self._updated(request)

        return await self._answer(delete)

    async def _read(
        self, kind: type[BaseModel], read: Callable[[Collection, Any], Any], request: web.Request
    ) -> web.Response:
        name, body = request.match_info["name"], await request.read()
        return await self._answer(lambda: read(self._storage.get(name), parse(kind, body or b"{}")))

    async def _update(self, operation: str, request: web.Request) -> web.Response:
        name, body = request.match_info["name"], await request.read()

        def update() -> dict[str, Any]:
            self._storage.get(name).update([updates.operation(operation, _json(body))])
            return self._updated(request)

        return await self._answer(update)

    async def _batch(self, request: web.Request) -> web.Response:
        name, body = request.match_info["name"], await request.read()

        def update() -> list[dict[str, Any]]:
            collection = self._storage.get(name)
            operations = [
                updates.operation(kind, asked)
                for entry in parse(Updates, body).operations
                for kind, asked in entry.items()
            ]
            collection.update(operations)
            return [self._updated(request) for _ in operations]

        return await self._answer(update)

    def _updated(self, request: web.Request) -> dict[str, Any]:
        # The change is applied in both cases; without wait a server promises only that it is in its log.
        waited = request.query.get("wait", "false").lower() == "true"
        return {"operation_id": next(self._operations), "status": "completed" if waited else "acknowledged"}


def _query_batch(collection: Collection, request: QueryBatch) -> list[Any]:
    return [collection.query(one) for one in request.searches]


def _count(collection: Collection, request: Count) -> dict[str, int]:
    return {"count": collection.count(request)}


_READS: tuple[tuple[str, type[BaseModel], Callable[[Collection, Any], Any]], ...] = (
    ("", models.PointRequest, Collection.retrieve),
    ("/query", Query, Collection.query),
    ("/query/batch", QueryBatch, _query_batch),
    ("/scroll", Scroll, Collection.scroll),
    ("/count", Count, _count),
)
_UPDATES = (
    ("PUT", "", "upsert"),
    ("POST", "/delete", "delete"),
    ("POST", "/payload", "set_payload"),
    ("PUT", "/payload", "overwrite_payload"),
    ("POST", "/payload/delete", "delete_payload"),
    ("POST", "/payload/clear", "clear_payload"),
    ("PUT", "/vectors", "update_vectors"),
    ("POST", "/vectors/delete", "delete_vectors"),
)


async def _alive(_request: web.Request) -> web.Response:
    return web.Response(text="healthz check passed")


def _json(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BadBodyError(str(error)) from None


@web.middleware
async def _answer_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    started = time.perf_counter()
    try:
        return await handler(request)
    except ApiError as error:
        status, message = error.status, error.message
    except web.HTTPNotFound:
        status, message = 404, f"Not found: the local Qdrant has no {request.method} {request.path}"
    except web.HTTPException as error:
        status, message = error.status, error.reason
    return web.json_response({"status": {"error": message}, "time": _since(started)}, status=status)


def _since(started: float) -> float:
    return time.perf_counter() - started
