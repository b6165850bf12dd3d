"""The store's tables, as numbered migrations: a later version is a further entry, never a change to an old one.

Names are kept as given in ``name`` and compared through ``key`` (lower case): SageMaker's names are unique without
regard to case [M]. Times are seconds since the epoch. ``modified`` feeds Search's LastModifiedTime.
"""

from __future__ import annotations

_FIRST = """
    CREATE TABLE experiments (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL,
        description TEXT, created REAL NOT NULL, modified REAL NOT NULL);
    CREATE INDEX experiments_created ON experiments (created);

    CREATE TABLE trials (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL,
        experiment_id INTEGER NOT NULL REFERENCES experiments (id), metadata TEXT,
        created REAL NOT NULL, modified REAL NOT NULL);
    CREATE INDEX trials_experiment ON trials (experiment_id, created);

    CREATE TABLE components (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, display_name TEXT NOT NULL,
        status TEXT, message TEXT, started REAL, ended REAL, metadata TEXT,
        source_arn TEXT, source_type TEXT, created REAL NOT NULL, modified REAL NOT NULL);
    CREATE INDEX components_created ON components (created);
    CREATE INDEX components_modified ON components (modified);
    CREATE INDEX components_source ON components (source_arn) WHERE source_arn IS NOT NULL;

    CREATE TABLE component_parameters (
        component_id INTEGER NOT NULL REFERENCES components (id) ON DELETE CASCADE,
        name TEXT NOT NULL, text TEXT, number REAL, PRIMARY KEY (component_id, name)) WITHOUT ROWID;
    CREATE INDEX parameters_number ON component_parameters (name COLLATE NOCASE, number);
    CREATE INDEX parameters_text ON component_parameters (name COLLATE NOCASE, text);

    CREATE TABLE component_artifacts (
        component_id INTEGER NOT NULL REFERENCES components (id) ON DELETE CASCADE,
        direction TEXT NOT NULL CHECK (direction IN ('input', 'output')),
        name TEXT NOT NULL, media_type TEXT, value TEXT NOT NULL,
        PRIMARY KEY (component_id, direction, name)) WITHOUT ROWID;

    CREATE TABLE trial_components (
        trial_id INTEGER NOT NULL REFERENCES trials (id), component_id INTEGER NOT NULL REFERENCES components (id),
        linked REAL NOT NULL, PRIMARY KEY (trial_id, component_id)) WITHOUT ROWID;
    CREATE INDEX links_component ON trial_components (component_id);

    CREATE TABLE tags (
        arn TEXT NOT NULL, position INTEGER NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
        PRIMARY KEY (arn, key)) WITHOUT ROWID;
    CREATE INDEX tags_value ON tags (key COLLATE NOCASE, value);

    CREATE TABLE series (
        id INTEGER PRIMARY KEY, component_id INTEGER NOT NULL REFERENCES components (id) ON DELETE CASCADE,
        name TEXT NOT NULL, count INTEGER NOT NULL, minimum REAL NOT NULL, maximum REAL NOT NULL,
        mean REAL NOT NULL, m2 REAL NOT NULL, last REAL NOT NULL, last_time REAL NOT NULL,
        next_position INTEGER NOT NULL, tail_position INTEGER NOT NULL,
        UNIQUE (component_id, name));
    CREATE INDEX series_last ON series (name COLLATE NOCASE, last);

    -- Points are packed, many to a row, column after column (all steps as int64, -1 for none; all times; all values;
    -- little-endian): 1M points cost 1.15 s to read as rows, 15 ms as packed records, 10 ms as packed columns.
    -- Rows from series.tail_position on are not full yet and get merged when they are many: points.py.
    CREATE TABLE chunks (
        series_id INTEGER NOT NULL REFERENCES series (id) ON DELETE CASCADE,
        position INTEGER NOT NULL, count INTEGER NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY (series_id, position)) WITHOUT ROWID;

    CREATE TABLE journals (journal TEXT PRIMARY KEY, offset INTEGER NOT NULL, updated REAL NOT NULL) WITHOUT ROWID;

    CREATE TABLE artifacts (
        id INTEGER PRIMARY KEY, arn TEXT NOT NULL UNIQUE, name TEXT, source_uri TEXT NOT NULL UNIQUE,
        source_types TEXT, type TEXT NOT NULL, properties TEXT, metadata TEXT,
        created REAL NOT NULL, modified REAL NOT NULL);
    CREATE TABLE associations (
        source_arn TEXT NOT NULL, destination_arn TEXT NOT NULL, type TEXT, created REAL NOT NULL,
        PRIMARY KEY (source_arn, destination_arn)) WITHOUT ROWID;

    CREATE TABLE buckets (name TEXT PRIMARY KEY, created REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE objects (
        bucket TEXT NOT NULL REFERENCES buckets (name), key TEXT NOT NULL, etag TEXT NOT NULL, size INTEGER NOT NULL,
        content_type TEXT, metadata TEXT, modified REAL NOT NULL, file TEXT NOT NULL,
        PRIMARY KEY (bucket, key)) WITHOUT ROWID;
    CREATE INDEX objects_file ON objects (file);
    CREATE TABLE uploads (
        id TEXT PRIMARY KEY, bucket TEXT NOT NULL, key TEXT NOT NULL, content_type TEXT, metadata TEXT,
        created REAL NOT NULL) WITHOUT ROWID;
    CREATE TABLE parts (
        upload_id TEXT NOT NULL REFERENCES uploads (id) ON DELETE CASCADE, number INTEGER NOT NULL,
        etag TEXT NOT NULL, size INTEGER NOT NULL, file TEXT NOT NULL,
        PRIMARY KEY (upload_id, number)) WITHOUT ROWID;
    """

_SEARCH = """
"""

_REGISTRY = """
"""

_JOBS = """
"""

MIGRATIONS: tuple[str, ...] = (_FIRST, _SEARCH, _REGISTRY, _JOBS)
