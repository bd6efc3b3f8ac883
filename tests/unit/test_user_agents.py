"""Browsers are told in words that people know."""

from __future__ import annotations

import pytest

from accounts import user_agents

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.1 Mobile/15E148 Safari/604.1"
)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Linux"),
        (SAFARI, "Mobile Safari on iOS"),
        ("curl/8.14.1", "curl"),
        ("my-script", "my-script"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_told_by_its_name_and_system(agent, words):
    assert user_agents.describe_user_agent(agent) == words
