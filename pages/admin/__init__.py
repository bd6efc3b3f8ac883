"""The administration pages: for admins only, and each loads what it shows by callbacks."""
