"""Choices are counted by bits; long texts are kept out of the rows that the planner reads to filter and rank."""

from django.db import migrations, models

import catalogue.models.search

NARROW = """
ALTER TABLE catalogue_search_document SET (toast_tuple_target = 512);
ALTER TABLE catalogue_search_document ALTER COLUMN brief SET STORAGE MAIN;
"""
WIDE = """
ALTER TABLE catalogue_search_document RESET (toast_tuple_target);
ALTER TABLE catalogue_search_document ALTER COLUMN brief SET STORAGE EXTENDED;
"""


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0002_guards")]

    operations = [
        migrations.CreateModel(
            name="FacetBits",
            fields=[
                ("number", models.SmallIntegerField(primary_key=True, serialize=False)),
                ("bits", catalogue.models.search.BitString()),
            ],
            options={"db_table": "catalogue_facet_bits"},
        ),
        migrations.AddField(
            model_name="searchterm",
            name="is_head",
            field=models.BooleanField(default=False, help_text="longer words that end in it are also found by it"),
        ),
        # computed rows: the next full refresh writes them anew
        migrations.RunSQL("DELETE FROM catalogue_search_document", migrations.RunSQL.noop),
        migrations.AddField(
            model_name="searchdocument", name="ordinal", field=models.PositiveIntegerField(default=0), preserve_default=False
        ),
        migrations.AddConstraint(
            model_name="searchdocument",
            constraint=models.UniqueConstraint(fields=("ordinal", "language"), name="searchdocument_ordinal"),
        ),
        migrations.RunSQL(NARROW, WIDE),
    ]
