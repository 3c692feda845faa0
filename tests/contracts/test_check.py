"""``balcao contracts check`` against real commits: what it says, its exit code, and what it refuses."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer import Typer
from typer.testing import CliRunner, Result

import runtime.contracts
from runtime.contracts import run
from runtime.contracts_history import Repository
from runtime.errors import UserError
from schemas.contract import Contracts, current
from schemas.contract_document import FILE
from tests.contracts.checkout import Checkout
from tests.contracts.parcels import TOPIC, added, field, noted, register, removed

pytestmark = pytest.mark.unit


@pytest.fixture
def command(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Runs the command against the checkout with a register in memory."""
    app = Typer()
    app.command("check")(runtime.contracts.check)

    def invoke(new: Contracts, *arguments: str) -> Result:
        monkeypatch.setattr(runtime.contracts, "Repository", lambda: Repository(checkout.root))
        monkeypatch.setattr(runtime.contracts, "current", lambda: new)
        return CliRunner().invoke(app, arguments)

    return invoke


def test_a_branch_a_tag_and_a_commit_are_refs(checkout: Checkout) -> None:
    commit = checkout.commit(register(public=True))
    checkout.git("tag", "deployed")
    changed = removed("count")(register(public=True))
    for ref in ("main", "deployed", commit, commit[:8], "HEAD"):
        assert checkout.check(ref, changed) == [(TOPIC, "breaking")]


def test_the_ref_decides_what_changed(checkout: Checkout) -> None:
    checkout.commit(register(public=True))
    newer = noted(added(name="colour", type="string", default="red"))(register(public=True))
    checkout.commit(newer)
    assert checkout.check("HEAD", newer) == []
    assert checkout.check("HEAD~1", newer) == [(TOPIC, "compatible")]


def test_the_command_ends_with_0_or_1(checkout: Checkout, command: Any) -> None:
    old = register(public=True)
    checkout.commit(old)
    fine = command(noted(added(name="colour", type="string", default="red"))(old), "--against", "HEAD")
    assert (fine.exit_code, fine.output.splitlines()[-1]) == (0, "1 topic changed: 1 compatible")
    broken = command(removed("count")(old), "--against", "HEAD")
    assert broken.exit_code == 1
    assert "breaking: `count` was removed, which sinks.parcels and logistics read" in broken.output
    same = command(old, "--against", "HEAD")
    assert (same.exit_code, same.output) == (0, "the register says what it said: nothing changed\n")


def test_a_public_topic_s_change_without_a_revision_is_refused_in_words(checkout: Checkout, command: Any) -> None:
    old = register(public=True)
    checkout.commit(old)
    grown = added(name="colour", type="string", default="red")
    result = command(grown(old), "--against", "HEAD")
    assert result.exit_code == 1
    assert "untold: it changed, and no new revision says how" in result.output
    assert "instead: Add a Revision, with the day and what changed, to the topic's `revisions`." in result.output
    assert command(noted(grown)(old), "--against", "HEAD").exit_code == 0
    assert command(grown(register(public=False)), "--against", "HEAD", "--topic", TOPIC).exit_code == 1


def test_programs_read_the_same_as_json(checkout: Checkout, command: Any) -> None:
    old = register(public=True)
    checkout.commit(old)
    result = command(removed("count")(old), "--against", "HEAD", "--json")
    document = json.loads(result.output)
    assert result.exit_code == 1
    assert document["acceptable"] is False
    (topic,) = document["topics"]
    assert topic["verdict"] == "breaking"
    assert topic["differences"][0]["first"] == "consumers"


def test_an_order_is_no_failure(checkout: Checkout, command: Any) -> None:
    old = register(public=False)
    checkout.commit(old)
    result = command(removed("count")(old), "--against", "HEAD")
    assert result.exit_code == 0
    assert "consumers deploy first: sinks.parcels" in result.output


