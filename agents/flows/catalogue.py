"""Every flow of the customer's agent. A flow is added here, before ``fallback.NOT_OFFERED``."""

from agents.flows import (
    consent,
    credit_limit,
    fallback,
    human,
    invoice_copy,
    knowledge,
    order_place,
    order_status,
    payment_methods,
    payment_problem,
    product_availability,
    product_price,
    rating,
    small_talk,
)
from agents.flows.flow import Flow
from agents.flows.registry import Flows

FLOWS: tuple[Flow, ...] = (
    order_status.FLOW,
    order_place.FLOW,
    product_availability.FLOW,
    product_price.FLOW,
    human.FLOW,
    small_talk.GREETING,
    small_talk.THANKS,
    rating.FLOW,
    consent.OPT_OUT,
    consent.OPT_IN,
    payment_methods.FLOW,
    payment_problem.FLOW,
    invoice_copy.FLOW,
    credit_limit.FLOW,
    knowledge.FLOW,
    small_talk.OUT_OF_SCOPE,
    fallback.NOT_UNDERSTOOD,
    fallback.ONLY_WORDS,
    fallback.NO_PERSON,
)
CATALOGUE = Flows(FLOWS, otherwise=fallback.NOT_OFFERED)
