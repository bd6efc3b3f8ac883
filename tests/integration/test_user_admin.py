"""People and groups as an admin keeps them, on both kinds of database: long lists, and the last admin."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from time import perf_counter

import pytest
import sqlalchemy as sa
from sqlmodel import select

from accounts import (
    access_listing,
    api_tokens,
    audit,
    groups,
    one_time_links,
    sessions,
    user_admin,
    user_listing,
    users,
)
from accounts.groups import BadGroupNameError
from accounts.last_admin import LastAdminError
from accounts.paging import PageOptions
from accounts.permissions import Permission
from accounts.principals import Principal
from accounts.sessions import Browser
from accounts.signed_tokens import BadTokenError
from accounts.user_listing import UserSearch, UserState
from config import Settings
from db.engine import transaction
from db.tables import Dataset, Group, LinkPurpose, Passkey, Role, SavedView, utc_now

USER_COUNT = 100_000
LOCAL_BROWSER = Browser("127.0.0.1", "a browser")


@pytest.fixture
def admin(database: Settings) -> Principal:
    return users.create_user("grace", "correct horse battery", Role.ADMIN)


def add_many_users() -> None:
    """People 0 to 99,999, made by the database itself."""
    with transaction() as work:
        sqlite = work.connection().dialect.name == "sqlite"
        moment = "datetime('2026-01-01', '+' || {} || ' minutes')"
        minutes = moment if sqlite else "timestamptz '2026-01-01Z' + {} * interval '1 minute'"
        work.execute(
            sa.text(f"""
            WITH RECURSIVE numbers(i) AS
              (SELECT 0 UNION ALL SELECT i + 1 FROM numbers WHERE i < {USER_COUNT - 1})
            INSERT INTO users
              (name, name_key, password_hash, role, handle, totp_step, disabled, created, signed_in)
            SELECT 'person ' || substr(CAST(1000000 + i AS TEXT), 2),
              'person ' || substr(CAST(1000000 + i AS TEXT), 2), CASE WHEN i % 3 > 0 THEN 'x' END,
              CASE WHEN i % 10 > 0 THEN 'viewer' ELSE 'analyst' END, CAST(i AS TEXT), 0, i % 100 = 0,
              {minutes.format("i")},
              CASE WHEN i % 2 > 0 THEN {minutes.format(f"(i * 7919 % {USER_COUNT})")} END
            FROM numbers""")  # noqa: S608
        )


def test_a_hundred_thousand_people_are_paged_by_the_database(admin: Principal) -> None:
    add_many_users()
    asked = {
        "first": (UserSearch(), PageOptions()),
        "last": (UserSearch(), PageOptions(start=USER_COUNT - 99, size=100)),
        "found": (UserSearch(text="PERSON 0999"), PageOptions()),
        "by sign-in": (UserSearch(), PageOptions(start=USER_COUNT // 4, sort="signed_in", descending=True)),
        "invited": (UserSearch(state=UserState.INVITED), PageOptions(sort="created")),
    }
    answers, seconds = {}, {}
    for name, (search, window) in asked.items():
        began = perf_counter()
        answers[name] = user_listing.list_users(search, window)
        seconds[name] = perf_counter() - began
    assert max(seconds.values()) < 1, seconds
    first, total = answers["first"]
    assert (total, first[0].name, first[1].name) == (USER_COUNT + 1, "grace", "person 000000")
    last, _ = answers["last"]
    assert (len(last), last[-1].name) == (100, f"person {USER_COUNT - 1:06}")
    found, total = answers["found"]
    assert (total, found[0].name) == (100, "person 099900")
    moments = [person.signed_in for person in answers["by sign-in"][0]]
    assert moments == sorted(moments, reverse=True)
    assert len(moments) == 100
    invited, total = answers["invited"]
    assert {person.state for person in invited} == {UserState.INVITED}
    assert total == sum(number % 3 == 0 and number % 100 != 0 for number in range(USER_COUNT))


def test_those_who_never_signed_in_come_last_either_way(admin: Principal) -> None:
    users.create_user("ada", "correct horse battery", Role.VIEWER)
    sessions.start_session(admin.id, "password", LOCAL_BROWSER)
    for descending in (True, False):
        rows, _ = user_listing.list_users(page=PageOptions(sort="signed_in", descending=descending))
        assert [person.name for person in rows] == ["grace", "ada"]


def test_a_name_is_searched_as_it_is_written(admin: Principal) -> None:
    users.create_user("100 %", "correct horse battery", Role.VIEWER)
    assert [person.name for person in user_listing.list_users(UserSearch(text="%"))[0]] == ["100 %"]
    assert user_listing.list_users(UserSearch(text="_"))[1] == 0
    assert user_listing.list_users(UserSearch(text="\0%"))[1] == 1
    assert [name for _, name in user_listing.find_user_names("A")] == ["grace"]


def test_a_person_is_listed_with_groups_and_factors(admin: Principal) -> None:
    ada = users.create_user("ada", "correct horse battery", Role.VIEWER)
    for name in ("West", "East"):
        groups.add_member(admin, groups.create_group(admin, name), ada.id)
    with transaction() as work:
        work.add(Passkey(user_id=ada.id, credential_id="x", public_key=b"x", name="A key"))
    found = user_listing.get_user_row(ada.id)
    assert found
    assert (found.groups, found.factors, found.state) == (("East", "West"), ("passkey",), UserState.ACTIVE)
    east = next(id_ for id_, name in groups.list_group_names() if name == "East")
    assert [person.name for person in user_listing.list_users(UserSearch(group=east))[0]] == ["ada"]


def test_invited_users_have_no_signin_method_but_the_link(admin: Principal) -> None:
    person, token = user_admin.invite_user(admin, "ada", Role.ANALYST)
    found = user_listing.get_user_row(person.id)
    assert token
    assert found
    assert found.state is UserState.INVITED
    assert users.authenticate_user("ada", "") is None


@pytest.mark.parametrize(
    "act",
    [
        lambda by, id_: user_admin.change_role(by, id_, Role.ANALYST),
        user_admin.disable_user,
        user_admin.delete_user,
    ],
)
def test_the_last_admin_stays(admin: Principal, act: Callable[[Principal, int], object]) -> None:
    user_admin.invite_user(admin, "somebody who has not come yet", Role.ADMIN)
    gone = users.create_user("bob", "correct horse battery", Role.ADMIN)
    user_admin.disable_user(admin, gone.id)
    with pytest.raises(LastAdminError):
        act(admin, admin.id)
    assert users.authenticate_user("grace", "correct horse battery") == admin
    user_admin.enable_user(admin, gone.id)
    act(admin, admin.id)
    assert user_listing.list_users(UserSearch(role=Role.ADMIN, state=UserState.ACTIVE))[0][0].name == "bob"


def test_the_last_admin_keeps_the_passkey_that_is_their_only_signin_method(admin: Principal) -> None:
    bob, _ = user_admin.invite_user(admin, "bob", Role.ADMIN)
    with transaction() as work:
        work.add(Passkey(user_id=bob.id, credential_id="x", public_key=b"x", name="A key"))
    user_admin.disable_user(bob, admin.id)
    with pytest.raises(LastAdminError):
        user_admin.remove_factors(bob, bob.id)
    assert user_listing.get_user_row(bob.id).factors == ("passkey",)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "act",
    [
        lambda by, id_: user_admin.change_role(by, id_, Role.VIEWER),
        user_admin.disable_user,
        user_admin.delete_user,
    ],
)
def test_of_admins_who_remove_each_other_at_once_one_stays(
    admin: Principal, act: Callable[[Principal, int], object]
) -> None:
    admins = [
        admin,
        *(users.create_user(name, "correct horse battery", Role.ADMIN) for name in ("ada", "bob", "cy")),
    ]
    together = Barrier(len(admins))

    def remove_next(number: int) -> bool:
        together.wait()
        try:
            act(admins[number], admins[number - 1].id)
        except LastAdminError:
            return False
        return True

    with ThreadPoolExecutor(len(admins)) as pool:
        done = list(pool.map(remove_next, range(len(admins))))
    assert sum(done) == len(admins) - 1
    assert user_listing.count_users(UserSearch(role=Role.ADMIN, state=UserState.ACTIVE)) == 1


def test_whoever_is_disabled_is_out_at_once_and_comes_back_without_old_sessions(admin: Principal) -> None:
    ada = users.create_user("ada", "correct horse battery", Role.ANALYST)
    browser = sessions.start_session(ada.id, "password", LOCAL_BROWSER).access
    program = api_tokens.create_token(ada, "a program", [Permission.EXPLORE], utc_now() + timedelta(days=1))
    user_admin.disable_user(admin, ada.id)
    for read, token in (
        (sessions.authenticate_access_token, browser),
        (api_tokens.authenticate_token, program),
    ):
        with pytest.raises(BadTokenError):
            read(token)
    user_admin.enable_user(admin, ada.id)
    assert api_tokens.authenticate_token(program).name == "ada"
    with pytest.raises(BadTokenError):
        sessions.authenticate_access_token(browser)


def test_another_role_counts_at_the_next_request(admin: Principal) -> None:
    ada = users.create_user("ada", "correct horse battery", Role.VIEWER)
    browser = sessions.start_session(ada.id, "password", LOCAL_BROWSER).access
    assert user_admin.change_role(admin, ada.id, Role.PRESENTER) is Role.VIEWER
    assert sessions.authenticate_access_token(browser).role is Role.PRESENTER


def test_nobody_who_owns_a_view_is_deleted(admin: Principal) -> None:
    ada = users.create_user("ada", "correct horse battery", Role.ANALYST)
    with transaction() as work:
        dataset = Dataset(slug="flights", name="Flights")
        work.add(dataset)
        work.flush()
        view = SavedView(name="Late", dataset_id=dataset.id or 0, owner_id=ada.id, exploration={})
        work.add(view)
    with pytest.raises(user_admin.UserOwnsContentError):
        user_admin.delete_user(admin, ada.id)
    with transaction() as work:
        work.delete(work.get_one(SavedView, view.id))
    user_admin.delete_user(admin, ada.id)
    assert user_listing.get_user_row(ada.id) is None
    with pytest.raises(user_admin.UnknownUserIdError):
        user_admin.create_link(admin, ada.id, LinkPurpose.RESET)


def test_groups_have_names_of_their_own(admin: Principal) -> None:
    west = groups.create_group(admin, " West ")
    for taken in ("West", "", " ", "x" * 81, "a\nb"):
        with pytest.raises(BadGroupNameError):
            groups.create_group(admin, taken)
    groups.rename_group(admin, west, "East")
    assert groups.get_group_row(west).name == "East"  # type: ignore[union-attr]
    groups.delete_group(admin, west)
    with pytest.raises(groups.UnknownGroupError):
        groups.rename_group(admin, west, "West")


def test_groups_are_listed_with_how_many_are_in_them(admin: Principal) -> None:
    west, east = groups.create_group(admin, "West"), groups.create_group(admin, "East")
    for _ in range(2):
        groups.add_member(admin, west, admin.id)
    rows, total = groups.list_groups(page=PageOptions(sort="members", descending=True))
    assert total == 2
    assert [(row.name, row.members) for row in rows] == [("West", 1), ("East", 0)]
    groups.remove_member(admin, west, admin.id)
    groups.remove_member(admin, west, admin.id)
    assert groups.list_user_groups(admin.id) == []
    assert [row.id for row in groups.list_groups("eas")[0]] == [east]


def test_all_that_is_open_is_listed_and_closed(admin: Principal) -> None:
    ada = users.create_user("ada", "correct horse battery", Role.ANALYST)
    browser = sessions.start_session(ada.id, "password", LOCAL_BROWSER).access
    program = api_tokens.create_token(ada, "a program", [Permission.EXPLORE], utc_now() + timedelta(days=1))
    rows, total = access_listing.list_active_sessions("AD")
    assert (total, rows[0].owner, rows[0].record.agent) == (1, "ada", "a browser")
    access_listing.end_session(admin, rows[0].record.id)
    tokens, _ = access_listing.list_active_tokens()
    access_listing.revoke_token(admin, tokens[0].record.id)
    for read, token in (
        (sessions.authenticate_access_token, browser),
        (api_tokens.authenticate_token, program),
    ):
        with pytest.raises(BadTokenError):
            read(token)
    assert (
        access_listing.list_active_sessions()
        == access_listing.list_active_tokens()
        == access_listing.list_active_guest_links()
        == ([], 0)
    )


def test_every_act_is_recorded_with_who_did_it(admin: Principal) -> None:
    ada, _ = user_admin.invite_user(admin, "ada", Role.VIEWER)
    user_admin.change_role(admin, ada.id, Role.ANALYST)
    user_admin.disable_user(admin, ada.id)
    user_admin.enable_user(admin, ada.id)
    user_admin.remove_factors(admin, ada.id)
    user_admin.delete_user(admin, ada.id)
    entries, _ = audit.list_entries()
    assert {(entry.actor, entry.resource_key) for entry in entries} == {("grace", "ada")}
    assert [entry.action for entry in reversed(entries)] == [
        "user.created",
        "user.invited",
        "user.role",
        "user.disabled",
        "user.enabled",
        "factor.removed",
        "user.deleted",
    ]


def test_a_new_name_applies_to_sessions_tokens_and_shares_at_once(admin: Principal) -> None:
    ada = users.create_user("ada", "correct horse battery", Role.ANALYST)
    browser = sessions.start_session(ada.id, "password", LOCAL_BROWSER).access
    group = groups.create_group(admin, "West")
    groups.add_member(admin, group, ada.id)
    assert not user_admin.change_profile(admin, ada.id, "Ada Lovelace", None)
    assert sessions.authenticate_access_token(browser).name == "Ada Lovelace"
    assert users.authenticate_user("ada lovelace", "correct horse battery") is not None
    assert users.authenticate_user("ada", "correct horse battery") is None
    assert [each.name for each in user_listing.list_users(UserSearch(group=group))[0]] == ["Ada Lovelace"]
    users.create_user("ada", "correct horse battery", Role.VIEWER)
    entry = audit.list_entries()[0][0]
    recorded = (entry.action, entry.actor, entry.resource_key, entry.details)
    assert recorded == (
        "user.changed",
        "grace",
        "Ada Lovelace",
        {"before": "ada", "email": "kept"},
    )


def test_another_address_ends_the_links_to_the_old_one_and_stays_out_of_the_log(admin: Principal) -> None:
    ada, _ = user_admin.invite_user(admin, "ada", Role.VIEWER, "ada@example.org")
    purposes = (LinkPurpose.INVITATION, LinkPurpose.RESET)

    def create_tokens() -> list[str]:
        return [user_admin.create_link(admin, ada.id, purpose) for purpose in purposes]

    def list_owners(tokens: list[str]) -> list[Principal | None]:
        pairs = zip(tokens, purposes, strict=True)
        return [one_time_links.get_link_owner(token, purpose) for token, purpose in pairs]

    before = create_tokens()
    user_admin.change_profile(admin, ada.id, "ada", "ada@example.org")
    assert list_owners(before) == [ada, ada]
    assert user_admin.change_profile(admin, ada.id, "ada", "lovelace@example.org")
    assert list_owners(before) == [None, None]
    assert list_owners(create_tokens()) == [ada, ada]
    assert users.find_by_email("ada@example.org") is None
    assert user_admin.change_profile(admin, ada.id, "ada", None)
    changes = [entry for entry in audit.list_entries()[0] if entry.action == "user.changed"]
    assert [entry.details["email"] for entry in changes] == ["removed", "changed"]
    assert "example.org" not in str([entry.details for entry in audit.list_entries()[0]])


def test_a_refused_edit_changes_nothing(admin: Principal) -> None:
    ada = users.create_user("ada", None, Role.VIEWER)
    users.set_email("ada", "ada@example.org")
    bob = users.create_user("bob", None, Role.VIEWER)
    for name, email in (("Ada", None), ("", None), ("b\n", None), ("rob", "ADA@example.org"), ("rob", "x")):
        with pytest.raises(ValueError):  # noqa: PT011
            user_admin.change_profile(admin, bob.id, name, email)
    assert (users.find_by_id(bob.id), users.get_email(bob.id)) == (bob, None)
    user_admin.change_profile(admin, ada.id, "ADA", "Ada@Example.org")
    assert (users.find_by_name("ada"), users.get_email(ada.id)) == (
        replace(ada, name="ADA"),
        "Ada@Example.org",
    )


@pytest.mark.parametrize("change", ["name", "create"])
def test_of_two_who_take_a_name_at_once_one_gets_it(admin: Principal, change: str) -> None:
    made = [users.create_user(f"user {number}", None, Role.VIEWER) for number in range(4)]
    meet = Barrier(len(made))

    def take_name(person: Principal) -> bool:
        meet.wait(timeout=30)
        spelling = "zoe" if person.id % 2 else "Zoe"
        try:
            if change == "name":
                user_admin.change_profile(admin, person.id, spelling, None)
            else:
                users.create_user(spelling, None, Role.VIEWER)
        except users.NameTakenError:
            return False
        return True

    with ThreadPoolExecutor(len(made)) as pool:
        assert sorted(pool.map(take_name, made)) == [False] * (len(made) - 1) + [True]


def test_what_is_refused_is_not_recorded(admin: Principal) -> None:
    with pytest.raises(LastAdminError):
        user_admin.disable_user(admin, admin.id)
    assert audit.list_entries() == ([], 0)
    with transaction() as work:
        assert work.exec(select(Group)).all() == []
