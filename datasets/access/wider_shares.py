"""What people keep through other shares although a new share gives them less: found before it is saved.

Shares add up, so a narrow share with a person takes nothing away from a wide one with everyone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

from sqlalchemy.orm import aliased
from sqlmodel import Session, select

from accounts.principals import Principal
from datasets import shares
from datasets.access.condition_text import describe_conditions
from datasets.access.effective_access import FULL_GRANT, ShareGrant, grant_from_share, maximal_grants
from datasets.access.share_targets import describe_target
from datasets.description import Description
from datasets.shares import EVERYONE, LEVELS, RESOURCE_TABLES, ShareableRow, ShareTarget, ShareTerms
from db.engine import transaction
from db.tables import Group, Level, Membership, Resource, Role, Share, User

SESSION_WARNING = (
    "This live session is also shared with everyone who sees its dataset. To limit it to the people and"
    " groups you name, remove the share with everyone signed in."
)


@dataclass(frozen=True)
class NamedShare:
    """A share, stored or to be: with whom, their name (empty for everyone), and what it gives."""

    target: ShareTarget
    name: str
    level: Level
    grant: ShareGrant


def list_share_warnings(
    by: Principal,
    shared: tuple[Resource, int],
    target: ShareTarget,
    terms: ShareTerms,
    whole: Description | None = None,
) -> list[str]:
    """Return a sentence for each way in which people keep more than a share with these terms gives them.

    ``shared`` is the kind and the id of what is to be shared. ``whole`` describes the newest version of a
    dataset, in whose words rows and columns are named.

    Raises:
        LookupError, NotAllowedError: ``by`` may not share the resource.
    """
    stored = [_name_share(share, name, whole) for share, name in shares.list_shares(by, *shared)]
    with transaction() as work:
        unlimited = _describe_unlimited(work, shared, target)
        if unlimited:
            return [unlimited]
        others = [each for each in stored if _is_shared_person(work, target, each.target)]
        new = _name_share(_build_share(work, shared, target, terms), _get_name(work, target), whole)
    if shared[0] is Resource.LIVE:
        return [SESSION_WARNING] if any(each.target == EVERYONE for each in others) else []
    told = [_describe_wider(new, other, others, whole) for other in others]
    return [sentence for sentence in told if sentence]


def _describe_unlimited(work: Session, shared: tuple[Resource, int], target: ShareTarget) -> str:
    """Return why no share limits a person; empty if shares do."""
    if target.user_id is None:
        return ""
    resource, id_ = shared
    user = work.get_one(User, target.user_id)
    row = cast(ShareableRow, work.get_one(RESOURCE_TABLES[resource], id_))
    if row.owner_id == user.id:
        return f"{user.name} is the owner of this {resource} and keeps full access to it."
    return f"{user.name} is an admin and keeps full access to it." if user.role == Role.ADMIN else ""


def _build_share(
    work: Session, shared: tuple[Resource, int], target: ShareTarget, terms: ShareTerms
) -> Share:
    share = Share(resource=shared[0], resource_id=shared[1], user_id=target.user_id, group_id=target.group_id)
    shares.apply_terms(work, share, terms)
    return share


def _name_share(share: Share, name: str, whole: Description | None) -> NamedShare:
    level = Level(share.level)
    grant = grant_from_share(share, whole) if whole and level is not Level.MANAGE else FULL_GRANT
    return NamedShare(ShareTarget(share.user_id, share.group_id), name, level, grant)


def _get_name(work: Session, target: ShareTarget) -> str:
    if target.user_id is not None:
        return work.get_one(User, target.user_id).name
    return work.get_one(Group, target.group_id).name if target.group_id is not None else ""


def _is_shared_person(work: Session, target: ShareTarget, other: ShareTarget) -> bool:
    """Return whether another target than this one reaches somebody whom this one reaches too."""
    if target == other:
        return False
    if EVERYONE in (target, other):
        return True
    groups = [each.group_id for each in (target, other) if each.group_id is not None]
    people = [each.user_id for each in (target, other) if each.user_id is not None]
    memberships = [aliased(Membership) for _ in groups]
    if not memberships:
        return False
    query = select(memberships[0].user_id)
    for membership, group in zip(memberships, groups, strict=True):
        query = query.where(membership.group_id == group, membership.user_id == memberships[0].user_id)
    for person in people:
        query = query.where(memberships[0].user_id == person)
    return work.exec(query.limit(1)).first() is not None


def _describe_wider(
    new: NamedShare, other: NamedShare, others: Sequence[NamedShare], whole: Description | None
) -> str:
    """Return what people keep through another share; empty if that is no more than the new one gives."""
    wider = _list_wider_data(new, other, others, whole) if whole else []
    kept = [f"access to {' and '.join(wider)}"] if wider else []
    if LEVELS.index(other.level) > LEVELS.index(new.level):
        kept.append(f"the access level “Can {other.level}”")
    if not kept:
        return ""
    return f"{_describe_people(new, other)} {' and '.join(kept)} through {_describe_source(other)}."


def _list_wider_data(
    new: NamedShare, other: NamedShare, others: Sequence[NamedShare], whole: Description
) -> list[str]:
    """Return the rows and the columns that the other share adds to those of the new one, in words."""
    is_person = new.target.user_id is not None
    together = maximal_grants([new.grant, *(each.grant for each in (others if is_person else [other]))])
    if other.grant not in together:
        return []
    adds_rows = new.grant.conditions is not None and other.grant.rows_key != new.grant.rows_key
    hidden = frozenset().union(*(grant.masked for grant in together))
    shown = new.grant.masked - hidden if other.grant.is_superset_of(new.grant) else frozenset()
    labels = [column.label for column in whole.columns if column.name in shown]
    columns = [f"the column{'s' if len(labels) > 1 else ''} {', '.join(labels)}"] if labels else []
    return ([_describe_rows(other.grant, whole)] if adds_rows else []) + columns


def _describe_rows(grant: ShareGrant, whole: Description) -> str:
    if grant.conditions is None:
        return "all rows"
    return f"rows where {describe_conditions(grant.conditions, whole)}"


def _describe_people(new: NamedShare, other: NamedShare) -> str:
    """Return whom both shares reach, and the verb that goes with them."""
    people = [each for each in (new, other) if each.target.user_id is not None]
    groups = [each.name for each in (new, other) if each.target.group_id is not None]
    if people:
        member = f", a member of {groups[0]}," if new.target.group_id is not None else ""
        return f"{people[0].name}{member} keeps"
    return f"Members of {'both ' if len(groups) > 1 else ''}{' and '.join(groups)} keep"


def _describe_source(share: NamedShare) -> str:
    return f"the share with {describe_target(share.target, share.name)}"
