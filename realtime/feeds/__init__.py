"""Feeds: messages of a channel become rows of a dataset, each once; open pages are told of durable rows."""
