from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("review", "0003_journal"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="card_journaled_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddIndex(
            model_name="review",
            index=models.Index(
                condition=Q(card_journaled_at__isnull=True, decision="imported"),
                fields=["id"],
                name="review_imported",
            ),
        ),
    ]
