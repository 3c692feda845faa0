"""Commands of the WhatsApp sender."""


def run() -> None:
    """Send replies to WhatsApp and settle them by its statuses, until stopped."""
    from runtime import log
    from runtime.settings import PlatformSender, WhatsAppSettings, load
    from runtime.station import run as run_station
    from sinks.whatsapp.wiring import processors

    settings = load(PlatformSender), load(WhatsAppSettings)
    log.configure("whatsapp")
    run_station("whatsapp", processors(*settings))
