"""A random world of trial components, random questions about it, and the answers that a plain reading gives."""

from __future__ import annotations

from datetime import datetime, timezone

TC = "ExperimentTrialComponent"
NOW = 1_760_000_000
COMPONENTS = 60
TEXTS = ["adam", "Adam", "sgd", "0.5", "a,b", "7", ""]
NUMBERS = [-1.0, 0.0, 0.25, 0.5, 1.0, 7.0, 1e9]
STATISTICS = ("Min", "Max", "Avg", "StdDev", "Last", "Count")
ORDERS = {
    "GreaterThan": lambda a, b: a > b,
    "GreaterThanOrEqualTo": lambda a, b: a >= b,
    "LessThan": lambda a, b: a < b,
    "LessThanOrEqualTo": lambda a, b: a <= b,
}


# -- a random world ----------------------------------------------------------------------------------------


def build(clients, dice):
    sagemaker, metrics = clients["sagemaker"], clients["sagemaker-metrics"]
    trials = []
    for experiment in ("e1", "e2"):
        sagemaker.create_experiment(ExperimentName=experiment)
        for trial in ("t1", "t2"):
            trials.append(f"{experiment}-{trial}")
            sagemaker.create_trial(ExperimentName=experiment, TrialName=trials[-1])
    for number in range(COMPONENTS):
        name = f"c{number}"
        sagemaker.create_trial_component(TrialComponentName=name, **members(dice))
        for trial in dice.sample(trials, dice.choice([0, 1, 1, 2])):
            sagemaker.associate_trial_component(TrialName=trial, TrialComponentName=name)
        data = [
            {"MetricName": metric, "Value": dice.choice(NUMBERS), "Timestamp": NOW + at, "Step": at}
            for metric in dice.sample(["loss", "Loss", "val:acc", "x.max"], dice.randrange(4))
            for at in range(dice.choice([1, 2, 3]))
        ]
        if data:
            assert metrics.batch_put_metrics(TrialComponentName=name, MetricData=data)["Errors"] == []


def members(dice):
    made = {"DisplayName": dice.choice(["one", "two", "Two", "three"])}
    if dice.random() < 0.8:
        made["Status"] = {"PrimaryStatus": dice.choice(["Completed", "Failed", "InProgress"])}
        if dice.random() < 0.5:
            made["Status"]["Message"] = dice.choice(["fine", "out of memory"])
    if dice.random() < 0.7:
        made["StartTime"] = datetime.fromtimestamp(
            NOW + dice.randrange(5) + dice.choice([0, 0.5]), tz=timezone.utc
        )
    made["Parameters"] = {
        name: {"NumberValue": dice.choice(NUMBERS)}
        if dice.random() < 0.5
        else {"StringValue": dice.choice(TEXTS)}
        for name in dice.sample(["lr", "opt", "a.b", "LR2"], dice.randrange(5))
    }
    made["OutputArtifacts"] = {
        name: {"Value": dice.choice(["s3://b/x", "s3://b/y"])}
        for name in dice.sample(["m.gz", "n"], dice.randrange(3))
    }
    made["Tags"] = [
        {"Key": key, "Value": dice.choice(["red", "blue", "Red"])}
        for key in dice.sample(["team", "Team", "x:y"], dice.randrange(4))
    ]
    return made


# -- a plain reading of a record ---------------------------------------------------------------------------


def at(path):
    """Read a path of plain members."""

    def read(record):
        for part in path.split("."):
            record = record.get(part, {})
        return [] if record in ({}, None) else [record]

    return read


def spelt(name, pairs):
    """Values of those of `pairs` (name, value) that are called `name` in any case; the name spelt so comes first."""
    found = [(key != name, key, value) for key, value in pairs if key.lower() == name.lower()]
    return [value for _, _, value in sorted(found, key=lambda one: one[:2])]


def parameter(name):
    def read(record):
        values = record["Parameters"].items()
        return spelt(name, [(key, v.get("StringValue", v.get("NumberValue"))) for key, v in values])

    return read


