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
    -- What Search filters and sorts by, beside the tables that records are read from and kept up by triggers on them.
    -- A row's place is its name's id * 2^32 + its component's id, so that "does this component satisfy that" is one
    -- look-up by number: counting 100,000 components that satisfy five conditions took 450 ms in the tables above.
    CREATE TABLE names (
        id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (kind, name));
    CREATE INDEX names_any_case ON names (kind, name COLLATE NOCASE);

    CREATE TABLE parameter_values (place INTEGER PRIMARY KEY, name_id INTEGER NOT NULL, value);
    CREATE TABLE tag_values (place INTEGER PRIMARY KEY, name_id INTEGER NOT NULL, value TEXT NOT NULL);
    CREATE TABLE metric_values (
        place INTEGER PRIMARY KEY, name_id INTEGER NOT NULL, count INTEGER NOT NULL, minimum REAL NOT NULL,
        maximum REAL NOT NULL, mean REAL NOT NULL, m2 REAL NOT NULL, last REAL NOT NULL);
    -- Here the experiment's id stands in the name's stead.
    CREATE TABLE memberships (place INTEGER PRIMARY KEY);

    INSERT INTO names (kind, name) SELECT DISTINCT 'parameter', name FROM component_parameters;
    INSERT INTO names (kind, name) SELECT DISTINCT 'metric', name FROM series;
    INSERT INTO names (kind, name) SELECT DISTINCT substr(arn, 1, instr(arn, '/')), key FROM tags
        WHERE instr(arn, ':experiment-trial-component/');
    INSERT INTO parameter_values SELECT (names.id << 32) + component_id, names.id, coalesce(number, text)
        FROM component_parameters AS given JOIN names ON names.kind = 'parameter' AND names.name = given.name
        ORDER BY 1;
    INSERT INTO metric_values
        SELECT (names.id << 32) + component_id, names.id, count, minimum, maximum, mean, m2, last
        FROM series JOIN names ON names.kind = 'metric' AND names.name = series.name ORDER BY 1;
    INSERT INTO tag_values SELECT (names.id << 32) + components.id, names.id, tags.value
        FROM tags JOIN components ON components.key = substr(tags.arn, instr(tags.arn, '/') + 1)
        JOIN names ON names.kind = substr(tags.arn, 1, instr(tags.arn, '/')) AND names.name = tags.key ORDER BY 1;
    INSERT INTO memberships SELECT DISTINCT (trials.experiment_id << 32) + links.component_id
        FROM trial_components AS links JOIN trials ON trials.id = links.trial_id ORDER BY 1;

    CREATE INDEX parameter_values_value ON parameter_values (name_id, value);
    CREATE INDEX tag_values_value ON tag_values (name_id, value);
    CREATE INDEX metric_values_last ON metric_values (name_id, last);
    CREATE INDEX metric_values_minimum ON metric_values (name_id, minimum);
    CREATE INDEX metric_values_maximum ON metric_values (name_id, maximum);
    DROP INDEX parameters_number;
    DROP INDEX parameters_text;
    DROP INDEX series_last;
    DROP INDEX tags_value;

    CREATE INDEX components_name ON components (name);
    CREATE INDEX components_display_name ON components (display_name);
    CREATE INDEX components_status ON components (status);
    CREATE INDEX components_started ON components (started);
    CREATE INDEX components_ended ON components (ended);
    DROP INDEX components_source;
    CREATE INDEX components_source ON components (source_arn COLLATE NOCASE) WHERE source_arn IS NOT NULL;
    CREATE INDEX artifacts_name ON component_artifacts (direction, name COLLATE NOCASE);
    CREATE INDEX experiments_name ON experiments (name);
    CREATE INDEX experiments_modified ON experiments (modified);
    CREATE INDEX trials_name ON trials (name);
    CREATE INDEX trials_created ON trials (created);
    CREATE INDEX trials_modified ON trials (modified);

    CREATE TRIGGER parameter_added AFTER INSERT ON component_parameters BEGIN
        INSERT INTO names (kind, name) SELECT 'parameter', new.name
            WHERE NOT EXISTS (SELECT 1 FROM names WHERE kind = 'parameter' AND name = new.name);
        INSERT INTO parameter_values SELECT (id << 32) + new.component_id, id, coalesce(new.number, new.text)
            FROM names WHERE kind = 'parameter' AND name = new.name;
    END;
    CREATE TRIGGER parameter_changed AFTER UPDATE OF text, number ON component_parameters BEGIN
        UPDATE parameter_values SET value = coalesce(new.number, new.text) WHERE place =
            ((SELECT id FROM names WHERE kind = 'parameter' AND name = new.name) << 32) + new.component_id;
    END;
    CREATE TRIGGER parameter_removed AFTER DELETE ON component_parameters BEGIN
        DELETE FROM parameter_values WHERE place =
            ((SELECT id FROM names WHERE kind = 'parameter' AND name = old.name) << 32) + old.component_id;
    END;

    CREATE TRIGGER series_added AFTER INSERT ON series BEGIN
        INSERT INTO names (kind, name) SELECT 'metric', new.name
            WHERE NOT EXISTS (SELECT 1 FROM names WHERE kind = 'metric' AND name = new.name);
        INSERT INTO metric_values SELECT (id << 32) + new.component_id, id,
            new.count, new.minimum, new.maximum, new.mean, new.m2, new.last
            FROM names WHERE kind = 'metric' AND name = new.name;
    END;
    CREATE TRIGGER series_changed AFTER UPDATE OF count, mean, m2, last ON series BEGIN
        UPDATE metric_values SET count = new.count, mean = new.mean, m2 = new.m2, last = new.last WHERE place =
            ((SELECT id FROM names WHERE kind = 'metric' AND name = new.name) << 32) + new.component_id;
    END;
    -- Apart, since most points move neither: their indexes would be written for each.
    CREATE TRIGGER series_lowered AFTER UPDATE OF minimum ON series WHEN new.minimum <> old.minimum BEGIN
        UPDATE metric_values SET minimum = new.minimum WHERE place =
            ((SELECT id FROM names WHERE kind = 'metric' AND name = new.name) << 32) + new.component_id;
    END;
    CREATE TRIGGER series_raised AFTER UPDATE OF maximum ON series WHEN new.maximum <> old.maximum BEGIN
        UPDATE metric_values SET maximum = new.maximum WHERE place =
            ((SELECT id FROM names WHERE kind = 'metric' AND name = new.name) << 32) + new.component_id;
    END;
    CREATE TRIGGER series_removed AFTER DELETE ON series BEGIN
        DELETE FROM metric_values WHERE place =
            ((SELECT id FROM names WHERE kind = 'metric' AND name = old.name) << 32) + old.component_id;
    END;

    CREATE TRIGGER tag_added AFTER INSERT ON tags WHEN instr(new.arn, ':experiment-trial-component/') BEGIN
        INSERT INTO names (kind, name) SELECT substr(new.arn, 1, instr(new.arn, '/')), new.key WHERE NOT EXISTS
            (SELECT 1 FROM names WHERE kind = substr(new.arn, 1, instr(new.arn, '/')) AND name = new.key);
        INSERT INTO tag_values SELECT (names.id << 32) + components.id, names.id, new.value
            FROM components JOIN names WHERE components.key = substr(new.arn, instr(new.arn, '/') + 1)
            AND names.kind = substr(new.arn, 1, instr(new.arn, '/')) AND names.name = new.key;
    END;
    CREATE TRIGGER tag_changed AFTER UPDATE OF value ON tags
            WHEN instr(new.arn, ':experiment-trial-component/') BEGIN
        UPDATE tag_values SET value = new.value WHERE place = (SELECT (names.id << 32) + components.id
            FROM components JOIN names WHERE components.key = substr(new.arn, instr(new.arn, '/') + 1)
            AND names.kind = substr(new.arn, 1, instr(new.arn, '/')) AND names.name = new.key);
    END;
    CREATE TRIGGER tag_removed AFTER DELETE ON tags WHEN instr(old.arn, ':experiment-trial-component/') BEGIN
        DELETE FROM tag_values WHERE place = (SELECT (names.id << 32) + components.id
            FROM components JOIN names WHERE components.key = substr(old.arn, instr(old.arn, '/') + 1)
            AND names.kind = substr(old.arn, 1, instr(old.arn, '/')) AND names.name = old.key);
    END;

    CREATE TRIGGER component_linked AFTER INSERT ON trial_components BEGIN
        INSERT INTO memberships SELECT (experiment_id << 32) + new.component_id FROM trials WHERE id = new.trial_id
            AND NOT EXISTS (SELECT 1 FROM memberships WHERE place = (experiment_id << 32) + new.component_id);
    END;
    CREATE TRIGGER component_unlinked AFTER DELETE ON trial_components BEGIN
        DELETE FROM memberships WHERE place =
            ((SELECT experiment_id FROM trials WHERE id = old.trial_id) << 32) + old.component_id
            AND NOT EXISTS (SELECT 1 FROM trial_components AS links JOIN trials ON trials.id = links.trial_id
                WHERE links.component_id = old.component_id AND trials.experiment_id =
                    (SELECT experiment_id FROM trials WHERE id = old.trial_id));
    END;
