"""Before something is shared narrowly: who keeps more through which other share, whatever their kinds."""

from __future__ import annotations

import pytest

from accounts import groups, users
from components import ids
from datasets import shares
from datasets.access import wider_shares
from datasets.shares import EVERYONE, NotAllowedError, ShareTarget, ShareTerms, UnknownShareError
from db.engine import transaction
from db.tables import Dataset, Level, Resource, Role, SavedView
from tests.integration.dash_calls import confirm_action, get_response_text
from tests.integration.test_live import start_session
from tests.integration.test_rights import ExploringUser, get_dataset_id, trips

__all__ = ["trips"]

ROME = [{"column": "city", "filter": {"type": "members", "values": ["Rome"], "nulls": False}}]
OSLO = [{"column": "city", "filter": {"type": "members", "values": ["Oslo"], "nulls": False}}]
EDIT = "the access level “Can edit”"


@pytest.fixture
def olga(app, trips):
    return ExploringUser(app, "olga", Role.PRESENTER)


@pytest.fixture
def targets(olga):
    """Bob and Eve, who is in both groups; Cy, who is in one; and everyone."""
    root = users.create_user("root", None, Role.ADMIN)
    people = {name: users.create_user(name, None, Role.ANALYST).id for name in ("bob", "eve", "cy")}
    found = {name: ShareTarget(user_id=id_) for name, id_ in people.items()} | {"": EVERYONE}
    for name, members in {"West": ("eve", "cy"), "East": ("eve",)}.items():
        id_ = groups.create_group(root, name)
        found[name] = ShareTarget(group_id=id_)
        for member in members:
            groups.add_member(root, id_, people[member])
    with transaction() as work:
        dataset = work.get_one(Dataset, get_dataset_id("trips"))
        dataset.owner_id = olga.principal.id
        work.add(dataset)
    return found


