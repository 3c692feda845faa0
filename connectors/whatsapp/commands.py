"""Commands of the WhatsApp connector."""


def run() -> None:
    """Receive WhatsApp's webhooks and produce what they hold, until stopped."""
    from connectors.whatsapp.server import serve
    from runtime import log
    from runtime.settings import KafkaSettings, MetricsSettings, RegistrySettings, WebhookSettings, load

    settings = load(WebhookSettings), load(KafkaSettings), load(RegistrySettings), load(MetricsSettings)
    log.configure("webhook")
    serve(*settings)
