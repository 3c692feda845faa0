"""Commands of the agents."""


def run_customer() -> None:
    """Answer the pharmacies that write to us, until stopped."""
    from agents.customer.wiring import customer_agent
    from runtime import log
    from runtime.settings import MarketplaceReader, PlatformAgent, QdrantSettings, RegistrySettings, load
    from runtime.station import run

    settings = load(PlatformAgent), load(MarketplaceReader), load(QdrantSettings), load(RegistrySettings)
    log.configure("customer")
    run("customer", [customer_agent(*settings)])
