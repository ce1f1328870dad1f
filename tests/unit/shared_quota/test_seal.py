"""What lies on a server opens for members only, and only where it was put."""

import numpy as np
import pytest

from custom_components.facequota.shared_quota.pairing import Pairing
from custom_components.facequota.shared_quota.seal import EpochKey, Forged, Membership
from tests.unit.quota.people import face

PAIRING = Pairing(quota="park", key=bytes(32))
OTHER = Pairing(quota="park", key=b"1" * 32)


def test_a_template_opens_for_its_visitor_in_its_epoch() -> None:
    key = EpochKey("one")
    opened = key.open("visitor", key.seal("visitor", face(1), 1234.5))
    assert opened.latest == 1234.5
    assert np.array_equal(opened.template, face(1))


def test_a_template_copied_to_another_visitor_cannot_be_opened() -> None:
    key = EpochKey("one")
    sealed = key.seal("visitor", face(1), 0)
    with pytest.raises(Forged):
        key.open("another", sealed)


def test_another_epoch_s_key_opens_nothing() -> None:
    sealed = EpochKey("one").seal("visitor", face(1), 0)
    with pytest.raises(Forged):
        EpochKey("one").open("visitor", sealed)


@pytest.mark.parametrize("junk", [b"", b"x", b"y" * 548, bytes(35), bytes(39)])
def test_what_no_member_wrote_is_noticed(junk: bytes) -> None:
    with pytest.raises(Forged):
        EpochKey("one").open("visitor", junk)
    with pytest.raises(Forged):
        Membership(PAIRING, "me").read_greeting("you", junk)


def test_one_face_sealed_twice_looks_different_each_time() -> None:
    key = EpochKey("one")
    one, other = (key.seal("visitor", face(1), 0) for _ in range(2))
    assert sum(a == b for a, b in zip(one, other, strict=True)) < len(one) / 8


def test_a_key_comes_to_the_member_it_was_sealed_for_and_to_nobody_else() -> None:
    giver, taker, listener = (Membership(PAIRING, one) for one in "abc")
    greetings = {
        one.instance: giver.read_greeting(one.instance, one.greeting("gate", ""))
        for one in (giver, taker, listener)
    }
    key = EpochKey("one")
    wrapped = giver.wrap(key, "b", greetings["b"])
    got = taker.unwrap(wrapped, "one", greetings["a"])
    assert got.open("visitor", key.seal("visitor", face(1), 0)).latest == 0
    with pytest.raises(Forged):
        listener.unwrap(wrapped, "one", greetings["a"])
    with pytest.raises(Forged):
        taker.unwrap(wrapped, "another epoch", greetings["a"])


def test_the_pairing_secret_and_a_dump_do_not_give_the_key_away() -> None:
    """A later run of the same member has the secret, but not the key pair of then."""
    giver, taker = Membership(PAIRING, "a"), Membership(PAIRING, "b")
    said = taker.greeting("gate", "")
    wrapped = giver.wrap(EpochKey("one"), "b", giver.read_greeting("b", said))
    thief = Membership(PAIRING, "b")
    with pytest.raises(Forged):
        thief.unwrap(
            wrapped, "one", thief.read_greeting("a", giver.greeting("gate", ""))
        )


def test_an_instance_with_another_pairing_secret_is_not_a_member() -> None:
    with pytest.raises(Forged):
        Membership(PAIRING, "a").read_greeting(
            "b", Membership(OTHER, "b").greeting("gate", "")
        )


def test_a_greeting_is_its_sender_s_alone() -> None:
    said = Membership(PAIRING, "b").greeting("gate", "")
    with pytest.raises(Forged):
        Membership(PAIRING, "a").read_greeting("c", said)


def test_nothing_of_a_key_is_left_when_its_epoch_is_over() -> None:
    key = EpochKey("one")
    sealed = key.seal("visitor", face(1), 0)
    key.overwrite()
    assert not any(key.raw())
    with pytest.raises(Forged):
        key.open("visitor", sealed)
