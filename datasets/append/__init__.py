"""Versions that grow: appended rows follow the imported ones, and are durable before anyone sees them."""
