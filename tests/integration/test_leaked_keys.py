"""After a leak: whatever was issued before is refused, and nothing that was stored is lost."""

import asyncio
from datetime import timedelta

import pytest
from itsdangerous import BadSignature

from accounts import api_tokens, one_time_links, sessions, signed_tokens, users
from accounts.audit.verify import verify_log
from accounts.commands import main
from accounts.permissions import Permission
from accounts.sessions import Browser
from accounts.signed_tokens import Audience, BadTokenError
from datasets.access import guest_links
from db.engine import transaction
from db.keys import key_ring, rotation
from db.tables import Dataset, GuestLink, KeyPurpose, Role, SavedView, utc_now
from realtime import keys
from realtime.broker import capabilities, tokens
from realtime.broker.errors import BrokerError
from realtime.broker.keys import KeysUnavailableError
from realtime.broker.protocol import ProtocolAction
from realtime.embedded_broker import KeyRingCipher
from realtime.rights_watcher import RIGHTS_CHANGING_ACTIONS
from tests.integration.signin_forms import sign_in_with_password
from tests.integration.threaded_broker import KEY, open_raw_client, start_broker

LATER = timedelta(hours=1)


@pytest.fixture
def ada(database, monkeypatch):
    """Somebody with an address, in a database of each kind, whose keys are renewed without waiting."""
    monkeypatch.setattr(key_ring, "REFRESH_SECONDS", 0.0)
    found = users.create_user("ada", "correct horse battery", Role.ADMIN)
    users.set_email("ada", "ada@example.org")
    return found


def create_guest_token(ada):
    with transaction() as work:
        dataset = Dataset(slug="trips", name="Trips")
        work.add(dataset)
        work.flush()
        view = SavedView(name="all", dataset_id=dataset.id, owner_id=ada.id, exploration={"views": []})
        work.add(view)
        work.flush()
        link = GuestLink(view_id=view.id, as_user_id=ada.id, expires=utc_now() + LATER)
        work.add(link)
    return guest_links.link_path(link).removeprefix("/guest/")


def assert_refused(read, token):
    with pytest.raises(BadTokenError):
        read(token)


def test_every_credential_of_before_is_refused(ada, capsys):
    session = sessions.start_session(ada.id, "password", Browser("192.0.2.7", "a browser"))
    held = {
        sessions.authenticate_access_token: session.access,
        sessions.peek_refresh_token: session.refresh,
        api_tokens.authenticate_token: api_tokens.create_token(
            ada, "it", [Permission.EXPLORE], utc_now() + LATER
        ),
        guest_links.resolve_token: create_guest_token(ada),
    }
    assert all(read(token) for read, token in held.items())
    link = one_time_links.create_link_token("ada")
    main(["rotate-keys", "--compromised"])
    for read, token in held.items():
        assert_refused(read, token)
    assert one_time_links.redeem_link(link) is None
    said = capsys.readouterr().out
    assert "Ended: 1 sessions, 1 API tokens, 1 guest links, 1 one-time links" in said
    assert not verify_log().fault


@pytest.mark.parametrize("audience", list(Audience))
def test_what_the_leaked_key_signs_is_refused_whatever_it_says(ada, audience, monkeypatch):
    leaked = key_ring.get_current_key(KeyPurpose.SIGN)
    before = signed_tokens.issue_token(audience, "a" * 32, utc_now() + LATER)
    main(["rotate-keys", "--compromised"])
    with monkeypatch.context() as patched:
        patched.setattr(key_ring, "get_current_key", lambda _purpose: leaked)
        forged = signed_tokens.issue_token(audience, "a" * 32, utc_now() + LATER)
    for token in (before, forged):
        with pytest.raises(BadTokenError):
            signed_tokens.decode_token(audience, token)
    own = signed_tokens.issue_token(audience, "a" * 32, utc_now() + LATER)
    assert signed_tokens.decode_token(audience, own)


def test_broker_tokens_and_form_cookies_of_before_are_refused(ada, shared_app, api_contract):
    server = shared_app.server
    cookie = server.session_interface.get_signing_serializer(server).dumps({"pending": {"user": ada.id}})
    token = tokens.issue_token(keys.get_current_key(), capabilities.EVERYTHING, 600)
    assert tokens.verify_token(token, keys.find_key)
    main(["rotate-keys", "--compromised"])
    with pytest.raises(BrokerError):
        tokens.verify_token(token, keys.find_key)
    with pytest.raises(BadSignature):
        server.session_interface.get_signing_serializer(server).loads(cookie)
    assert "key.rotated" in RIGHTS_CHANGING_ACTIONS  # those who are connected are checked at once


def test_data_stay_readable(ada):
    closed = KeyRingCipher().encrypt(b"a message in the broker's history")
    main(["rotate-keys", "--compromised"])
    key_ring.clear_cache()
    assert users.get_email(ada.id) == "ada@example.org"
    assert users.find_by_email("ada@example.org").id == ada.id
    assert next(rotation._reencrypt_statements(1), None) is None
    assert KeyRingCipher().decrypt(closed) == b"a message in the broker's history"
    assert users.authenticate_user("ada", "correct horse battery").id == ada.id


def test_new_keys_are_made_although_a_usual_rotation_was_interrupted(ada):
    rotation.create_new_keys()
    leaked = key_ring.get_current_key(KeyPurpose.SIGN)
    main(["rotate-keys", "--compromised"])
    assert key_ring.get_current_key(KeyPurpose.SIGN) != leaked
    with pytest.raises(key_ring.LostKeyError):
        key_ring.get_key(leaked.id)


def test_the_usual_rotation_signs_nobody_out(ada):
    session = sessions.start_session(ada.id, "password", Browser("192.0.2.7", "a browser"))
    main(["rotate-keys"])
    assert sessions.authenticate_access_token(session.access).id == ada.id


def test_a_form_opened_after_new_keys_is_accepted(ada, shared_app, api_contract):
    sign_in_with_password(shared_app.server.test_client())  # signs with the key of before
    main(["rotate-keys", "--compromised"])
    browser = shared_app.server.test_client()
    assert sign_in_with_password(browser).status_code == 302


def test_open_connections_end_with_their_key(tmp_path):
    found = {KEY.name: KEY}
    is_broken = []

    def find_key(name):
        if is_broken:
            raise KeysUnavailableError
        return found.get(name)

    async def scenario():
        async with open_raw_client(broker, token=broker.issue_token()) as client:
            await client.receive_frame(ProtocolAction.CONNECTED)
            is_broken.append(True)
            await client.send_frame(ProtocolAction.ATTACH, channel="room")
            await client.receive_frame(ProtocolAction.ATTACHED)  # it is not known whether the key is gone
            del found[KEY.name]
            is_broken.clear()
            return (await client.receive_frame(ProtocolAction.DISCONNECTED))["error"]["code"]

    broker = start_broker(tmp_path)
    broker.broker._hub.auth._lookup = find_key
    try:
        assert asyncio.run(scenario()) == 40141
    finally:
        broker.stop()
