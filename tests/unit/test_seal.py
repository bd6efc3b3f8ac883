"""What is sealed opens in its place, with its key, unaltered; and nowhere else."""

import pytest

from db.keys import ring, seal
from db.keys.ring import LostKeyError
from db.keys.seal import AlteredError, SealedJson
from db.tables import KeyPurpose


def test_it_opens_in_its_place(settings):
    sealed = seal.seal("ada@example.org", "users.email")
    assert "ada" not in sealed
    assert seal.unseal(sealed, "users.email") == "ada@example.org"
    assert seal.seal("ada@example.org", "users.email") != sealed


@pytest.mark.parametrize("place", ["users.totp", ""])
def test_it_opens_nowhere_else(settings, place):
    with pytest.raises(AlteredError):
        seal.unseal(seal.seal("ada@example.org", "users.email"), place)


def test_what_was_altered_is_refused(settings):
    id_, _, box = seal.seal("ada@example.org", "users.email").partition(":")
    for altered in (f"{id_}:{box[:-8]}AAAAAAA=", f"{id_}:", f"{id_}:***"):
        with pytest.raises(AlteredError):
            seal.unseal(altered, "users.email")
    with pytest.raises(LostKeyError, match="no key"):
        seal.unseal(f"{'0' * 16}:{box}", "users.email")


def test_it_opens_after_its_key_was_rotated(settings):
    sealed = seal.seal("ada@example.org", "users.email")
    ring.rotate(KeyPurpose.SEAL)
    assert seal.unseal(sealed, "users.email") == "ada@example.org"
    assert seal.seal("ada@example.org", "users.email")[:16] != sealed[:16]


def test_equal_texts_have_equal_digests_here_only(settings):
    digest = seal.digest("ada@example.org", "users.email")
    assert seal.digest("ada@example.org", "users.email") == digest
    assert seal.digest("ada@example.org", "users.name") != digest
    assert seal.digest("eve@example.org", "users.email") != digest


def test_a_lost_master_key_says_what_to_do(settings):
    sealed = seal.seal("ada@example.org", "users.email")
    ring.forget()
    (settings.data / "secret-key").unlink()
    with pytest.raises(LostKeyError, match="Restore the file"):
        seal.unseal(sealed, "users.email")
    with pytest.raises(LostKeyError, match="Restore the file"):
        ring.ensure()


def test_json_of_an_older_release_is_readable(settings):
    column = SealedJson("shares.masked")
    assert column.process_result_value('["delay"]', None) == ["delay"]
    assert column.process_result_value(column.process_bind_param(["delay"], None), None) == ["delay"]
    assert column.process_bind_param(None, None) is None
