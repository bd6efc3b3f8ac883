"""Versions that grow: rows are added behind those imported, and are durable before anybody sees them."""
