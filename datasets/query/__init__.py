"""Compilation of requests for the engines: axes, predicates, cube specs and row filters."""
