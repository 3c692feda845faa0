"""What is downloaded is what was locked."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local import bundles, download, java
from deploy.local.artifacts import BUNDLES, LOCK, WHEEL_REQUIREMENTS, Artifact, lock, verify
from deploy.local.bundles import Bundles
from deploy.local.layout import Layout

pytestmark = pytest.mark.unit

CONTENT = b"a jar, as far as a hash can tell"
ARTIFACT = Artifact("kafka", "maven", "org.example:tool:jar::1.0", hashlib.sha256(CONTENT).hexdigest(), len(CONTENT))


def test_the_lock_names_hashes_and_no_address() -> None:
    text = LOCK.read_text() + WHEEL_REQUIREMENTS.read_text()
    assert "://" not in text
    assert all(len(artifact.sha256) == 64 and artifact.size > 0 for artifact in lock().artifacts)
    assert {artifact.bundle for artifact in lock().artifacts} == set(BUNDLES)


def test_all_of_kafka_is_of_one_version() -> None:
    kafka = [one.coordinate for one in lock().bundle("kafka") if one.coordinate.startswith("org.apache.kafka:")]
    assert len({coordinate.rsplit(":", 1)[1] for coordinate in kafka}) == 1
    assert any("kafka-clients" in coordinate for coordinate in kafka)


def test_no_library_is_there_twice() -> None:
    names = [tuple(one.coordinate.split(":")[:2]) for one in lock().bundle("kafka")]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("content", [CONTENT[:-1], CONTENT[:-1] + b"?"])
def test_a_changed_file_is_noticed(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / ARTIFACT.filename
    file.write_bytes(content)
    problem = verify(file, ARTIFACT)
    assert problem is not None
    assert "tool-1.0.jar" in problem


def arriving(monkeypatch: pytest.MonkeyPatch, *contents: bytes | Exception) -> list[str]:
    """Let each download bring the next content; returns what was asked for."""
    asked: list[str] = []
    pending = iter(contents)

    def resolve(artifact: Artifact, partial: Path, counter: download.Counter) -> Path:
        asked.append(artifact.coordinate)
        content = next(pending)
        if isinstance(content, Exception):
            raise content
        (partial / "arrived").write_bytes(content)
        counter.add(len(content))
        return partial / "arrived"

    monkeypatch.setattr(download, "_resolve", resolve)
    monkeypatch.setattr("time.sleep", lambda _: None)
    return asked


def nothing(_label: str, _done: int, _total: int) -> None:
    return


def test_a_damaged_download_is_fetched_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = arriving(monkeypatch, b"<html>try later</html>", ConnectionError("reset"), CONTENT)
    download.maven([ARTIFACT], tmp_path, nothing)
    assert len(asked) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["tool-1.0.jar"]


def test_one_that_never_verifies_is_an_error_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arriving(monkeypatch, *[b"<html>try later</html>"] * 3)
    with pytest.raises(download.DownloadError, match=r"org\.example:tool"):
        download.maven([ARTIFACT], tmp_path, nothing)
    assert list(tmp_path.iterdir()) == []


def test_a_bundle_is_built_once_and_again_when_damaged(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = arriving(monkeypatch, CONTENT, CONTENT)
    cached = Bundles(tmp_path, replace(lock(), artifacts=(ARTIFACT,)))
    folder = cached.ensure("kafka", nothing)
    cached.ensure("kafka", nothing)
    assert len(asked) == 1
    (folder / "tool-1.0.jar").write_bytes(b"overwritten")
    assert bundles.damaged(folder) == "tool-1.0.jar was changed"
    cached.ensure("kafka", nothing)
    assert len(asked) == 2
    assert (folder / "tool-1.0.jar").read_bytes() == CONTENT


def test_java_reads_back_a_path_that_is_not_ascii(layout: Layout) -> None:
    text = java.properties({"log.dirs": layout.home.root})
    assert text.isascii()
    assert text.strip().encode().decode("unicode-escape") == f"log.dirs={layout.home.root}"
