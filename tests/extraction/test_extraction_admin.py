"""Jobs in the admin: staff see what failed and why, and may have it tried again."""

from __future__ import annotations

import json
from html import unescape
from typing import TYPE_CHECKING

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cards import vault
from cards.models import Batch, Card
from extraction.models import Extraction
from extraction.result import Box, Result, Value
from tests.cast import Person
from tests.extraction.readings import count_queries, put_call, put_card, put_reading, result

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


def _open(reading: Extraction, *words: str) -> str:
    url = reverse("admin:extraction_extraction_change", args=(reading.pk,))
    page = _client(*(words or ("view",))).get(url)
    assert page.status_code == 200
    return unescape(page.content.decode())


def test_each_value_is_drawn_where_it_stands_on_the_picture() -> None:
    text = _open(put_reading(put_card(), result(full_name="Rosa Halloway")))
    assert 'viewBox="0 0 1000 600"' in text
    assert (
        '<polygon class="shape shape-field" points="10.0,20.0 90.0,20.0 90.0,40.0 10.0,40.0"'
        ' data-key="full_name">' in text
    )
    assert "shape-line" in text
    assert 'data-key="code-0"' in text


def test_a_doubtful_value_says_why() -> None:
    found = Result({"fax": Value("12", 0.4, (), "shorter than any telephone number")})
    text = _open(put_reading(put_card(), found))
    assert "40 %" in text
    assert "shorter than any telephone number" in text


def test_what_the_bundled_reader_read_stands_beside_where_it_differs() -> None:
    values = {"email": Value("rosa@northwind.example", 0.9), "city": Value("Bremen", 0.9)}
    beside = {"email": "r0sa@northwind.example", "city": "Bremen", "fax": "0421 5550"}
    text = _open(put_reading(put_card(), Result(values, beside=beside)))
    assert "“r0sa@northwind.example”" in text
    assert "“Bremen”" not in text
    assert "“0421 5550”" in text


def test_further_fields_and_machine_forms_are_shown() -> None:
    values = {"phone": Value("0421 5550", 0.9, normalised="+494215550")}
    text = _open(put_reading(put_card(), Result(values, extra={"Room": "4.12"})))
    assert "+494215550" in text
    assert "4.12" in text


def test_a_result_of_another_version_is_said_to_be_one() -> None:
    reading = put_reading(put_card())
    Extraction.objects.filter(pk=reading.pk).update(result={"version": 99})
    assert "another version of the program" in _open(reading)


def test_calls_are_shown_to_those_who_may_see_the_ledger(manager: Person, reviewer: Person) -> None:
    reading = put_reading(put_card())
    put_call("0.0040", card=reading.card, extraction=reading)
    url = reverse("admin:extraction_extraction_change", args=(reading.pk,))
    assert "$0.0040" in manager.client.get(url).content.decode()
    assert "$0.0040" not in reviewer.client.get(url).content.decode()


def test_detail_costs_the_same_for_3_calls_and_for_30(manager: Person) -> None:
    reading = put_reading(put_card())
    counts = []
    for more in (3, 27):
        for _ in range(more):
            put_call(card=reading.card, extraction=reading)
        url = reverse("admin:extraction_extraction_change", args=(reading.pk,))
        counts.append(count_queries(manager.client, url))
    assert counts[0] == counts[1] <= 14


def test_the_raw_answer_comes_from_the_vault_as_a_download() -> None:
    card = put_card()
    reading = put_reading(card, digest="ab" * 32)
    document = {"answer": {"text": "Rosa"}, "version": 1}
    side = card.sides.get()
    vault.put_json(vault.reading_name(side.picture, reading.digest), document)
    page = _client("view").get(reverse("admin:extraction_answer", args=(reading.pk,)))
    assert json.loads(page.content) == document
    assert page["Content-Disposition"] == f'attachment; filename="reading-{reading.pk}.json"'


def test_an_answer_that_is_not_kept_is_not_found() -> None:
    reading = put_reading(put_card())
    page = _client("view").get(reverse("admin:extraction_answer", args=(reading.pk,)))
    assert page.status_code == 404


def test_outsider_gets_no_raw_answer(outsider: Person) -> None:
    reading = put_reading(put_card(), digest="ab" * 32)
    url = reverse("admin:extraction_answer", args=(reading.pk,))
    assert outsider.client.get(url).status_code == 403


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
