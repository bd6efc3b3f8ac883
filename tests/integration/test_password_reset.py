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
from db.engine import session
from db.tables import Purpose, Role, User
from tests.integration.mailbox import PUBLIC, mailboxes, use_mail
from tests.integration.signin_forms import PASSWORD, fill, is_in, sign_in, with_authenticator

NEW = "a better password"


@pytest.fixture
def ada(settings):
    return users.create("ada", PASSWORD, Role.ANALYST)


@pytest.fixture
def mailbox(settings):
    yield from mailboxes(settings)


def test_an_invitation_lets_one_choose_a_password(client, settings):
    users.create("eve", None, Role.VIEWER)
    path = f"/invitation/{one_time_links.issue('eve', Purpose.INVITATION)}"
    assert "Your name here is <strong>eve</strong>" in client.get(path).text
    assert fill(client, path, password=NEW).location == "/"
    assert is_in(client)
    client.post("/signout")
    assert sign_in(client, "eve", NEW).status_code == 302


@pytest.mark.parametrize("purpose", [Purpose.INVITATION, Purpose.RESET])
def test_looking_leaves_the_link_good_and_choosing_uses_it_up(client, app, ada, purpose):
    path = f"/{purpose}/{one_time_links.issue('ada', purpose)}"
    assert client.head(path).status_code == client.get(path).status_code == 200
    assert fill(client, path, password="too short").status_code == 400
    answer = fill(client, path, password="password1234")
    assert "try first" in answer.text
    assert "password1234" not in answer.text
    other = app.server.test_client()
    page = other.get(path)
    token = re.search(r'csrf_token"[^>]*value="([^"]+)"', page.text)[1]
    assert fill(client, path, password=NEW).status_code == 302
    late = other.post(path, data={"csrf_token": token, "password": "not this password"})
    assert late.status_code == client.get(path).status_code == 410
    assert sign_in(other, password=NEW).status_code == 302


def test_a_link_is_for_its_purpose_and_time(client, ada, settings):
    sign_in_link, reset_link = one_time_links.issue("ada"), one_time_links.issue("ada", Purpose.RESET)
    assert client.get(f"/reset/{sign_in_link}").status_code == 410
    assert client.get(f"/invitation/{reset_link}").status_code == 410
    assert client.get(f"/signin/link/{reset_link}").status_code == 410
    config.use(settings.model_copy(update={"link_lifetime": timedelta(seconds=-1)}))
    assert client.get(f"/reset/{one_time_links.issue('ada', Purpose.RESET)}").status_code == 410


def test_a_new_password_ends_sessions_and_other_links_but_keeps_the_second_factor(client, ada):
    code = with_authenticator(ada)
    held = sessions.begin(ada.id, "password", Browser("", ""))
    first, second = (f"/reset/{one_time_links.issue('ada', Purpose.RESET)}" for _ in range(2))
    assert fill(client, first, password=NEW).location == "/signin/factor"
    with pytest.raises(BadTokenError):
        sessions.of_access(held.access)
    assert client.get(second).status_code == 410
    assert not is_in(client)
    fill(client, "/signin/factor", code=code())
    assert is_in(client)


@pytest.mark.parametrize("who", ["ada", "ADA@example.org"])
def test_who_has_forgotten_gets_a_mail(client, ada, mailbox, who):
    users.set_email("ada", "ada@example.org")
    answer = fill(client, "/forgot", who=who)
    assert "a link is on its way" in answer.text
    mail = mailbox.next()
    assert (mail["To"], mail["From"]) == ("ada@example.org", "DataXchange <dx@example.org>")
    assert mail["Subject"] == "A new password for DataXchange"
    text = mail.get_content()
    assert "good once, for 60 minutes" in text
    path = re.search(rf"^{PUBLIC}(/reset/\S+)", text, re.MULTILINE)[1]
    assert fill(client, path, password=NEW).location == "/"


