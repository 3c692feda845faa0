"""What a failure of the warehouse means for a partition: which ones stop it in words until a person helps.

Any other failure is tried again and then ends the process, which begins anew: nothing is acknowledged by it either.
"""

import grpc
from google.api_core import exceptions as api
from google.auth import exceptions as auth

from runtime.halt import CREDENTIALS, ROWS_MISSING, TABLE_MISSING, Halt
from sinks.bigquery.errors import AppendError, RowsMissingError

RUNBOOK = "docs/runbooks/warehouse.md"
_SECONDS = 10.0
_REFUSALS = (api.Forbidden, api.Unauthorized, auth.DefaultCredentialsError, auth.RefreshError)
"""gRPC's PERMISSION_DENIED and UNAUTHENTICATED are subclasses of the first two."""
_CODES = (grpc.StatusCode.PERMISSION_DENIED, grpc.StatusCode.UNAUTHENTICATED)


def refuses(error: BaseException) -> bool:
    """Whether the server knows us and does not let us, or we have no credentials at all."""
    return isinstance(error, _REFUSALS) or (isinstance(error, AppendError) and error.code in _CODES)


def halt_for(error: BaseException, table: str, offset: int) -> Halt | None:
    """The halt before ``offset`` that the failure of writing to ``table`` stands for; ``None`` when it may pass."""
    if refuses(error):
        what = f"BigQuery refuses the credentials for {table} ({type(error).__name__}): give them the rights"
        return Halt(f"{what}, see {RUNBOOK}", offset, retry_seconds=_SECONDS, cause=CREDENTIALS)
    if isinstance(error, api.NotFound):
        what = f"{table} cannot be written, a table is gone ({error.message}): restore it"
        return Halt(f"{what}, see {RUNBOOK}", offset, retry_seconds=_SECONDS, cause=TABLE_MISSING)
    if isinstance(error, RowsMissingError):
        return Halt(f"{table}: {error}; see {RUNBOOK}", offset, cause=ROWS_MISSING)
    return None
