"""Where rows lie: Parquet files, their keys and locks, and the files of appended rows."""