def test_the_answer_is_the_same_for_everybody(client, ada, mailbox):
    users.create("eve", PASSWORD, Role.VIEWER)
    users.set_email("eve", "eve@example.org")
    user_admin.disable(None, users.require("eve").id)
    answers = {fill(client, "/forgot", who=who).text for who in ("ada", "eve", "nobody", "no@example.org")}
    assert len(answers) == 1
    mail._sender().submit(int).result(timeout=20)
    with pytest.raises(Empty):
        mailbox.mails.get_nowait()


def test_one_mail_in_some_minutes(client, ada, mailbox):
    users.set_email("ada", "ada@example.org")
    for _ in range(2):
        fill(client, "/forgot", who="ada")
    mail._sender().submit(int).result(timeout=20)
    assert mailbox.mails.qsize() == 1


def test_asking_again_and_again_is_slowed_down(client, mailbox):
    answers = [fill(client, "/forgot", who="ada").status_code for _ in range(5)]
    assert answers[0] == 200
    assert answers[-1] == 429


def test_the_host_that_a_request_names_is_in_no_mail(client, ada, mailbox):
    users.set_email("ada", "ada@example.org")
    form = client.get("/forgot", headers={"Host": "evil.example"})
    token = re.search(r'csrf_token"[^>]*value="([^"]+)"', form.text)[1]
    data = {"csrf_token": token, "who": "ada"}
    client.post("/forgot", data=data, headers={"Host": "evil.example"})
    assert "evil" not in mailbox.next().as_string()


def test_without_a_mail_server_one_asks_an_admin(client, settings):
    page = client.get("/forgot")
    assert "Ask an admin" in page.text
    assert "<form" not in page.text


def test_a_mail_that_is_not_taken_is_logged_without_its_link(client, ada, settings, capsys):
    users.set_email("ada", "ada@example.org")
    use_mail(settings, 1)
    assert fill(client, "/forgot", who="ada").status_code == 200
    mail._sender().submit(int).result(timeout=20)
    told = "".join(capsys.readouterr())
    assert "a mail could not be sent" in told
    assert "reset/" not in told
    assert "ada" not in told


def test_mail_is_encrypted_unless_it_is_told_otherwise(ada, mailbox):
    users.set_email("ada", "ada@example.org")
    chosen = config.settings()
    plain = SecretStr(chosen.smtp_url.get_secret_value().replace("?tls=off", ""))
    config.use(chosen.model_copy(update={"smtp_url": plain}))
    token = one_time_links.issue("ada", Purpose.INVITATION)
    with pytest.raises(mail.smtplib.SMTPNotSupportedError, match="STARTTLS"):
        mail.bring(ada.id, Purpose.INVITATION, token)
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
    with session() as work:  # however it got there
        work.get_one(User, ada.id).email = email
    if "\n" in email:
        with pytest.raises(ValueError, match="linefeed or carriage return"):
            mail.bring(ada.id, Purpose.INVITATION, "token")
        assert mailbox.mails.empty()


def test_a_name_adds_nothing_to_the_head_of_a_mail(mailbox):
    eve = users.create("eve Bcc: adam@example.org", None, Role.VIEWER)
    users.set_email(eve.name, "eve@example.org")
    mail.bring(eve.id, Purpose.INVITATION, "token")
    told = mailbox.next()
    assert sorted(told.keys())[:4] == ["Auto-Submitted", "Content-Transfer-Encoding", "Content-Type", "From"]
    assert (told["To"], told["Bcc"]) == ("eve@example.org", None)


def test_an_invitation_by_mail(client, mailbox):
    eve = users.create("eve", None, Role.VIEWER)
    token = one_time_links.issue("eve", Purpose.INVITATION)
    assert mail.bring(eve.id, Purpose.INVITATION, token) is None
    users.set_email("eve", "eve@example.org")
    assert mail.bring(eve.id, Purpose.INVITATION, token) == "eve@example.org"
    text = mailbox.next().get_content()
    assert "good once, for 7 days" in text
    assert f"{PUBLIC}/invitation/{token}" in text
