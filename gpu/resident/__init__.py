"""What engines keep of their rows and how they answer from it, on the host and on a device alike."""
