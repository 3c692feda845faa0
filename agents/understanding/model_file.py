"""The trained model as a file: read and written without anything but numpy."""

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from agents.understanding.choosing import Chooser
from agents.understanding.scoring import FlowModel
from agents.understanding.table import Table
from agents.understanding.tagger import Tagger

VERSION = 2
"""Of the features: raised when a change of code makes older weights meaningless."""
FOLDER = "agents.understanding.model"
WEIGHTS, REPORT = "weights.npz", "report.json"


@dataclass(frozen=True, slots=True)
class Model:
    """Everything that was learnt."""

    tagger: Tagger
    flows: FlowModel
    chooser: Chooser
    common: tuple[str, ...]
    """The words that spelling mistakes are put right to, the commonest first."""


@cache
def load() -> Model:
    """The committed model; about 0.1 s the first time. Raises ``ValueError`` for one of another version."""
    with resources.files(FOLDER).joinpath(WEIGHTS).open("rb") as file, np.load(file, allow_pickle=False) as stored:
        if int(stored["version"]) != VERSION:
            raise ValueError("the understanding's model is of another version: run balcao understanding train")
        flows = tuple(str(name) for name in stored["flows"])
        return Model(
            Tagger(tuple(str(name) for name in stored["labels"]), _table(stored, "tag"), stored["tag_bias"]),
            FlowModel(flows, _table(stored, "flow"), stored["idf"].astype(np.float32), stored["flow_bias"]),
            Chooser(flows, float(stored["temperature"]), stored["chooser"]),
            tuple(str(word) for word in stored["common"]),
        )


def save(model: Model, path: Path) -> None:
    """Writes the model; the same model gives the same bytes."""
    parts = {
        "version": np.array(VERSION),
        "flows": np.array(model.flows.flows),
        "labels": np.array(model.tagger.labels),
        "tag_bias": model.tagger.bias,
        "flow_bias": model.flows.bias,
        "idf": model.flows.idf.astype(np.float16),
        "temperature": np.array(model.chooser.temperature),
        "chooser": model.chooser.weights,
        "common": np.array(model.common),
    }
    for name, table in (("tag", model.tagger.table), ("flow", model.flows.table)):
        parts |= {f"{name}_keys": table.keys, f"{name}_steps": table.steps, f"{name}_greatest": table.greatest}
    with path.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, **parts)


def _table(stored: "np.lib.npyio.NpzFile", name: str) -> Table:
    return Table(stored[f"{name}_keys"], stored[f"{name}_steps"], stored[f"{name}_greatest"])


def digests(folder: str) -> dict[str, str]:
    """The SHA-256 of each text file of a data folder beside this module ("voices", "lexicon"), by name."""
    files = resources.files("agents.understanding").joinpath(folder).iterdir()
    found = {
        entry.name: hashlib.sha256(entry.read_bytes()).hexdigest() for entry in files if entry.name.endswith(".txt")
    }
    return dict(sorted(found.items()))


def report() -> dict[str, Any]:
    """What the training wrote of the data it used and of the voices it left out."""
    stored: dict[str, Any] = json.loads(resources.files(FOLDER).joinpath(REPORT).read_text(encoding="utf-8"))
    return stored


def stale() -> list[str]:
    """The data files that the committed model was not trained on as they are now, or that are gone."""
    trained = report()
    found = []
    for folder in ("voices", "lexicon"):
        now = digests(folder)
        found += sorted(
            name for name in now.keys() | trained[folder].keys() if now.get(name) != trained[folder].get(name)
        )
    return found
