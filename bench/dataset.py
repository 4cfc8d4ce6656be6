"""Grows the demo's catalogue: every course, run, site and search row is copied n times inside the database, in a few statements."""

import psycopg

# table: the columns that point at rows which are copied too
CLONED: dict[str, tuple[str, ...]] = {
    "catalogue_course": ("public_version_id", "draft_version_id", "successor_id"),
    "catalogue_courseversion": ("course_id",),
    "catalogue_run": ("course_id", "copied_from_id"),
    "catalogue_runsession": ("run_id",),
    "catalogue_runmonth": ("run_id",),
    "catalogue_runterm": ("run_id",),
    "catalogue_runrecurrence": ("run_id",),
    "catalogue_deliverysite": ("run_id",),
    "catalogue_search_document": ("course_id",),
    "catalogue_coursecard": ("course_id",),
    "catalogue_coursepage": ("course_id",),
}
UNIQUE_TEXTS = {"code": "'X' || upper(substr(md5(t.code || n), 1, 12))", "slug": "t.slug || '-' || n"}
# as catalogue.actions.facet_bits does after a full refresh
COUNT_ANEW = """
WITH zero AS (SELECT repeat('0', (max(ordinal) / 1024 + 1) * 1024)::varbit AS bits FROM catalogue_search_document), held AS (
    SELECT ordinal, 0::int2 AS facet FROM catalogue_search_document WHERE language = 'nb'
     UNION ALL
    SELECT ordinal, unnest(facets) FROM catalogue_search_document WHERE language = 'nb'
)
INSERT INTO catalogue_facet_bits (number, bits)
SELECT held.facet, bit_or(set_bit(zero.bits, held.ordinal, 1)) FROM held, zero GROUP BY held.facet
"""


def grow(url: str, copies: int) -> tuple[int, int]:
    """This will add `copies` of everything in the catalogue; returns how many courses and runs there are then.

    `url` is the superuser's: checks and audit triggers are off while the rows are made.
    """
    with psycopg.connect(url) as connection:
        connection.execute("SET session_replication_role = replica")
        for table, pointers in CLONED.items():
            rows = connection.execute("SELECT column_name FROM information_schema.columns WHERE table_name = %s", [table]).fetchall()
            columns = [name for (name,) in rows]
            values = []
            for column in columns:
                if column == "id" or column in pointers:
                    values.append(f"md5(t.{column}::text || n)::uuid")
                elif column == "ordinal":  # the place in the bits that choices are counted by
                    values.append(f"t.ordinal + n * (SELECT max(ordinal) + 1 FROM {table})")  # noqa: S608 - names from the list above
                elif table == "catalogue_course" and column in UNIQUE_TEXTS:
                    values.append(UNIQUE_TEXTS[column])
                else:
                    values.append(f't."{column}"')
            names = ", ".join(f'"{column}"' for column in columns)
            statement = f"INSERT INTO {table} ({names}) SELECT {', '.join(values)} FROM {table} t, generate_series(1, {copies}) n"  # noqa: S608 - names from the database
            connection.execute(statement.encode())
        connection.execute("DELETE FROM catalogue_facet_bits")
        connection.execute(COUNT_ANEW)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
        courses = connection.execute("SELECT count(*) FROM catalogue_course").fetchone()
        runs = connection.execute("SELECT count(*) FROM catalogue_run").fetchone()
        return (courses or (0,))[0], (runs or (0,))[0]
