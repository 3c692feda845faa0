"""Commands of the understanding."""

import json
from typing import Annotated

import typer


def train(
    check: Annotated[
        bool, typer.Option("--check", help="Say whether the model is of this data; write nothing.")
    ] = False,
) -> None:
    """Learn the offline understanding from its voices and write the model and its report."""
    from importlib import resources
    from pathlib import Path

    from agents.understanding import model_file
    from runtime.errors import UserError

    folder = Path(str(resources.files(model_file.FOLDER)))
    if check:
        stale = model_file.stale()
        if stale:
            raise UserError(f"the model was not trained on {', '.join(stale)}: run balcao understanding train.")
        typer.echo("the model is of this data")
        return
    try:
        import sklearn  # noqa: F401
    except ImportError as error:
        raise UserError("training needs scikit-learn: install the extra dev.") from error
    from agents.understanding.training.train import train as learn
    from agents.understanding.utterances import voices

    model, report = learn(voices())
    model_file.save(model, folder / model_file.WEIGHTS)
    (folder / model_file.REPORT).write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    for voice, figures in report["left_out"].items():
        typer.echo(f"{voice:34} " + "  ".join(f"{name} {value}" for name, value in figures.items()))
