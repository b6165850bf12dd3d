"""Tags of any resource: AddTags, ListTags, DeleteTags.

Stored under the ARN in lower case, since names are unique without regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sm_track_widgets._names import MAX_TAGS
from sm_track_widgets._types import Params
from sm_track_widgets.embedded.faults import invalid
from sm_track_widgets.embedded.paging import decode_token, encode_token, scope_of
from sm_track_widgets.embedded.records import present, tags_of
from sm_track_widgets.embedded.service import Operation, Service

TABLES: Mapping[str, str] = {
    "experiment": "experiments",
    "experiment-trial": "trials",
    "experiment-trial-component": "components",
    "artifact": "artifacts",
    "action": "actions",
    "context": "contexts",
    "model": "models",
    "model-package": "model_packages",
    "model-package-group": "model_package_groups",
    "training-job": "training_jobs",
}
"""The kinds of resource that there can be here: others, of which there is none, cannot be tagged."""
_MODEL_VERSION = re.compile(r":model-package/[^/]+/\d+$")


def set_tags(service: Service, arn: str, tags: Sequence[Mapping[str, str]]) -> None:
    """Set `tags` of `arn`, key by key; a known key keeps its place. Inside the caller's transaction.

    Raises
    ------
    ServiceError
        ``ValidationException`` for more than 50 tags, a key given twice, or a key that AWS keeps to itself.
    """
    if not tags:
        return
    if len({tag["Key"] for tag in tags}) < len(tags):
        raise invalid("Duplicate tag key")  # the exact text: sagemaker-python-sdk#3608
    if _MODEL_VERSION.search(arn):
        # The text: aws-cdk#33699; that AddTags refuses too is [inf].
        raise invalid(
            "Tags are not supported in Model Package versions. Please add them to the Model Package Group"
        )
    held = arn.lower()
    found = service.store.row("SELECT COALESCE(MAX(position), -1) AS top FROM tags WHERE arn = ?", held)
    top = found["top"] if found is not None else -1
    connection = service.store.connection()
    for offset, tag in enumerate(tags, start=1):
        if tag["Key"].lower().startswith("aws:"):
            raise invalid(f"Tag keys may not start with 'aws:': '{tag['Key']}'.")
        connection.execute(
            "INSERT INTO tags (arn, position, key, value) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (arn, key) DO UPDATE SET value = excluded.value",
            (held, top + offset, tag["Key"], tag["Value"]),
        )
    count = service.store.row("SELECT COUNT(*) AS used FROM tags WHERE arn = ?", held)
    if count is not None and count["used"] > MAX_TAGS:
        raise invalid(f"The number of tags on '{arn}' would be {count['used']}; the limit is {MAX_TAGS}.")


def drop_tags(service: Service, arn: str) -> None:
    """Forget the tags of a resource that is being deleted. Inside the caller's transaction."""
    service.store.connection().execute("DELETE FROM tags WHERE arn = ?", (arn.lower(),))


def _touch(service: Service, arn: str, *, change: bool = True) -> None:
    """See that the resource exists; note the change where the rules say that tags are one."""
    kind, _, name = arn.split(":", 5)[-1].partition("/")
    row = None
    if kind in TABLES and arn.lower() == service.arn(kind, name).lower():
        column, value = ("arn", arn) if kind == "artifact" else ("key", name)
        row = service.store.row(f"SELECT id FROM {TABLES[kind]} WHERE {column} = ?", value.lower())
    if row is None:
        raise invalid(f"Could not find {kind} with ARN '{arn}'.")  # [inf] the text
    if change and service.rules.tags_touch_modified:
        sql = f"UPDATE {TABLES[kind]} SET modified = ? WHERE id = ?"
        service.store.connection().execute(sql, (service.clock(), row["id"]))


def _add(service: Service, params: Params) -> Params:
    arn = params["ResourceArn"]
    with service.store.atomic():
        _touch(service, arn)
        set_tags(service, arn, params["Tags"])
    return {"Tags": tags_of(service, [arn.lower()]).get(arn.lower(), [])}


def _list(service: Service, params: Params) -> Params:
    arn = params["ResourceArn"]
    _touch(service, arn, change=False)
    scope = scope_of("ListTags", params)
    after = (decode_token(params.get("NextToken"), scope) or [-1])[0]
    size = min(params.get("MaxResults", MAX_TAGS), MAX_TAGS)
    rows = service.store.rows(
        "SELECT position, key, value FROM tags WHERE arn = ? AND position > ? ORDER BY position LIMIT ?",
        arn.lower(),
        after,
        size + 1,
    )
    token = encode_token(scope, [rows[size - 1]["position"]]) if len(rows) > size else None
    tags = [{"Key": row["key"], "Value": row["value"]} for row in rows[:size]]
    return present(Tags=tags, NextToken=token)


def _delete(service: Service, params: Params) -> Params:
    arn = params["ResourceArn"]
    with service.store.atomic() as connection:
        _touch(service, arn)
        connection.executemany(
            "DELETE FROM tags WHERE arn = ? AND key = ?", [(arn.lower(), key) for key in params["TagKeys"]]
        )
    return {}


OPERATIONS: Mapping[str, Operation] = {"AddTags": _add, "ListTags": _list, "DeleteTags": _delete}
