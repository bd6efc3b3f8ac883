"""What an admin does to people, and what is asked before."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from accounts import access_listing, groups, mail, user_admin, user_listing
from accounts.principals import Principal
from accounts.user_listing import Person
from callbacks.admin.formatting import ROLES, who
from callbacks.admin.one_time_links import handed, way
from callbacks.confirm_actions import Act, Answers, Done, Question
from components import ids
from components.controls import Field
from datasets import leaving
from datasets.access import owners
from db.tables import Purpose, Role


def _person(key: str) -> Person:
    found = user_listing.of(int(key))
    if found is None:
        raise user_admin.UnknownPersonError
    return found


def _name(answers: Answers) -> str:
    return str(answers.get("person") or "").strip()


def ask_invite(_key: str) -> Question:
    fields: list[Component] = [
        Field(ids.answer("name"), "Name"),
        Field(ids.answer("email"), "E-mail (optional)", "email"),
        Field(ids.answer("role"), "Role", "choice", value=Role.ANALYST.value, options=ROLES),
    ]
    if mail.configured():
        words = "The invitation is mailed to them; without an address you get a link to hand on."
        fields.append(html.P(words, className="dx-weak"))
    return Question("Invite a person", fields, "Create the invitation")


def invite(by: Principal, _key: str, answers: Answers) -> Done:
    name, email = str(answers.get("name") or "").strip(), str(answers.get("email") or "").strip()
    person, token = user_admin.invite(by, name, Role(answers["role"]), email or None)
    return Done("", show=handed(person.id, name, token, Purpose.INVITATION))


def invite_again(by: Principal, key: str, _answers: Answers) -> Done:
    return _linked(by, key, Purpose.INVITATION)


def ask_invite_again(key: str) -> Question:
    where, yes = way(int(key))
    words = f"This makes another link, good once. {where}"
    return _question(f"Invite {_person(key).name} again?", words, yes)


def ask_reset(key: str) -> Question:
    where, yes = way(int(key))
    words = "This makes a link, good once, by which they choose a new password. The old one works until then."
    return _question(f"Let {_person(key).name} choose a new password?", f"{words} {where}", yes)


def reset(by: Principal, key: str, _answers: Answers) -> Done:
    return _linked(by, key, Purpose.RESET)


def _linked(by: Principal, key: str, purpose: Purpose) -> Done:
    token = user_admin.link(by, int(key), purpose)
    return Done("", show=handed(int(key), _person(key).name, token, purpose))


def ask_role(key: str) -> Question:
    found = _person(key)
    words = html.P("It counts from their next click on.", className="dx-weak")
    choice = Field(ids.answer("role"), "Role", "choice", value=found.role.value, options=ROLES)
    return Question(f"Change the role of {found.name}", [choice, words], "Change the role")


def change_role(by: Principal, key: str, answers: Answers) -> Done:
    """``key`` is of a person, or of a person and a role: to take a change back."""
    id_, _, again = key.partition(":")
    role = Role(again or answers["role"])
    before = user_admin.change_role(by, int(id_), role)
    return Done(f"{_person(id_).name} is {_article(role)} now.", ("role", f"{id_}:{before.value}"))


def ask_disable(key: str) -> Question:
    name = _person(key).name
    words = (
        f"{name} is signed out everywhere at once and can't come back; their API tokens and guest links rest."
        " What they own stays, and you can let them in again."
    )
    return _question(f"Keep {name} out?", words, "Disable")


def disable(by: Principal, key: str, _answers: Answers) -> Done:
    user_admin.disable(by, int(key))
    return Done(f"{_person(key).name} is disabled.", ("enable", key))


def enable(by: Principal, key: str, _answers: Answers) -> Done:
    user_admin.enable(by, int(key))
    return Done(f"{_person(key).name} may sign in again.", ("disable", key))


def ask_factors(key: str) -> Question:
    name = _person(key).name
    words = (
        f"{name} loses their authenticator app, recovery codes and passkeys, and is signed out everywhere."
        " Do this when they have lost the device; they set up new ones afterwards."
    )
    return _question(f"Remove the second factors of {name}?", words, "Remove all")


def remove_factors(by: Principal, key: str, _answers: Answers) -> Done:
    user_admin.remove_factors(by, int(key))
    return Done(f"{_person(key).name} has no second factor now.")


def ask_sign_out(key: str) -> Question:
    name = _person(key).name
    return _question(
        f"Sign {name} out everywhere?", "Every browser but this one asks them to sign in.", "Sign out"
    )


def sign_out(by: Principal, key: str, _answers: Answers) -> Done:
    access_listing.end_sessions(by, int(key))
    return Done(f"{_person(key).name} is signed out everywhere.")


def ask_delete(key: str) -> Question:
    found, owned = _person(key), owners.owned(int(key))
    body: list[Component] = [html.P("This can't be undone. Disable them to keep what was shared with them.")]
    if owned.names:
        body.append(html.P(f"They own: {', '.join(owned.names)}."))
        body.append(who("Who gets it"))
    return Question(f"Delete {found.name}?", body, "Delete")


def delete(by: Principal, key: str, answers: Answers) -> Done:
    name = _person(key).name
    leaving.leave(by, int(key), user_listing.named(_name(answers)) if _name(answers) else None)
    return Done(f"{name} is deleted.")


def ask_join(key: str) -> Question:
    found = _person(key)
    others = [(str(id_), name) for id_, name in groups.names() if name not in found.groups]
    if not others:
        raise groups.UnknownGroupError("There is no other group. Make one on the page Groups.")
    choice = Field(ids.answer("group"), "Group", "choice", value=others[0][0], options=others)
    return Question(f"Add {found.name} to a group", [choice], "Add")


def join(by: Principal, key: str, answers: Answers) -> Done:
    """``key`` is of a person, or of a person and a group: to take back that they left it."""
    id_, _, group = key.partition(":")
    chosen = group or str(answers["group"])
    groups.add(by, int(chosen), int(id_))
    return Done(f"{_person(id_).name} is in the group now.", ("leave", f"{id_}:{chosen}"))


def leave(by: Principal, key: str, _answers: Answers) -> Done:
    id_, _, group = key.partition(":")
    groups.remove(by, int(group), int(id_))
    return Done(f"{_person(id_).name} has left the group.", ("join", key))


def _question(title: str, words: str, yes: str) -> Question:
    return Question(title, [html.P(words)], yes)


def _article(role: Role) -> str:
    return f"{'an' if role.value[0] == 'a' else 'a'} {role.value}"


ACTS = {
    "invite": Act(invite, ask_invite),
    "invite-again": Act(invite_again, ask_invite_again),
    "reset": Act(reset, ask_reset),
    "role": Act(change_role, ask_role),
    "disable": Act(disable, ask_disable),
    "enable": Act(enable),
    "factors": Act(remove_factors, ask_factors),
    "sign-out": Act(sign_out, ask_sign_out),
    "delete": Act(delete, ask_delete),
    "join": Act(join, ask_join),
    "leave": Act(leave),
}
