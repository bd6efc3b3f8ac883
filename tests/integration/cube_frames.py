"""Reading what the cube route answers."""

import json

import numpy as np


def decode_frame(answer):
    """The header, and its views by id with their values as arrays; of a delta, with all cells."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    data = answer.data
    size = int.from_bytes(data[4:8], "little")
    header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    for each in header["views"]:
        found = {name: _read_array(body, ref) for name, ref in each["values"].items()}
        if "places" in each:
            places = _read_array(body, each.pop("places"))
            found = {name: _make_dense(name, places, values, each["shape"]) for name, values in found.items()}
        each["values"] = {name: values.reshape(each["shape"]) for name, values in found.items()}
    return header, {each["id"]: each for each in header["views"]}


def _read_array(body, ref):
    return np.frombuffer(body, "<" + ref["dtype"], ref["length"], ref["offset"])


def _make_dense(name, places, values, shape):
    empty = {"low": np.inf, "high": -np.inf}.get(name, 0)
    whole = np.full(int(np.prod(shape)), empty, values.dtype)
    whole[places] = values
    return whole
