"""`signproof counterexamples`: the named counterexamples and the corpus."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from signproof.terminal import CHANGED, check_outputs, notice, progress

if TYPE_CHECKING:
    from signproof.counterexamples.counterexample import Counterexample, Shown

EPILOG = "Example:  signproof counterexamples --figures docs/figures > docs/counterexamples.md"
WORDS = 120
"""Characters of a witness's description in the table."""


def command(
    figures: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Write the figures to this folder; the page links to them.")
    ] = None,
) -> None:
    """Run all named counterexamples and print them as Markdown. Exit 1 if one does not show what it claims."""
    from signproof.counterexamples.gallery import gallery
    from signproof.report.gallery import drawing, page
    from signproof.theory.files import write_together

    check_outputs(None, figures, folder="--figures")
    entries, failed, drawings = [], [], {}
    with progress(total=len(gallery())) as bar:
        for key, counterexample in gallery().items():
            bar.say(counterexample.name)
            shown = counterexample.run()
            if not shown.holds:
                failed.append(key)
            entries.append(described(key, counterexample, shown))
            if figures is not None:
                drawings[figures / f"{key}.svg"] = drawing(shown.picture)
            bar.advance()
    print(page(entries, kept(), "figures" if figures is None else figures.name), end="")
    write_together(drawings)
    if failed:
        notice(f"not shown: {', '.join(failed)}")
        raise typer.Exit(CHANGED)


def described(key: str, counterexample: Counterexample, shown: Shown) -> dict[str, Any]:
    """A counterexample and what its run showed, for the page."""
    return {
        "key": key,
        "name": counterexample.name,
        "source": counterexample.source,
        "hope": counterexample.ends_the_hope,
        "shows": counterexample.shows,
        "claim": "" if counterexample.claim is None else counterexample.claim.id,
        "level": shown.level,
        "numbers": list(shown.numbers),
        "size": shown.size,
    }


def kept() -> list[dict[str, Any]]:
    """The corpus, for the page."""
    from signproof.checks.search.shrink import size
    from signproof.counterexamples import corpus
    from signproof.theory.catalog import catalog

    rows = []
    for id, claim in catalog().items():
        for witness in corpus.witnesses(id, {id: claim}):
            coordinates, steps, digits = size(witness)
            words = witness.describe().replace("|", r"\|")
            rows.append(
                {
                    "claim": id,
                    "level": witness.level,
                    "coordinates": coordinates,
                    "steps": steps,
                    "digits": digits,
                    "words": words if len(words) <= WORDS else words[: WORDS - 3] + "...",
                }
            )
    return rows
