"""The broker's codec and serials: what is written is what is read, in both formats."""

import json

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as some

from realtime.broker import message_codec, serials
from realtime.broker.errors import BrokerError
from realtime.broker.frames import Outgoing, decode, encode

text = some.text(some.characters(codec="utf-8"))
jsonlike = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53), 2**53) | text,
    lambda inner: some.lists(inner) | some.dictionaries(text, inner),
    max_leaves=10,
)
messages = some.fixed_dictionaries(
    {"data": text | some.binary()},
    optional={"name": text, "clientId": text, "id": text, "extras": some.dictionaries(text, jsonlike)},
)


@given(messages)
def test_a_message_comes_out_as_it_went_in_whatever_the_formats(message):
    (item,) = message_codec.taken([message], 10**9)
    frame = {"action": 15, "messages": [item]}
    packed = decode(encode(frame, "msgpack"))["messages"]
    written = decode(encode(frame, "json").decode())["messages"]
    assert message_codec.taken(packed, 10**9) == [item]
    assert message_codec.taken(written, 10**9) == [item]
    assert message_codec.unpacked(message_codec.packed(item)) == item


@given(jsonlike.filter(lambda value: isinstance(value, dict | list)))
def test_structures_become_json(value):
    (item,) = message_codec.taken([{"data": value}], 10**9)
    assert (json.loads(item["data"]), item["encoding"]) == (value, "json")


@given(some.text() | some.binary())
def test_garbage_is_no_frame_and_no_other_error(raw):
    try:
        frame = decode(raw)
    except BrokerError:
        return
    assert type(frame["action"]) is int


@pytest.mark.parametrize(
    "raw", ["[" * 10**5, b"\x91" * 10**5, '{"action": true}', "NaN", b"\xc1", "7"], ids=str
)
def test_what_is_no_frame_is_refused(raw):
    with pytest.raises(BrokerError):
        decode(raw)


def test_a_frame_is_encoded_once_a_format():
    outgoing = Outgoing({"action": 15, "messages": [{"data": b"\x00"}]})
    assert outgoing.encoded("json", "room") is outgoing.encoded("json", "room")
    assert json.loads(outgoing.encoded("json", "room"))["messages"] == [
        {"data": "AA==", "encoding": "base64"}
    ]
    assert msgpack.unpackb(outgoing.encoded("msgpack", "[?rewind=1]room"))["channel"] == "[?rewind=1]room"


def test_serials_rise_even_if_the_clock_is_set_back():
    ahead = serials.of_time(10**13)
    given_out = serials.Serials(ahead)
    made = [given_out.next() for _ in range(1000)]
    assert made == sorted(set(made))
    assert made[0] > ahead


def test_bounds_of_serials_leave_out_and_take_in_what_they_should():
    one, other = "00000000000001-000000", "00000000000001-000001"
    items = [serials.of_item(one, 0), serials.of_item(one, 1), serials.of_item(other, 0)]
    assert all(item < serials.all_of(one) for item in items[:2])
    assert items[2] > serials.all_of(one)
    for index, item in enumerate(items):
        assert [each for each in items if each <= serials.before(item)] == items[:index]
