"""Realtime messages: the embedded broker, the client of it or of Ably's cloud, live sessions and feeds."""
