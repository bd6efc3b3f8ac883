"""What the administration pages are built of."""
