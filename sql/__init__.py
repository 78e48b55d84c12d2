"""The canonical SQL, in duckdb's dialect: one statement a file, read by `warehouse_sync.statements`."""
