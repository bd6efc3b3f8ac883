"""Capabilities of the broker: which resources take in which channels, and what two of them share."""

import pytest

from realtime.broker import capabilities, channel_names
from realtime.broker.errors import BrokerError


@pytest.mark.parametrize(
    ("pattern", "name", "covers"),
    [
        ("room", "room", True),
        ("room", "room:1", False),
        ("*", "room", True),
        ("*", "live:1:state", True),
        ("live:*", "live:1", True),
        ("live:*", "live:1:state", True),
        ("live:*", "live", False),
        ("live:*", "lively:1", False),
        ("*:state", "live:state", True),
        ("*:state", "live:1:state", False),
        ("li*", "live", False),
        ("*", "[meta]log", False),
        ("[*]*", "[meta]log", True),
        ("[*]*", "room", True),
        ("[meta]log", "[meta]log", True),
    ],
)
def test_which_channels_a_resource_covers(pattern, name, covers):
    assert capabilities.pattern_covers(pattern, name) is covers


@pytest.mark.parametrize(
    ("wanted", "granted", "both"),
    [
        ('{"a":["*"]}', '{"*":["publish"]}', '{"a":["publish"]}'),
        ('{"*":["publish","history"]}', '{"a":["*"]}', '{"a":["history","publish"]}'),
        ('{"a:*":["publish"]}', '{"a:b":["publish","subscribe"]}', '{"a:b":["publish"]}'),
        ('{"a":["publish"],"b":["publish"]}', '{"b":["*"]}', '{"b":["publish"]}'),
        ('{"a":["publish"]}', '{"[*]*":["*"]}', '{"a":["publish"]}'),
    ],
)
def test_the_intersection_of_two_capabilities(wanted, granted, both):
    assert (
        capabilities.parse_capability(wanted).intersect_with(capabilities.parse_capability(granted)).to_json()
        == both
    )


def test_nothing_in_common_is_refused():
    with pytest.raises(BrokerError) as refused:
        capabilities.parse_capability('{"a":["publish"]}').intersect_with(
            capabilities.parse_capability('{"a":["history"],"b":["*"]}')
        )
    assert refused.value.code == 40160


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", "7", '{"a":"*"}', '{"a":[]}', '{"a":["*","publish"]}'])
def test_an_invalid_capability_is_refused(text):
    with pytest.raises(BrokerError) as refused:
        capabilities.parse_capability(text)
    assert refused.value.code == 40000


def test_names_carry_params_and_nothing_odd():
    assert channel_names.parse_channel_name("[?rewind=1&modes=subscribe]live:1").params == {
        "rewind": "1",
        "modes": "subscribe",
    }
    assert channel_names.parse_channel_name("a/b ä").name == "a/b ä"
    for odd in ("", ":a", "a*", "a\nb", "[meta]x", "[", "[]", "\ud800", "x" * 513, None, 7):
        with pytest.raises(BrokerError) as refused:
            channel_names.parse_channel_name(odd)
        assert refused.value.code == 40010
