"""pytest fixtures: SageMaker for a test, without AWS. ``docs/test-double.md`` is their manual.

pytest imports this module in every run of everyone who has the package: it imports nothing of ours or of boto3 until a
fixture is used.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import boto3

    from sm_track_widgets.embedded import EmbeddedSageMaker
    from sm_track_widgets.serve import Server


@pytest.fixture
def embedded_sagemaker_options() -> dict[str, Any]:
    """Keyword arguments of `EmbeddedSageMaker`, such as ``region`` or ``rules``; define it anew to set them."""
    return {}


@pytest.fixture
def embedded_sagemaker(
    tmp_path_factory: pytest.TempPathFactory, embedded_sagemaker_options: dict[str, Any]
) -> Iterator[EmbeddedSageMaker]:
    """Make a fresh SageMaker account in a folder of its own: an `EmbeddedSageMaker`."""
    from sm_track_widgets.embedded import EmbeddedSageMaker

    home = EmbeddedSageMaker(tmp_path_factory.mktemp("sagemaker"), **embedded_sagemaker_options)
    yield home
    home.close()


@pytest.fixture
def embedded_boto_session(embedded_sagemaker: EmbeddedSageMaker) -> boto3.Session:
    """Make a boto3 session on `embedded_sagemaker`; nothing made from it reaches the network."""
    return embedded_sagemaker.boto_session()


@pytest.fixture
def embedded_default_session(
    embedded_boto_session: boto3.Session, monkeypatch: pytest.MonkeyPatch
) -> boto3.Session:
    """Make `embedded_boto_session` boto3's default: ``boto3.client(...)`` and ``sagemaker.Session()`` run on it.

    The former default is back when the test is over.
    """
    monkeypatch.setattr("boto3.DEFAULT_SESSION", embedded_boto_session)
    return embedded_boto_session


@pytest.fixture
def embedded_sagemaker_server(embedded_sagemaker: EmbeddedSageMaker) -> Iterator[Server]:
    """Serve `embedded_sagemaker` over loopback HTTP: a running `Server`, without faults until some are added."""
    from sm_track_widgets.serve import Server

    with Server(embedded_sagemaker) as server:
        yield server
