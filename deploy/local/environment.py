"""The ``BALCAO_*`` variables of ``runtime/settings.py``, as a local stack has them."""

from collections.abc import Mapping

from deploy.local import security
from deploy.local.layout import HOST, Layout

PROJECT = "balcao-local"
DATASET = "balcao"
PHONE_NUMBER_ID = "100000000000002"
GRAPH_VERSION = "v23.0"


def variables(layout: Layout) -> dict[str, str]:
    """Every variable that some process of the platform may need; a process is given only its own (``programs.py``)."""
    secret = layout.credentials
    return {
        "BALCAO_KAFKA_BOOTSTRAP_SERVERS": layout.address("kafka"),
        **security.administrator(layout),
        "BALCAO_REGISTRY_URL": layout.url("registry", "/apis/ccompat/v7"),
        "BALCAO_CONNECT_URL": layout.url("connect"),
        "BALCAO_MARKETPLACE_OWNER_DSN": layout.dsn("marketplace_owner", "marketplace"),
        "BALCAO_MARKETPLACE_WRITER_DSN": layout.dsn("marketplace_writer", "marketplace"),
        "BALCAO_MARKETPLACE_READER_DSN": layout.dsn("marketplace_reader", "marketplace"),
        "BALCAO_MARKETPLACE_AGENT_DSN": layout.dsn("marketplace_agent", "marketplace"),
        "BALCAO_PLATFORM_OWNER_DSN": layout.dsn("platform_owner", "platform"),
        "BALCAO_PLATFORM_AGENT_DSN": layout.dsn("platform_agent", "platform"),
        "BALCAO_PLATFORM_SENDER_DSN": layout.dsn("platform_sender", "platform"),
        "BALCAO_DEBEZIUM_HOST": HOST,
        "BALCAO_DEBEZIUM_PORT": str(layout.ports["postgres"]),
        "BALCAO_DEBEZIUM_USER": "debezium",
        "BALCAO_DEBEZIUM_PASSWORD": secret.password("debezium"),
        "BALCAO_BIGQUERY_PROJECT": PROJECT,
        "BALCAO_BIGQUERY_DATASET": DATASET,
        "BALCAO_BIGQUERY_REST_ENDPOINT": layout.url("bigquery"),
        "BALCAO_BIGQUERY_GRPC_ENDPOINT": layout.address("bigquery_grpc"),
        "BALCAO_QDRANT_URL": layout.url("qdrant"),
        "BALCAO_WEBHOOK_HOST": HOST,
        "BALCAO_WEBHOOK_PORT": str(layout.ports["webhook"]),
        "BALCAO_WEBHOOK_VERIFY_TOKEN": secret["WEBHOOK_VERIFY_TOKEN"],
        "BALCAO_WEBHOOK_APP_SECRET": secret["WEBHOOK_APP_SECRET"],
        "BALCAO_WHATSAPP_GRAPH_URL": layout.url("simulator", f"/{GRAPH_VERSION}"),
        "BALCAO_WHATSAPP_PHONE_NUMBER_ID": PHONE_NUMBER_ID,
        "BALCAO_WHATSAPP_ACCESS_TOKEN": secret["WHATSAPP_ACCESS_TOKEN"],
        "BALCAO_SIMULATOR_URL": layout.url("simulator"),
        "BALCAO_SIMULATOR_WEBHOOK_URL": layout.url("webhook", "/webhooks/whatsapp"),
        "BALCAO_SIMULATOR_CONTACTS_FILE": str(layout.home.root / "contacts.json"),
    }


def environment() -> dict[str, str]:
    """The variables of the stack in ``BALCAO_HOME`` (default: ``.local`` of the checkout).

    Raises ``UserError`` when that stack was never brought up.
    """
    from deploy.local.stack import Stack

    return Stack().environment()


def select(available: Mapping[str, str], names: tuple[str, ...]) -> dict[str, str]:
    """The named variables; a name that ends with ``*`` takes every variable with that prefix, also none.

    Raises ``KeyError`` for a plain name that is not there.
    """
    chosen: dict[str, str] = {}
    for name in names:
        if name.endswith("*"):
            chosen.update({key: value for key, value in available.items() if key.startswith(name[:-1])})
        else:
            chosen[name] = available[name]
    return chosen
