"""A ledger for a pull request: headline, what does not hold, and the table of claims, as Markdown."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from signproof.report.ledger import because, deciding, foreign, ratio_text
from signproof.report.site import VERDICTS, check


def markdown(ledger: dict[str, Any]) -> str:
    """The summary of a ledger. Raises ValueError, in one line that says what and where, if it is none."""
    check(ledger)
    environment = Environment(
        loader=PackageLoader("signproof.report"),
        autoescape=False,  # what Markdown and HTML would read as markup is escaped by `md`, by name
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["md"] = escape
    claims = [
        {
            **claim,
            "level": deciding(claim)[1],
            "because": claim.get("erratum") or because(claim),
            "repaired_by": [other["id"] for other in ledger["claims"] if other.get("repairs") == claim["id"]],
            "ratio": ratio_text(claim),
            "judge": foreign(claim),
        }
        for claim in ledger["claims"]
    ]
    counts = Counter(claim["verdict"] for claim in claims)
    return environment.get_template("summary.md.j2").render(
        ledger=ledger,
        claims=claims,
        counts={verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]},
        marks={verdict: mark for verdict, (mark, _) in VERDICTS.items()},
        failed=[claim for claim in claims if claim["verdict"] in ("inconsistent", "refuted", "not reproduced")],
    )


def escape(text: str) -> str:
    """Text that Markdown shows as it is, in one line of a table."""
    line = " ".join(str(text).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return re.sub(r"([\\`*_\[\]|~$@#])", r"\\\1", line)
