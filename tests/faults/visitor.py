"""A member of staff at a site, by HTTP alone, who tries again when no answer came."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.faults.site import Site

PATIENCE_SECONDS = 120
BATCH = {"duplicate_policy": "skip", "extractor": "openai_vision"}


class NoAnswer(Exception):
    """The site did not say that it was done, whatever it did."""


class Shown(Exception):
    """The card was shown instead, as it is now, with its `version`."""

    def __init__(self, page: str) -> None:
        super().__init__(page)
        found = re.search(r'name="version" value="(\d+)"', page)
        assert found, page
        self.version = int(found[1])


@dataclass
class Visitor:
    """The administrator, signed in; `at` is the web process that is asked."""

    site: Site
    at: str = "web"
    batch: str = ""
    _client: httpx2.Client = field(init=False)

    def __post_init__(self) -> None:
        self._client = httpx2.Client(
            cookies={"sessionid": self.site.ask("session")},
            headers={"Accept": "application/json"}, timeout=20,
        )  # fmt: skip

    def upload(self, data: bytes, name: str) -> str:
        """The id of the card that a file became or was already. Raises NoAnswer."""
        if not self.batch:
            begun = self._post("/admin/cards/card/upload/", {"name": "Expo Berlin", **BATCH})
            self.batch = begun["file_url"]
        answer = self._post(self.batch, {}, files={"file": (name, data, "image/png")})
        (arrival,) = answer["arrivals"]
        assert arrival["card"], arrival
        return str(arrival["card"]["url"]).split("/")[-3]

    def approve(self, card: Mapping[str, Any], name: str) -> None:
        """Approve the `version` of a card with this `id` under a name. Raises NoAnswer, Shown."""
        sent = {"action": "approve", "version": str(card["version"]), "full_name": name}
        answer = self._post(f"/admin/review/waitingcard/{card['id']}/change/", sent)
        assert "next" in answer, answer

    def approve_at_last(self, card: str, name: str) -> None:
        """As a person does: look at the card, approve it, press again when no answer came, and
        look again when the card has changed."""
        version = 0
        while True:
            try:
                self.until_done(self.approve, {"id": card, "version": version}, name)
                return
            except Shown as shown:
                if shown.version == version:
                    raise
                version = shown.version

    def until_done(self, what: Any, *values: Any) -> Any:
        """What `what` returns, tried until the site says that it is done."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return what(*values)
            except NoAnswer:
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)

    def _post(self, path: str, data: dict[str, str], **more: Any) -> dict[str, Any]:
        try:
            url = f"{self.site.url(self.at)}{path}"
            if "csrftoken" not in self._client.cookies:
                self._client.get(f"{self.site.url(self.at)}/admin/", headers={"Accept": "*/*"})
            token = {"X-CSRFToken": self._client.cookies.get("csrftoken") or ""}
            answer = self._client.post(url, data=data, headers=token, **more)
        except (httpx2.TransportError, AssertionError) as error:
            raise NoAnswer(f"{self.at}: {error!r}") from error
        if answer.status_code >= 500:
            raise NoAnswer(f"{answer.status_code}: {answer.text[:300]}")
        assert answer.status_code == 200, (answer.status_code, answer.text)
        if answer.headers["content-type"].startswith("text/html"):
            raise Shown(answer.text)
        found: dict[str, Any] = answer.json()
        return found
