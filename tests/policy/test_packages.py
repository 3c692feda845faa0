"""Our top-level names are ours: no installed distribution may provide one of them."""

from importlib.metadata import distributions, packages_distributions
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).parents[2]
HOUSE = {"schemas", "connectors", "streams", "agents", "sinks", "backoffice", "store", "runtime", "deploy"}
BANNED = {"openai-agents": "it imports as `agents`, which is ours"}


def test_no_other_distribution_provides_our_packages() -> None:
    owners = packages_distributions()
    clashes = {name: owners[name] for name in HOUSE if set(owners.get(name, ())) - {"balcao"}}
    assert not clashes, f"these distributions shadow our packages; remove them: {clashes}"


def test_banned_distributions_are_absent() -> None:
    installed = {(found.metadata["Name"] or "").lower() for found in distributions()}
    present = installed & set(BANNED)
    assert not present, "; ".join(f"{name}: {BANNED[name]}" for name in present)


def test_every_folder_of_the_house_is_in_the_wheel() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == HOUSE


def test_importing_the_register_loads_nothing_of_ours_but_itself() -> None:
    import subprocess
    import sys

    code = "import sys, schemas.topics; print(sorted({m.split('.')[0] for m in sys.modules}))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(eval(done.stdout))
    assert not loaded & (HOUSE - {"schemas"})