def metric(name, statistic):
    return lambda record: spelt(name, [(m["MetricName"], m[statistic]) for m in record["Metrics"]])


def artifact(name):
    return lambda record: spelt(name, [(key, v["Value"]) for key, v in record["OutputArtifacts"].items()])


def tag(key):
    return lambda record: spelt(key, [(t["Key"], t["Value"]) for t in record["Tags"]])


def parent(member):
    return lambda record: [p[member] for p in record["Parents"]]


# (path, type, reader, values to ask for)
PROPERTIES = [
    ("TrialComponentName", "text", at("TrialComponentName"), ["c1", "c17", "C1", "c1,c2 ,c3"]),
    ("DisplayName", "text", at("DisplayName"), ["one", "two", "t", "one,Two"]),
    ("Status.PrimaryStatus", "text", at("Status.PrimaryStatus"), ["Completed", "Failed,InProgress"]),
    ("Status.Message", "text", at("Status.Message"), ["fine", "out of memory"]),
    ("TrialComponentArn", "arn", at("TrialComponentArn"), ["component/C1"]),
    ("Source.SourceArn", "arn", at("Source.SourceArn"), ["x"]),
    ("StartTime", "time", at("StartTime"), [NOW, NOW + 2, NOW + 4]),
    ("Parents.TrialName", "text", parent("TrialName"), ["e1-t1", "e2-t1,e1-t2"]),
    ("Parents.ExperimentName", "text", parent("ExperimentName"), ["e1", "E1", "e2"]),
    *(
        ("Parameters." + name, "mixed", parameter(name), [*TEXTS[:6], "0.25", "1e9"])
        for name in ("lr", "OPT", "a.b")
    ),
    *(
        (f"Metrics.{name}.{stat}", "number", metric(name, stat), ["0", "0.5", "1", "2", "-1"])
        for name in ("loss", "val:acc", "x.max")
        for stat in STATISTICS
    ),
    ("metrics.loss", "number", metric("loss", "Last"), ["0.5", "7"]),
    ("OutputArtifacts.m.gz", "text", artifact("m.gz"), ["s3://b/x", "b/y"]),
    ("Tags.team", "text", tag("team"), ["red", "Red", "blue", "red,blue"]),
    ("tags.x:y", "text", tag("x:y"), ["red", "blue"]),
]
BY_PATH = {path: (kind, read) for path, kind, read, _ in PROPERTIES}
REPEATABLE = ("trialcomponentname", "displayname", "tags", "inputartifacts", "outputartifacts")
NESTED = {
    "Parents": (
        "Parents",
        {"TrialName": ("text", ["e1-t1", "e2-t2"]), "ExperimentName": ("text", ["e1", "e2"])},
    ),
    "Tags": ("Tags", {"Key": ("text", ["team", "Team", "x:y"]), "Value": ("text", ["red", "Red"])}),
    "Metrics": (
        "Metrics",
        {
            "MetricName": ("text", ["loss", "Loss"]),
            "Last": ("number", ["0.5", "1"]),
            "Count": ("number", ["1", "2"]),
        },
    ),
}


def holds(kind, value, operator, raw, *, ignore_case):
    """Whether one value satisfies one positive operator."""
    if kind == "time":
        value, wanted = value.timestamp(), datetime.fromisoformat(raw + "+00:00").timestamp()
        return wanted <= value < wanted + 1 if operator == "Equals" else ORDERS[operator](value, wanted)
    if operator in ORDERS:
        return not isinstance(value, str) and ORDERS[operator](value, float(raw))
    if not isinstance(value, str):
        return operator == "Equals" and number(raw) is not None and value == number(raw)
    fold = str.lower if ignore_case or kind == "arn" else str
    if operator == "Contains":
        return fold(raw) in fold(value)
    wanted = [part.strip() for part in raw.split(",")] if operator == "In" else [raw]
    return fold(value) in [fold(part) for part in wanted]


def number(raw):
    try:
        return float(raw)
    except ValueError:
        return None


