"""A small Hugging Face training: a model made here, nothing downloaded."""

from __future__ import annotations

import pytest
from run_home import object_json, points, stored

from sm_track_widgets.tracking.run import Run

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")
pytest.importorskip("accelerate")


class Words(torch.utils.data.Dataset):
    def __len__(self) -> int:
        return 16

    def __getitem__(self, at: int) -> dict:
        words = torch.arange(8) + at
        return {"input_ids": words, "labels": at % 2}


def small_model():
    config = transformers.BertConfig(
        vocab_size=64,
        hidden_size=8,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=8,
        max_position_embeddings=16,
    )
    return transformers.BertForSequenceClassification(config)


def test_what_a_trainer_logs(home, tmp_path):
    arguments = transformers.TrainingArguments(
        output_dir=str(tmp_path / "out"),
        num_train_epochs=2,
        per_device_train_batch_size=4,
        learning_rate=0.001,
        logging_steps=2,
        eval_strategy="epoch",
        save_strategy="epoch",
        load_best_model_at_end=True,
        use_cpu=True,
        report_to=[],
        disable_tqdm=True,
    )
    with Run("hf", "one", connection=home) as run:
        transformers.Trainer(
            model=small_model(),
            args=arguments,
            train_dataset=Words(),
            eval_dataset=Words(),
            callbacks=[run.transformers_callback()],
        ).train()
    assert [step for step, _ in points(run, "loss")] == [2, 4, 6, 8]
    assert [step for step, _ in points(run, "eval_loss")] == [4, 8]
    assert len(points(run, "best_metric")) == 1
    told = stored(run)
    assert told["Parameters"]["learning_rate"] == pytest.approx(0.001)
    assert told["Parameters"]["num_train_epochs"] == 2
    assert told["Parameters"]["eval_strategy"] == "epoch"
    assert not [name for name in told["Parameters"] if "token" in name or "hub" in name]
    assert len(told["Parameters"]) < 30
    summary = object_json(home, told["OutputArtifacts"]["model_summary.json"])
    assert summary["class"].endswith("BertForSequenceClassification")
    assert summary["parameters"] == summary["trainable_parameters"] > 0
    assert run.warnings == []