def check_share(olga, name, level="view", conditions=None, masked=()):
    among = {"": "everyone", "West": "group", "East": "group"}.get(name, "person")
    body = {"among": among, "name": name, "level": level, "conditions": conditions, "masked": list(masked)}
    answer = olga.browser.post("/api/datasets/trips/shares/check", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json["warnings"]


def grant(targets, name, *terms):
    id_ = get_dataset_id("trips")
    return shares.grant_as_system(Resource.DATASET, id_, targets[name], ShareTerms(*terms))


VIEW_ALL = (Level.VIEW, None, ())
EVERYONE_SIGNED_IN = "the share with everyone signed in"
CASES = [
    (
        "",
        VIEW_ALL,
        "bob",
        {"conditions": ROME},
        f"bob keeps access to all rows through {EVERYONE_SIGNED_IN}.",
    ),
    (
        "",
        VIEW_ALL,
        "BOB ",
        {"masked": ["salary", "x"]},
        f"bob keeps access to the columns X, Salary through {EVERYONE_SIGNED_IN}.",
    ),
    (
        "",
        VIEW_ALL,
        "West",
        {"conditions": ROME, "masked": ["salary"]},
        f"Members of West keep access to all rows and the column Salary through {EVERYONE_SIGNED_IN}.",
    ),
    (
        "West",
        (Level.VIEW, OSLO, ()),
        "eve",
        {"conditions": ROME},
        "eve keeps access to rows where City is Oslo through the share with the group West.",
    ),
    ("West", VIEW_ALL, "bob", {"conditions": ROME}, None),
    (
        "eve",
        VIEW_ALL,
        "West",
        {"masked": ["x"]},
        "eve, a member of West, keeps access to the column X through the share with eve.",
    ),
    ("bob", VIEW_ALL, "West", {"masked": ["x"]}, None),
    (
        "East",
        VIEW_ALL,
        "West",
        {"conditions": ROME},
        "Members of both West and East keep access to all rows through the share with the group East.",
    ),
    (
        "West",
        VIEW_ALL,
        "",
        {"conditions": ROME},
        "Members of West keep access to all rows through the share with the group West.",
    ),
    ("cy", VIEW_ALL, "", {"conditions": ROME}, "cy keeps access to all rows through the share with cy."),
    ("", (Level.EDIT, None, ()), "bob", {}, f"bob keeps {EDIT} through {EVERYONE_SIGNED_IN}."),
    (
        "West",
        (Level.MANAGE, None, ()),
        "eve",
        {"conditions": ROME},
        "eve keeps access to all rows and the access level “Can manage” through the share with the"
        " group West.",
    ),
    ("", VIEW_ALL, "bob", {}, None),
    ("", (Level.VIEW, ROME, ("x",)), "bob", {"conditions": ROME, "masked": ["x"]}, None),
    ("", (Level.VIEW, ROME, ()), "bob", {"masked": ["x"]}, None),
    ("", (Level.VIEW, ROME, ("x",)), "bob", {"conditions": ROME, "level": "edit"}, None),
    ("bob", VIEW_ALL, "bob", {"conditions": ROME}, None),
]


@pytest.mark.parametrize("case", CASES)
def test_who_keeps_more_than_a_new_share_gives_is_named(olga, targets, case):
    other, terms, name, wanted, warning = case
    grant(targets, other, *terms)
    assert check_share(olga, name, **wanted) == ([warning] if warning else [])


def test_a_column_that_shares_hide_together_is_not_promised(olga, targets):
    """Eve sees all rows without the salary, and Rome with it: together, no salary."""
    grant(targets, "East", Level.VIEW, None, ("salary",))
    grant(targets, "West", Level.VIEW, ROME, ())
    narrow = {"conditions": ROME, "masked": ["salary"]}
    assert check_share(olga, "eve", **narrow) == [
        "eve keeps access to all rows through the share with the group East."
    ]


def test_no_share_limits_owners_and_admins(olga, targets):
    assert check_share(olga, "root", conditions=ROME) == ["root is an admin and keeps full access to it."]
    owner = check_share(olga, "olga", conditions=ROME)
    assert owner == ["olga is the owner of this dataset and keeps full access to it."]


def test_a_view_keeps_its_level(olga, targets):
    with transaction() as work:
        view = SavedView(
            name="Late",
            key="late",
            dataset_id=get_dataset_id("trips"),
            owner_id=olga.principal.id,
            exploration={},
        )
        work.add(view)
    shares.grant_as_system(Resource.VIEW, view.id, targets["West"], ShareTerms(Level.EDIT))
    ask = {"among": "person", "name": "Eve", "level": "view"}
    answer = olga.browser.post("/api/views/late/shares/check", json=ask)
    assert answer.json["warnings"] == [f"eve keeps {EDIT} through the share with the group West."]
    assert olga.browser.post("/api/views/late/shares/check", json=ask | {"level": "edit"}).json == {
        "warnings": []
    }


def test_a_live_session_stays_open_to_everyone_until_that_share_is_removed(olga, targets, trips):
    key = start_session(olga.browser, trips.version)
    ask = {"among": "person", "name": "bob", "level": "view"}
    (warning,) = olga.browser.post(f"/api/live/{key}/shares/check", json=ask).json["warnings"]
    assert "remove the share with everyone" in warning
    everyone = olga.browser.get(f"/api/live/{key}/shares").json["shares"][0]["id"]
    assert olga.browser.delete(f"/api/shares/{everyone}").status_code == 204
    assert olga.browser.post(f"/api/live/{key}/shares/check", json=ask).json["warnings"] == []


def test_only_who_may_share_is_told(app, olga, targets):
    bob, id_ = users.require_principal("bob"), get_dataset_id("trips")
    ask = ((Resource.DATASET, id_), targets["eve"], ShareTerms())
    with pytest.raises(UnknownShareError):
        wider_shares.list_share_warnings(bob, *ask)
    grant(targets, "bob", *VIEW_ALL)
    with pytest.raises(NotAllowedError):
        wider_shares.list_share_warnings(bob, *ask)


def test_an_admin_is_warned_once_before_it_is_saved(app, olga, targets, sign_in_as):
    grant(targets, "", *VIEW_ALL)
    admin, id_ = sign_in_as(Role.ADMIN), str(get_dataset_id("trips"))
    answers = {"with": "person", "person": "Bob", "level": "view", "conditions": ROME, "masked": []}
    warned = confirm_action(app, admin, "share", id_, **answers)
    assert f"bob keeps access to all rows through {EVERYONE_SIGNED_IN}." in get_response_text(warned)
    listed = shares.list_shares(olga.principal, Resource.DATASET, int(id_))
    assert len(listed) == 1
    accepted = warned.get_json()["response"][ids.PENDING_ACTION]["data"]["accepted"]
    saved = confirm_action(app, admin, "share", id_, accepted=accepted, **answers)
    assert "is shared" in get_response_text(saved)
    grant(targets, "West", Level.VIEW, ROME, ())
    key = f"{id_}:{listed[0][0].id}"
    terms = {"level": "view", "conditions": OSLO, "masked": []}
    changed = get_response_text(confirm_action(app, admin, "change-share", key, **terms))
    assert "Members of West keep access to rows where City is Rome" in changed
