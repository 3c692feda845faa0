"""Every program of the local stack, declared once: what it runs, needs, listens on, and is allowed to know.

``variables`` is the whole of what a program gets of the platform's settings. A password that is not listed does not
reach it.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass

from deploy.local import connect, databases, health, java, kafka, postgres, registry, security, warehouse
from deploy.local.layout import HOST, Layout
from schemas import access

# Two seconds, but for the first time, when it writes what makes the next start quick.
JAVA_STOP_SECONDS = 90
BROKER = ("BALCAO_KAFKA_*", "BALCAO_REGISTRY_*")


def _nothing(_layout: Layout) -> None:
    return


def _no_variables(_layout: Layout) -> dict[str, str]:
    return {}


@dataclass(frozen=True)
class Program:
    """One program under supervisor.

    ``prepare`` runs before it starts, ``populate`` once it is healthy, both only when it was not running; what it
    ``needs`` must be healthy before. ``healthy`` raises ``UnhealthyError``. In seconds: ``limit`` is how long it may
    take to become healthy, ``stop_seconds`` how long to end before it is killed.
    """

    name: str
    command: Callable[[Layout], list[str]]
    healthy: Callable[[Layout], None]
    ports: tuple[str, ...]
    needs: tuple[str, ...] = ()
    bundles: tuple[str, ...] = ()
    variables: tuple[str, ...] = ()
    own_variables: Callable[[Layout], dict[str, str]] = _no_variables
    prepare: Callable[[Layout], None] = _nothing
    populate: Callable[[Layout], None] = _nothing
    station: bool = False
    automatic: bool = True
    stop_signal: str = "TERM"
    stop_seconds: int = 10
    limit: float = 240


def _station(name: str, variables: tuple[str, ...], *, needs: tuple[str, ...]) -> Program:
    metrics = f"{name.replace('-', '_')}_metrics"
    principal = access.BY_COMMAND[name.removesuffix("-sink")].name
    return Program(
        name,
        command=lambda _layout: [sys.executable, "-m", "deploy.cli", "run", name.removesuffix("-sink")],
        healthy=lambda layout: health.http_ok(layout.url(metrics, "/metrics")),
        ports=(metrics, "webhook") if name == "webhook" else (metrics,),
        needs=(*needs, "access"),
        variables=variables,
        own_variables=lambda layout: {
            "BALCAO_METRICS_HOST": HOST,
            "BALCAO_METRICS_PORT": str(layout.ports[metrics]),
            **security.variables(layout, principal),
        },
        station=True,
        stop_seconds=20,
    )


def _python_server(module: str, port: str) -> Callable[[Layout], list[str]]:
    def command(layout: Layout) -> list[str]:
        arguments = ["--host", HOST, "--port", str(layout.ports[port]), "--data", str(layout.home.data(port))]
        return [sys.executable, "-m", module, *arguments]

    return command


INFRASTRUCTURE = (
    Program(
        "postgres",
        command=lambda layout: postgres.Server.of(layout.home).command(),
        healthy=health.postgres,
        ports=("postgres",),
        prepare=postgres.prepare,
        populate=databases.apply,
        # A fast shutdown: open transactions are rolled back, connections closed, a checkpoint written.
        stop_signal="INT",
        stop_seconds=20,
    ),
    Program(
        "kafka",
        command=lambda layout: java.command(layout, "kafka"),
        healthy=health.kafka,
        ports=("kafka", "kafka_controller"),
        bundles=("kafka",),
        prepare=kafka.prepare,
        stop_seconds=JAVA_STOP_SECONDS,
    ),
    Program(
        "registry",
        command=lambda layout: java.command(layout, "registry"),
        healthy=lambda layout: health.http_ok(layout.url("registry", "/apis/ccompat/v7/subjects")),
        ports=("registry",),
        needs=("postgres",),
        bundles=("registry",),
        own_variables=registry.variables,
        prepare=registry.prepare,
        stop_seconds=JAVA_STOP_SECONDS,
    ),
    Program(
        "connect",
        command=lambda layout: java.command(layout, "connect"),
        healthy=lambda layout: health.http_ok(layout.url("connect", "/health")),
        ports=("connect",),
        # Connectors it already has start with it, and fail without the registry.
        needs=("kafka", "registry", "access"),
        bundles=("kafka", "debezium", "avro"),
        variables=("BALCAO_DEBEZIUM_*", *BROKER),
        own_variables=lambda layout: security.variables(layout, access.CAPTURE),
        prepare=connect.prepare,
        stop_seconds=JAVA_STOP_SECONDS,
    ),
    Program(
        "mender",
        command=lambda _layout: [sys.executable, "-m", "deploy.local.mender"],
        healthy=_nothing,
        ports=(),
        needs=("connect",),
        variables=("BALCAO_CONNECT_*",),
    ),
    Program(
        "bigquery",
        command=warehouse.command,
        healthy=warehouse.healthy,
        ports=("bigquery", "bigquery_grpc"),
        own_variables=warehouse.variables,
        prepare=warehouse.prepare,
    ),
    Program(
        "qdrant",
        command=_python_server("deploy.local.qdrant", "qdrant"),
        healthy=lambda layout: health.http_ok(layout.url("qdrant", "/healthz")),
        ports=("qdrant",),
    ),
    Program(
        "simulator",
        command=_python_server("deploy.local.simulator", "simulator"),
        healthy=lambda layout: health.http_ok(layout.url("simulator", "/healthz")),
        ports=("simulator",),
        variables=(
            "BALCAO_WHATSAPP_PHONE_NUMBER_ID",
            "BALCAO_WHATSAPP_ACCESS_TOKEN",
            "BALCAO_WEBHOOK_APP_SECRET",
            "BALCAO_WEBHOOK_VERIFY_TOKEN",
            "BALCAO_SIMULATOR_*",
        ),
    ),
)

# A station also needs the steps of bootstrap.py that are named here: its tables, its topics.
STATIONS = (
    _station("webhook", (*BROKER, "BALCAO_WEBHOOK_*"), needs=("topics", "simulator")),
    _station("streams", (*BROKER, "BALCAO_MARKETPLACE_READER_DSN"), needs=("topics", "migrate")),
    _station("events", BROKER, needs=("topics",)),
    _station(
        "customer",
        (
            *(*BROKER, "BALCAO_MARKETPLACE_READER_DSN", "BALCAO_MARKETPLACE_AGENT_DSN", "BALCAO_PLATFORM_AGENT_DSN"),
            *("BALCAO_QDRANT_*", "BALCAO_LLM_*", "BALCAO_AGENT_*"),
            *("BALCAO_WHATSAPP_GRAPH_URL", "BALCAO_WHATSAPP_ACCESS_TOKEN"),
        ),
        needs=("topics", "migrate", "qdrant"),
    ),
    _station("bigquery-sink", (*BROKER, "BALCAO_BIGQUERY_*"), needs=("topics", "bigquery")),
    _station("qdrant-sink", (*BROKER, "BALCAO_QDRANT_*"), needs=("topics", "qdrant")),
    _station(
        "whatsapp-sink",
        (*BROKER, "BALCAO_PLATFORM_SENDER_DSN", "BALCAO_WHATSAPP_*"),
        needs=("topics", "migrate", "simulator"),
    ),
)

CATALOGUE = Program(
    "catalogue",
    command=lambda layout: [sys.executable, "-m", "deploy.cli", "catalogue", "--port", str(layout.ports["backoffice"])],
    healthy=lambda layout: health.http_ok(layout.url("backoffice", "/healthz")),
    ports=("backoffice",),
    needs=("topics", "access"),
    variables=("BALCAO_KAFKA_*",),
    own_variables=lambda layout: security.variables(layout, access.CATALOGUE),
    station=True,
)

# Only on demand: it is for somebody who watches.
TRAFFIC = Program(
    "traffic",
    command=lambda _layout: [sys.executable, "-m", "deploy.cli", "traffic"],
    healthy=_nothing,
    ports=(),
    needs=("seed",),
    variables=("BALCAO_MARKETPLACE_WRITER_DSN",),
    station=True,
    automatic=False,
)

PROGRAMS = {program.name: program for program in (*INFRASTRUCTURE, *STATIONS, CATALOGUE, TRAFFIC)}
