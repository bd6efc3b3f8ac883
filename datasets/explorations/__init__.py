"""Explorations: in URLs, as suggested for a dataset, as saved views, and cut to what a person sees."""
