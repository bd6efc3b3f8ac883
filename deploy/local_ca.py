"""A local certificate authority for HTTPS on localhost, created by ``python -m deploy.local_ca``.

The certificate is renewed a week before it expires. The authority's key stays in the data folder, and can
sign certificates for this machine's names only (X.509 name constraints).
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config import get_settings
from db.keys.secret_files import read_or_create, write_secret

LOCAL_NAMES = x509.SubjectAlternativeName(
    [x509.DNSName("localhost"), x509.IPAddress(ip_address("127.0.0.1")), x509.IPAddress(ip_address("::1"))]
)
LOCAL_CONSTRAINTS = x509.NameConstraints(
    [
        x509.DNSName("localhost"),
        x509.IPAddress(ip_network("127.0.0.0/8")),
        x509.IPAddress(ip_network("::1/128")),
    ],
    None,
)
AUTHORITY_LIFETIME, CERTIFICATE_LIFETIME, RENEW_BEFORE = (
    timedelta(days=3650),
    timedelta(days=90),
    timedelta(days=7),
)


def main() -> None:
    folder = get_settings().data / "tls"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    authority = folder / "authority.pem"
    if not authority.exists() or _ends_soon(authority):
        _make_authority(folder)
    if not (folder / "certificate.pem").exists() or _ends_soon(folder / "certificate.pem"):
        _make_certificate(folder)
    sys.stdout.write(f"HTTPS by a certificate of this machine; let your browser trust {authority}\n")


def _ends_soon(file: Path) -> bool:
    certificate = x509.load_pem_x509_certificate(file.read_bytes())
    return certificate.not_valid_after_utc < datetime.now(UTC) + RENEW_BEFORE


def _make_authority(folder: Path) -> None:
    key = _read_or_create_key(folder / "authority-key.pem")
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "DataXchange on this machine")])
    made = (
        _certificate_builder(name, name, key, AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(LOCAL_CONSTRAINTS, critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    _write_certificate(folder / "authority.pem", made.sign(key, SHA256()))
    (folder / "certificate.pem").unlink(missing_ok=True)


def _make_certificate(folder: Path) -> None:
    authority_key, key = (
        _read_or_create_key(folder / "authority-key.pem"),
        _read_or_create_key(folder / "key.pem"),
    )
    issuer = x509.load_pem_x509_certificate((folder / "authority.pem").read_bytes())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    made = (
        _certificate_builder(name, issuer.subject, key, CERTIFICATE_LIFETIME)
        .add_extension(LOCAL_NAMES, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False
        )
    )
    _write_certificate(folder / "certificate.pem", made.sign(authority_key, SHA256()))


def _certificate_builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, life: timedelta
) -> x509.CertificateBuilder:
    moment = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(moment - timedelta(minutes=5))
        .not_valid_after(moment + life)
    )


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _read_or_create_key(file: Path) -> ec.EllipticCurvePrivateKey:
    """Return the private key in the file; create it if there is none."""
    key = serialization.load_pem_private_key(read_or_create(file, _generate_key).encode(), None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError(f"{file} holds a key that is not ours")
    return key


def _generate_key() -> str:
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(*form).decode()


def _write_certificate(file: Path, certificate: x509.Certificate) -> None:
    write_secret(file, certificate.public_bytes(serialization.Encoding.PEM).decode().strip())


if __name__ == "__main__":
    main()
