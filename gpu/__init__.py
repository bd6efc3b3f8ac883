"""Compute: columns become codes, filters become masks, views become cubes. Knows nothing of web, accounts or database."""
