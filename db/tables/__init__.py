"""What the database holds. Every change here has its migration in db/migrations."""

from db.tables.base import Moment, now
from db.tables.data import Dataset, DatasetVersion
from db.tables.people import Role, SignInLink, User, new_session_key

__all__ = ["Dataset", "DatasetVersion", "Moment", "Role", "SignInLink", "User", "new_session_key", "now"]
