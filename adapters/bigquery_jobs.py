"""Jobs whose ids are chosen before they are sent, so that it is always known what became of a statement.

BigQuery makes one job of one id however often it is sent. When an answer is lost the same job is sent again: either
that begins it, or BigQuery says that it has it, and then that job's end is the statement's.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import count
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from warehouse_sync.adapters.bigquery_errors import errors, failure

if TYPE_CHECKING:
    from google.cloud import bigquery

REQUEST_SECONDS = 60.0
PATIENCE_SECONDS = 300.0
"""How long BigQuery may say nothing about a job before wsync stops waiting."""
LOOKUP_SECONDS = 60.0
PAUSES = (0.2, 0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds before a job whose answer was lost is sent again, or asked for again."""


class Jobs:
    """The jobs of one connection. `location` is that of the settings, or else of the first job that was answered."""

    def __init__(self, client: bigquery.Client, location: str | None) -> None:
        self.client, self.location = client, location
        self.session, self.numbers = uuid4().hex, count(1)

    def done(self, begin: Callable[[str], Any], statement: str) -> Any:
        """The job that `begin` makes of an id, once it is over. Raises the error of one that failed."""
        job_id = f"wsync_{self.session}_{next(self.numbers)}"
        with errors(statement):
            job = self._begun(begin, job_id)
            self.location = job.location or self.location
            self._await(job)
        if failed := job.error_result:
            raise failure(failed.get("reason") or "", failed.get("message") or "", statement)
        return job

    def _begun(self, begin: Callable[[str], Any], job_id: str) -> Any:
        from google.api_core.exceptions import Conflict, NotFound

        for pause in PAUSES:
            try:
                return begin(job_id)
            except Conflict:
                break
            except NotFound as error:  # an upload sent again may not be known any more, for its job has begun
                return self._begun_already(job_id, error)
            except lost():
                sleep(pause)
        return self._known(job_id)

    def _begun_already(self, job_id: str, error: Exception) -> Any:
        from google.api_core.exceptions import NotFound

        try:
            return self._asked(job_id)
        except NotFound:
            raise error from None

    def _known(self, job_id: str) -> Any:
        """The job of this id. For a moment after it was sent BigQuery may say that it has none."""
        from google.api_core.exceptions import NotFound

        for pause in PAUSES:
            try:
                return self._asked(job_id)
            except NotFound:
                sleep(pause)
        return self._asked(job_id)

    def _asked(self, job_id: str) -> Any:
        return self.client.get_job(job_id, location=self.location, retry=patience(), timeout=REQUEST_SECONDS)

    def _await(self, job: Any) -> None:
        pause, heard = 0.05, monotonic()
        while job.state != "DONE":
            sleep(pause)
            pause = min(2.0, pause * 1.5)
            try:
                job.reload(retry=None, timeout=REQUEST_SECONDS)
                heard = monotonic()
            except lost():
                if monotonic() - heard > PATIENCE_SECONDS:
                    raise


def patience() -> Any:
    """How often a question is asked again that changes nothing."""
    from google.cloud.bigquery import DEFAULT_RETRY

    return DEFAULT_RETRY.with_timeout(LOOKUP_SECONDS)


@cache
def lost() -> tuple[type[Exception], ...]:
    """Errors that say nothing about a request but that its answer was lost, or that a server on the way failed."""
    import requests
    from google.api_core import exceptions as api
    from google.auth.exceptions import TransportError

    streams = (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)
    servers = (api.InternalServerError, api.BadGateway, api.ServiceUnavailable, api.GatewayTimeout)
    plain = (requests.ConnectionError, requests.Timeout, TransportError, ConnectionError, TimeoutError)
    return (*plain, *streams, *servers)
