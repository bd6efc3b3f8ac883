"""The parts that the administration pages are built of."""
