"""The REST API: what programs, our own page among them, ask over HTTP."""
