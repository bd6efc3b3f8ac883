"""What is sealed opens in its place, with its key, unaltered; and nowhere else."""

import pytest

from db.keys import column_encryption, key_ring
from db.keys.column_encryption import DecryptionError, EncryptedJson
from db.keys.key_ring import LostKeyError
from db.keys.master import MasterKeyError
from db.tables import KeyPurpose


def test_it_opens_in_its_place(settings):
    sealed = column_encryption.encrypt_text("ada@example.org", "users.email")
    assert "ada" not in sealed
    assert column_encryption.decrypt_text(sealed, "users.email") == "ada@example.org"
    assert column_encryption.encrypt_text("ada@example.org", "users.email") != sealed


@pytest.mark.parametrize("place", ["users.totp", ""])
def test_it_opens_nowhere_else(settings, place):
    with pytest.raises(DecryptionError):
        column_encryption.decrypt_text(
            column_encryption.encrypt_text("ada@example.org", "users.email"), place
        )


def test_what_was_altered_is_refused(settings):
    id_, _, box = column_encryption.encrypt_text("ada@example.org", "users.email").partition(":")
    for altered in (f"{id_}:{box[:-8]}AAAAAAA=", f"{id_}:", f"{id_}:***"):
        with pytest.raises(DecryptionError):
            column_encryption.decrypt_text(altered, "users.email")
    with pytest.raises(LostKeyError, match="no key"):
        column_encryption.decrypt_text(f"{'0' * 16}:{box}", "users.email")


def test_it_opens_after_its_key_was_rotated(settings):
    sealed = column_encryption.encrypt_text("ada@example.org", "users.email")
    key_ring.rotate_key(KeyPurpose.SEAL)
    assert column_encryption.decrypt_text(sealed, "users.email") == "ada@example.org"
    assert column_encryption.encrypt_text("ada@example.org", "users.email")[:16] != sealed[:16]


def test_equal_texts_have_equal_digests_here_only(settings):
    digest = column_encryption.keyed_digest("ada@example.org", "users.email")
    assert column_encryption.keyed_digest("ada@example.org", "users.email") == digest
    assert column_encryption.keyed_digest("ada@example.org", "users.name") != digest
    assert column_encryption.keyed_digest("eve@example.org", "users.email") != digest


def test_a_lost_master_key_says_what_to_do(settings):
    sealed = column_encryption.encrypt_text("ada@example.org", "users.email")
    key_ring.clear_cache()
    (settings.data / "secret-key").unlink()
    with pytest.raises(LostKeyError, match="Restore the file"):
        column_encryption.decrypt_text(sealed, "users.email")
    with pytest.raises(MasterKeyError, match="Restore the file"):
        key_ring.ensure_keys()


def test_json_of_an_older_release_is_readable(settings):
    column = EncryptedJson("shares.masked")
    assert column.process_result_value('["delay"]', None) == ["delay"]
    assert column.process_result_value(column.process_bind_param(["delay"], None), None) == ["delay"]
    assert column.process_bind_param(None, None) is None
