"""The rows that pass some filters: a page at a time, sorted or as stored, and all of them as CSV."""
