"""The socket, TLS, limits on requests, and static files."""
