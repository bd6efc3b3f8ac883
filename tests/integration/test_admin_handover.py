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
from datasets.shares import ShareTarget, ShareTerms
from db.engine import transaction
from db.tables import Dataset, Level, Resource, Role, SavedView
from tests.integration.admin_tables import SignIn, list_rows, open_panel
from tests.integration.dash_calls import ask_confirmation, confirm_action, get_response_text
from tests.integration.mailbox import PUBLIC_URL, Mailbox, configure_mail, run_mailbox


@pytest.fixture
def admin(sign_in_as: SignIn) -> FlaskClient:
    return sign_in_as(Role.ADMIN)


@pytest.fixture
def ada(app: Dash) -> Principal:
    return users.create_user("ada", "correct horse battery", Role.ANALYST)


@pytest.fixture
def trips(app: Dash) -> int:
    """The id of a dataset."""
    with transaction() as work:
        dataset = Dataset(slug="trips", name="Trips")
        work.add(dataset)
    return dataset.id or 0


@pytest.fixture
def mailbox(settings: Settings) -> Iterator[Mailbox]:
    yield from run_mailbox(settings)


def test_what_an_admin_makes_is_mailed_and_the_link_is_there_on_demand(
    app: Dash, admin: FlaskClient, mailbox: Mailbox
) -> None:
    assert "is sent by e-mail" in get_response_text(ask_confirmation(app, admin, "invite"))
    answer = get_response_text(
        confirm_action(app, admin, "invite", name="bob", email="bob@example.org", role="viewer")
    )
    assert "has been sent to bob@example.org" in answer
    assert "Show the link" in answer
    mail = mailbox.receive_mail()
    assert (mail["To"], mail["Subject"]) == ("bob@example.org", "Your invitation to DataXchange")
    link = re.search(rf"{PUBLIC_URL}/invitation/\S+", mail.get_content())
    assert link
    assert link[0] in answer
    bob = str(user_listing.require_user_id("bob"))
    for verb, words in (("reset", "An admin has started"), ("invite-again", "You have been invited")):
        assert "It will be e-mailed to bob@example.org." in get_response_text(
            ask_confirmation(app, admin, verb, bob)
        )
        assert "has been sent to" in get_response_text(confirm_action(app, admin, verb, bob))
        assert words in mailbox.receive_mail().get_content()


def test_without_an_address_the_link_is_handed_on(app: Dash, admin: FlaskClient, mailbox: Mailbox) -> None:
    answer = get_response_text(confirm_action(app, admin, "invite", name="bob", email="", role="viewer"))
    assert "Send this link to bob" in answer
    assert "has been sent to" not in answer
    assert "Create link" in get_response_text(
        ask_confirmation(app, admin, "reset", str(user_listing.require_user_id("bob")))
    )
    assert mailbox.mails.empty()


def test_a_mail_that_could_not_be_sent_leaves_the_link_to_hand_on(
    app: Dash, admin: FlaskClient, settings: Settings
) -> None:
    configure_mail(settings, 1)
    answer = get_response_text(
        confirm_action(app, admin, "invite", name="bob", email="bob@example.org", role="viewer")
    )
    assert "The e-mail could not be sent" in answer
    assert "Connection refused" in answer
    assert re.search(rf"{PUBLIC_URL}/invitation/[\w-]{{40,}}", answer)
    assert user_listing.require_user_id("bob")


def test_a_saved_view_is_listed_with_its_shares_and_given_to_somebody_else(
    app: Dash, admin: FlaskClient, ada: Principal, trips: int
) -> None:
    bob = users.create_user("bob", "correct horse battery", Role.ANALYST)
    with transaction() as work:
        view = SavedView(
            name="Late trips", key="late", dataset_id=int(trips), owner_id=ada.id, exploration={}
        )
        work.add(view)
        work.flush()
        key = str(view.id)
    shares.grant_as_system(Resource.VIEW, int(key), ShareTarget(user_id=bob.id), ShareTerms(Level.EDIT))
    (row,) = list_rows(admin, ids.VIEWS, text="LATE")
    assert (row["name"], row["dataset"], row["owner"], row["shares"]) == ("Late trips", "Trips", "ada", 1)
    shown = open_panel(admin, ids.VIEWS, key)
    assert all(words in shown for words in ("/view/late", "Can edit", '"bob"'))
    assert "Change the owner" in get_response_text(ask_confirmation(app, admin, "view-owner", key))
    assert "no user named" in get_response_text(
        confirm_action(app, admin, "view-owner", key, person="nobody")
    )
    get_response_text(confirm_action(app, admin, "view-owner", key, person="bob"))
    assert list_rows(admin, ids.VIEWS)[0]["owner"] == "bob"
    entry = audit.list_entries()[0][0]
    assert (entry.action, entry.resource_key) == ("owner.changed", "late")
    assert entry.details == {"before": "ada", "owner": "bob"}
    assert "This saved view no longer exists." in get_response_text(
        ask_confirmation(app, admin, "view-owner", "999")
    )
    assert list_rows(admin, ids.VIEWS, text="nothing") == []
