"""Users, roles, sign-in: who is asking, and what they may."""
