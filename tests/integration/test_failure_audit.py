"""What failed is in the audit log, once for each thing that could be learnt from it."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from accounts import failure_audit, recovery, throttle, users
from accounts.audit import AuditAction
from db.engine import transaction
from db.tables import Role, UserSession, utc_now
from tests.integration.audit_log import list_entries
from tests.integration.signin_forms import PASSWORD, enable_authenticator, sign_in_with_password, submit_form

TYPED_SECRET = "my secret password"


@pytest.fixture
def ada(settings):
    return users.create_user("ada", PASSWORD, Role.ANALYST)


@pytest.fixture
def set_clock(monkeypatch):
    """``set_clock(seconds)``: a clock that stands so long after now: a slow machine gives no try back."""
    moment = utc_now()

    def set_seconds(seconds):
        monkeypatch.setattr(throttle, "utc_now", lambda: moment + timedelta(seconds=seconds))

    set_seconds(0)
    return set_seconds


def list_failures(action):
    """Of whom or by whom, and the details, of each entry of an action."""
    own = [entry for entry in list_entries() if entry.action == action]
    return [(entry.resource_key or entry.actor, entry.outcome, entry.details) for entry in own]


def list_failure_methods(action):
    return [(who, details["method"], details.get("why")) for who, _, details in list_failures(action)]


def test_each_wrong_password_is_recorded_and_a_lock_once(client, ada, set_clock):
    answers = [sign_in_with_password(client, password=f"wrong {number}").status_code for number in range(9)]
    assert answers == [401] * 5 + [429] * 4
    wrong = list_failures(AuditAction.SIGNIN_FAILED)
    assert [(who, outcome, details["method"]) for who, outcome, details in wrong] == [
        ("ada", "failed", "password")
    ] * 6
    assert [details["why"] for _, _, details in wrong[:5]] == ["wrong name or password"] * 5
    assert "Too many attempts" in wrong[5][2]["why"]
    assert list_entries()[0].address == "127.0.0.1"


def test_another_spelling_of_the_name_gives_no_more_attempts(client, ada, set_clock):
    spellings = ["ada", "Ada", "ADA", " ada ", "aDa", "adA", "ＡDA"]
    answers = [sign_in_with_password(client, name=name, password="wrong").status_code for name in spellings]
    assert answers == [401] * 5 + [429] * 2
    assert {who for who, _, _ in list_failures(AuditAction.SIGNIN_FAILED)} == {"ada"}


def test_the_next_lock_is_recorded_again(client, ada, set_clock):
    for number in range(7):
        sign_in_with_password(client, password=f"wrong {number}")
    set_clock(10)
    for number in range(3):
        sign_in_with_password(client, password=f"wrong again {number}")
    whys = [details["why"].partition(" ")[0] for _, _, details in list_failures(AuditAction.SIGNIN_FAILED)]
    assert whys == ["wrong"] * 5 + ["Too", "wrong", "Too"]


def test_a_network_that_is_locked_out_is_recorded_once_whatever_names_it_gives(
    client, ada, set_clock, monkeypatch
):
    few = throttle.AttemptLimits(place=5, network=3, account=100)
    monkeypatch.setitem(throttle.LIMITS, throttle.AttemptKind.PASSWORD, few)
    answers = [sign_in_with_password(client, name=f"name {number}").status_code for number in range(8)]
    assert answers == [401] * 3 + [429] * 5
    assert len(list_failures(AuditAction.SIGNIN_FAILED)) == 4


@pytest.mark.parametrize("name", [TYPED_SECRET, "😀"])
def test_what_is_typed_as_a_name_is_recorded_only_if_somebody_has_it(client, ada, name):
    assert sign_in_with_password(client, name=name).status_code == 401
    assert list_failures(AuditAction.SIGNIN_FAILED) == [
        ("", "failed", {"method": "password", "why": "wrong name or password"})
    ]
    with transaction() as work:
        rows = work.execute(sa.text("SELECT * FROM audit_entries")).all()
    assert TYPED_SECRET not in str(rows)


def test_somebody_who_is_kept_out_is_named(client, ada):
    with transaction() as work:
        work.execute(sa.text("UPDATE users SET disabled = true"))
    sign_in_with_password(client)
    assert list_failure_methods(AuditAction.SIGNIN_FAILED) == [("ada", "password", "wrong name or password")]


def test_wrong_codes_are_recorded_and_so_is_the_use_of_a_recovery_code(client, ada, set_clock):
    code = enable_authenticator(ada)
    codes = recovery.renew_codes(ada.id)
    sign_in_with_password(client)
    for _ in range(7):
        answer = submit_form(client, "/signin/factor", code="000000")
    assert answer.status_code == 429
    failed = list_failure_methods(AuditAction.SIGNIN_FAILED)
    assert failed[:5] == [("ada", "code", "wrong code")] * 5
    assert len(failed) == 6
    with transaction() as work:
        work.execute(sa.text("DELETE FROM attempts"))
    submit_form(client, "/signin/factor", code=codes[0])
    assert list_failures(AuditAction.RECOVERY_USED) == [("ada", "done", {"left": 9})]
    assert list_failure_methods(AuditAction.SIGNIN) == [("ada", "password+recovery", None)]
    assert code


def test_signing_out_is_recorded(client, ada):
    sign_in_with_password(client)
    for _ in range(2):
        client.post("/signout", headers={"Sec-Fetch-Site": "same-origin"})
    assert [who for who, _, _ in list_failures(AuditAction.SIGNOUT)] == ["ada"]


def test_confirming_is_recorded_with_what_it_was_done_by(client, ada):
    sign_in_with_password(client)
    for password in ("wrong password", PASSWORD):
        client.post("/api/confirm", json={"password": password})
    code = enable_authenticator(ada)
    for typed in ("000000", code()):
        client.post("/api/confirm", json={"code": typed})
    assert list_failure_methods(AuditAction.STEPUP) == [("ada", "password", None), ("ada", "totp", None)]
    assert list_failure_methods(AuditAction.STEPUP_FAILED) == [
        ("ada", "password", "wrong password"),
        ("ada", "code", "wrong code"),
    ]


def test_guessing_a_confirmation_is_recorded_once_it_is_locked(client, ada, set_clock):
    sign_in_with_password(client)
    for number in range(9):
        client.post("/api/confirm", json={"password": f"wrong {number}"})
    assert len(list_failures(AuditAction.STEPUP_FAILED)) == 6


def test_guessing_the_old_password_to_change_it_is_recorded_too(client, ada, set_clock):
    sign_in_with_password(client)
    for number in range(8):
        client.put("/api/account/password", json={"current": f"wrong {number}", "new": TYPED_SECRET})
    why = [why.partition(".")[0] for _, _, why in list_failure_methods(AuditAction.STEPUP_FAILED)]
    assert why == ["wrong password"] * 5 + ["Too many attempts"]


def test_a_refresh_token_that_comes_back_is_recorded_once(client, app, ada):
    sign_in_with_password(client)
    stolen = client.get_cookie("dx-refresh").value
    client.delete_cookie("dx-access")
    client.get("/_dash-layout")
    long_ago = utc_now() - timedelta(minutes=1)
    with transaction() as work:
        work.execute(sa.update(UserSession).values(rotated=long_ago))
    thief = app.server.test_client()
    for _ in range(3):
        thief.set_cookie("dx-refresh", stolen)
        assert thief.get("/_dash-layout").status_code == 401
    ((who, outcome, details),) = list_failures(AuditAction.SESSION_REUSE)
    assert (who, outcome) == ("ada", "denied")
    with transaction() as work:
        assert details == {"session": work.execute(sa.select(UserSession.id)).scalar_one()}


def test_what_somebody_may_not_is_recorded_once_a_minute(client, ada, set_clock):
    sign_in_with_password(client)
    for _ in range(3):
        assert client.get("/admin/people").status_code == 403
        assert client.get("/api/admin/audit.jsonl").status_code == 403
    seen = [(entry.actor, entry.resource_key, entry.details["permission"]) for entry in list_entries()[1:]]
    assert seen == [("ada", path, "administer") for path in ("/admin/people", "/api/admin/audit.jsonl")]
    set_clock(61)
    client.get("/admin/people")
    assert [who for who, _, _ in list_failures(AuditAction.ACCESS_DENIED)] == [
        "/admin/people",
        "/api/admin/audit.jsonl",
        "/admin/people",
    ]


def test_of_many_processes_one_tells(database):
    assert failure_audit.is_first_within("x", within=timedelta(minutes=1))
    assert not failure_audit.is_first_within("x", within=timedelta(minutes=1))
    assert failure_audit.is_first_within("y", within=timedelta(minutes=1))
