"""Takes secrets out of text before it leaves the kernel: source, output, messages, text parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sm_track_widgets._errors import UsageError

MARK = "[redacted]"

# Words whose assigned text is a secret. No left boundary, so that DB_PASSWORD and hfToken count; what stands in the
# lookbehinds are the special tokens of language models, which are no secrets.
_SPECIAL = "".join(f"(?<!{word}[_-])" for word in ("pad", "bos", "eos", "unk", "cls", "sep", "mask", "stop"))
_KEY = (
    r"(?:passwords?|passwd|passphrase|pwd|secret|secret[_-]?key|client[_-]?secret|api[_-]?key|apikey|access[_-]?key"
    rf"|account[_-]?key|private[_-]?key|signing[_-]?key|auth[_-]?key|credential|{_SPECIAL}token)(?!\w)"
)
_ANNOTATION = r"(?:\s{0,4}:\s{0,4}[\w.\[\]| ]{1,40}?)?"
_SIGN = r"\s{0,8}(?:=>|:=|[!=]=|[:=])\s{0,8}"

_PRIVATE = r"[A-Z0-9 ]{0,30}PRIVATE KEY(?: BLOCK)?-----"
_WHOLE = [
    # Private keys, also one that was cut off by the tail.
    rf"(?s:-----BEGIN {_PRIVATE}.*?(?:-----END {_PRIVATE}|\Z))",
    r"\b(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}\b",  # AWS access key ids
    r"\beyJ[\w-]{8,}\.eyJ[\w-]{4,}\.[\w-]{4,}",  # JSON Web Tokens
    r"\bgh[pousr]_[A-Za-z0-9]{30,}",  # GitHub
    r"\bgithub_pat_\w{22,}",
    r"\bglpat-[\w-]{20,}",  # GitLab
    r"\bhf_[A-Za-z0-9]{30,}",  # Hugging Face
    r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}",  # Slack
    r"(?<=hooks\.slack\.com/services/)[\w/-]{20,}",
    r"(?<![\w-])sk-(?=[\w-]*\d)[\w-]{20,}",  # OpenAI and those who copied its form
    r"\b[sr]k_(?:live|test)_[A-Za-z0-9]{16,}",  # Stripe
    r"\bAIza[\w-]{35}",  # Google
    r"\bya29\.[\w-]{20,}",  # Google's OAuth
    r"\bdapi[0-9a-f]{32}\b",  # Databricks
    r"\bSG\.[\w-]{16,}\.[\w-]{16,}",  # SendGrid
    r"\bxapp-[A-Za-z0-9-]{10,}",  # Slack
    r"\bAGE-SECRET-KEY-1[A-Z0-9]{50,}",
    r"\bpypi-[\w-]{50,}",
    r"\bnpm_[A-Za-z0-9]{36}\b",
]
_PART = [
    # (pattern, what is left of it)
    (r"(?i)\b(bearer\s{1,4})(?=[\w.~+/=-]{0,200}\d)[\w.~+/=-]{16,}", rf"\1{MARK}"),
    (
        r"(?i)\b(authorization[\"']?\s{0,4}[:=]\s{0,4}[\"']?(?:basic|token|digest)\s{1,4})[^\s\"']+",
        rf"\1{MARK}",
    ),
    (r"(://[^\s/:@\"']{0,100}:)[^\s/@\"']{1,200}(?=@)", rf"\1{MARK}"),
    (r"(?i)(\bX-Amz-(?:Signature|Security-Token|Credential)=)[^&\s\"']+", rf"\1{MARK}"),
    (r"(?i)(--(?:password|passwd|token|secret|api-key)[ =])(?![\s-])\S+", rf"\1{MARK}"),
]
_QUOTED = re.compile(
    rf"(?i)({_KEY}[\"']?\]?{_ANNOTATION}{_SIGN}[rbfu]{{0,2}})"
    r"(?:(\"\"\"|''')((?s:.){1,4000}?)\2|([\"'])([^\n]+?)(?<!\\)\4)"
)
_BARE = re.compile(
    rf"(?i)({_KEY}[\"']?)(\s{{0,8}}[:=]\s{{0,8}})([^\s\"',;()\[\]{{}}<>]+)(?=[\s,;)\]}}<>\"']|\Z)"
)
_SPECIAL_TOKEN = re.compile(r"[<\[][\w/| -]{0,30}[>\]]")
_NAME = re.compile(rf"(?i){_KEY}$")


class Redactor:
    """Replaces what looks like a secret by ``[redacted]``.

    Known: AWS keys, tokens of the usual services, JWTs, bearer and basic authorization, passwords in URLs, private
    key blocks, text assigned to names such as ``password`` or ``api_key``.

    Parameters
    ----------
    extra
        Further regular expressions; a whole match is replaced.

    Raises
    ------
    UsageError
        A regular expression that does not compile or that matches nothing at all (the empty text).
    """

    def __init__(self, extra: Iterable[str] = ()) -> None:
        self._extra = [_compiled(pattern) for pattern in extra]

    def clean(self, text: str) -> str:
        """Return `text` without secrets; a text without any is returned as it is."""
        for pattern in (*_COMPILED_WHOLE, *self._extra):
            text = pattern.sub(MARK, text)
        for pattern, left in _COMPILED_PART:
            text = pattern.sub(left, text)
        text = _QUOTED.sub(_quoted, text)
        return _BARE.sub(_bare, text)

    def parameter(self, name: str, text: str) -> str:
        """Return the text of a parameter without secrets; all of it where the name itself says ``password``."""
        if text and _NAME.search(name) and not _SPECIAL_TOKEN.fullmatch(text):
            return MARK
        return self.clean(text)


_COMPILED_WHOLE = [re.compile(pattern) for pattern in _WHOLE]
_COMPILED_PART = [(re.compile(pattern), left) for pattern, left in _PART]


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        compiled = re.compile(pattern)
    except re.error as error:
        raise UsageError(
            f"--redact {pattern!r} is not a regular expression: {error}.",
            "Escape literal characters with a backslash.",
        ) from None
    if compiled.search("") is not None:
        raise UsageError(
            f"--redact {pattern!r} matches the empty text, so everything.", "Use + where the pattern has *."
        )
    return compiled


def _quoted(match: re.Match[str]) -> str:
    quote, value = (match[2], match[3]) if match[2] else (match[4], match[5])
    if _SPECIAL_TOKEN.fullmatch(value) or value == MARK:
        return match[0]
    return f"{match[1]}{quote}{MARK}{quote}"


def _bare(match: re.Match[str]) -> str:
    """Redact an unquoted value, unless it reads as code: a name, a number, an expression."""
    key, sign, value = match[1], match[2], match[3]
    if value == MARK or value.startswith("$"):
        return match[0]
    shell = key.isupper() and sign == "="  # export DB_PASSWORD=word
    code = re.fullmatch(r"[A-Za-z_][\w.]*", value) is not None and re.search(r"\d", value) is None
    number = re.fullmatch(r"[-+]?[\d._]+(?:e[-+]?\d+)?", value, re.IGNORECASE) is not None
    secret_number = number and key.lower().startswith("pass") and len(value) >= 4  # noqa: PLR2004 - a PIN
    keep = (code and not shell) or (number and not secret_number) or value in ("None", "True", "False")
    return match[0] if keep else f"{key}{sign}{MARK}"
