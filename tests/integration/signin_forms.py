"""What a person types into the forms of the way in."""

import re

import pyotp

from accounts import totp
from db.tables import utc_now

PASSWORD = "correct horse battery"


def get_csrf_token(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text).group(1)


def submit_form(client, path, page=None, **fields):
    """Open a form, fill it in and send it; ``page`` is the path of the form if it is another."""
    form = client.get(page or path)
    return client.post(path, data={"csrf_token": get_csrf_token(form), **fields})


def sign_in_with_password(client, name="ada", password=PASSWORD, **fields):
    return submit_form(client, "/signin", name=name, password=password, **fields)


def enable_authenticator(person):
    """Give a person an authenticator; returns what it shows so many half minutes from now."""
    secret, _ = totp.propose_secret(person.name)
    shown = pyotp.TOTP(secret)
    totp.enable_totp(person.id, secret, shown.at(utc_now(), counter_offset=-1))
    return lambda steps=0: shown.at(utc_now(), counter_offset=steps)


def is_signed_in(client):
    return client.get("/_dash-layout").status_code == 200
