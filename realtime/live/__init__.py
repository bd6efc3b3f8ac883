"""Live sessions: presenting, following, recording and replaying them."""