"""

_REGISTRY = """
    -- ``record`` is the JSON of what Describe answers, without name, ARN and times.
    CREATE TABLE model_package_groups (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, versions INTEGER NOT NULL DEFAULT 0,
        policy TEXT, created REAL NOT NULL, modified REAL NOT NULL, record TEXT NOT NULL);
    CREATE INDEX model_package_groups_created ON model_package_groups (created);

    -- A version's name is ``group/number``; ``base`` is the group's key, or an unversioned package's own.
    CREATE TABLE model_packages (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, base TEXT NOT NULL,
        group_id INTEGER REFERENCES model_package_groups (id), version INTEGER, approval TEXT, token TEXT,
        created REAL NOT NULL, modified REAL NOT NULL, record TEXT NOT NULL);
    CREATE INDEX model_packages_created ON model_packages (created);
    CREATE INDEX model_packages_modified ON model_packages (modified);
    CREATE INDEX model_packages_group ON model_packages (group_id, created) WHERE group_id IS NOT NULL;
    CREATE UNIQUE INDEX model_packages_token ON model_packages (token) WHERE token IS NOT NULL;

    CREATE TABLE models (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE,
        created REAL NOT NULL, modified REAL NOT NULL, record TEXT NOT NULL);
    CREATE INDEX models_created ON models (created);

    CREATE TABLE actions (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, source_uri TEXT NOT NULL,
        type TEXT NOT NULL, created REAL NOT NULL, modified REAL NOT NULL, record TEXT NOT NULL);
    CREATE INDEX actions_created ON actions (created);
    CREATE INDEX actions_source ON actions (source_uri);
    CREATE TABLE contexts (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, source_uri TEXT NOT NULL,
        type TEXT NOT NULL, created REAL NOT NULL, modified REAL NOT NULL, record TEXT NOT NULL);
    CREATE INDEX contexts_created ON contexts (created);
    CREATE INDEX contexts_source ON contexts (source_uri);
    CREATE INDEX artifacts_created ON artifacts (created);
    CREATE INDEX associations_destination ON associations (destination_arn);
    """

_JOBS = """
    -- status and secondary repeat what the record says, to be filtered and sorted by. phase is what the machine knows:
    -- queued, started (a process was launched), running (it holds its lock), ended.
    CREATE TABLE training_jobs (
        id INTEGER PRIMARY KEY, name TEXT NOT NULL, key TEXT NOT NULL UNIQUE, status TEXT NOT NULL,
        component_id INTEGER REFERENCES components (id) ON DELETE SET NULL, phase TEXT NOT NULL, launched REAL,
        python TEXT NOT NULL, record TEXT NOT NULL, created REAL NOT NULL, modified REAL NOT NULL);
    CREATE INDEX training_jobs_created ON training_jobs (created);
    CREATE INDEX training_jobs_modified ON training_jobs (modified);
    CREATE INDEX training_jobs_unfinished ON training_jobs (id) WHERE phase != 'ended';
    CREATE INDEX training_jobs_component ON training_jobs (component_id);

    CREATE TABLE component_sources (
        component_id INTEGER NOT NULL REFERENCES components (id) ON DELETE CASCADE, position INTEGER NOT NULL,
        arn TEXT NOT NULL, type TEXT NOT NULL, PRIMARY KEY (component_id, arn)) WITHOUT ROWID;

    CREATE TABLE log_streams (
        id INTEGER PRIMARY KEY, log_group TEXT NOT NULL, name TEXT NOT NULL, created REAL NOT NULL,
        UNIQUE (log_group, name));
    CREATE TABLE log_events (
        stream_id INTEGER NOT NULL REFERENCES log_streams (id) ON DELETE CASCADE, position INTEGER NOT NULL,
        time REAL NOT NULL, message TEXT NOT NULL, PRIMARY KEY (stream_id, position)) WITHOUT ROWID;
    """

_OUTLINES = """
    -- A chunk of many points in few numbers, for pictures of long series: outlines.py. Chunks of before have none.
    -- Apart and with rowids: without them SQLite compares whole rows, so that a look at the chunks' positions reads all
    -- points. Whoever deletes a chunk, an older version too, deletes its outline.
    CREATE TABLE outlines (
        series_id INTEGER NOT NULL, position INTEGER NOT NULL, count INTEGER NOT NULL, data BLOB NOT NULL,
        PRIMARY KEY (series_id, position),
        FOREIGN KEY (series_id, position) REFERENCES chunks (series_id, position) ON DELETE CASCADE);
    """

MIGRATIONS: tuple[str, ...] = (_FIRST, _SEARCH, _REGISTRY, _JOBS, _OUTLINES)
