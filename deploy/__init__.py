"""The steps that build the service, and what starts it by hand needs."""
