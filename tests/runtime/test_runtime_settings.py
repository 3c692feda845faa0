"""A missing or wrong setting is one sentence that names its variable."""

import pytest

from runtime.errors import SettingsError
from runtime.settings import KafkaSettings, RuntimeSettings, WebhookSettings, load

pytestmark = pytest.mark.unit


def test_names_every_missing_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PORT", "VERIFY_TOKEN", "APP_SECRET"):
        monkeypatch.delenv(f"BALCAO_WEBHOOK_{name}", raising=False)
    with pytest.raises(SettingsError) as caught:
        load(WebhookSettings)
    sentence = str(caught.value)
    assert "BALCAO_WEBHOOK_PORT and BALCAO_WEBHOOK_VERIFY_TOKEN and BALCAO_WEBHOOK_APP_SECRET" in sentence
    assert "\n" not in sentence


def test_names_a_wrong_variable_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALCAO_RUNTIME_BATCH_RECORDS", "muitos")
    with pytest.raises(SettingsError, match="BALCAO_RUNTIME_BATCH_RECORDS is wrong") as caught:
        load(RuntimeSettings)
    assert "muitos" not in str(caught.value)


def test_a_password_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BALCAO_KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
    monkeypatch.setenv("BALCAO_KAFKA_SASL_PASSWORD", "hunter2")
    assert "hunter2" not in repr(load(KafkaSettings))
