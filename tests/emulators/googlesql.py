"""The real GoogleSQL analyzer (PyPI `zetasql`) as a judge: names, types and signatures, against the tables' own types.

The catalog is made of the statements themselves: what a CREATE makes, with the types that the analyzer found, is there
for those that come after it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

Columns = list[tuple[str, Any]]


@cache
def _language() -> Any:
    """Everything the analyzer knows, in the mode for users outside of Google. Its WASM is compiled once per machine."""
    import wasmtime
    from zetasql.core import wasm_client

    class Cached(wasmtime.Config):
        def __init__(self) -> None:
            super().__init__()
            self.cache = True

    wasm_client.Config = Cached  # type: ignore[misc]
    from zetasql.types import LanguageOptions, ProductMode

    options = LanguageOptions.maximum_features()
    options.product_mode = ProductMode.PRODUCT_EXTERNAL
    return options


@dataclass
class Judge:
    """Analyzes statements one after the other. `tables` are by (dataset, name); `project` may stand before both."""

    project: str
    tables: dict[tuple[str, str], Columns] = field(default_factory=dict)
    accepted: int = 0
    registered: int | None = None

    def __call__(self, sql: str) -> Any:
        """Analyze a statement, and keep what it creates. Raises the analyzer's error with the statement's text."""
        found = self._analyzed(sql)
        self.accepted += 1
        kind = type(found).__name__
        if kind in ("ResolvedCreateTableStmt", "ResolvedCreateTableAsSelectStmt"):
            columns = [(column.name, column.type) for column in found.column_definition_list]
            self._refuse_clustering(found)
            self._changed(_key(found.name_path), columns)
        elif kind == "ResolvedCreateViewStmt":
            self.tables[_key(found.name_path)] = [
                (column.name, column.column.type) for column in found.output_column_list
            ]
        elif kind == "ResolvedDropStmt":
            self._changed(_key(found.name_path), None)
        return found

    def _analyzed(self, sql: str) -> Any:
        """What the analyzer made of a CREATE or DROP; of others only that it took them: their trees read slowly."""
        from zetasql.core.exceptions import ZetaSQLError
        from zetasql.core.local_service import ZetaSqlLocalService
        from zetasql.types import AnalyzeRequest, AnalyzerOptions

        options = AnalyzerOptions(language_options=_language())  # before the service, which it fits with a cache
        service = ZetaSqlLocalService.get_instance()
        if self.registered is None:
            self.registered = service.register_catalog(simple_catalog=self._catalog()).registered_id
        told = {"sql_statement": sql, "options": options, "registered_catalog_id": self.registered}
        try:
            if sql.lower().startswith(("create", "drop")):
                return service.analyze(**told).resolved_statement
            request = AnalyzeRequest(**told).to_proto().SerializeToString()
            service.wasm_client._call_grpc_method("ZetaSqlLocalService_Analyze", request)
        except ZetaSQLError as error:
            raise AssertionError(f"{error}\n{sql}") from None
        return None

    def _changed(self, key: tuple[str, str], columns: Columns | None) -> None:
        """A table is there now, or is not any more; the analyzer is told before the next statement."""
        from zetasql.core.local_service import ZetaSqlLocalService

        self.tables.pop(key, None)
        if columns is not None:
            self.tables[key] = columns
        if self.registered is not None:
            ZetaSqlLocalService.get_instance().unregister_catalog(registered_id=self.registered)
            self.registered = None

    def _catalog(self) -> Any:
        from zetasql.types import SimpleCatalog, ZetaSQLBuiltinFunctionOptions

        datasets: dict[str, list[Any]] = {}
        for (dataset, name), columns in self.tables.items():
            datasets.setdefault(dataset, []).append(_table(name, columns))
        inside = [SimpleCatalog(name=name, table=tables) for name, tables in datasets.items()]
        functions = ZetaSQLBuiltinFunctionOptions(language_options=_language())
        project = SimpleCatalog(name=self.project, table=[], catalog=inside)
        return SimpleCatalog(name="root", table=[], catalog=[*inside, project], builtin_function_options=functions)

    @staticmethod
    def _refuse_clustering(found: Any) -> None:
        """BigQuery clusters by fewer types than GoogleSQL can group by (its page on clustered tables, 2026-11-22)."""
        from zetasql.types import TypeKind

        for column in found.cluster_by_list or []:
            kind = column.type.type_kind
            assert kind not in (TypeKind.TYPE_BYTES, TypeKind.TYPE_DOUBLE, TypeKind.TYPE_JSON), kind


def _table(name: str, columns: Columns) -> Any:
    from zetasql.types import SimpleColumn, SimpleTable

    made = [SimpleColumn(name=column, type=type_, is_writable_column=True) for column, type_ in columns]
    return SimpleTable(name=name, column=made)


def _key(path: list[str]) -> tuple[str, str]:
    return path[-2], path[-1]
