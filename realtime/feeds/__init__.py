"""Feeds: rows arrive by a channel, each counts once, and open pages are told when they are durable."""
