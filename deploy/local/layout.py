"""Everything that describes one stack, in one value: its folder, ports, credentials and Java programs."""

from dataclasses import dataclass

from deploy.local.bundles import Bundles
from deploy.local.credentials import Credentials
from deploy.local.home import Home
from deploy.local.ports import Ports

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Layout:
    """What the modules of the single programs build their commands and files from."""

    home: Home
    ports: Ports
    credentials: Credentials
    bundles: Bundles
    secure: bool = False
    """Whether the broker asks who one is (``security.py``)."""

    def url(self, port: str, path: str = "") -> str:
        """The HTTP address of the program that listens on the named port."""
        return f"http://{HOST}:{self.ports[port]}{path}"

    def address(self, port: str) -> str:
        """``host:port`` of the named port."""
        return f"{HOST}:{self.ports[port]}"

    def dsn(self, role: str, database: str) -> str:
        """How ``role`` reaches ``database``, as a libpq URI. It holds the password."""
        return f"postgresql://{role}:{self.credentials.password(role)}@{self.address('postgres')}/{database}"
