"""Payment, invoices, credit, consent and ratings: what is told comes from the books, and a request is opened once."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from agents.flows import credit_limit, invoice_copy, payment_methods, payment_problem, rating
from agents.identity import STRANGER
from agents.testing import Talk, step
from store.billing import Charge, Invoice
from store.consent import ConsentSet
from store.credit import Credit
from store.orders import Order
from store.service_requests import ServiceRequested
from store.terms import PaymentTerm
from tests.agents.conftest import make_order

pytestmark = pytest.mark.unit

LINE = "00190500954014481606906809350314337370000000100"
INVOICE = Invoice(
    invoice_id=1,
    order_id=1,
    order_number="10000482",
    supplier_id=3,
    supplier="Distribuidora Sol",
    access_key="35261114200166000187550010000000071123456789",
    series=1,
    number=7,
    amount=Decimal("1234.50"),
    status="issued",
    issued_at=datetime(2026, 11, 18, 12, tzinfo=UTC),
    due_on=date(2026, 12, 18),
    paid_at=None,
)
CHARGE = Charge(
    charge_id=9,
    invoice_id=1,
    invoice_number=7,
    order_id=1,
    order_number="10000482",
    supplier="Distribuidora Sol",
    instalment=1,
    instalments=2,
    method="boleto",
    digitable_line=LINE,
    pix_txid=None,
    amount=Decimal("617.25"),
    due_on=date(2026, 12, 4),
    status="open",
    paid=Decimal(),
    paid_at=None,
    duplicates=Decimal(),
)


@dataclass
class Books:
    """The pharmacy's books in memory."""

    orders: list[Order] = field(default_factory=lambda: [make_order()])
    known_invoices: list[Invoice] = field(default_factory=lambda: [INVOICE])
    known_charges: list[Charge] = field(default_factory=lambda: [CHARGE])
    known_credit: Credit | None = None
    terms: list[PaymentTerm] = field(default_factory=list)
    opened: list[tuple[Any, ...]] = field(default_factory=list)
    consent: str = "granted"

    def find_orders(self, number: str) -> Sequence[Order]:
        return [order for order in self.orders if order.number == number]

    def invoices(
        self, order_ids: Sequence[int] | None = None, number: int | None = None, unpaid: bool = False
    ) -> Sequence[Invoice]:
        return [
            each
            for each in self.known_invoices
            if (order_ids is None or each.order_id in order_ids)
            and (number is None or each.number == number)
            and (not unpaid or each.status in ("issued", "overdue"))
        ]

    def charges(
        self,
        order_ids: Sequence[int] | None = None,
        invoice_ids: Sequence[int] | None = None,
        open_only: bool = False,
    ) -> Sequence[Charge]:
        return [
            each
            for each in self.known_charges
            if (order_ids is None or each.order_id in order_ids)
            and (invoice_ids is None or each.invoice_id in invoice_ids)
            and (not open_only or each.status == "open")
        ]

    def credit(self) -> Credit | None:
        return self.known_credit

    def payment_terms(self, supplier_ids: Sequence[int] | None = None) -> Sequence[PaymentTerm]:
        return self.terms

    def request_invoice_copy(self, order_id: int, documents: tuple[str, ...]) -> ServiceRequested:
        return self._open(("invoice_copy", order_id, documents))

    def report_payment_problem(self, kind: str, details: str, order_id: int | None = None) -> ServiceRequested:
        return self._open(("payment_problem", kind, order_id))

    def set_consent(self, consent: str) -> ConsentSet:
        changed, self.consent = self.consent != consent, consent
        return ConsentSet(consent, changed)  # type: ignore[arg-type]

    def _open(self, request: tuple[Any, ...]) -> ServiceRequested:
        again = request in self.opened
        self.opened.append(request)
        return ServiceRequested(4711, request[0], again)


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def talk(books: Books) -> Talk:
    return Talk(books)


async def test_second_copy_gives_key_and_line_and_asks_for_the_files_once(talk: Talk, books: Books) -> None:
    turn = await talk.says("manda o boleto do 10000482", "invoice_copy", order_numbers=("10000482",))
    assert "Chave: 35261114200166000187550010000000071123456789" in turn.text
    assert "00190.50095 40144.816069 06809.350314 3 37370000000100" in turn.text
    assert "Parcela 1/2: R$ 617,25, vence 04/12" in turn.text
    assert books.opened == []
    assert "protocolo *4711*" in (await talk.says("sim")).text
    assert books.opened == [("invoice_copy", 1, ("danfe", "xml"))]


async def test_second_copy_by_the_invoices_number(books: Books) -> None:
    assert "Nota *7*" in (await step(invoice_copy.FLOW, books, invoice_number="7")).text
    answer = await step(invoice_copy.FLOW, books, invoice_number="nf 8")
    assert answer.text == "Não encontrei a nota 8 entre as da sua farmácia. Pode conferir o número?"


async def test_second_copy_without_a_number_shows_what_is_not_paid(books: Books) -> None:
    books.known_invoices = [
        replace(INVOICE, invoice_id=2, number=8, status="paid"),
        INVOICE,
    ]
    text = (await step(invoice_copy.FLOW, books)).text
    assert "Nota *7*" in text
    assert "Nota *8*" not in text


