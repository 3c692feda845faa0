"""Supervisor reads back exactly what was meant, whatever is in a path or a value."""

import shlex
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from supervisor.datatypes import dict_of_key_value_pairs
from supervisor.options import ServerOptions, expand

from deploy.local import supervisor_config
from deploy.local.environment import variables
from deploy.local.home import Home, private_folder
from deploy.local.layout import Layout
from deploy.local.programs import PROGRAMS
from runtime.errors import UserError

pytestmark = pytest.mark.unit

VALUES = st.text(st.characters(codec="utf-8", exclude_characters="\n\r\"'", exclude_categories=("Cc", "Zl", "Zp")))


def read_back(layout: Layout, tmp_path: Path, text: str) -> ServerOptions:
    file = tmp_path / "supervisord.conf"
    file.write_text(text)
    options = ServerOptions()
    options.realize(args=["-c", str(file)], doc="")
    return options


def test_every_program_comes_back_as_it_is_in_the_table(layout: Layout, tmp_path: Path) -> None:
    text = supervisor_config.render(layout, PROGRAMS.values(), variables(layout))
    groups = read_back(layout, tmp_path, text).process_group_configs
    found = {group.process_configs[0].name: group.process_configs[0] for group in groups}
    assert set(found) == set(PROGRAMS)
    for name, program in PROGRAMS.items():
        assert shlex.split(found[name].command) == program.command(layout)
        assert found[name].stdout_logfile == str(layout.home.logs / f"{name}.log")
        assert found[name].environment["BALCAO_STACK"] == layout.home.marker
        assert found[name].autorestart
    assert found["connect"].environment["BALCAO_DEBEZIUM_PASSWORD"] == layout.credentials.password("debezium")


def test_a_section_has_no_secret_of_another_program(layout: Layout) -> None:
    text = supervisor_config.render(layout, PROGRAMS.values(), variables(layout))
    with_password = [part for part in text.split("\n[") if layout.credentials.password("platform_sender") in part]
    assert [part.partition("]")[0] for part in with_password] == ["program:whatsapp-sink"]


def test_the_rendering_depends_on_nothing_but_the_stack(layout: Layout, monkeypatch: pytest.MonkeyPatch) -> None:
    before = supervisor_config.render(layout, PROGRAMS.values(), variables(layout))
    monkeypatch.setenv("PATH", "/elsewhere")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "not for our processes")
    assert supervisor_config.render(layout, PROGRAMS.values(), variables(layout)) == before


@given(st.dictionaries(st.from_regex(r"[A-Z][A-Z0-9_]{0,20}", fullmatch=True), VALUES, min_size=1))
def test_environment_values_come_back_or_are_refused(values: dict[str, str]) -> None:
    try:
        rendered = supervisor_config.quote(values)
    except UserError:
        assert any(text in value for value in values.values() for text in (" ;", " #"))
        return
    assert dict_of_key_value_pairs(expand(rendered, {}, "environment")) == values


@pytest.mark.parametrize("value", ["a\nb", "a ;b", "a #b", "'quoted'", "both ' and \""])
def test_what_the_format_cannot_hold_is_refused_by_name(value: str) -> None:
    with pytest.raises(UserError, match="BALCAO_LLM_KEY"):
        supervisor_config.quote({"BALCAO_LLM_KEY": value})


@pytest.mark.parametrize("name", ["a:b", "a,b", "a;x #b", "it's"])
def test_a_folder_that_java_cannot_take_is_refused_with_the_setting_to_change(tmp_path: Path, name: str) -> None:
    with pytest.raises(UserError, match="BALCAO_HOME"):
        Home.at(tmp_path / name)


def test_the_socket_of_a_long_path_is_short(tmp_path: Path) -> None:
    deep = Home.at(tmp_path / ("long-" * 20))
    deep.create()
    assert len(str(deep.socket)) <= 90
    assert deep.socket.parent.stat().st_mode & 0o777 == 0o700
    deep.remove()
    assert not deep.socket.parent.exists()


def test_a_socket_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = Home.at(tmp_path / ("long-" * 20))
    deep.create()
    folder = deep.socket.parent
    with monkeypatch.context() as other_user:
        other_user.setattr("os.getuid", lambda: folder.stat().st_uid + 1)
        with pytest.raises(UserError, match="not this user's folder"):
            private_folder(folder.parent, folder.name)
    deep.remove()
