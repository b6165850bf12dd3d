"""boto3 clients over HTTP in the place of those in process: one server, on whichever home the switch names."""

from __future__ import annotations

from typing import Any, cast

from embedded_home import Switch, check_shape

from sm_track_widgets.embedded import EmbeddedSageMaker
from sm_track_widgets.serve import Server


class SwitchedHome:
    """What a server needs of a home, of the engine that the switch names."""

    region = "us-east-1"

    def __init__(self, switch: Switch) -> None:
        self.switch = switch

    @property
    def engine(self) -> Any:
        return self.switch.target

    def close(self) -> None:
        if self.switch.target is not None:
            self.switch.target.close()


class ServedClients:
    """One client per service over HTTP; every answer is checked against botocore's shapes."""

    def __init__(self) -> None:
        self.switch = Switch()
        self.server = Server(cast("EmbeddedSageMaker", SwitchedHome(self.switch))).start()
        self.session = self.server.boto_session()
        self.session.events.register("after-call.*.*", check_shape)
        self._made: dict[str, Any] = {}

    def __getitem__(self, service: str) -> Any:
        if service not in self._made:
            self._made[service] = self.session.client(cast("Any", service))
        return self._made[service]

    def close(self) -> None:
        self.server.stop()
