"""Counts a table of events with tools that know nothing of Heedful; one line of JSON for each.

usage: readers.py TABLE
"""

import json
import sys

import deltalake
import duckdb
import polars

path = sys.argv[1]
table = deltalake.DeltaTable(path)
files = table.file_uris()


def tell(reader, events, people, seen, total, on):
    print(json.dumps([reader, events, people, seen, total, on]))


frame = polars.read_delta(path)
tell(
    "polars",
    frame.height,
    frame["person"].n_unique(),
    frame.filter(polars.col("event") == "seen").height,
    frame["properties"].struct.field("n").sum(),
    frame.filter(polars.col("properties").struct.field("on")).height,
)

query = """
    select count(*), count(distinct person), count(*) filter (event = 'seen'),
           sum(properties.n), count(*) filter (properties."on")
    from {source}
"""
rows = duckdb.execute(query.format(source="read_parquet($1, union_by_name = true)"), [files]).fetchone()
tell("duckdb", *rows)

frame = deltalake.QueryBuilder().register("events", table)
rows = frame.execute(
    """select count(*), count(distinct person), count(*) filter (where event = 'seen'),
              sum(get_field(properties, 'n')), count(*) filter (where get_field(properties, 'on'))
       from events"""
).read_all()
tell("deltalake", *(rows.column(index)[0].as_py() for index in range(5)))
