"""The ledger: a sync's state in the warehouse, and the steps that move it. The only user of statements and adapters."""
