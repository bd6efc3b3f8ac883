"""The HTTP server: sockets, TLS, limits on requests, and static files."""
