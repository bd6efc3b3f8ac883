"""The data that engines keep in memory and how they answer from it, on the host and on a device alike."""
