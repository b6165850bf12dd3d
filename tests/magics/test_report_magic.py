"""%sm_report in a real kernel."""

from __future__ import annotations


def test_a_page_is_written(kernel):
    for depth in (1, 2):
        cell = kernel.run(
            f"%%sm_run d{depth} -e paged -p depth={depth} --quiet\nrun.log_metric('auc', {depth} / 10)"
        )
        assert cell.status == "ok", cell.traceback
    kernel.run(f"folder = {str(kernel.home)!r}")
    cell = kernel.run(
        "%sm_report -e paged --metrics auc --title 'Two trees' params.depth > 0 {folder}/paged.html"
    )
    assert cell.status == "ok", cell.traceback
    assert cell.text.startswith(f"Written: {kernel.home}/paged.html (")
    page = (kernel.home / "paged.html").read_text("utf-8")
    assert '<h1 dir="auto">Two trees</h1>' in page
    assert "The best run" in page
    kernel.run("path = %sm_report -e paged {folder}/again.html")
    assert kernel.value("path.name, path.exists()") == "('again.html', True)"


def test_what_is_missing_is_said_in_one_line(kernel):
    for line, said in {
        "": "takes the name of a file",
        "-e paged x.txt": "Name it .html",
        "-e padeg x.html": "padeg",
    }.items():
        cell = kernel.run(f"%sm_report {line}")
        assert cell.status == "error"
        assert said in cell.traceback[0]
        assert len(cell.traceback) == 1
