"""Rows of the search know under which words and templates they were made, so that they are made anew in small steps."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0013_imports"),
    ]

    operations = [
        migrations.AddField(
            model_name="cataloguestate",
            name="generation",
            field=models.IntegerField(default=0, help_text="rises with the search's words and with each release; older rows are made anew"),
        ),
        migrations.AddField(
            model_name="searchdocument",
            name="generation",
            field=models.IntegerField(default=0, help_text="the generation of words and templates that it was made under"),
        ),
        migrations.AddIndex(
            model_name="searchdocument",
            index=models.Index(fields=["generation"], name="searchdocument_generation"),
        ),
    ]
