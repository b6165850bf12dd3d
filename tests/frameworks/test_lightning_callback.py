"""A small Lightning training."""

from __future__ import annotations

import pytest
from run_home import points, stored

from sm_track_widgets.tracking.run import Run

torch = pytest.importorskip("torch")
lightning = pytest.importorskip("lightning.pytorch")


class Line(lightning.LightningModule):
    def __init__(self, lr: float = 0.1) -> None:
        super().__init__()
        self.save_hyperparameters()
        self.layer = torch.nn.Linear(2, 1)

    def training_step(self, batch, index):
        loss = self.layer(batch[0]).pow(2).mean()
        self.log("loss", loss, on_step=True, on_epoch=True)
        return loss

    def validation_step(self, batch, index):
        self.log("val_loss", self.layer(batch[0]).pow(2).mean())

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), lr=self.hparams.lr)


def data():
    return torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.ones(16, 2)), batch_size=4)


def trainer(run, **options):
    return lightning.Trainer(
        callbacks=[run.lightning_callback()],
        accelerator="cpu",
        logger=False,
        enable_progress_bar=False,
        enable_checkpointing=False,
        log_every_n_steps=2,
        **options,
    )


def test_epochs_steps_hyperparameters_and_summary(home):
    with Run("lightning", "one", connection=home) as run:
        trainer(run, max_epochs=3).fit(Line(lr=0.05), data(), data())
    assert [step for step, _ in points(run, "val_loss")] == [0, 1, 2]
    assert [step for step, _ in points(run, "loss_epoch")] == [0, 1, 2]
    assert [step for step, _ in points(run, "loss_step")] == [2, 4, 6, 8, 10, 12]
    values = [value for _, value in points(run, "val_loss")]
    assert values[0] > values[-1]
    told = stored(run)
    assert told["Parameters"]["lr"] == pytest.approx(0.05)
    assert told["Parameters"]["max_epochs"] == 3
    assert told["Parameters"]["optimizer_name"] == "SGD"
    assert "model_summary.txt" in told["OutputArtifacts"]
    assert run.warnings == []


def test_validating_alone(home):
    with Run("lightning", "validate", connection=home) as run:
        trainer(run).validate(Line(), data(), verbose=False)
    assert len(points(run, "val_loss")) == 1
    assert run.warnings == []
