"""The groups: who may what. A person can be in several."""

from django.db import migrations

GROUPS = {
    "Uploader": {
        "cards.batch": ["view", "add"],
        "cards.card": ["view", "upload_card", "view_picture"],
    },
    "Reviewer": {
        "cards.batch": ["view"],
        "cards.card": ["view", "change", "review_card", "view_picture"],
        "extraction.extraction": ["view"],
        "review.review": ["view"],
    },
    "Analyst": {
        "cards.batch": ["view"],
        "cards.card": ["view", "export_card", "view_picture"],
    },
    "Manager": {
        "cards.batch": ["view", "add", "change"],
        "cards.card": [
            "view",
            "add",
            "change",
            "upload_card",
            "review_card",
            "export_card",
            "import_card",
            "view_picture",
        ],
        "extraction.extraction": ["view", "change"],
        "review.review": ["view"],
        "auth.user": ["view", "add", "change"],
        "auth.group": ["view"],
    },
}
NAMES = {
    "upload_card": "Can upload pictures of cards",
    "review_card": "Can review cards",
    "export_card": "Can export cards",
    "import_card": "Can import contacts",
    "view_picture": "Can see the pictures of cards",
}


def make(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    for name, models in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        for label, words in models.items():
            app, model = label.split(".")
            kind, _ = ContentType.objects.get_or_create(app_label=app, model=model)
            for word in words:
                codename = word if "_" in word else f"{word}_{model}"
                permission, _ = Permission.objects.get_or_create(
                    content_type=kind,
                    codename=codename,
                    defaults={"name": NAMES.get(codename, f"Can {word} {model}")},
                )
                group.permissions.add(permission)


def remove(apps, schema_editor):
    apps.get_model("auth", "Group").objects.filter(name__in=GROUPS).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("cards", "0001_initial"),
        ("extraction", "0001_initial"),
        ("review", "0001_initial"),
    ]
    operations = [migrations.RunPython(make, remove)]
