"""Access, registration and new customers: requested after a yes; secrets are neither asked for nor kept."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from agents.identity import Identity
from agents.testing import Talk
from store.outcomes import Refused, refused
from store.service_requests import ServiceRequested

pytestmark = pytest.mark.unit


@dataclass
class Office:
    """Takes requests."""

    asked: list[tuple[Any, ...]] = field(default_factory=list)
    refusal: Refused | None = None

    def request_access_help(self, kind: str, details: str) -> ServiceRequested | Refused:
        return self._take("access_help", kind, details)

    def request_registration_update(self, field: str, value: str) -> ServiceRequested | Refused:
        return self._take("registration_update", field, value)

    def request_registration(self, cnpj: str, name: str, city: str | None) -> ServiceRequested | Refused:
        return self._take("registration_new", cnpj, name, city)

    def _take(self, *request: Any) -> ServiceRequested | Refused:
        if self.refusal is not None:
            return self.refusal
        again = request in self.asked
        self.asked.append(request)
        return ServiceRequested(77, request[0], again)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def talk(office: Office) -> Talk:
    return Talk(office)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("esqueci minha senha", "password"),
        ("o código não chega", "code"),
        ("minha conta travou", "blocked"),
        ("não acho meu usuário", "user"),
        ("não consigo entrar", "other"),
    ],
)
async def test_access_help_is_requested_without_the_words(talk: Talk, office: Office, text: str, kind: str) -> None:
    turn = await talk.says(f"{text}, a senha era Farmacia123", "account_access")
    assert "Nunca mande senha ou código" in turn.text
    assert "Farmacia123" not in turn.text
    await talk.says("sim")
    [(_, given, details)] = office.asked
    assert given in (kind, "password")
    assert "Farmacia123" not in details


async def test_update_asks_for_the_value_and_shows_it(talk: Talk, office: Office) -> None:
    turn = await talk.says("mudamos de endereço", "registration_update")
    assert "o endereço" in turn.text
    turn = await talk.says("Rua das Flores 10, Centro, Ilhéus")
    assert "“Rua das Flores 10, Centro, Ilhéus”" in turn.text
    assert "documento" in turn.text
    assert office.asked == []
    assert "protocolo *77*" in (await talk.says("sim")).text
    assert office.asked == [("registration_update", "address", "Rua das Flores 10, Centro, Ilhéus")]


async def test_update_of_a_cnpj_checks_its_digits(talk: Talk) -> None:
    turn = await talk.says("trocar o cnpj para 11.222.333/0001-80", "registration_update", cnpjs=("11222333000180",))
    assert "não confere" in turn.text
    turn = await talk.says("11.222.333/0001-81", cnpjs=("11222333000181",))
    assert "11.222.333/0001-81" in turn.text
    assert "Confirma?" in turn.text


async def test_stranger_becomes_a_request_of_sales(talk: Talk, office: Office) -> None:
    talk.identity = Identity(phone="5571999990000")
    turn = await talk.says("quero ser cliente", "registration_new")
    assert "qual é o CNPJ" in turn.text
    turn = await talk.says("12.ABC.345/01DE-35", cnpjs=("12ABC34501DE35",))
    assert "nome da farmácia" in turn.text
    turn = await talk.says("Drogaria do Porto")
    assert "cidade" in turn.text
    turn = await talk.says("Ilhéus, BA")
    assert "• CNPJ 12.ABC.345/01DE-35" in turn.text
    assert "protocolo *77*" in (await talk.says("sim")).text
    assert office.asked == [("registration_new", "12ABC34501DE35", "Drogaria do Porto", "Ilhéus, BA")]


async def test_wrong_cnpj_is_asked_again_and_nothing_else_is_lost(talk: Talk, office: Office) -> None:
    talk.identity = Identity(phone="5571999990000")
    turn = await talk.says("quero me cadastrar, 11.222.333/0001-80", "registration_new", cnpjs=("11222333000180",))
    assert "não confere" in turn.text, "before anything else is asked"
    turn = await talk.says("11.222.333/0001-81", cnpjs=("11222333000181",))
    assert "nome da farmácia" in turn.text
    await talk.says("Drogaria do Porto")
    turn = await talk.says("sim")
    assert "cidade" in turn.text, "a bare yes is no city"
    turn = await talk.says("Ilhéus, BA")
    assert "• Drogaria do Porto" in turn.text


async def test_known_company_is_not_told_to_a_stranger(talk: Talk, office: Office) -> None:
    talk.identity = Identity(phone="5571999990000")
    office.refusal = refused("already_registered")
    await talk.says("cadastra 11.222.333/0001-81", "registration_new", cnpjs=("11222333000181",))
    await talk.says("Drogaria do Porto")
    await talk.says("Ilhéus, BA")
    turn = await talk.says("sim")
    assert "cadastrad" not in turn.text
    assert "precisa ser conferido por uma pessoa" in turn.text
