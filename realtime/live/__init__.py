"""Live sessions: present, follow, record and replay them."""
