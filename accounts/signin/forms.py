"""The sign-in forms: plain HTML that works without JavaScript."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from accounts import passwords, users

MAX_CODE_LENGTH = 100


class SignInForm(FlaskForm):
    """The sign-in form: name and password, and the local address to open next."""

    name = StringField("Name", [InputRequired("Enter your name."), Length(max=users.MAX_NAME_LENGTH)])
    password = PasswordField(
        "Password", [InputRequired("Enter your password."), Length(max=passwords.MAX_LENGTH)]
    )
    next = HiddenField()


class CodeForm(FlaskForm):
    """The form for an authenticator code or a recovery code."""

    code = StringField("Code", [InputRequired("Enter the code."), Length(max=MAX_CODE_LENGTH)])


class NewPasswordForm(FlaskForm):
    """The form for a new password."""

    password = PasswordField("New password", [InputRequired("Choose a password.")])


class ForgotForm(FlaskForm):
    """The form to request a password reset link."""

    who = StringField("Name or e-mail address", [InputRequired("Enter one of them."), Length(max=254)])
