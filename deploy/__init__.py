"""Scripts that build the service and prepare a start by hand."""
