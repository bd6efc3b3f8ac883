"""Explorations in URLs, as suggested for a dataset, and saved under a name."""
