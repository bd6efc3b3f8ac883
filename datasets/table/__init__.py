"""The table of rows: the rows that pass some filters, one page at a time or all, sorted or as stored."""
