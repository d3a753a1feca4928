"""Whether the tables of a database are as this version wants them."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.migration import Migration


def due(database: BaseDatabaseWrapper) -> list[Migration]:
    """What of this version's migrations `database` still lacks, in their order."""
    executor = MigrationExecutor(database)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [migration for migration, _is_backwards in plan]
