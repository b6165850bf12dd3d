"""Clean-up: a plan first, then a question, then the calls in the order that SageMaker demands."""
