"""What a job's log says, in its first lines, of members of the request that have no effect here."""

from __future__ import annotations

from sm_track_widgets._types import Params

_NO_EFFECT = (
    "VpcConfig",
    "EnableNetworkIsolation",
    "EnableInterContainerTrafficEncryption",
    "DebugHookConfig",
    "ProfilerConfig",
    "ProfilerRuleConfigurations",
    "RetryStrategy",
    "RemoteDebugConfig",
    "InfraCheckConfig",
    "SessionChainingConfig",
)


def remarks(record: Params) -> list[str]:
    """Return the lines: what was asked for and is not done."""
    unused = [name for name in _NO_EFFECT if record.get(name)]
    lines = [f"not used here: {', '.join(unused)}"] if unused else []
    kept = record.get("OutputDataConfig", {}).get("KmsKeyId")
    return [*lines, "not encrypted: the output, for which a KMS key was named"] if kept else lines
