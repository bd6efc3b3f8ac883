"""The actions of admins on people, and their confirmations."""

from __future__ import annotations

from dash import html
from dash.development.base_component import Component

from accounts import access_listing, groups, mail, user_admin, user_listing, users
from accounts.principals import Principal
from accounts.user_listing import UserRow
from callbacks.admin.formatting import ROLE_OPTIONS, person_field
from callbacks.admin.one_time_links import delivery_hint, link_created_message
from callbacks.confirm_actions import Action, ActionResult, Confirmation, FormValues
from components import ids
from components.controls import Field
from datasets.access import owners
from db.tables import LinkPurpose, Role


def _get_person(key: str) -> UserRow:
    found = user_listing.get_user_row(int(key))
    if found is None:
        raise user_admin.UnknownUserIdError
    return found


def _get_chosen_name(answers: FormValues) -> str:
    return str(answers.get("person") or "").strip()


def confirm_invite_person(_key: str) -> Confirmation:
    fields: list[Component] = [
        Field(ids.form_field("name"), "Name"),
        Field(ids.form_field("email"), "E-mail (optional)", "email"),
        Field(ids.form_field("role"), "Role", "choice", value=Role.ANALYST.value, options=ROLE_OPTIONS),
    ]
    if mail.is_configured():
        words = "The invitation is sent by e-mail. Without an address, you get a link to send yourself."
        fields.append(html.P(words, className="dx-weak"))
    return Confirmation("Invite a person", fields, "Create invitation")


def invite_person(by: Principal, _key: str, answers: FormValues) -> ActionResult:
    name, email = str(answers.get("name") or "").strip(), str(answers.get("email") or "").strip()
    person, token = user_admin.invite_user(by, name, Role(answers["role"]), email or None)
    return ActionResult(
        "", dialog_content=link_created_message(person.id, name, token, LinkPurpose.INVITATION)
    )


