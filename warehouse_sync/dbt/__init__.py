"""What dbt left behind, read: its profile, its manifest, the results of its last run. dbt itself is never imported."""
