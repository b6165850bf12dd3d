"""Secrets go, everything else stays."""

from __future__ import annotations

import time

import pytest

from sm_track_widgets._errors import UsageError
from sm_track_widgets.tracking.redact import MARK, Redactor

# Put together at run time, so that no scanner of repositories takes them for real ones.
AWS_ID = "AKIA" + "IOSFODNN7EXAMPLE"
AWS_SECRET = "wJalrXUtnFEMI/K7MDENG/" + "bPxRfiCYEXAMPLEKEY"
GITHUB = "ghp" + "_" + "a1B2" * 9
HUGGING_FACE = "hf" + "_" + "abCD" * 9
SLACK = "xoxb" + "-123456789012-abcdefghij"
OPENAI = "sk" + "-proj-" + "a1B2c3D4" * 4
JWT = "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0In0" + ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"
PEM = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nIBAAKC\n-----END RSA PRIVATE KEY-----"


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"key is {AWS_ID}.", AWS_ID),
        (f'aws_secret_access_key = "{AWS_SECRET}"', AWS_SECRET),
        (f"aws_secret_access_key={AWS_SECRET}", AWS_SECRET),
        (f"AWS_SESSION_TOKEN={AWS_SECRET}", AWS_SECRET),
        ('password="correct horse"', "correct horse"),
        ("password='x'", "'x'"),
        ("PASSWORD=correcthorse", "correcthorse"),
        ("export DB_PASSWORD=correcthorse\n", "correcthorse"),
        ("password=hunter2", "hunter2"),
        ("password: hunter2", "hunter2"),
        ("passwd=12345678", "12345678"),
        ('{"api_key": "abc", "n": 1}', "abc"),
        ("connect(host, api_key='abc-def')", "abc-def"),
        ('os.environ["HF_TOKEN"] = "abcdef"', "abcdef"),
        ('token: str = "abcdef"', "abcdef"),
        ('token = f"abc{x}"', "abc{x}"),
        ('secret = """line\nof text"""', "text"),
        ('client_secret => "abcdef"', "abcdef"),
        ("curl --token abc123def", "abc123def"),
        ("mysql --password=letmein", "letmein"),
        ("Authorization: Bearer abcdef0123456789abcdef", "abcdef0123456789"),
        ("authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"),
        ("postgres://me:s3cr3t@db.local/x", "s3cr3t"),
        ("https://b/k?X-Amz-Signature=0123abcd&x=1", "0123abcd"),
        (GITHUB, GITHUB),
        (HUGGING_FACE, HUGGING_FACE),
        (SLACK, SLACK),
        (OPENAI, OPENAI),
        (f"jwt {JWT}", JWT),
        (f"x\n{PEM}\ny", "MIIEow"),
        (PEM[:50], "MIIEow"),
        ("connect('host=db password=hunter2')", "hunter2"),
        ('dsn = "server=db;pwd=s3cret-x"', "s3cret-x"),
        ("dapi" + "0123456789abcdef" * 2, "0123456789abcdef"),
        ("SG" + ".abcdefghij0123456789.abcdefghij0123456789", "abcdefghij"),
        ("ya29" + ".a0AfH6SMBx0123456789abcdef", "a0AfH6SMBx"),
        ("DefaultEndpointsProtocol=https;AccountKey=abc123==;", "abc123=="),
    ],
)
def test_secrets_are_replaced(text: str, secret: str) -> None:
    clean = Redactor().clean(text)
    assert secret not in clean
    assert MARK in clean
    assert Redactor().clean(clean) == clean


@pytest.mark.parametrize(
    "text",
    [
        "loss = 0.3, accuracy: 0.9",
        "max_tokens=512",
        "num_tokens: 100",
        "token = tokenizer(text)",
        "token = tokens[i]",
        "token=None",
        "password = getpass.getpass()",
        'api_key = os.environ["API_KEY"]',
        "api_key=settings.api_key",
        "password=password,",
        "TOKEN=$GITHUB_TOKEN",
        'pad_token="<pad>"',
        'tokenizer.eos_token = "</s>"',
        'mask_token="[MASK]"',
        'tokenizer = "bert-base"',
        'secret_name = "my/secret"',
        "The password must be changed.",
        "secretary = 'Jane'",
        "http://localhost:8888/lab?x=a@b",
        "git commit 3f786850e387550fdab836ed7e6dc881de23001b",
        "s3://bucket/key/0123456789abcdef0123456789abcdef",
        "sk-learn and task-specific-training-of-models",
        "arn:aws:iam::123456789012:role/Admin",
        "for token in doc: print(token)",
        "bearer of good news about configuration",
        "lambda token: token.lower()",
        "print('token: word')",
        "f\"{'password'}: {n}\"",
        "'max_tokens=512'",
        "x = {'a': 1}",
        "",
    ],
)
def test_what_is_no_secret_stays(text: str) -> None:
    assert Redactor().clean(text) == text


def test_the_rest_of_a_line_stays() -> None:
    text = Redactor().clean("run --token abc --epochs 3; postgres://me:pw@db/x?y=1")
    assert text == f"run --token {MARK} --epochs 3; postgres://me:{MARK}@db/x?y=1"


def test_parameters_named_like_secrets() -> None:
    redactor = Redactor()
    assert redactor.parameter("db.password", "hunter") == MARK
    assert redactor.parameter("API_KEY", "abc") == MARK
    assert redactor.parameter("pad_token", "<pad>") == "<pad>"
    assert redactor.parameter("token", "[CLS]") == "[CLS]"
    assert redactor.parameter("tokenizer", "bpe") == "bpe"
    assert redactor.parameter("url", "redis://u:p@h") == f"redis://u:{MARK}@h"


def test_expressions_of_the_user() -> None:
    assert Redactor([r"ACME-\d+"]).clean("id ACME-42 x") == f"id {MARK} x"


@pytest.mark.parametrize(("pattern", "part"), [("(", "regular expression"), ("x*", "empty text")])
def test_impossible_expressions_are_refused_in_one_line(pattern: str, part: str) -> None:
    with pytest.raises(UsageError, match=part) as caught:
        Redactor([pattern])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "unit", ["a-", "password", "token: ", "://a:", "eyJ", "-----BEGIN ", "x" * 50, 'key="', "\\'"]
)
def test_time_grows_with_the_text_only(unit: str) -> None:
    text = unit * (64 * 1024 // len(unit))
    began = time.perf_counter()
    Redactor().clean(text)
    assert time.perf_counter() - began < 5
