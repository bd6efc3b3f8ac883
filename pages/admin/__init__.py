"""The administration pages, for admins only. Callbacks load what they show."""
