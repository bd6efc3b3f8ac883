"""The broker's codec and serials: what is written is what is read, in both formats."""

import json

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as some

from realtime.broker import message_codec, serials
from realtime.broker.errors import BrokerError
from realtime.broker.frames import BroadcastFrame, decode_frame, encode_frame

utf8_text = some.text(some.characters(codec="utf-8"))
json_values = some.recursive(
    some.none() | some.booleans() | some.integers(-(2**53), 2**53) | utf8_text,
    lambda inner: some.lists(inner) | some.dictionaries(utf8_text, inner),
    max_leaves=10,
)
messages = some.fixed_dictionaries(
    {"data": utf8_text | some.binary()},
    optional={
        "name": utf8_text,
        "clientId": utf8_text,
        "id": utf8_text,
        "extras": some.dictionaries(utf8_text, json_values),
    },
)


@given(messages)
def test_a_message_comes_out_as_it_went_in_whatever_the_formats(message):
    (item,) = message_codec.parse_items([message], 10**9)
    frame = {"action": 15, "messages": [item]}
    packed = decode_frame(encode_frame(frame, "msgpack"))["messages"]
    written = decode_frame(encode_frame(frame, "json").decode())["messages"]
    assert message_codec.parse_items(packed, 10**9) == [item]
    assert message_codec.parse_items(written, 10**9) == [item]
    assert message_codec.unpack_item(message_codec.pack_item(item)) == item


@given(json_values.filter(lambda value: isinstance(value, dict | list)))
def test_structures_become_json(value):
    (item,) = message_codec.parse_items([{"data": value}], 10**9)
    assert (json.loads(item["data"]), item["encoding"]) == (value, "json")


@given(some.text() | some.binary())
def test_garbage_is_no_frame_and_no_other_error(raw):
    try:
        frame = decode_frame(raw)
    except BrokerError:
        return
    assert type(frame["action"]) is int


@pytest.mark.parametrize(
    "raw", ["[" * 10**5, b"\x91" * 10**5, '{"action": true}', "NaN", b"\xc1", "7"], ids=str
)
def test_what_is_no_frame_is_refused(raw):
    with pytest.raises(BrokerError):
        decode_frame(raw)


def test_a_frame_is_encoded_once_a_format():
    outgoing = BroadcastFrame({"action": 15, "messages": [{"data": b"\x00"}]})
    assert outgoing.encode_for("json", "room") is outgoing.encode_for("json", "room")
    assert json.loads(outgoing.encode_for("json", "room"))["messages"] == [
        {"data": "AA==", "encoding": "base64"}
    ]
    assert msgpack.unpackb(outgoing.encode_for("msgpack", "[?rewind=1]room"))["channel"] == "[?rewind=1]room"


def test_serials_rise_even_if_the_clock_is_set_back():
    ahead = serials.from_milliseconds(10**13)
    given_out = serials.SerialGenerator(ahead)
    made = [given_out.next_serial() for _ in range(1000)]
    assert made == sorted(set(made))
    assert made[0] > ahead


def test_bounds_of_serials_leave_out_and_take_in_what_they_should():
    one, other = "00000000000001-000000", "00000000000001-000001"
    items = [
        serials.make_item_serial(one, 0),
        serials.make_item_serial(one, 1),
        serials.make_item_serial(other, 0),
    ]
    assert all(item < serials.bound_after(one) for item in items[:2])
    assert items[2] > serials.bound_after(one)
    for index, item in enumerate(items):
        assert [each for each in items if each <= serials.bound_before(item)] == items[:index]
