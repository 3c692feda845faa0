"""Settings say what is wrong, passwords stay out of sight; the registry is asked once, and a refusal is told apart."""

import io
import json
from email.message import Message
from typing import Any
from urllib import request
from urllib.error import HTTPError, URLError

import pytest
from balcao_events import AccessError, Config, ConfigError, RegistryUnavailable
from balcao_events.registry import Registry, UnknownSchema

pytestmark = pytest.mark.unit

ADDRESSES = {"BALCAO_EVENTS_BOOTSTRAP": "b:9092", "BALCAO_EVENTS_REGISTRY": "http://r:8081/"}
CONFIG = Config(bootstrap="b:9092", registry="http://r:8081/")


def test_missing_variables_are_named_together() -> None:
    with pytest.raises(ConfigError, match="BALCAO_EVENTS_BOOTSTRAP and BALCAO_EVENTS_REGISTRY"):
        Config.from_environment({"BALCAO_EVENTS_BOOTSTRAP": ""})


def test_a_username_means_scram_over_tls() -> None:
    config = Config.from_environment(
        {**ADDRESSES, "BALCAO_EVENTS_USERNAME": "billing", "BALCAO_EVENTS_PASSWORD": "s3cret"}
    )
    options = config.librdkafka()
    assert options["security.protocol"] == "SASL_SSL"
    assert options["sasl.mechanism"] == "SCRAM-SHA-512"
    assert (options["sasl.username"], options["sasl.password"]) == ("billing", "s3cret")
    assert CONFIG.librdkafka()["security.protocol"] == "PLAINTEXT"


def test_no_password_is_shown() -> None:
    config = Config(
        bootstrap="b:1",
        registry="http://r",
        username="u",
        password="s3cret",
        registry_username="u",
        registry_password="s3cret",
        options={"ssl.key.password": "s3cret"},
    )
    assert "s3cret" not in repr(config)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"registry": "r:8081"}, "http"),
        ({"registry": "http://me:s3cret@r"}, "settings of their own"),
        ({"username": "u"}, "together"),
        ({"security_protocol": "TLS"}, "one of PLAINTEXT"),
        ({"security_protocol": "SASL_SSL"}, "needs username"),
        ({"security_protocol": "SSL", "username": "u", "password": "s3cret"}, "takes no username"),
        ({"options": {"enable.auto.commit": True}}, "enable.auto.commit"),
    ],
)
def test_a_wrong_setting_is_refused_in_words_without_the_password(wrong: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        Config(**{"bootstrap": "b:1", "registry": "http://r", **wrong})
    assert "s3cret" not in str(caught.value)


class Answers:
    """urllib, with answers prepared: a document, or an error."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[Any] = []

    def __call__(self, request: Any, *, timeout: float, context: Any) -> Any:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return io.BytesIO(json.dumps(answer).encode())


def http(code: int, document: Any = None) -> HTTPError:
    return HTTPError("http://r", code, "no", Message(), io.BytesIO(json.dumps(document).encode()))


def asking(monkeypatch: pytest.MonkeyPatch, *answers: Any, config: Config = CONFIG) -> tuple[Registry, Answers]:
    prepared = Answers(*answers)
    monkeypatch.setattr(request, "urlopen", prepared)
    return Registry(config, monotonic=lambda: 100.0, sleep=lambda seconds: None), prepared


FOUND = {"schema": '{"type": "string"}'}


def test_a_schema_is_asked_for_once_with_the_registrys_password(monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(bootstrap="b", registry="http://r/", registry_username="u", registry_password="p")
    registry, prepared = asking(monkeypatch, FOUND, config=config)
    assert [registry.schema(3), registry.schema(3)] == [{"type": "string"}] * 2
    (request,) = prepared.requests
    assert request.full_url == "http://r/schemas/ids/3"
    assert request.get_header("Authorization") == "Basic dTpw"


def test_a_registry_that_stumbles_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    registry, prepared = asking(monkeypatch, URLError("refused"), http(503), FOUND)
    assert registry.schema(3) == {"type": "string"}
    assert len(prepared.requests) == 3


def test_a_registry_that_stays_away_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    registry, _ = asking(monkeypatch, *[TimeoutError("slow")] * 3)
    with pytest.raises(RegistryUnavailable, match="http://r:8081 gave no schema 3: TimeoutError"):
        registry.schema(3)


def test_an_id_it_does_not_know_is_not_asked_for_at_once_again(monkeypatch: pytest.MonkeyPatch) -> None:
    registry, prepared = asking(monkeypatch, http(404, {"error_code": 40403}))
    for _ in range(2):
        with pytest.raises(UnknownSchema):
            registry.schema(9)
    assert len(prepared.requests) == 1


def test_a_gateways_404_makes_no_record_bad(monkeypatch: pytest.MonkeyPatch) -> None:
    registry, _ = asking(monkeypatch, *[http(404, "not here")] * 3)
    with pytest.raises(RegistryUnavailable, match="HTTP 404"):
        registry.schema(9)


def test_a_refusal_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    registry, _ = asking(monkeypatch, http(401))
    with pytest.raises(AccessError, match="HTTP 401"):
        registry.schema(9)
