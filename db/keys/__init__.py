"""The keys that sign and encrypt. The master key is outside the database; it wraps the others, inside."""
