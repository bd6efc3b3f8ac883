"""Which columns shares show of versions that come and go: none that nobody has named or been shown."""

from __future__ import annotations

from types import SimpleNamespace

from hypothesis import given
from hypothesis import strategies as st

from datasets.access.effective_access import grant_from_share, maximal_grants
from datasets.share_columns import list_unconfirmed, split_columns
from db.tables import Share

NAMES = tuple("abcdef")
column_sets = st.lists(st.sampled_from(NAMES), min_size=1, unique=True)
histories = st.lists(column_sets, min_size=1, max_size=4)
"""The columns of the versions of a dataset, newest first."""


def make_share(versions, masked, shown):
    named, hidden = split_columns(versions, masked, shown)
    return Share(shown=named, masked=hidden)


def list_visible(share, columns):
    whole = SimpleNamespace(columns=[SimpleNamespace(name=name) for name in columns])
    return set(columns) - grant_from_share(share, whole).masked


@given(histories, histories, column_sets)
def test_a_share_with_hidden_columns_shows_only_what_stood_beside_them(before, after, masked):
    share = make_share(before, masked, None)
    for columns in (*before, *after):
        visible = list_visible(share, columns)
        assert not visible & set(masked)
        for name in masked:
            beside = next((set(each) for each in before if name in each), set())
            assert visible <= beside


@given(histories, histories, column_sets)
def test_a_share_that_names_columns_shows_these_of_every_version(before, after, shown):
    known = {name for columns in before for name in columns}
    share = make_share(before, (), shown)
    for columns in (*before, *after):
        assert list_visible(share, columns) == set(shown) & known & set(columns)


@given(histories, column_sets)
def test_a_share_without_restriction_shows_everything(before, later):
    share = make_share(before, (), None)
    assert list_visible(share, later) == set(later)
    assert list_unconfirmed(share, later) == []


@given(histories, histories, st.lists(st.sampled_from(NAMES), unique=True), column_sets)
def test_of_each_version_a_column_is_shown_hidden_or_asked_about(before, after, masked, shown):
    share = make_share(before, masked, shown)
    for columns in (*before, *after):
        asked, visible = set(list_unconfirmed(share, columns)), list_visible(share, columns)
        assert not asked & (visible | set(share.masked))
        assert set(columns) == visible | asked | set(share.masked) & set(columns)
    assert all(list_unconfirmed(share, columns) == [] for columns in before)


@given(st.lists(st.tuples(histories, column_sets), min_size=1, max_size=3), column_sets)
def test_shares_together_show_no_column_that_none_of_them_shows(made, columns):
    found = [make_share(before, masked, None) for before, masked in made]
    whole = SimpleNamespace(columns=[SimpleNamespace(name=name) for name in columns])
    kept = maximal_grants(grant_from_share(share, whole) for share in found)
    visible = set(columns).difference(*(grant.masked for grant in kept))
    assert visible <= set().union(*(list_visible(share, columns) for share in found))


def test_a_share_that_an_older_release_wrote_meanwhile_shows_no_column():
    assert list_visible(Share(masked=["a"]), ["a", "b"]) == set()
