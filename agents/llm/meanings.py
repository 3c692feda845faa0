"""The flows as a model is told of them: name and meaning, in the order of the subject."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meaning:
    """A flow's name and when a message is for it, in Portuguese."""

    name: str
    meaning: str


MEANINGS: tuple[Meaning, ...] = tuple(
    Meaning(*pair)
    for pair in (
        ("greeting", "só cumprimenta"),
        ("thanks_bye", "só agradece, se despede ou encerra com um ok"),
        ("order_status", "onde está o pedido, se já saiu, quando chega"),
        ("order_late", "devia ter chegado e não chegou"),
        ("order_place", "quer comprar: produtos e quantidades"),
        ("reorder", "o mesmo da última vez"),
        ("order_change", "incluir, tirar ou mudar quantidade ou endereço de um pedido já feito"),
        ("order_cancel", "cancelar um pedido já feito"),
        ("product_search", "o que há de um tipo de produto, listar"),
        ("product_availability", "se tem em estoque, quanto tem"),
        ("product_price", "quanto custa, preço por quantidade, desconto em um produto"),
        ("product_substitute", "genérico, equivalente ou outro no lugar"),
        ("product_info", "apresentação, registro, fabricante, conservação ou validade de um produto"),
        ("price_compare", "mais barato em outro lugar, comparar com concorrente ou com o preço máximo oficial"),
        ("promotions", "ofertas e campanhas em geral"),
        ("recommendation", "o que vale a pena ter, o que vende, sugestão"),
        ("minimum_order", "valor ou quantidade mínima, frete, frete grátis"),
        ("delivery_area_time", "se entrega em um lugar, prazos e dias habituais"),
        ("payment_methods", "formas de pagamento, prazos, parcelas, PIX"),
        ("invoice_copy", "segunda via de nota, XML ou boleto"),
        ("payment_problem", "boleto que não paga, cobrança em dobro, pagamento não reconhecido"),
        ("credit_limit", "limite de crédito, bloqueio por pagamento"),
        ("return_request", "devolver ou trocar, por motivo que não está abaixo"),
        ("wrong_item", "veio outra coisa, a mais ou a menos"),
        ("damaged_item", "quebrado, vazado, cadeia fria rompida, lacre aberto"),
        ("short_expiry", "chegou vencido ou perto de vencer"),
        ("refund_status", "onde está o dinheiro ou o crédito de uma devolução"),
        ("complaint", "reclama do serviço ou de pessoas em geral"),
        ("account_access", "não consegue entrar, senha, código que não chega"),
        ("registration_update", "mudar dados do cadastro: endereço, telefone, licenças"),
        ("registration_new", "quer virar cliente"),
        ("human", "pede uma pessoa"),
        ("rating", "dá nota ou opinião sobre o atendimento"),
        ("opt_out", "não quer mais receber mensagens"),
        ("opt_in", "quer voltar a receber mensagens"),
        ("knowledge", "pergunta sobre regras, políticas ou funcionamento que nenhum acima responde"),
        ("out_of_scope", "conselho médico, notícias, piadas, outros negócios"),
    )
)
NAMES = frozenset(meaning.name for meaning in MEANINGS)
