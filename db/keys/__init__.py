"""The keys that sign and seal what is kept: a master key outside the database, the others inside, wrapped."""
