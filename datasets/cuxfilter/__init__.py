"""Explorations as dashboards of cuxfilter, which run in one process per person."""
