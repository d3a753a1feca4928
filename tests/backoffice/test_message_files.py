"""Without Redis messages are files, and none of them is ever half there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any

import pytest
from kombu.connection import Connection
from kombu.exceptions import ChannelError

from backoffice import message_files
from backoffice.celery import app


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "messages"


@pytest.fixture
def channel(folder: Path) -> Iterator[message_files.Channel]:
    folder.mkdir()
    options = {
        "data_folder_in": str(folder), "data_folder_out": str(folder),
        "control_folder": str(folder.parent / "control"),
    }  # fmt: skip
    connection: Any = Connection("filesystem://", transport_options=options)  # type: ignore[no-untyped-call]
    with connection:
        yield connection.default_channel


def test_the_site_uses_it(channel: message_files.Channel) -> None:
    assert app.main == "backoffice"
    assert isinstance(channel, message_files.Channel)


def test_a_message_comes_out_as_it_went_in(channel: message_files.Channel, folder: Path) -> None:
    channel._put("cards", {"id": 1, "name": "Zoë"})
    assert [path.suffix for path in folder.iterdir()] == [".msg"]
    assert channel._get("cards") == {"id": 1, "name": "Zoë"}
    with pytest.raises(Empty):
        channel._get("cards")


def test_a_message_that_is_being_written_is_not_there_yet(
    channel: message_files.Channel, folder: Path
) -> None:
    (folder / "1_a.cards.part").write_text('{"id": ')
    with pytest.raises(Empty):
        channel._get("cards")


@pytest.mark.parametrize("half", ["", '{"id": '])
def test_half_a_message_does_not_end_the_worker(
    channel: message_files.Channel, folder: Path, half: str
) -> None:
    (folder / "1_a.cards.msg").write_text(half)
    with pytest.raises(Empty):
        channel._get("cards")
    channel._put("cards", {"id": 2})
    assert channel._get("cards") == {"id": 2}


def test_a_message_that_cannot_be_written_leaves_nothing(
    channel: message_files.Channel, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _text: str) -> None:
        path.touch()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(ChannelError, match="No space left"):
        channel._put("cards", {"id": 1})
    assert list(folder.iterdir()) == []
