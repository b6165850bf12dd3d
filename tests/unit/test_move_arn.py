"""An ARN of a SageMaker tracking server goes to MLflow's plugin, which is asked at a server of this test's own."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sm_track_widgets.actions.move import mlflow_client

ARN = "arn:aws:sagemaker:us-east-1:123456789012:mlflow-tracking-server/mine"


@pytest.fixture
def asked() -> Iterator[tuple[str, list[Any]]]:
    """Address of a server that knows no experiment, and what it was asked with."""
    seen: list[Any] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append((self.path, dict(self.headers)))
            body = json.dumps({"experiments": []}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_POST = do_GET  # noqa: N815 - the library's name

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_arn_is_signed_for_and_what_was_set_comes_back(asked, monkeypatch):
    pytest.importorskip("sagemaker_mlflow")
    address, seen = asked
    monkeypatch.setenv("SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT", address)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:1/theirs")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    before = dict(os.environ)
    with mlflow_client.opened(ARN) as server:
        assert server.title == f"MLflow at {ARN}"
        assert not server.is_local
    import mlflow

    assert mlflow.get_tracking_uri() == "http://127.0.0.1:1/theirs"
    assert dict(os.environ) == before
    path, headers = seen[0]
    assert "experiments/search" in path
    assert headers["x-mlflow-sm-tracking-server-arn"] == ARN
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=test/")
