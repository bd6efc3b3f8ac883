"""Invitations, forgotten passwords and the mails that bring them, by a real mail server."""

import re
from datetime import timedelta
from queue import Empty

import pytest
from pydantic import SecretStr

import config
from accounts import mail, one_time_links, sessions, user_admin, users
from accounts.sessions import Browser
from accounts.signed_tokens import BadTokenError
from db.engine import transaction
from db.tables import LinkPurpose, Role, User
from tests.integration.mailbox import PUBLIC_URL, configure_mail, run_mailbox
from tests.integration.signin_forms import (
    PASSWORD,
    enable_authenticator,
    is_signed_in,
    sign_in_with_password,
    submit_form,
)

NEW_PASSWORD = "a better password"


@pytest.fixture
def ada(settings):
    return users.create_user("ada", PASSWORD, Role.ANALYST)


@pytest.fixture
def mailbox(settings):
    yield from run_mailbox(settings)


def test_an_invitation_lets_one_choose_a_password(client, settings):
    users.create_user("eve", None, Role.VIEWER)
    path = f"/invitation/{one_time_links.create_link_token('eve', LinkPurpose.INVITATION)}"
    assert "Your user name is <strong>eve</strong>" in client.get(path).text
    assert submit_form(client, path, password=NEW_PASSWORD).location == "/"
    assert is_signed_in(client)
    client.post("/signout")
    assert sign_in_with_password(client, "eve", NEW_PASSWORD).status_code == 302


