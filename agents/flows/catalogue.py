"""Every flow of the customer's agent. A flow is added here, before ``fallback.NOT_OFFERED``."""

from agents.flows import fallback, human, order_status, product_availability, product_price, small_talk
from agents.flows.flow import Flow
from agents.flows.registry import Flows

FLOWS: tuple[Flow, ...] = (
    order_status.FLOW,
    product_availability.FLOW,
    product_price.FLOW,
    human.FLOW,
    small_talk.GREETING,
    small_talk.THANKS,
    small_talk.RATING,
    small_talk.OUT_OF_SCOPE,
    fallback.NOT_UNDERSTOOD,
    fallback.ONLY_WORDS,
    fallback.NO_PERSON,
)
CATALOGUE = Flows(FLOWS, otherwise=fallback.NOT_OFFERED)
