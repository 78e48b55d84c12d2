"""Snowflake: the connector's errors, told by what to do about them. Its texts may quote data and are not repeated."""

from __future__ import annotations

import re

from warehouse_sync.errors import AlreadyExists, WarehouseBusy, WarehouseError

EXISTS = {2002}
SESSION_GONE = {390110, 390111, 390112, 390114}  # the session or its token is over: the statement never began
BUSY = {625}  # too many statements wait for one table's lock
STOPPED = {604, 630}  # cancelled by somebody, or by a timeout
QUOTA = {666, 90073}  # the trial has ended; a resource monitor's quota is used up
NO_WAREHOUSE = {606}
MISSING = {904, 2003, 2043}  # Snowflake does not tell a missing object from one the role may not see
UNQUALIFIED = {90105, 90106}
GRANTS = {3001}
STATEMENTS = {1003}
TOKENS = {390303, 390318}  # OAuth token invalid; expired

LOST = {252007, 252010, 252013, 253002, 253003, 253009}  # renewing a session, chunks of a result, files of a stage
LOST_RANGES = (range(250001, 250010), range(251009, 251013), range(254001, 254100), range(290000, 300000))
"""Connecting and asking; timeouts; certificates; HTTP."""

NAMED = re.compile(r"(?:Object|Table|Schema|Database|View|Stage|identifier) '?([\w.$\"]+)'?")


def number(error: Exception) -> int:
    """Snowflake's or the connector's error number; -1 where there is none."""
    found = getattr(error, "errno", None)
    return found if isinstance(found, int) else -1


def state(error: Exception) -> str:
    """The SQLSTATE, or an empty text; 4.x writes n/a where there is none."""
    return str(getattr(error, "sqlstate", None) or "").replace("n/a", "")


def lost(error: Exception) -> bool:
    """Whether nobody knows if the statement took effect: the connection, or the answer on its way, is gone.

    The numbers are the connector's own (its `errorcode` module in 4.8 and 5.2); its HTTP client has errors, too. In 5.2
    a broken connection and a timeout have no number of their own: they are an OperationalError without a SQLSTATE.
    """
    if not _of_the_connector(error):
        return isinstance(error, OSError) or type(error).__module__.startswith(("requests", "urllib3"))
    errno = number(error)
    if errno < 250000 and not state(error):
        return type(error).__name__ in ("OperationalError", "InterfaceError")
    return errno in LOST or any(errno in each for each in LOST_RANGES)


def _of_the_connector(error: Exception) -> bool:
    return type(error).__module__.startswith("snowflake.connector")


def gone(error: Exception) -> bool:
    """Whether the session is over, so that the next statement needs a new one."""
    return number(error) in SESSION_GONE


def translated(error: Exception, statement: str) -> WarehouseError:
    """The connector's error as ours."""
    errno, sqlstate = number(error), state(error)
    busy = errno in BUSY or gone(error) or (sqlstate == "57014" and errno not in STOPPED | QUOTA)
    if errno in EXISTS or sqlstate == "42710":
        return AlreadyExists("the table exists already", statement=statement, code="exists")
    if busy or sqlstate.startswith("40"):
        return WarehouseBusy("Snowflake asks to try again", statement=statement, code="busy")
    text, code = _told(error, errno, sqlstate)
    return WarehouseError(text + _query_id(error), statement=statement, code=code)


def _told(error: Exception, errno: int, sqlstate: str) -> tuple[str, str]:
    if not _of_the_connector(error):
        return f"the driver failed ({type(error).__name__})", "warehouse"
    if errno in STOPPED:
        return "it was cancelled, or took longer than the statement timeout (Snowflake's or wsync's)", "timeout"
    if errno in QUOTA:
        return "the account or its resource monitor has no credits left", "quota"
    if errno in NO_WAREHOUSE:
        return "there is no virtual warehouse: check warehouse.warehouse, and that the role may use it", "grants"
    if errno in MISSING or sqlstate == "42S02":
        return f"{_name(error)} does not exist, or the role may not see it", "missing"
    if errno in UNQUALIFIED:
        return "a name stands without its schema, and the session has none of its own", "missing"
    if errno in GRANTS or sqlstate == "42501":
        return "the role lacks a privilege; `wsync check` prints the grants that are missing", "grants"
    if _of_credentials(errno, sqlstate):
        return "Snowflake no longer accepts the credentials", "credentials"
    if errno in STATEMENTS or sqlstate.startswith("42"):
        return f"Snowflake cannot read the statement (error {errno})", "statement"
    if sqlstate.startswith("22"):
        return f"a value is not what the statement takes it for (error {errno})", "statement"
    return f"Snowflake refused it (error {errno}{', SQLSTATE ' + sqlstate if sqlstate else ''})", "warehouse"


def _of_credentials(errno: int, sqlstate: str) -> bool:
    return 390100 <= errno <= 390199 or 394300 <= errno <= 394399 or errno in TOKENS or sqlstate.startswith("28")


def _name(error: Exception) -> str:
    """The object that an error of this kind names; never more of its text."""
    named = NAMED.search(str(getattr(error, "msg", "") or ""))
    return named[1] if named else "a table, schema or column"


def _query_id(error: Exception) -> str:
    found = getattr(error, "sfqid", None)
    return f"; query {found}" if found else ""


def refused(error: Exception) -> WarehouseError:
    """Why there is no connection. Snowflake says the same of a wrong user, key or password."""
    errno, kind = number(error), type(error).__name__
    if _of_credentials(errno, state(error)) or (errno == 250001 and kind in ("DatabaseError", "ForbiddenError")):
        return WarehouseError(
            f"Snowflake refused the login (error {errno}); check account, user, role and credentials, and that a "
            "network policy admits this host",
            statement="connect",
            code="credentials",
        )
    if errno in QUOTA:
        return WarehouseError("the account is suspended", statement="connect", code="quota")
    return WarehouseError(
        f"cannot connect to Snowflake ({kind}); check account and network", statement="connect", code="connection"
    )
