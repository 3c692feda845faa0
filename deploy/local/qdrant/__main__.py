"""``python -m deploy.local.qdrant --host 127.0.0.1 --port PORT --data FOLDER``."""

import argparse
import asyncio
import logging
import sys
from pathlib import Path

from aiohttp import web

from deploy.local.qdrant.server import Server
from deploy.local.qdrant.storage import Storage
from runtime.errors import UserError


def main() -> None:
    """Serve until a SIGTERM or SIGINT, then flush and end. Exit code 2 when the folder or the port is taken."""
    parser = argparse.ArgumentParser(prog="python -m deploy.local.qdrant", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder that keeps the collections")
    asked = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        storage = Storage(asked.data)
        logging.getLogger(__name__).info(
            "%d collections open; listening on %s:%d", len(storage.names), asked.host, asked.port
        )
        web.run_app(
            Server(storage).application(),
            host=asked.host,
            port=asked.port,
            access_log=None,
            print=None,
            loop=asyncio.new_event_loop(),
        )
    except UserError as error:
        sys.exit(_refuse(str(error)))
    except OSError as error:
        sys.exit(_refuse(f"cannot listen on {asked.host}:{asked.port} or open {asked.data}: {error}"))


def _refuse(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2


if __name__ == "__main__":
    main()
