"""The widgets: one class per file, each with a static form for notebooks that are read without a kernel."""
