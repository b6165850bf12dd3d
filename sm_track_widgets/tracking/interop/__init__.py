"""SageMaker's SDK and jobs find our open run."""
