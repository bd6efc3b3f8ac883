"""How rows are stored: Parquet files, their keys and locks, and the files of appended rows."""
