"""The page of counterexamples: Markdown with a picture for each, from plain data."""

from __future__ import annotations

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from signproof.counterexamples.counterexample import Picture
from signproof.report.charts import Line, line_chart, svg


def page(counterexamples: list[dict[str, Any]], corpus: list[dict[str, Any]], figures: str) -> str:
    """The page as Markdown.

    Arguments: of each counterexample name, key, source, hope, shows, claim (an ID or ""), level, numbers and size; of
    each witness in the corpus claim, level, size and words; the folder of the pictures as the page names it, in which
    a picture is called after its key.
    """
    environment = Environment(
        loader=PackageLoader("signproof.report"),
        autoescape=False,  # Markdown, from data of our own making
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    template = environment.get_template("counterexamples.md.j2")
    return template.render(counterexamples=counterexamples, corpus=corpus, figures=figures)


def drawing(picture: Picture) -> str:
    """An SVG of a picture with curves, titles x and y of its axes, and log_x and log_y."""
    lines = [Line(curve.name, curve.x, curve.y, curve.dashed) for curve in picture.curves]
    return svg(line_chart(lines, picture.x, picture.y, picture.log_x, picture.log_y))
