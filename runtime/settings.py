"""Settings: read once at start from ``BALCAO_*`` environment variables, one small class a concern."""

from decimal import Decimal
from typing import Literal, TypeVar

from pydantic import SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from pydantic_settings import SettingsError as UnparsableError

from runtime.errors import SettingsError

S = TypeVar("S", bound=BaseSettings)


def load(cls: type[S]) -> S:
    """The settings of one concern, from the environment.

    Raises ``SettingsError``, one sentence that names every missing or wrong variable.
    """
    try:
        return cls()
    except UnparsableError as error:
        # its cause quotes the value, which may be a secret
        prefix = cls.model_config.get("env_prefix", "")
        raise SettingsError(f"a setting {prefix}* is not the JSON that it must be: {error}.") from None
    except ValidationError as error:
        prefix = cls.model_config.get("env_prefix", "")
        found = [
            (prefix + "_".join(str(part) for part in issue["loc"]).upper(), issue["type"], issue["msg"])
            for issue in error.errors()
        ]
        missing = [name for name, kind, _ in found if kind == "missing"]
        wrong = [f"{name} is wrong: {text}" for name, kind, text in found if kind != "missing"]
        one = len(missing) == 1
        parts = [f"the setting{'' if one else 's'} {' and '.join(missing)} {'is' if one else 'are'} missing"]
        parts = parts if missing else []
        raise SettingsError(
            f'{"; ".join(parts + wrong)}. Set it in the environment; `eval "$(balcao env)"` takes a local stack\'s.'
        ) from None


def _prefix(prefix: str) -> SettingsConfigDict:
    return SettingsConfigDict(env_prefix=prefix, extra="ignore", frozen=True)


class KafkaSettings(BaseSettings):
    """Where the broker is and how to sign in; the names are librdkafka's."""

    model_config = _prefix("BALCAO_KAFKA_")
    bootstrap_servers: str
    security_protocol: str = "PLAINTEXT"
    sasl_mechanism: str | None = None
    sasl_username: str | None = None
    sasl_password: SecretStr | None = None
    ssl_ca_location: str | None = None


class AccessSettings(BaseSettings):
    """The passwords that `balcao access apply` gives the stations, by principal, as one JSON object."""

    model_config = _prefix("BALCAO_ACCESS_")
    passwords: dict[str, SecretStr] = {}


class RegistrySettings(BaseSettings):
    """The schema registry's Confluent-compatible API."""

    model_config = _prefix("BALCAO_REGISTRY_")
    url: str


class ConnectSettings(BaseSettings):
    """Kafka Connect's REST API."""

    model_config = _prefix("BALCAO_CONNECT_")
    url: str


class MarketplaceOwner(BaseSettings):
    """The marketplace database as the role that owns its tables: migrations only."""

    model_config = _prefix("BALCAO_MARKETPLACE_OWNER_")
    dsn: SecretStr


class MarketplaceWriter(BaseSettings):
    """The marketplace database as the marketplace's own application writes it (generator, traffic, price list)."""

    model_config = _prefix("BALCAO_MARKETPLACE_WRITER_")
    dsn: SecretStr


class MarketplaceReader(BaseSettings):
    """The marketplace database, read only: streams and what the agents look up."""

    model_config = _prefix("BALCAO_MARKETPLACE_READER_")
    dsn: SecretStr


class MarketplaceAgent(BaseSettings):
    """The marketplace database as the agents write what a pharmacy asks for: orders, returns, requests."""

    model_config = _prefix("BALCAO_MARKETPLACE_AGENT_")
    dsn: SecretStr


class PlatformOwner(BaseSettings):
    """The platform database as the role that owns its tables: migrations only."""

    model_config = _prefix("BALCAO_PLATFORM_OWNER_")
    dsn: SecretStr


class PlatformAgent(BaseSettings):
    """The platform database as the agents write turns."""

    model_config = _prefix("BALCAO_PLATFORM_AGENT_")
    dsn: SecretStr


class PlatformSender(BaseSettings):
    """The platform database as the WhatsApp sender records its attempts."""

    model_config = _prefix("BALCAO_PLATFORM_SENDER_")
    dsn: SecretStr


