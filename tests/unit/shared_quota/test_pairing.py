"""The code that makes two instances members of one quota."""

from contextlib import suppress

import pytest

from custom_components.facequota.shared_quota.pairing import (
    WrongCode,
    new_code,
    pairing,
    read_code,
)


def test_a_code_is_read_as_people_write_it() -> None:
    code = new_code()
    assert read_code(code.lower().replace("-", " ")) == code
    assert read_code(code.replace("0", "o").replace("1", "l")) == code


def test_a_typing_error_is_noticed() -> None:
    """By the last two signs, so one of 1,024 errors is not."""
    noticed = tried = 0
    for code in (new_code() for _ in range(100)):
        for at, sign in enumerate(code):
            if sign != "-":
                other = "7" if sign != "7" else "8"
                tried += 1
                with suppress(WrongCode):
                    read_code(code[:at] + other + code[at + 1 :])
                    continue
                noticed += 1
    assert tried == 2400
    assert noticed > 0.99 * tried


@pytest.mark.parametrize("text", ["", "ABCD", "0" * 24, "é" * 24, "one too long"])
def test_an_invalid_code_is_refused(text: str) -> None:
    text = new_code() + "A" if text == "one too long" else text
    with pytest.raises(WrongCode):
        read_code(text)


def test_one_code_gives_one_quota_and_its_name_says_nothing_of_the_key() -> None:
    code = new_code()
    one, other = pairing(code), pairing(new_code())
    assert pairing(code.lower()) == one
    assert one.quota != other.quota
    assert one.key != other.key
    assert one.quota not in one.key.hex()