def satisfied(kind, values, entry, rules):
    operator, raw = entry.get("Operator", "Equals"), entry.get("Value")
    if operator == "Exists":
        return bool(values)
    if operator == "NotExists":
        return not values
    positive = "Equals" if operator == "NotEquals" else operator
    found = any(holds(kind, value, positive, raw, ignore_case=rules.search_ignores_case) for value in values)
    if operator == "NotEquals":
        return not found and (bool(values) or rules.not_equals_matches_absent)
    return found


def matches(record, expression, rules):
    results = []
    for entry in expression.get("Filters", []):
        kind, read = BY_PATH[entry["Name"]]
        results.append(satisfied(kind, read(record), entry, rules))
    for nested in expression.get("NestedFilters", []):
        member, fields = NESTED[nested["NestedPropertyName"]]
        results.append(any(element_matches(element, nested, fields, rules) for element in record[member]))
    results += [matches(record, inner, rules) for inner in expression.get("SubExpressions", [])]
    return any(results) if expression.get("Operator") == "Or" else all(results)


def element_matches(element, nested, fields, rules):
    def one(entry):
        name = entry["Name"].partition(".")[2]
        return satisfied(fields[name][0], [element[name]], entry, rules)

    return all(one(entry) for entry in nested["Filters"])


# -- random expressions ------------------------------------------------------------------------------------


def random_entry(dice, path, kind, pool, *, contains):
    operators = ["Equals", "NotEquals", "Exists", "NotExists", None]
    operators += {
        "text": ["In"],
        "arn": ["In"],
        "mixed": ["In", *ORDERS],
        "number": list(ORDERS),
        "time": list(ORDERS),
    }[kind]
    if contains and kind in {"text", "arn"}:
        operators.append("Contains")
    operator, raw = dice.choice(operators), dice.choice(pool)
    if kind == "time":
        raw = datetime.fromtimestamp(raw, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    if kind == "mixed" and operator in ORDERS and number(raw) is None:
        raw = "0.5"
    entry = {"Name": path}
    if operator is not None:
        entry["Operator"] = operator
    if operator not in {"Exists", "NotExists"}:
        entry["Value"] = raw
    return entry


def in_order(records, path, *, ascending):
    """Names of `records` (in the order of their ids) sorted by `path`; those that lack it come last, by id."""
    read = BY_PATH[path][1]
    ranked, lacking = [], []
    for number, record in enumerate(records):
        values = read(record)
        key = values[0] if values else None
        # Numbers come before texts, as in the store.
        kept = (lacking, (number,)) if key is None else (ranked, (isinstance(key, str), key, number))
        kept[0].append((kept[1], record["TrialComponentName"]))
    return [name for part in (ranked, lacking) for _, name in sorted(part, reverse=not ascending)]


def random_filter(dice):
    path, kind, _, pool = dice.choice(PROPERTIES)
    return random_entry(dice, path, kind, pool, contains=path.partition(".")[0].lower() in REPEATABLE)


def random_nested(dice):
    name = dice.choice(sorted(NESTED))
    _, fields = NESTED[name]
    chosen = dice.sample(sorted(fields), dice.choice([1, 2]))
    filters = [
        random_entry(dice, f"{name}.{field}", *fields[field], contains=name == "Tags") for field in chosen
    ]
    return {"NestedPropertyName": name, "Filters": filters}


def random_expression(dice, depth=3):
    made = {"Filters": [random_filter(dice) for _ in range(dice.randrange(1, 4))]}
    if dice.random() < 0.4:
        made["NestedFilters"] = [random_nested(dice) for _ in range(dice.choice([1, 1, 2]))]
    if depth > 1 and dice.random() < 0.5:
        made["SubExpressions"] = [random_expression(dice, depth - 1) for _ in range(dice.choice([1, 2]))]
    operator = dice.choice(["Or", "Or", "Or", "And", None])  # And alone would mostly find nothing
    if operator:
        made["Operator"] = operator
    return made


def everything(client, size=40, **params):
    pages = client.get_paginator("search").paginate(
        Resource=TC, **params, PaginationConfig={"PageSize": size}
    )
    return [result["TrialComponent"] for page in pages for result in page["Results"]]
