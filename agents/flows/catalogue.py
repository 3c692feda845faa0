"""Every flow, and which one serves a name that understanding gives."""

from agents.flows import fallback, human, order_status, product_availability, product_price, small_talk
from agents.flows.flow import Flow

FLOWS: tuple[Flow, ...] = (
    order_status.FLOW,
    product_availability.FLOW,
    product_price.FLOW,
    human.FLOW,
    small_talk.GREETING,
    small_talk.THANKS,
    small_talk.RATING,
    small_talk.OUT_OF_SCOPE,
    fallback.NOT_OFFERED,
)
SERVING: dict[str, Flow] = {name: flow for flow in FLOWS for name in flow.serves}
