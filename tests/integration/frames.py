"""Reading what the cube route answers."""

import json

import numpy as np


def decode(answer):
    """The header, and its views by id with their values as arrays."""
    assert answer.status_code == 200, answer.get_data(as_text=True)
    data = answer.data
    size = int.from_bytes(data[4:8], "little")
    header, body = json.loads(data[8 : 8 + size]), data[8 + size :]
    for each in header["views"]:
        refs = each["values"].items()
        each["values"] = {
            name: np.frombuffer(body, "<" + ref["dtype"], ref["length"], ref["offset"]).reshape(each["shape"])
            for name, ref in refs
        }
    return header, {each["id"]: each for each in header["views"]}