def reinvite_person(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    return _create_link(by, key, LinkPurpose.INVITATION)


def confirm_reinvite_person(key: str) -> Confirmation:
    where, yes = delivery_hint(int(key))
    words = f"Creates a new single-use link. {where}"
    return _text_confirmation(f"Invite {_get_person(key).name} again?", words, yes)


def confirm_reset_password(key: str) -> Confirmation:
    where, yes = delivery_hint(int(key))
    words = "Creates a single-use link to choose a new password. The old password works until then."
    return _text_confirmation(f"Reset the password of {_get_person(key).name}?", f"{words} {where}", yes)


def reset_password(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    return _create_link(by, key, LinkPurpose.RESET)


def _create_link(by: Principal, key: str, purpose: LinkPurpose) -> ActionResult:
    token = user_admin.create_link(by, int(key), purpose)
    return ActionResult(
        "", dialog_content=link_created_message(int(key), _get_person(key).name, token, purpose)
    )


def confirm_edit_person(key: str) -> Confirmation:
    found = _get_person(key)
    fields: list[Component] = [
        Field(ids.form_field("name"), "Name", value=found.name),
        Field(ids.form_field("email"), "E-mail (optional)", "email", value=users.get_email(found.id) or ""),
        html.P(
            "They sign in with the new name. What they own and what is shared with them stays theirs."
            " With another e-mail address, invitations and password links sent so far stop working.",
            className="dx-weak",
        ),
    ]
    return Confirmation(f"Edit {found.name}", fields, "Save changes")


def edit_person(by: Principal, key: str, answers: FormValues) -> ActionResult:
    name, email = str(answers.get("name") or "").strip(), str(answers.get("email") or "").strip()
    is_email_new = user_admin.change_profile(by, int(key), name, email or None)
    note = " Invitations and password links sent so far no longer work." if is_email_new else ""
    return ActionResult(f"{name} is saved.{note}")


def confirm_change_role(key: str) -> Confirmation:
    found = _get_person(key)
    words = html.P("Takes effect on their next request.", className="dx-weak")
    choice = Field(ids.form_field("role"), "Role", "choice", value=found.role.value, options=ROLE_OPTIONS)
    return Confirmation(f"Change the role of {found.name}", [choice, words], "Change role")


def change_role(by: Principal, key: str, answers: FormValues) -> ActionResult:
    """Change a role; ``key`` is ``<person id>``, or ``<person id>:<role>`` to undo a change."""
    id_, _, again = key.partition(":")
    role = Role(again or answers["role"])
    before = user_admin.change_role(by, int(id_), role)
    return ActionResult(
        f"{_get_person(id_).name} is now {_with_article(role)}.", ("role", f"{id_}:{before.value}")
    )


def confirm_disable_person(key: str) -> Confirmation:
    name = _get_person(key).name
    words = (
        f"{name} is signed out everywhere and can't sign in; their API tokens and guest links are suspended."
        " What they own stays, and you can enable them again."
    )
    return _text_confirmation(f"Disable {name}?", words, "Disable")


def disable_person(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    user_admin.disable_user(by, int(key))
    return ActionResult(f"{_get_person(key).name} is disabled.", ("enable", key))


def enable_person(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    user_admin.enable_user(by, int(key))
    return ActionResult(f"{_get_person(key).name} can sign in again.", ("disable", key))


def confirm_remove_factors(key: str) -> Confirmation:
    name = _get_person(key).name
    words = (
        f"This removes their authenticator app, recovery codes and passkeys, and signs {name} out everywhere."
        " Use it if they have lost their device; they can set up new ones afterwards."
    )
    return _text_confirmation(f"Remove the second factors of {name}?", words, "Remove all")


def remove_factors(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    user_admin.remove_factors(by, int(key))
    return ActionResult(f"{_get_person(key).name} no longer has a second factor.")


def confirm_sign_out(key: str) -> Confirmation:
    name = _get_person(key).name
    return _text_confirmation(
        f"Sign {name} out everywhere?",
        "They will have to sign in again everywhere, except in this browser.",
        "Sign out",
    )


def sign_out(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    access_listing.end_user_sessions(by, int(key))
    return ActionResult(f"{_get_person(key).name} is signed out everywhere.")


def confirm_delete_person(key: str) -> Confirmation:
    found, owned = _get_person(key), owners.list_owned(int(key))
    body: list[Component] = [
        html.P("This can't be undone. To keep what was shared with them, disable them instead.")
    ]
    if owned.all_names:
        body.append(html.P(f"They own: {', '.join(owned.all_names)}."))
        body.append(person_field("New owner"))
    return Confirmation(f"Delete {found.name}?", body, "Delete")


def delete_person(by: Principal, key: str, answers: FormValues) -> ActionResult:
    name = _get_person(key).name
    owners.delete_user(
        by,
        int(key),
        user_listing.require_user_id(_get_chosen_name(answers)) if _get_chosen_name(answers) else None,
    )
    return ActionResult(f"{name} is deleted.")


def confirm_join_group(key: str) -> Confirmation:
    found = _get_person(key)
    others = [(str(id_), name) for id_, name in groups.list_group_names() if name not in found.groups]
    if not others:
        raise groups.UnknownGroupError("There is no other group. Create one on the Groups page.")
    choice = Field(ids.form_field("group"), "Group", "choice", value=others[0][0], options=others)
    return Confirmation(f"Add {found.name} to a group", [choice], "Add")


def join_group(by: Principal, key: str, answers: FormValues) -> ActionResult:
    """Add a person to a group; ``key`` is ``<person id>``, or ``<person id>:<group id>`` for undo."""
    id_, _, group = key.partition(":")
    chosen = group or str(answers["group"])
    groups.add_member(by, int(chosen), int(id_))
    return ActionResult(f"{_get_person(id_).name} was added to the group.", ("leave", f"{id_}:{chosen}"))


def leave_group(by: Principal, key: str, _answers: FormValues) -> ActionResult:
    id_, _, group = key.partition(":")
    groups.remove_member(by, int(group), int(id_))
    return ActionResult(f"{_get_person(id_).name} was removed from the group.", ("join", key))


def _text_confirmation(title: str, words: str, yes: str) -> Confirmation:
    return Confirmation(title, [html.P(words)], yes)


def _with_article(role: Role) -> str:
    return f"{'an' if role.value[0] == 'a' else 'a'} {role.value}"


ACTIONS = {
    "invite": Action(invite_person, confirm_invite_person),
    "invite-again": Action(reinvite_person, confirm_reinvite_person),
    "reset": Action(reset_password, confirm_reset_password),
    "edit-person": Action(edit_person, confirm_edit_person),
    "role": Action(change_role, confirm_change_role),
    "disable": Action(disable_person, confirm_disable_person),
    "enable": Action(enable_person),
    "factors": Action(remove_factors, confirm_remove_factors),
    "sign-out": Action(sign_out, confirm_sign_out),
    "delete": Action(delete_person, confirm_delete_person),
    "join": Action(join_group, confirm_join_group),
    "leave": Action(leave_group),
}
