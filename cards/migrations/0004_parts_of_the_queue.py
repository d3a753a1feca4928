from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, StrIndex
from django.db.models.lookups import GreaterThan

FIELDS = (
    "prefix", "full_name", "first_name", "last_name", "suffix", "native_name", "job_title",
    "department", "company", "phone", "extension", "phone_2", "mobile", "mobile_2", "fax",
    "email", "email_2", "website", "social", "address_1", "address_2", "address_3", "city",
    "state", "postal_code", "country", "languages", "business_type", "contact_type", "products",
    "notes",
)  # fmt: skip


def has_doubt_in(field):
    names = Cast("doubtful_fields", models.TextField())
    return GreaterThan(StrIndex(names, RawSQL(f"'\"{field}\"'", ())), 0)  # noqa: S611


PARTS = {
    "doubted": ~Q(doubtful_fields=[]),
    "clear": Q(doubtful_fields=[], notice=""),
    "noticed": ~Q(notice=""),
    **{f"doubts_{name}": Q(has_doubt_in(name)) for name in FIELDS},
}


ORDER = ("status", "batch", F("doubt").desc(), "id")


def index(name, *columns, **condition):
    return migrations.AddIndex("card", models.Index(*columns, name=name, **condition))


class Migration(migrations.Migration):
    dependencies = [
        ("cards", "0003_batch_priority"),
    ]

    operations = [
        migrations.RemoveIndex("card", "card_queue"),
        index("card_queue", *ORDER, "languages"),
        *(
            index(
                f"card_{part}",
                *ORDER,
                "languages",
                "doubtful_fields",
                condition=Q(status="needs_review") & condition,
            )
            for part, condition in PARTS.items()
        ),
        index("card_languages", "languages", *ORDER),
    ]
