"""What a person types into the forms of the way in."""

import re

import pyotp

from accounts import totp
from db.tables import now

PASSWORD = "correct horse battery"


def token_in(page):
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text).group(1)


def fill(client, path, page=None, **fields):
    """Open a form, fill it in and send it; ``page`` is the path of the form if it is another."""
    form = client.get(page or path)
    return client.post(path, data={"csrf_token": token_in(form), **fields})


def sign_in(client, name="ada", password=PASSWORD, **fields):
    return fill(client, "/signin", name=name, password=password, **fields)


def with_authenticator(person):
    """Give a person an authenticator; returns what it shows so many half minutes from now."""
    secret, _ = totp.propose(person.name)
    shown = pyotp.TOTP(secret)
    totp.enable(person.id, secret, shown.at(now(), counter_offset=-1))
    return lambda steps=0: shown.at(now(), counter_offset=steps)


def is_in(client):
    return client.get("/_dash-layout").status_code == 200
