"""Ably on both sides: the embedded broker, and what signs its tokens."""