@pytest.mark.parametrize(
    ("orders", "found", "said"),
    [
        ([], [], "Não encontrei o pedido 10000482 entre os da sua farmácia"),
        ([make_order()], [], "ainda não tem nota"),
    ],
)
async def test_second_copy_of_nothing_says_so(
    books: Books, orders: list[Order], found: list[Invoice], said: str
) -> None:
    books.orders, books.known_invoices = orders, found
    answer = await step(invoice_copy.FLOW, books, order_number=["10000482"])
    assert said in answer.text
    assert answer.confirmation is None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("fui cobrado duas vezes", "charged_twice"),
        ("paguei ontem e aparece em aberto", "not_recognised"),
        ("o pix não caiu", "not_recognised"),
        ("o boleto dá erro", "boleto_refused"),
        ("boleto vencido, e agora?", "expired"),
        ("cobraram o valor errado", "wrong_amount"),
        ("deu ruim no financeiro", "other"),
    ],
)
def test_problem_is_read_from_the_words(text: str, kind: str) -> None:
    assert payment_problem.kind_of(text) == kind


async def test_problem_is_reported_after_a_yes(talk: Talk, books: Books) -> None:
    turn = await talk.says("o boleto do 10000482 dá erro", "payment_problem", order_numbers=("10000482",))
    assert "00190.50095" in turn.text, "the code as our books have it, to try again"
    assert books.opened == []
    assert "protocolo *4711*" in (await talk.says("sim")).text
    assert books.opened == [("payment_problem", "boleto_refused", 1)]


async def test_money_received_twice_is_said_and_much_of_it_calls_a_person(talk: Talk, books: Books) -> None:
    books.known_charges = [replace(CHARGE, status="paid", duplicates=Decimal("617.25"))]
    turn = await talk.says("me cobraram duas vezes", "payment_problem")
    assert "recebemos *R$ 617,25 a mais*" in turn.text
    assert turn.escalate is None
    books.known_charges = [replace(CHARGE, status="paid", duplicates=Decimal("2000.00"))]
    turn = await talk.says("me cobraram duas vezes", "payment_problem")
    assert turn.escalate is not None
    assert turn.escalate.priority == "high"


async def test_paid_charge_says_when(books: Books) -> None:
    books.known_charges = [replace(CHARGE, status="paid", paid_at=datetime(2026, 11, 20, 15, tzinfo=UTC))]
    assert "paga em 20/11" in (await step(payment_problem.FLOW, books)).text


async def test_problem_of_an_unknown_order_opens_nothing(books: Books) -> None:
    answer = await step(payment_problem.FLOW, books, order_number=["19999999"])
    assert "Não encontrei o pedido 19999999" in answer.text
    assert answer.confirmation is None


async def test_credit_tells_limit_used_and_free(books: Books) -> None:
    books.known_credit = Credit(7, Decimal(10_000), Decimal("2500.50"), None, Decimal(), None)
    text = (await step(credit_limit.FLOW, books)).text
    assert "R$ 10.000,00" in text
    assert "Em uso: R$ 2.500,50" in text
    assert "*R$ 7.499,50*" in text


async def test_blocked_credit_says_why_and_what_frees_it(books: Books) -> None:
    books.known_credit = Credit(7, Decimal(10_000), Decimal(4000), "overdue", Decimal(900), date(2026, 11, 3))
    answer = await step(credit_limit.FLOW, books)
    assert "Vencido desde 03/11: R$ 900,00" in answer.text
    assert "Livre para comprar no boleto: *R$ 0,00*" in answer.text
    assert "segunda via do boleto" in answer.text
    assert answer.offers_person


async def test_no_credit_is_said_plainly(books: Books) -> None:
    answer = await step(credit_limit.FLOW, books)
    assert "ainda não tem limite" in answer.text
    assert answer.offers_person


async def test_payment_terms_by_method_and_what_was_agreed(books: Books) -> None:
    term = PaymentTerm(3, "Distribuidora Sol", "boleto", (28,), Decimal(), None, agreed=False)
    books.terms = [
        replace(term, due_days=(28, 42), agreed=True),
        term,
        replace(term, due_days=(14, 28)),
        replace(term, supplier_id=4, supplier="Med Sul", method="pix", due_days=(0,), discount=Decimal("2.50")),
    ]
    text = (await step(payment_methods.FLOW, books)).text
    assert "• *Boleto* 28 ou 14/28 dias (1 fornecedor)" in text
    assert "• *PIX* à vista, com até 2,5 % de desconto (1 fornecedor)" in text
    assert "Distribuidora Sol: boleto em 28/42 dias" in text


async def test_opting_out_takes_one_message_and_answers_go_on(talk: Talk, books: Books) -> None:
    turn = await talk.says("para de mandar mensagem", "opt_out")
    assert books.consent == "revoked"
    assert "não envio mais avisos" in turn.text
    assert "Já estava assim" in (await talk.says("me tira da lista", "opt_out")).text
    await talk.says("quero receber de novo", "opt_in")
    assert books.consent == "granted"


async def test_stranger_cannot_change_anybodys_consent(talk: Talk, books: Books) -> None:
    talk.identity = STRANGER
    assert "não está no cadastro" in (await talk.says("parar", "opt_out")).text
    assert books.consent == "granted"


@pytest.mark.parametrize(
    ("score", "text", "given"),
    [
        (10, "nota 10", 5),
        (9, "9", 5),
        (8, "dou 8", 4),
        (3, "3 de 5", 3),
        (5, "5 estrelas", 5),
        (5, "nota 5", 3),
        (0, "zero", 1),
    ],
)
def test_scores_become_one_to_five(score: int, text: str, given: int) -> None:
    assert rating.stars(score, text) == given


async def test_rating_is_kept_and_a_low_one_offers_a_person(talk: Talk) -> None:
    turn = await talk.says("nota 10", "rating", scores=(10,))
    assert turn.rating == 5
    turn = await talk.says("nota 2", "rating", scores=(2,))
    assert turn.rating == 1
    assert (await talk.says("sim")).escalate is not None


async def test_question_about_rules_claims_nothing(talk: Talk) -> None:
    turn = await talk.says("vocês cobram ST?", "knowledge")
    assert "só respondo o que consigo confirmar" in turn.text
    assert (await talk.says("sim")).escalate is not None
