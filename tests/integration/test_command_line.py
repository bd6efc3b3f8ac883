"""Accounts and keys from the command line: what it does is recorded, and no admin shuts everybody out."""

import io

import pytest
from sqlmodel import select

from accounts import audit, totp, user_listing, users
from accounts.commands import main
from accounts.user_listing import UserSearch, UserState
from datasets import commands as datasets
from datasets.ingest.importer import import_file
from db.engine import transaction
from db.keys import key_ring
from db.tables import Passkey, Role, Share
from tests.integration.audit_log import list_entries
from tests.integration.signin_forms import PASSWORD, enable_authenticator

LAST_ADMIN_MESSAGE = r"the last admin who can sign in.* Try: dataxchange accounts add NAME --role admin"


@pytest.fixture
def root(settings):
    return users.create_user("root", PASSWORD, Role.ADMIN)


@pytest.fixture
def passkey_only_admin(settings):
    person = users.create_user("root", None, Role.ADMIN)
    with transaction() as work:
        work.add(Passkey(user_id=person.id, credential_id="x", public_key=b"", name="key"))
    return person


def count_admins():
    return user_listing.count_users(UserSearch(role=Role.ADMIN, state=UserState.ACTIVE))


def list_audit_entries():
    return [(entry.action, entry.resource_key, entry.actor) for entry in list_entries()]


@pytest.mark.parametrize("command", [["disable", "root"], ["role", "root", "viewer"]])
def test_the_last_admin_stays(root, command):
    with pytest.raises(SystemExit, match=LAST_ADMIN_MESSAGE):
        main(command)
    assert users.authenticate_user("root", PASSWORD) == root
    assert list_audit_entries() == []
    main(["add", "eve", "--role", "admin"])
    main(command)
    assert count_admins() == 1


def test_a_passkey_that_is_the_last_signin_method_stays(passkey_only_admin):
    with pytest.raises(SystemExit, match=LAST_ADMIN_MESSAGE):
        main(["reset-factors", "root"])
    assert count_admins() == 1
    users.set_password("root", PASSWORD)
    main(["reset-factors", "root"])
    assert user_listing.get_user_row(passkey_only_admin.id).factors == ()


def test_factors_are_taken_by_the_command(root, capsys):
    enable_authenticator(root)
    main(["reset-factors", "root"])
    assert not totp.is_enabled(root.id)
    assert "have been removed" in capsys.readouterr().out


def test_what_it_does_to_people_is_recorded(root, monkeypatch, capsys):
    main(["add", "ada"])
    main(["role", "ada", "presenter"])
    main(["disable", "ada"])
    main(["enable", "ada"])
    main(["link", "--user", "ada"])
    monkeypatch.setattr("sys.stdin", io.StringIO("a longer password\n"))
    main(["password", "--user", "ada"])
    main(["reset-factors", "ada"])
    main(["invite", "bob"])
    assert "/invitation/" in capsys.readouterr().out
    acts = ["user.created", "user.role", "user.disabled", "user.enabled", "link.created"]
    acts += ["password.changed", "factor.removed"]
    invited = [(act, "bob", "") for act in ("user.created", "user.invited")]
    assert list_audit_entries() == [(act, "ada", "") for act in acts] + invited


def test_nobody_is_disabled_who_is_not_there(root):
    with pytest.raises(SystemExit, match="no user named 'ada'"):
        main(["disable", "ada"])


def test_new_keys_are_recorded(root, monkeypatch, tmp_path):
    monkeypatch.setattr(key_ring, "REFRESH_SECONDS", 0.0)
    main(["rotate-keys"])
    main(["rotate-master"])
    file = tmp_path / "trips.csv"
    file.write_text("delay\n1\n")
    import_file(file, "trips", "Trips", lambda *_: None, lambda _: None)
    assert datasets.main(["rotate"]) == 0
    assert list_audit_entries() == [("key.rotated", key, "") for key in ("sign and seal", "master", "trips")]
    assert not audit.verify_log().fault


def test_sharing_at_an_import_is_recorded(root, tmp_path):
    file = tmp_path / "trips.csv"
    file.write_text("delay\n1\n")
    line = ["import", str(file), "--name", "Trips", "--everyone"]
    assert datasets.main(line) == datasets.main(line) == 0
    shared = [(entry.action, entry.resource_key, entry.details["among"]) for entry in list_entries()[::2]]
    assert shared == [(act, "trips", "everyone") for act in ("share.created", "share.changed")]
    with transaction() as work:
        assert len(work.exec(select(Share)).all()) == 1
