"""A boto3 session that talks to one server and to nothing else."""

from __future__ import annotations

from typing import Any, cast

import boto3
from botocore.config import Config

from sm_track_widgets.embedded.wire import isolated_session


class ServedSession(boto3.Session):
    """Every client and resource made from it has `endpoint`, whatever ``endpoint_url`` it is given."""

    def __init__(self, endpoint: str, region: str) -> None:
        super().__init__(botocore_session=isolated_session(region))
        self._endpoint = endpoint

    def client(self, *names: Any, **options: Any) -> Any:
        """Return a client as boto3 does."""
        direct = Config(proxies=cast("Any", {}))  # or HTTP_PROXY would be asked for loopback
        given = options.get("config")
        options |= {"endpoint_url": self._endpoint, "config": given.merge(direct) if given else direct}
        return super().client(*names, **options)
