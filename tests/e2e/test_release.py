"""A release: what goes out is the integration and nothing else, and an update loses nothing."""

from pathlib import Path
import zipfile

import pytest

from scripts.releasing import archive
from scripts.releasing.archive import ReleaseError, build, check, notes, one_version
from scripts.releasing.trial import try_out


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the archive of this commit."""
    target = tmp_path_factory.mktemp("release") / "facequota.zip"
    build(target)
    return target


def test_the_archive_has_the_integration_at_its_root(built: Path) -> None:
    check(built)
    with zipfile.ZipFile(built) as packed:
        names = packed.namelist()
        served = {packed.read(f"translations/{tag}.json") for tag in ("pt", "pt-BR")}
    assert "manifest.json" in names and "site/site.py" in names
    assert not [name for name in names if name.endswith((".pyc", ".jpg", ".onnx"))]
    # A link is unpacked by nobody: the archive has the file itself.
    assert len(served) == 1


def test_the_same_commit_gives_the_same_archive(built: Path, tmp_path: Path) -> None:
    again = tmp_path / built.name
    build(again)
    assert again.read_bytes() == built.read_bytes()


@pytest.mark.parametrize(
    "name", ["custom_components/facequota/x.py", "../x.py", "__pycache__/x.pyc"]
)
def test_an_archive_with_something_else_does_not_go_out(
    built: Path, tmp_path: Path, name: str
) -> None:
    strange = tmp_path / built.name
    strange.write_bytes(built.read_bytes())
    with zipfile.ZipFile(strange, "a") as packed:
        packed.writestr(name, "")
    with pytest.raises(ReleaseError, match="does not belong"):
        check(strange)


def test_every_part_has_one_version_and_the_tag_is_it() -> None:
    version = one_version(None)
    assert one_version(f"v{version}") == version
    with pytest.raises(ReleaseError, match="versions differ"):
        one_version("v99.0.0")


def test_a_version_that_the_change_log_does_not_know_does_not_go_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert notes(one_version(None))
    monkeypatch.setattr(archive, "ROOT", tmp_path)
    (tmp_path / "CHANGELOG.md").write_text("## 0.9.0\n\n- Something.\n\n## 0.8.0\n\n")
    assert notes("0.9.0") == "- Something.\n"
    for version in ("0.8.0", "0.7.0"):
        with pytest.raises(ReleaseError, match="says nothing"):
            notes(version)


@pytest.mark.usefixtures("_sockets_for_a_house")
async def test_it_installs_and_an_update_keeps_entities_options_and_stores(
    built: Path,
) -> None:
    assert "entities" in await try_out(built)
