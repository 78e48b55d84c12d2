"""The real connector, of either major, speaking to fakesnow's server: `python -m tests.emulators.snowflake_wire`.

`serve PORT` runs in fakesnow's environment; `speak PORT` in one with a connector, and prints what the adapter made of
each of its calls. fakesnow's server leaves out what connector 5 asks for; it is added here, with what it stands for.
"""

from __future__ import annotations

import gzip
import json
import sys
from decimal import Decimal
from importlib import import_module
from typing import Any

ADDED = {
    "login": {"masterToken": "m" * 20, "validityInSeconds": 3600, "masterValidityInSeconds": 14400, "sessionId": 1},
    "session": {"warehouseName": "W", "roleName": "R"},
    "stage": {"region": "none", "endPoint": None, "isClientSideEncrypted": False},
    "upload": {"overwrite": True},
}
"""What Snowflake's answers have: tokens and their ages, the session, a stage's region, OVERWRITE as the PUT says it."""

TAGS: list[str] = []


def serve(port: int) -> None:
    """fakesnow's server with what connector 5 asks for; `/tags` answers the query tags it was told."""
    import fakesnow.copy_into
    import fakesnow.cursor
    import uvicorn
    from starlette.routing import Route

    from tests.emulators.fake_snowflake import _inserts, _mended_copy

    server = import_module("fakesnow.server")  # the package has a function of this name
    plain = server.JSONResponse

    def answer(content: dict[str, Any], *rest: Any, **told: Any) -> Any:
        data = content.get("data") or {}
        if "sessionInfo" in data:
            data.update(ADDED["login"])
            data["sessionInfo"].update(ADDED["session"])
        if "stageInfo" in data:
            data["stageInfo"].update(ADDED["stage"])
            data.update(ADDED["upload"])
        return plain(content, *rest, **told)

    async def query(request: Any) -> Any:
        body = await request.body()
        text = gzip.decompress(body) if request.headers.get("Content-Encoding") == "gzip" else body
        TAGS.append(str((json.loads(text).get("parameters") or {}).get("QUERY_TAG")))
        return await asked(request)

    asked = next(route.endpoint for route in server.routes if "query-request" in route.path)
    for route in server.routes:
        if "query-request" in route.path:
            route.endpoint, route.app = query, Route(route.path, query, methods=["POST"]).app
    server.app.router.routes.append(Route("/tags", lambda _request: plain(TAGS)))
    server.JSONResponse = answer
    fakesnow.cursor.copy_into = _mended_copy(fakesnow.copy_into.copy_into)
    fakesnow.copy_into._inserts = _inserts
    uvicorn.run(server.app, host="127.0.0.1", port=port, log_level="critical")


ROWS = [(1, "", True, Decimal("1.25")), (2, None, False, None), (3, 'a "b" \\ \\N\nŁódź', None, None)]


def speak(port: int) -> dict[str, Any]:
    """Each call that the adapter makes of the connector, once, and what came of it."""
    from warehouse_sync.adapters.snowflake import Settings, connect
    from warehouse_sync.errors import WarehouseError

    _towards(port)
    told: dict[str, Any] = {}
    warehouse = connect(Settings(account="a", user="u", password="p", database="SHOP", warehouse="W"))
    warehouse.execute('create schema "PUBLIC"', "create schema")
    warehouse.execute('create table "PUBLIC"."T" (A INT, B VARCHAR, C BOOLEAN, D NUMBER(12, 2))', "make")
    warehouse.load("public", "t", ("a", "b", "c", "d"), ROWS)
    told["read back"] = warehouse.query('select * from "PUBLIC"."T" order by A', "read") == ROWS
    told["described"] = [tuple(column) for column in warehouse.describe('select * from "PUBLIC"."T"', "describe")]
    told["listed"] = [sorted(warehouse.tables("public")), warehouse.has_schema("public"), warehouse.has_schema("no")]
    warehouse.execute('create table "PUBLIC"."MANY" (A INT)', "make")
    warehouse.load("public", "many", ("a",), ((n,) for n in range(25_000)))
    batches = warehouse.stream('select A from "PUBLIC"."MANY"', "stream", 10_000)
    told["streamed"] = [(len(batch), warehouse.query("select 1 as X", "meanwhile")) for batch in batches]
    for name, sql in (("syntax", "selec 1"), ("value", "select cast(v as integer) from (select 'secret' as v)")):
        try:
            warehouse.query(sql, name)
        except WarehouseError as error:
            told[name] = [error.code, "secret" in str(error)]
    warehouse.close()
    return told


def _towards(port: int) -> None:
    """The connector's `connect` leads to the server."""
    from snowflake import connector

    real = connector.connect
    connector.connect = lambda **told: real(host="127.0.0.1", port=port, protocol="http", **told)


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(int(sys.argv[2]))
    else:
        print(json.dumps(speak(int(sys.argv[2]))))
