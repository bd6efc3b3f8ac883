"""Names in which case, width and extra spaces don't count: one person or group each, found however typed."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col

from accounts import groups, mail, user_admin, user_listing, users
from accounts.commands import main
from accounts.groups import BadGroupNameError
from accounts.principals import Principal
from accounts.user_listing import UserSearch
from accounts.users import NameTakenError
from config import Settings
from datasets.access import owners, share_targets
from datasets.access.share_targets import ShareTargetKind
from datasets.shares import BadShareError, ShareTarget
from db.engine import transaction
from db.name_keys import MAX_KEY_LENGTH, fold_name
from db.tables import Role, User
from tests.integration.audit_log import list_entries

PASSWORD = "correct horse battery"
SPELLINGS = ["Ada Lövelace", "ada lövelace", " ADA  LÖVELACE ", "Ada Lo\u0308velace", "Ａda Lövelace"]
"""One name in other cases, with other spaces, decomposed, and with a full-width letter."""


@pytest.fixture
def ada(settings: Settings) -> Principal:
    return users.create_user("Ada Lövelace", PASSWORD, Role.ADMIN)


@given(st.text(max_size=80))
def test_a_key_is_its_own_key_and_fits_its_column(name: str) -> None:
    key = fold_name(name)
    assert fold_name(key) == key == fold_name(f" {name} ")
    assert len(key) <= MAX_KEY_LENGTH


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_person_is_found_however_the_name_is_typed(ada: Principal, spelling: str) -> None:
    assert users.authenticate_user(spelling, PASSWORD) == ada
    assert users.find_by_name(spelling) == users.require_principal(spelling) == ada
    assert user_listing.require_user_id(spelling) == ada.id
    assert users.find_existing_name(spelling) == ada.name
    assert share_targets.resolve_target(ShareTargetKind.PERSON, spelling) == ShareTarget(user_id=ada.id)
    assert [row.name for row in user_listing.list_users(UserSearch(text=spelling))[0]] == [ada.name]
    owners.require_owner(spelling)


@pytest.mark.parametrize("spelling", [each.strip() for each in SPELLINGS])
def test_nobody_gets_a_name_that_differs_only_in_case(ada: Principal, spelling: str) -> None:
    with pytest.raises(NameTakenError):
        users.create_user(spelling, PASSWORD, Role.VIEWER)
    bob = users.create_user("Bob", PASSWORD, Role.VIEWER)
    with pytest.raises(NameTakenError):
        user_admin.change_profile(ada, bob.id, spelling, None)
    assert users.find_by_id(bob.id) == bob


def test_groups_are_found_and_unique_without_case(ada: Principal) -> None:
    west = groups.create_group(ada, "Straße West")
    target = share_targets.resolve_target(ShareTargetKind.GROUP, " STRASSE west")
    assert target == ShareTarget(group_id=west)
    with pytest.raises(BadGroupNameError, match="already taken"):
        groups.create_group(ada, "strasse West")
    groups.rename_group(ada, west, "STRASSE West")
    assert groups.list_groups("straße")[1] == 1


def test_a_person_is_shared_with_by_e_mail_address(ada: Principal) -> None:
    users.set_email(ada.name, "ada@example.org")
    target = share_targets.resolve_target(ShareTargetKind.PERSON, " ADA@example.org ")
    assert target == ShareTarget(user_id=ada.id)
    with pytest.raises(BadShareError, match=r"no person named 'nobody@example\.org'"):
        share_targets.resolve_target(ShareTargetKind.PERSON, "nobody@example.org")
    assert share_targets.find_targets("ada@") == []


@pytest.mark.parametrize("typed", ["ad", "ADA L", "löv", "LÖVE", " lövelace "])
def test_suggestions_begin_with_a_word_of_the_name(ada: Principal, typed: str) -> None:
    assert share_targets.find_targets(typed) == [(ShareTargetKind.PERSON, ada.name)]


@pytest.mark.parametrize("typed", ["", "a", " ", "velace", "%%", "a\0"])
def test_other_letters_suggest_nobody(ada: Principal, typed: str) -> None:
    assert share_targets.find_targets(typed) == []


def test_commands_find_people_and_record_their_stored_names(
    ada: Principal, capsys: pytest.CaptureFixture[str]
) -> None:
    users.create_user("Bob", PASSWORD, Role.VIEWER)
    main(["role", "BOB", "analyst"])
    main(["invite", "bob"])
    assert {entry.resource_key for entry in list_entries()} == {"Bob"}
    with pytest.raises(SystemExit, match="already taken"):
        main(["add", "bob"])
    assert not mail.is_configured()


def test_two_old_names_that_differ_in_case_stay_apart(settings: Settings) -> None:
    made = [users.create_user(name, PASSWORD, Role.VIEWER) for name in ("eve", "x")]
    second = sa.update(User).where(col(User.id) == made[1].id)
    with transaction() as work:  # as the migration leaves a second one of the same name
        work.execute(second.values(name="Eve", name_key="Eve"))
    found = [users.require_principal(name).id for name in ("eve", "Eve", "EVE")]
    assert found == [made[0].id, made[1].id, made[0].id]


def test_a_name_with_a_nul_is_nobodys(ada: Principal) -> None:
    assert users.authenticate_user(f"{ada.name}\0", PASSWORD) is None
    assert users.find_by_name(f"{ada.name}\0") is None
