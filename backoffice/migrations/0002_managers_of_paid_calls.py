"""Managers see what is paid and which reader reads, and may change both."""

from django.db import migrations

MANAGER = {
    "call": ["view"],
    "gate": ["view", "change"],
    "backlog": ["view", "change"],
    "fittedreader": ["view", "change"],
}


def grant(apps, schema_editor):
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    ContentType = apps.get_model("contenttypes", "ContentType")
    managers, _ = Group.objects.get_or_create(name="Manager")
    for model, words in MANAGER.items():
        kind, _ = ContentType.objects.get_or_create(app_label="extraction", model=model)
        for word in words:
            permission, _ = Permission.objects.get_or_create(
                content_type=kind,
                codename=f"{word}_{model}",
                defaults={"name": f"Can {word} {model}"},
            )
            managers.permissions.add(permission)


def take(apps, schema_editor):
    apps.get_model("auth", "Permission").objects.filter(
        content_type__app_label="extraction", content_type__model__in=MANAGER
    ).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("backoffice", "0001_groups"),
        ("extraction", "0002_paid_calls_and_readers"),
    ]
    operations = [migrations.RunPython(grant, take)]
