"""Files, figures, tables, images, texts and models of a run."""
