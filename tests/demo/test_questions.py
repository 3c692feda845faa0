"""The demo's script."""

from itertools import islice

import pytest

from deploy.demo.questions import FOR_A_PERSON, exchanges

pytestmark = pytest.mark.unit


def test_nobody_is_asked_again_after_asking_for_a_person() -> None:
    gone: set[str] = set()
    for contact, question in islice(exchanges([f"55119000000{n:02d}" for n in range(12)]), 5000):
        assert contact not in gone
        if question == FOR_A_PERSON:
            gone.add(contact)
    assert gone


def test_the_script_ends_when_everybody_waits_for_a_person() -> None:
    assert list(exchanges(["5511900000000"]))[-1] == ("5511900000000", FOR_A_PERSON)