def test_earlier_commits_are_versions_too(checkout: Checkout) -> None:
    checkout.commit(removed("label")(register(public=True)))
    checkout.commit(register(public=True))
    lost = field("label", default=...)(register(public=True))
    assert checkout.check("HEAD", lost) == [(TOPIC, "breaking")]


def test_a_version_that_was_given_up_binds_nobody(checkout: Checkout) -> None:
    checkout.commit(field("count", type="string")(removed("label")(register(public=True))))
    checkout.commit(register(public=True))
    lost = noted(field("label", default=...))(register(public=True))
    assert checkout.check("HEAD", lost) == [(TOPIC, "compatible")]


def test_a_commit_without_the_document_has_its_schemas(checkout: Checkout, command: Any) -> None:
    old = register(public=True)
    checkout.commit(old, document=False)
    result = command(replace(removed("count")(old)), "--against", "HEAD")
    assert result.exit_code == 1
    assert result.output.startswith(f"note: HEAD has no schemas/derived/{FILE}: only schemas and removals are compared")
    gone = command(Contracts({}), "--against", "HEAD")
    assert "its sunset was never declared" in gone.output


def test_one_topic_and_one_team_can_be_asked_for(checkout: Checkout) -> None:
    old = register(public=True)
    other = replace(old.topics[TOPIC], name="parcels.lost.v1")
    old = replace(old, topics={**old.topics, other.name: other})
    checkout.commit(old)
    new = removed("count")(replace(old, topics={**old.topics, other.name: replace(other, partitions=9)}))
    assert [topic for topic, _ in checkout.check("HEAD", new)] == [other.name, TOPIC]
    assert [topic for topic, _ in checkout.check("HEAD", new, topics=[other.name])] == [other.name]
    assert [topic for topic, _ in checkout.check("HEAD", new, team="billing")] == [TOPIC]


@pytest.mark.parametrize(
    ("ref", "options", "sentence"),
    [
        (
            "nowhere",
            {},
            "this repository has no commit 'nowhere'; name a branch, a tag or a commit, or fetch it first.",
        ),
        ("--all", {}, "this repository has no commit '--all'"),
        ("", {}, "this repository has no commit ''"),
        ("HEAD:schemas", {}, "this repository has no commit 'HEAD:schemas'"),
        ("HEAD", {"topics": ["parcels.snet.v1"]}, "has no topic 'parcels.snet.v1'; did you mean parcels.sent.v1?"),
        ("HEAD", {"team": "biling"}, "has no team 'biling'; did you mean billing?"),
        ("HEAD", {"team": "x"}, "has no team 'x'; name one of billing, logistics."),
    ],
)
def test_bad_input_is_one_sentence(checkout: Checkout, ref: str, options: Any, sentence: str) -> None:
    checkout.commit(register(public=True))
    with pytest.raises(UserError) as raised:
        checkout.check(ref, register(public=True), **options)
    assert sentence in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_commit_without_a_register_is_refused(checkout: Checkout) -> None:
    checkout.git("commit", "--allow-empty", "-m", "nothing")
    with pytest.raises(UserError, match="HEAD has no register under schemas/derived; name a commit that has one"):
        checkout.check("HEAD", register(public=True))


def test_a_register_of_another_format_is_refused(checkout: Checkout) -> None:
    checkout.commit(register(public=True))
    (checkout.root / "schemas" / "derived" / FILE).write_text('{"format": 99, "topics": {}}')
    checkout.git("commit", "--all", "-m", "newer")
    with pytest.raises(UserError, match="cannot be read: "):
        checkout.check("HEAD", register(public=True))


def test_a_folder_that_is_no_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is no git repository; run this in a checkout"):
        run(Repository(tmp_path), "HEAD", register(public=True))


def test_our_own_register_is_what_it_was_at_no_change() -> None:
    assert run(Repository(), "HEAD", Repository().contracts("HEAD")[0]).acceptable
    assert current().topics
