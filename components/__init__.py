"""What the pages are built of: Dash components, layout builders, ids. They know no service."""
