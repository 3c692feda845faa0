"""The client is no part of our distribution: its tests read it from its own folder."""

import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "clients" / "python" / "src"

if str(SOURCE) not in sys.path:
    sys.path.insert(0, str(SOURCE))
