"""An app of marimo: a table alone, a linked pair, a dashboard, and what Python hears."""

import marimo

app = marimo.App(width="full")


@app.cell
def _():
    import marimo as mo
    import pandas as pd

    import sm_track_widgets as sm

    rows = 400
    frame = pd.DataFrame({
        "run": [f"run-{i}" for i in range(rows)],
        "params.tree": [["hist", "approx", "exact", None][i % 4] for i in range(rows)],
        "metrics.auc.last": [0.8 + (i % 37) / 370 for i in range(rows)],
    })  # fmt: skip
    with sm.Run("marimo", "only", params={"depth": 3}) as run:
        for step in range(60):
            run.log_metric("loss", 1.0 / (1 + step), step=step)
    return frame, mo, sm


@app.cell
def _(frame, mo, sm):
    grid = sm.ParamGrid(frame, title="sweep")
    query, set_query = mo.state("")
    grid.observe(lambda change: set_query(change["new"]), "query")
    mo.ui.anywidget(grid)
    return grid, query


@app.cell
def _(grid, mo, sm):
    mo.ui.anywidget(sm.RunTable(grid, height=200))


@app.cell
def _(mo, sm):
    mo.ui.anywidget(sm.Dashboard("marimo"))


@app.cell
def _(grid, mo, query):
    mo.md(f"Python heard {query() or 'nothing'}: {len(grid.df)}")


if __name__ == "__main__":
    app.run()
