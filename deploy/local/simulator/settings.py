"""What the simulator must know, shared with the platform that talks to it."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Business(BaseSettings):
    """The business number that the simulator plays the provider of, as the platform's sender knows it."""

    model_config = SettingsConfigDict(env_prefix="BALCAO_WHATSAPP_", extra="ignore", frozen=True)
    phone_number_id: str
    access_token: SecretStr


class Subscriber(BaseSettings):
    """The two secrets that the platform's webhook shares with its provider."""

    model_config = SettingsConfigDict(env_prefix="BALCAO_WEBHOOK_", extra="ignore", frozen=True)
    app_secret: SecretStr
    verify_token: SecretStr


class Simulation(BaseSettings):
    """Where webhooks go and how fast things happen.

    Meta repeats a webhook that was not answered 200 with growing delays for up to seven days; the delays here are
    shorter so that a developer who restarts a process sees the retry.
    """

    model_config = SettingsConfigDict(env_prefix="BALCAO_SIMULATOR_", extra="ignore", frozen=True)
    webhook_url: str
    contacts_file: Path | None = None
    account_id: str = "100000000000001"
    display_phone_number: str = "551140042000"
    verified_name: str = "Balcão"
    delivered_after_seconds: float = Field(default=0.08, ge=0)
    read_after_seconds: float = Field(default=0.6, ge=0)
    retry_first_seconds: float = Field(default=0.25, gt=0)
    retry_longest_seconds: float = Field(default=30.0, gt=0)
    retry_for_seconds: float = Field(default=7 * 24 * 3600.0, gt=0)
    webhook_timeout_seconds: float = Field(default=10.0, gt=0)
