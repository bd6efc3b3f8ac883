"""What an admin hands on: links to whose they are, by mail or by hand, and what somebody owns."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from dash import Dash
from flask.testing import FlaskClient

from accounts import audit, user_listing, users
from accounts.principals import Principal
from components.admin import ids
from config import Settings
from datasets import shares
from datasets.shares import Subject, Terms
from db.engine import session
from db.tables import Dataset, Level, Resource, Role, SavedView
from tests.integration.admin_tables import SignIn, found, panel
from tests.integration.dash_calls import ask, confirm, done
from tests.integration.mailbox import PUBLIC, Mailbox, mailboxes, use_mail


@pytest.fixture
def admin(signed_in: SignIn) -> FlaskClient:
    return signed_in(Role.ADMIN)


@pytest.fixture
def ada(app: Dash) -> Principal:
    return users.create("ada", "correct horse battery", Role.ANALYST)


@pytest.fixture
def trips(app: Dash) -> int:
    """The id of a dataset."""
    with session() as work:
        dataset = Dataset(slug="trips", name="Trips")
        work.add(dataset)
    return dataset.id or 0


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    yield from mailboxes(settings)


def test_what_an_admin_makes_is_mailed_and_the_link_is_there_on_demand(
    app: Dash, admin: FlaskClient, mailbox: Mailbox
) -> None:
    assert "is mailed to them" in done(ask(app, admin, "invite"))
    answer = done(confirm(app, admin, "invite", name="bob", email="bob@example.org", role="viewer"))
    assert "on its way to bob@example.org" in answer
    assert "Show the link" in answer
    mail = mailbox.next()
    assert (mail["To"], mail["Subject"]) == ("bob@example.org", "Welcome to DataXchange")
    link = re.search(rf"{PUBLIC}/invitation/\S+", mail.get_content())
    assert link
    assert link[0] in answer
    bob = str(user_listing.named("bob"))
    for verb, words in (("reset", "an admin of DataXchange lets you"), ("invite-again", "you are invited")):
        assert "It is mailed to bob@example.org." in done(ask(app, admin, verb, bob))
        assert "on its way" in done(confirm(app, admin, verb, bob))
        assert words in mailbox.next().get_content()


def test_without_an_address_the_link_is_handed_on(app: Dash, admin: FlaskClient, mailbox: Mailbox) -> None:
    answer = done(confirm(app, admin, "invite", name="bob", email="", role="viewer"))
    assert "Hand this link to bob" in answer
    assert "on its way" not in answer
    assert "Make a link" in done(ask(app, admin, "reset", str(user_listing.named("bob"))))
    assert mailbox.mails.empty()


def test_a_mail_that_could_not_be_sent_leaves_the_link_to_hand_on(
    app: Dash, admin: FlaskClient, settings: Settings
) -> None:
    use_mail(settings, 1)
    answer = done(confirm(app, admin, "invite", name="bob", email="bob@example.org", role="viewer"))
    assert "The mail could not be sent" in answer
    assert "Connection refused" in answer
    assert re.search(rf"{PUBLIC}/invitation/[\w-]{{40,}}", answer)
    assert user_listing.named("bob")


def test_a_saved_view_is_listed_with_its_shares_and_given_to_somebody_else(
    app: Dash, admin: FlaskClient, ada: Principal, trips: int
) -> None:
    bob = users.create("bob", "correct horse battery", Role.ANALYST)
    with session() as work:
        view = SavedView(
            name="Late trips", key="late", dataset_id=int(trips), owner_id=ada.id, exploration={}
        )
        work.add(view)
        work.flush()
        key = str(view.id)
    shares.put(Resource.VIEW, int(key), Subject(user_id=bob.id), Terms(Level.EDIT))
    (row,) = found(admin, ids.VIEWS, text="LATE")
    assert (row["name"], row["dataset"], row["owner"], row["shares"]) == ("Late trips", "Trips", "ada", 1)
    shown = panel(admin, ids.VIEWS, key)
    assert all(words in shown for words in ("/view/late", "Edit", '"bob"'))
    assert "another owner" in done(ask(app, admin, "view-owner", key))
    assert "no user named" in done(confirm(app, admin, "view-owner", key, person="nobody"))
    done(confirm(app, admin, "view-owner", key, person="bob"))
    assert found(admin, ids.VIEWS)[0]["owner"] == "bob"
    entry = audit.page()[0][0]
    assert (entry.action, entry.resource_key) == ("owner.changed", "late")
    assert entry.details == {"before": "ada", "owner": "bob"}
    assert "no such saved view" in done(ask(app, admin, "view-owner", "999"))
    assert found(admin, ids.VIEWS, text="nothing") == []
