"""Our check of Stripe's signature agrees with the SDK's own, and is stricter where that is lax."""

import pytest
import stripe

from payments.signature import SignatureRefused, sign, verify

NOW = 1_800_000_000
BODY = '{"object": "event", "name": "はな"}'


SECRET = "whsec_1"


def header(secret: str = SECRET, stamp: int = NOW, body: str = BODY) -> bytes:
    signature: str = stripe.WebhookSignature.generate_signature_header(body, secret, timestamp=stamp)
    return signature.encode()


def is_taken(signature: bytes, *secrets: str, now: float = NOW, body: str = BODY) -> bool:
    try:
        verify(body.encode(), signature, secrets or (SECRET,), now)
    except SignatureRefused:
        return False
    return True


def test_what_the_sdk_signs_is_taken_and_what_we_sign_the_sdk_takes() -> None:
    assert is_taken(header())
    assert is_taken(header(), "whsec_old", SECRET)
    ours = f"t={NOW},v1={sign(BODY.encode(), str(NOW).encode(), SECRET).decode()}"
    assert stripe.WebhookSignature.verify_header(BODY, ours, SECRET, tolerance=None)


def test_any_of_several_signatures_may_match() -> None:
    other = header("whsec_2").partition(b",")[2]
    assert is_taken(header() + b"," + other)
    assert is_taken(header() + b"," + other, "whsec_2")
    assert is_taken(header().replace(b",", b" , ") + b",v0=00,v2=11")


@pytest.mark.parametrize(
    ("late", "taken"), [(0, True), (300, True), (301, False), (-300, True), (-301, False)]
)
def test_the_stamp_may_be_five_minutes_off_either_way(late: int, *, taken: bool) -> None:
    assert is_taken(header(), now=NOW + late) is taken
    in_sdk = stripe.WebhookSignature.verify_header(BODY, header(stamp=4_000_000_000).decode(), SECRET, 300)
    assert in_sdk, "the SDK still takes stamps of the future: ours is why we have our own"


def test_nothing_else_is() -> None:
    assert not is_taken(header("whsec_2"))
    assert not is_taken(header(body=BODY + " "))
    assert not is_taken(header("x").replace(b"v1=", b"v0="))
    assert not is_taken(header(""), "")
    assert not is_taken(header(), "")
    assert not is_taken(b"")
    assert not is_taken(b"t=1")
    assert not is_taken(b"v1=" + b"0" * 64)
    assert not is_taken(header().replace(b"t=", b"t=1_0"))
    assert not is_taken(b"t=" + "１２３".encode() + b",v1=" + b"0" * 64)
    assert not is_taken(b"t=1800000000,v1=\xff\xfe")
