"""The catalogue: what tables there are, what is asked of them, and how they come in."""
