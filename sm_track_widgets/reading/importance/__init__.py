"""Which parameters move a metric: a random forest's permutation importance, and rank correlation."""
