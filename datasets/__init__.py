"""Datasets: the catalogue, their rows on disk, who sees them, and what can be asked of them."""
