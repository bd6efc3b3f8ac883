"""Columns become codes, filters masks, views cubes. Knows nothing of web, accounts or database."""
