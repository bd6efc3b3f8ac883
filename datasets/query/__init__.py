"""From a view to what an engine is asked: axes, predicates, cube specs and row filters."""
