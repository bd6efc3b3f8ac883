"""Accounts and keys from the command line: what it does is recorded, and no admin shuts everybody out."""

import io

import pytest
from sqlmodel import select

from accounts import audit, totp, user_listing, users
from accounts.__main__ import main
from accounts.user_listing import Search, State
from datasets import __main__ as datasets
from datasets.ingest.importer import import_file
from db.engine import session
from db.keys import key_ring
from db.tables import Passkey, Role, Share
from tests.integration.audit_log import entries
from tests.integration.signin_forms import PASSWORD, with_authenticator

LAST = r"the last admin who can sign in.* Try: python -m accounts add NAME --role admin"


@pytest.fixture
def root(settings):
    return users.create("root", PASSWORD, Role.ADMIN)


@pytest.fixture
def by_passkey_only(settings):
    person = users.create("root", None, Role.ADMIN)
    with session() as work:
        work.add(Passkey(user_id=person.id, credential_id="x", public_key=b"", name="key"))
    return person


def admins():
    return user_listing.count(Search(role=Role.ADMIN, state=State.ACTIVE))


def told():
    return [(entry.action, entry.resource_key, entry.actor) for entry in entries()]


@pytest.mark.parametrize("command", [["disable", "root"], ["role", "root", "viewer"]])
def test_the_last_admin_stays(root, command):
    with pytest.raises(SystemExit, match=LAST):
        main(command)
    assert users.of_password("root", PASSWORD) == root
    assert told() == []
    main(["add", "eve", "--role", "admin"])
    main(command)
    assert admins() == 1


def test_the_passkey_that_is_the_last_way_in_stays(by_passkey_only):
    with pytest.raises(SystemExit, match=LAST):
        main(["reset-factors", "root"])
    assert admins() == 1
    users.set_password("root", PASSWORD)
    main(["reset-factors", "root"])
    assert user_listing.of(by_passkey_only.id).factors == ()


def test_factors_are_taken_by_the_command(root, capsys):
    with_authenticator(root)
    main(["reset-factors", "root"])
    assert not totp.is_on(root.id)
    assert "no second factor any longer" in capsys.readouterr().out


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
    assert told() == [(act, "ada", "") for act in acts] + invited


def test_nobody_is_disabled_who_is_not_there(root):
    with pytest.raises(SystemExit, match="no user named 'ada'"):
        main(["disable", "ada"])


def test_new_keys_are_recorded(root, monkeypatch, tmp_path):
    monkeypatch.setattr(key_ring, "FRESH", 0.0)
    main(["rotate-keys"])
    main(["rotate-master"])
    file = tmp_path / "trips.csv"
    file.write_text("delay\n1\n")
    import_file(file, "trips", "Trips", lambda *_: None, lambda _: None)
    assert datasets.main(["rotate"]) == 0
    assert told() == [("key.rotated", key, "") for key in ("sign and seal", "master", "trips")]
    assert not audit.verify().fault


def test_sharing_at_an_import_is_recorded(root, tmp_path):
    file = tmp_path / "trips.csv"
    file.write_text("delay\n1\n")
    line = ["import", str(file), "--name", "Trips", "--everyone"]
    assert datasets.main(line) == datasets.main(line) == 0
    shared = [(entry.action, entry.resource_key, entry.details["among"]) for entry in entries()[::2]]
    assert shared == [(act, "trips", "everyone") for act in ("share.created", "share.changed")]
    with session() as work:
        assert len(work.exec(select(Share)).all()) == 1
