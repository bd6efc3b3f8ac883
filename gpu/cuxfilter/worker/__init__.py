"""What runs in the interpreter that has cuxfilter: it knows the messages, and nothing else of the service."""
