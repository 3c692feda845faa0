"""The BigQuery sink of a release whose register has ``returns.details`` as an integer; a program of its own."""

import sys
from typing import Annotated, Any, cast

from schemas.marks import Column, Doc
from schemas.records.marketplace import Return

if __name__ == "__main__":
    cast(Any, Return).__annotations__["details"] = Annotated[int | None, Column("int32"), Doc("How many.")]

    from deploy.cli import main

    sys.argv = ["balcao", "run", "bigquery"]
    main()
