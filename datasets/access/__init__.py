"""Who sees which rows and columns, who owns and shares what, and the gateway that enforces it."""
