"""User accounts: authentication, roles and permissions, sessions, and the audit log."""
