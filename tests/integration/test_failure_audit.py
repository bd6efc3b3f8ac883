"""What failed is in the audit log, once for each thing that could be learnt from it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from accounts import failure_audit, recovery, throttle, users
from accounts.audit import Action
from db.engine import session
from db.tables import Role, UserSession, now
from tests.integration.audit_log import entries
from tests.integration.signin_forms import PASSWORD, fill, sign_in, with_authenticator

SECRET = "my secret password"


@pytest.fixture
def ada(settings):
    return users.create("ada", PASSWORD, Role.ANALYST)


@pytest.fixture
def at(monkeypatch):
    """``at(seconds)``: a clock that stands so long after now: a slow machine gives no try back."""
    moment = now()

    def stand(seconds):
        monkeypatch.setattr(throttle, "now", lambda: moment + timedelta(seconds=seconds))

    stand(0)
    return stand


def told(action):
    """Of whom or by whom, and the details, of each entry of an action."""
    own = [entry for entry in entries() if entry.action == action]
    return [(entry.resource_key or entry.actor, entry.outcome, entry.details) for entry in own]


def methods(action):
    return [(who, details["method"], details.get("why")) for who, _, details in told(action)]


def test_each_wrong_password_is_recorded_and_a_lock_once(client, ada, at):
    answers = [sign_in(client, password=f"wrong {number}").status_code for number in range(9)]
    assert answers == [401] * 5 + [429] * 4
    wrong = told(Action.SIGNIN_FAILED)
    assert [(who, outcome, details["method"]) for who, outcome, details in wrong] == [
        ("ada", "failed", "password")
    ] * 6
    assert [details["why"] for _, _, details in wrong[:5]] == ["wrong name or password"] * 5
    assert "Too many tries" in wrong[5][2]["why"]
    assert entries()[0].address == "127.0.0.1"


def test_the_next_lock_is_recorded_again(client, ada, at):
    for number in range(7):
        sign_in(client, password=f"wrong {number}")
    at(10)
    for number in range(3):
        sign_in(client, password=f"wrong again {number}")
    whys = [details["why"].partition(" ")[0] for _, _, details in told(Action.SIGNIN_FAILED)]
    assert whys == ["wrong"] * 5 + ["Too", "wrong", "Too"]


def test_a_network_that_is_locked_out_is_recorded_once_whatever_names_it_gives(client, ada, at, monkeypatch):
    few = throttle.Limits(place=5, network=3, account=100)
    monkeypatch.setitem(throttle.LIMITS, throttle.Kind.PASSWORD, few)
    answers = [sign_in(client, name=f"name {number}").status_code for number in range(8)]
    assert answers == [401] * 3 + [429] * 5
    assert len(told(Action.SIGNIN_FAILED)) == 4


@pytest.mark.parametrize("name", [SECRET, "nobody\0", "😀"])
def test_what_is_typed_as_a_name_is_recorded_only_if_somebody_has_it(client, ada, name):
    assert sign_in(client, name=name).status_code == 401
    assert told(Action.SIGNIN_FAILED) == [
        ("", "failed", {"method": "password", "why": "wrong name or password"})
    ]
    with session() as work:
        rows = work.execute(sa.text("SELECT * FROM audit_entries")).all()
    assert SECRET not in str(rows)


def test_somebody_who_is_kept_out_is_named(client, ada):
    with session() as work:
        work.execute(sa.text("UPDATE users SET disabled = true"))
    sign_in(client)
    assert methods(Action.SIGNIN_FAILED) == [("ada", "password", "wrong name or password")]


def test_wrong_codes_are_recorded_and_so_is_the_use_of_a_recovery_code(client, ada, at):
    code = with_authenticator(ada)
    codes = recovery.renew(ada.id)
    sign_in(client)
    for _ in range(7):
        answer = fill(client, "/signin/factor", code="000000")
    assert answer.status_code == 429
    failed = methods(Action.SIGNIN_FAILED)
    assert failed[:5] == [("ada", "code", "wrong code")] * 5
    assert len(failed) == 6
    with session() as work:
        work.execute(sa.text("DELETE FROM attempts"))
    fill(client, "/signin/factor", code=codes[0])
    assert told(Action.RECOVERY_USED) == [("ada", "done", {"left": 9})]
    assert methods(Action.SIGNIN) == [("ada", "password+recovery", None)]
    assert code


def test_signing_out_is_recorded(client, ada):
    sign_in(client)
    for _ in range(2):
        client.post("/signout", headers={"Sec-Fetch-Site": "same-origin"})
    assert [who for who, _, _ in told(Action.SIGNOUT)] == ["ada"]


def test_confirming_is_recorded_with_what_it_was_done_by(client, ada):
    sign_in(client)
    for password in ("wrong password", PASSWORD):
        client.post("/api/confirm", json={"password": password})
    code = with_authenticator(ada)
    for typed in ("000000", code()):
        client.post("/api/confirm", json={"code": typed})
    assert methods(Action.STEPUP) == [("ada", "password", None), ("ada", "totp", None)]
    assert methods(Action.STEPUP_FAILED) == [
        ("ada", "password", "wrong password"),
        ("ada", "code", "wrong code"),
    ]


def test_guessing_a_confirmation_is_recorded_once_it_is_locked(client, ada, at):
    sign_in(client)
    for number in range(9):
        client.post("/api/confirm", json={"password": f"wrong {number}"})
    assert len(told(Action.STEPUP_FAILED)) == 6


def test_guessing_the_old_password_to_change_it_is_recorded_too(client, ada, at):
    sign_in(client)
    for number in range(8):
        client.put("/api/account/password", json={"current": f"wrong {number}", "new": SECRET})
    why = [why.partition(".")[0] for _, _, why in methods(Action.STEPUP_FAILED)]
    assert why == ["wrong password"] * 5 + ["Too many tries"]


def test_a_refresh_token_that_comes_back_is_recorded_once(client, app, ada):
    sign_in(client)
    stolen = client.get_cookie("dx-refresh").value
    client.delete_cookie("dx-access")
    client.get("/_dash-layout")
    long_ago = now() - timedelta(minutes=1)
    with session() as work:
        work.execute(sa.update(UserSession).values(rotated=long_ago))
    thief = app.server.test_client()
    for _ in range(3):
        thief.set_cookie("dx-refresh", stolen)
        assert thief.get("/_dash-layout").status_code == 401
    ((who, outcome, details),) = told(Action.SESSION_REUSE)
    assert (who, outcome) == ("ada", "denied")
    with session() as work:
        assert details == {"session": work.execute(sa.select(UserSession.id)).scalar_one()}


def test_what_somebody_may_not_is_recorded_once_a_minute(client, ada, at):
    sign_in(client)
    for _ in range(3):
        assert client.get("/admin/people").status_code == 403
        assert client.get("/api/admin/audit.jsonl").status_code == 403
    seen = [(entry.actor, entry.resource_key, entry.details["permission"]) for entry in entries()[1:]]
    assert seen == [("ada", path, "administer") for path in ("/admin/people", "/api/admin/audit.jsonl")]
    at(61)
    client.get("/admin/people")
    assert [who for who, _, _ in told(Action.ACCESS_DENIED)] == [
        "/admin/people",
        "/api/admin/audit.jsonl",
        "/admin/people",
    ]


def test_of_many_processes_one_tells(database):
    assert failure_audit.first("x", within=timedelta(minutes=1))
    assert not failure_audit.first("x", within=timedelta(minutes=1))
    assert failure_audit.first("y", within=timedelta(minutes=1))