@pytest.mark.parametrize("purpose", [LinkPurpose.INVITATION, LinkPurpose.RESET])
def test_looking_leaves_the_link_good_and_choosing_uses_it_up(client, app, ada, purpose):
    path = f"/{purpose}/{one_time_links.create_link_token('ada', purpose)}"
    assert client.head(path).status_code == client.get(path).status_code == 200
    assert submit_form(client, path, password="too short").status_code == 400
    answer = submit_form(client, path, password="password1234")
    assert "too common" in answer.text
    assert "password1234" not in answer.text
    other = app.server.test_client()
    page = other.get(path)
    token = re.search(r'csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    assert submit_form(client, path, password=NEW_PASSWORD).status_code == 302
    late = other.post(path, data={"csrf_token": token, "password": "not this password"})
    assert late.status_code == client.get(path).status_code == 410
    assert sign_in_with_password(other, password=NEW_PASSWORD).status_code == 302


def test_a_link_is_for_its_purpose_and_time(client, ada, settings):
    sign_in_link, reset_link = (
        one_time_links.create_link_token("ada"),
        one_time_links.create_link_token("ada", LinkPurpose.RESET),
    )
    assert client.get(f"/reset/{sign_in_link}").status_code == 410
    assert client.get(f"/invitation/{reset_link}").status_code == 410
    assert client.get(f"/signin/link/{reset_link}").status_code == 410
    config.override_settings(settings.model_copy(update={"link_lifetime": timedelta(seconds=-1)}))
    assert (
        client.get(f"/reset/{one_time_links.create_link_token('ada', LinkPurpose.RESET)}").status_code == 410
    )


def test_a_new_password_ends_sessions_and_other_links_but_keeps_the_second_factor(client, ada):
    code = enable_authenticator(ada)
    held = sessions.start_session(ada.id, "password", Browser("", ""))
    first, second = (f"/reset/{one_time_links.create_link_token('ada', LinkPurpose.RESET)}" for _ in range(2))
    assert submit_form(client, first, password=NEW_PASSWORD).location == "/signin/factor"
    with pytest.raises(BadTokenError):
        sessions.authenticate_access_token(held.access)
    assert client.get(second).status_code == 410
    assert not is_signed_in(client)
    submit_form(client, "/signin/factor", code=code())
    assert is_signed_in(client)


@pytest.mark.parametrize("who", ["ada", "ADA@example.org"])
def test_who_has_forgotten_gets_a_mail(client, ada, mailbox, who):
    users.set_email("ada", "ada@example.org")
    answer = submit_form(client, "/forgot", who=who)
    assert "we have sent a link" in answer.text
    mail = mailbox.receive_mail()
    assert (mail["To"], mail["From"]) == ("ada@example.org", "DataXchange <dx@example.org>")
    assert mail["Subject"] == "Reset your DataXchange password"
    text = mail.get_content()
    assert "works once and expires in 60 minutes" in text
    path = re.search(rf"^{PUBLIC_URL}(/reset/\S+)", text, re.MULTILINE)[1]
    assert submit_form(client, path, password=NEW_PASSWORD).location == "/"


def test_the_answer_is_the_same_for_everybody(client, ada, mailbox):
    users.create_user("eve", PASSWORD, Role.VIEWER)
    users.set_email("eve", "eve@example.org")
    user_admin.disable_user(None, users.require_principal("eve").id)
    answers = {
        submit_form(client, "/forgot", who=who).text for who in ("ada", "eve", "nobody", "no@example.org")
    }
    assert len(answers) == 1
    mail._get_executor().submit(int).result(timeout=20)
    with pytest.raises(Empty):
        mailbox.mails.get_nowait()


def test_one_mail_in_some_minutes(client, ada, mailbox):
    users.set_email("ada", "ada@example.org")
    for _ in range(2):
        submit_form(client, "/forgot", who="ada")
    mail._get_executor().submit(int).result(timeout=20)
    assert mailbox.mails.qsize() == 1


def test_asking_again_and_again_is_slowed_down(client, mailbox):
    answers = [submit_form(client, "/forgot", who="ada").status_code for _ in range(5)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_the_host_that_a_request_names_is_in_no_mail(client, ada, mailbox):
    users.set_email("ada", "ada@example.org")
    form = client.get("/forgot", headers={"Host": "evil.example"})
    token = re.search(r'csrf_token"[^>]*value="([^"]+)"', form.text)[1]
    data = {"csrf_token": token, "who": "ada"}
    client.post("/forgot", data=data, headers={"Host": "evil.example"})
    assert "evil" not in mailbox.receive_mail().as_string()


def test_without_a_mail_server_one_asks_an_admin(client, settings):
    page = client.get("/forgot")
    assert "Ask an admin" in page.text
    assert "<form" not in page.text


def test_a_mail_that_is_not_taken_is_logged_without_its_link(client, ada, settings, capsys):
    users.set_email("ada", "ada@example.org")
    configure_mail(settings, 1)
    assert submit_form(client, "/forgot", who="ada").status_code == 200
    mail._get_executor().submit(int).result(timeout=20)
    told = "".join(capsys.readouterr())
    assert "a mail could not be sent" in told
    assert "reset/" not in told
    assert "ada" not in told


def test_mail_is_encrypted_unless_it_is_told_otherwise(ada, mailbox):
    users.set_email("ada", "ada@example.org")
    chosen = config.get_settings()
    plain = SecretStr(chosen.smtp_url.get_secret_value().replace("?tls=off", ""))
    config.override_settings(chosen.model_copy(update={"smtp_url": plain}))
    token = one_time_links.create_link_token("ada", LinkPurpose.INVITATION)
    with pytest.raises(mail.smtplib.SMTPNotSupportedError, match="STARTTLS"):
        mail.send_link(ada.id, LinkPurpose.INVITATION, token)
    assert mailbox.mails.empty()


@pytest.mark.parametrize(
    "email",
    [
        "ada@example.org\r\nBcc: eve@example.org",
        "ada@example.org\nSubject: More",
        "ada@example.org, eve@example.org",
    ],
)
def test_an_address_adds_no_headers_and_nobody_else(ada, mailbox, email):
    with pytest.raises(users.BadEmailError):
        users.set_email("ada", email)
    with transaction() as work:  # however it got there
        work.get_one(User, ada.id).email = email
    if "\n" in email:
        with pytest.raises(ValueError, match="linefeed or carriage return"):
            mail.send_link(ada.id, LinkPurpose.INVITATION, "token")
        assert mailbox.mails.empty()


def test_a_name_adds_nothing_to_the_head_of_a_mail(mailbox):
    eve = users.create_user("eve Bcc: adam@example.org", None, Role.VIEWER)
    users.set_email(eve.name, "eve@example.org")
    mail.send_link(eve.id, LinkPurpose.INVITATION, "token")
    told = mailbox.receive_mail()
    assert sorted(told.keys())[:4] == ["Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "From"]
    assert (told["To"], told["Bcc"]) == ("eve@example.org", None)


def test_an_invitation_by_mail(client, mailbox):
    eve = users.create_user("eve", None, Role.VIEWER)
    token = one_time_links.create_link_token("eve", LinkPurpose.INVITATION)
    assert mail.send_link(eve.id, LinkPurpose.INVITATION, token) is None
    users.set_email("eve", "eve@example.org")
    assert mail.send_link(eve.id, LinkPurpose.INVITATION, token) == "eve@example.org"
    text = mailbox.receive_mail().get_content()
    assert "works once and expires in 7 days" in text
    assert f"{PUBLIC_URL}/invitation/{token}" in text
