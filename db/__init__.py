"""The database: its SQLModel tables, its engine and transactions, and its Alembic migrations."""
