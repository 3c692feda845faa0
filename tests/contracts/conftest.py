"""What the tests of contracts share."""

from pathlib import Path

import pytest

from tests.contracts.checkout import Checkout


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """An empty git repository."""
    made = Checkout(tmp_path)
    made.git("init", "--quiet", "--initial-branch=main")
    return made
