/** Invented versions of a model. */

import type { ModelVersion } from "../src/lib/models";

const HOSTILE = "<img src=x onerror=alert(1)> \u202eעברית";

function version(number: number, change: Partial<ModelVersion> = {}): ModelVersion {
  return {
    name: `fraud-detection/${number}`,
    version: number,
    status: "PendingManualApproval",
    run: `xgb-d${2 * number}-lr0.1`,
    experiment: "fraud-detection",
    model: `s3://sagemaker-eu-west-1-123456789012/sm-track/models/${"a1b2c3d4".repeat(8)}/model.tar.gz`,
    image: "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
    commit: "8f14e45fceea167a5a36dedd4bea2543",
    description: "",
    note: "",
    created_by: "ana",
    arn: `arn:aws:sagemaker:us-east-1:123456789012:model-package/fraud-detection/${number}`,
    created: 1_790_000_000 - (5 - number) * 86_400,
    metrics: {
      "validation:auc": 0.91 + number / 100,
      "validation:loss": 0.31 - number / 40,
      "validation:f1": 0.7 + number / 50,
    },
    parameters: { max_depth: 2 * number, learning_rate: 0.1, tree_method: "hist" },
    metadata: { team: "risk" },
    ...change,
  };
}

export function sampleModels(selected: number[], count = 4) {
  const versions = [
    version(4, { run: HOSTILE, parameters: { max_depth: 8, learning_rate: 0.05, tree_method: HOSTILE } }),
    version(3, { status: "Approved", note: "beats the champion by a point" }),
    version(2, { status: "Rejected", note: "too slow" }),
    version(1, { status: "Approved" }),
  ].slice(0, count);
  const best = { "validation:auc": "max", "validation:loss": "min", "validation:f1": "max" };
  const data = { group: "fraud-detection", versions, remarks: [], best, again: true };
  return { _view: "ModelVersions", selected, _data: data };
}