class LLMSettings(BaseSettings):
    """Language models. ``chain`` names profiles (claude, gpt, llama, local) in the order to try; empty is offline only.

    A model's name is LiteLLM's. ``when`` says whether each message asks a model or only one that the offline
    understanding is not sure of. ``seconds`` bounds all attempts of a message together, ``attempt_seconds`` one.
    ``prices`` maps a profile to USD for a million input and output tokens, where the provider's list does not hold.

    ``transcription`` names the profile (gpt, llama, local) whose provider writes voice messages down; empty is none,
    and who sends one is asked to write. ``transcription_model`` and ``transcription_usd_a_minute`` stand in for its
    usual model and price.
    """

    model_config = _prefix("BALCAO_LLM_")
    chain: str = ""
    when: Literal["unsure", "always"] = "unsure"
    seconds: float = 6.0
    attempt_seconds: float = 4.0
    usd_a_day: Decimal = Decimal(20)
    usd_a_conversation: Decimal = Decimal("0.05")
    tokens_a_contact: int = 60_000
    prices: dict[str, tuple[Decimal, Decimal]] = {}
    claude_model: str = "anthropic/claude-haiku-4-5"
    claude_api_key: SecretStr | None = None
    claude_url: str | None = None
    gpt_model: str = "openai/gpt-5-mini"
    gpt_api_key: SecretStr | None = None
    gpt_url: str | None = None
    llama_model: str = "groq/llama-3.3-70b-versatile"
    llama_api_key: SecretStr | None = None
    llama_url: str | None = None
    local_model: str = "openai/local"
    local_api_key: SecretStr | None = None
    local_url: str | None = None
    transcription: str = ""
    transcription_model: str = ""
    transcription_usd_a_minute: Decimal | None = None
    transcription_seconds: float = 8.0


class BigQuerySettings(BaseSettings):
    """The warehouse. The two endpoints are set only for an emulator; real BigQuery needs neither."""

    model_config = _prefix("BALCAO_BIGQUERY_")
    project: str
    dataset: str = "balcao"
    rest_endpoint: str | None = None
    grpc_endpoint: str | None = None
    policy_tag: str | None = None
    """The resource name of the policy tag for columns with personal data, of a taxonomy in the dataset's location:
    ``projects/P/locations/L/taxonomies/T/policyTags/N``. None are set without it."""


class QdrantSettings(BaseSettings):
    """The vector index; ``collection`` is the alias that readers use."""

    model_config = _prefix("BALCAO_QDRANT_")
    url: str
    api_key: SecretStr | None = None
    collection: str = "products"


class WebhookSettings(BaseSettings):
    """The HTTP server that receives WhatsApp's webhooks."""

    model_config = _prefix("BALCAO_WEBHOOK_")
    host: str = "127.0.0.1"
    port: int
    verify_token: SecretStr
    app_secret: SecretStr


class WhatsAppSettings(BaseSettings):
    """Meta's Cloud API, for sending; ``graph_url`` ends with the API version."""

    model_config = _prefix("BALCAO_WHATSAPP_")
    graph_url: str
    phone_number_id: str
    access_token: SecretStr
    request_seconds: float = 10.0
    """How long the provider may take to answer."""
    unclear_seconds: float = 60.0
    """How long a message that the provider may have waits for its status before it is sent again."""


class ChannelSettings(BaseSettings):
    """Meta's Cloud API, for getting what contacts send beside words; ``graph_url`` ends with the API version."""

    model_config = _prefix("BALCAO_WHATSAPP_")
    graph_url: str
    access_token: SecretStr


class MetricsSettings(BaseSettings):
    """Where a process serves Prometheus metrics; port 0 serves none."""

    model_config = _prefix("BALCAO_METRICS_")
    host: str = "127.0.0.1"
    port: int = 0


class RuntimeSettings(BaseSettings):
    """How a station consumes. Seconds, and records a batch at most."""

    model_config = _prefix("BALCAO_RUNTIME_")
    batch_records: int | None = None
    """What the station's processors ask for, when nothing is set."""
    commit_seconds: float = 0.5
    session_seconds: float = 10.0
    """How long the group waits for a process that died; the broker allows 6 or more."""
    drain_seconds: float = 30.0
    """How long a revoked partition waits for the work in hand before it is cancelled, to come again elsewhere."""
    watchdog_seconds: float = 120.0
    """How long a partition may have records waiting and commit nothing before the process ends itself."""
