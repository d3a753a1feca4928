"""Jobs in the admin: staff see what failed and why, and may have it tried again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cards.models import Batch, Card
from extraction.models import Extraction
from extraction.result import Box, Result, Value

if TYPE_CHECKING:
    from django.test.client import _MonkeyPatchedWSGIResponse as Page

pytestmark = pytest.mark.django_db

LIST = "admin:extraction_extraction_changelist"
BOX = Box(0, ((0, 0), (9, 0), (9, 9), (0, 9)))


def _client(*words: str) -> Client:
    """A browser in which somebody is signed in who may do what the permissions say."""
    user = User.objects.create_user("-".join(("staff", *words)), is_staff=True)
    user.user_permissions.set(
        Permission.objects.filter(
            content_type__app_label="extraction", codename__in=[f"{w}_extraction" for w in words]
        )
    )
    client = Client()
    client.force_login(user)
    return client


def _job(status: str = Extraction.Status.FAILED, *, name: str = "", error: str = "") -> Extraction:
    batch, _ = Batch.objects.get_or_create(name="Boat fair")
    card = Card.objects.create(batch=batch, full_name=name or "Rosa Halloway")
    result = Result({"full_name": Value(card.full_name, 0.9, (BOX,))}).to_json()
    return Extraction.objects.create(
        card=card,
        extractor="offline",
        status=status,
        error=error,
        result=result if status == Extraction.Status.SUCCEEDED else None,
        finished_at=timezone.now(),
    )


def _try_again(client: Client, *chosen: Extraction) -> Page:
    ids = [job.pk for job in chosen]
    data = {"action": "try_again", "_selected_action": ids}
    return client.post(reverse(LIST), data, follow=True)


def _waiting() -> int:
    return Extraction.objects.filter(status=Extraction.Status.QUEUED).count()


def test_list_shows_why_a_job_failed() -> None:
    _job(error="The account of the model has no credit left.")
    page = _client("view").get(reverse(LIST))
    assert page.status_code == 200
    assert "no credit left" in page.content.decode()


def test_list_takes_as_many_queries_for_thirty_rows_as_for_three() -> None:
    client = _client("view", "change")
    counts = []
    for more in (3, 27):
        for _ in range(more):
            _job(error="Busy.")
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = client.get(reverse(LIST))
        counts.append(len(queries))
    assert page.content.decode().count("Busy.") == 30
    assert counts[0] == counts[1] <= 9


def test_detail_shows_the_result() -> None:
    job = _job(Extraction.Status.SUCCEEDED)
    page = _client("view").get(reverse("admin:extraction_extraction_change", args=(job.pk,)))
    assert page.status_code == 200
    assert "Rosa Halloway" in page.content.decode()


def test_detail_of_a_job_without_a_result_opens() -> None:
    job = _job(Extraction.Status.QUEUED)
    page = _client("view").get(reverse("admin:extraction_extraction_change", args=(job.pk,)))
    assert page.status_code == 200


@pytest.mark.parametrize("page_name", ["changelist", "change"])
def test_text_from_a_card_is_not_markup(page_name: str) -> None:
    job = _job(Extraction.Status.SUCCEEDED, name="<script>alert(1)</script>", error="<b>no</b>")
    arguments = (job.pk,) if page_name == "change" else ()
    url = reverse(f"admin:extraction_extraction_{page_name}", args=arguments)
    content = _client("view").get(url).content.decode()
    assert "<script>alert(1)" not in content
    assert "&lt;script&gt;alert(1)" in content
    assert "<b>no</b>" not in content


def test_outsider_sees_no_jobs() -> None:
    _job()
    assert _client().get(reverse(LIST)).status_code == 403


def test_visitor_is_sent_to_sign_in() -> None:
    page = Client().get(reverse(LIST))
    assert page.status_code == 302
    assert reverse("admin:login") in page["Location"]


@pytest.mark.parametrize("page_name", ["change", "delete"])
def test_nobody_changes_or_deletes_a_job(page_name: str) -> None:
    job = _job()
    client = _client("view", "change", "delete")
    url = reverse(f"admin:extraction_extraction_{page_name}", args=(job.pk,))
    assert client.post(url, {"error": "all is well", "post": "yes"}).status_code == 403
    job.refresh_from_db()
    assert job.error == ""


def test_nobody_adds_a_job() -> None:
    page = _client("view", "add").get(reverse("admin:extraction_extraction_add"))
    assert page.status_code == 403


def test_failed_job_is_tried_again() -> None:
    job = _job()
    page = _try_again(_client("view", "change"), job)
    assert "1 to be tried again." in page.content.decode()
    again = Extraction.objects.get(status=Extraction.Status.QUEUED)
    assert (again.card, again.extractor) == (job.card, "offline")
    assert again.requested_by == User.objects.get()


def test_failed_job_stays_as_a_record() -> None:
    job = _job(error="Busy.")
    _try_again(_client("view", "change"), job)
    job.refresh_from_db()
    assert (job.status, job.error) == (Extraction.Status.FAILED, "Busy.")


def test_only_failed_jobs_are_tried_again() -> None:
    chosen = _job(Extraction.Status.SUCCEEDED), _job()
    page = _try_again(_client("view", "change"), *chosen)
    assert "1 to be tried again." in page.content.decode()
    assert _waiting() == 1


def test_trying_again_twice_makes_one_job() -> None:
    job, client = _job(), _client("view", "change")
    _try_again(client, job)
    _try_again(client, job)
    assert _waiting() == 1


def test_viewer_is_not_offered_to_try_again() -> None:
    _job()
    assert "try_again" not in _client("view").get(reverse(LIST)).content.decode()


def test_viewer_cannot_try_again_by_hand() -> None:
    _try_again(_client("view"), _job())
    assert _waiting() == 0
