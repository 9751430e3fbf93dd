"""A ledger for a paper: the table of claims and verdicts in LaTeX, and figures as PDF beside it."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any
from unicodedata import lookup

from jinja2 import Environment, PackageLoader, StrictUndefined

from signproof.report.charts import chart, pdf
from signproof.report.errata import OWN
from signproof.report.filters import SIGNS, greek
from signproof.report.ledger import because, deciding, ratio_text
from signproof.report.names import file_names
from signproof.report.site import check, palette
from signproof.theory.files import write_together

# fmt: off
ESCAPES = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "^": r"\textasciicircum{}", "~": r"\textasciitilde{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", '"': r"\textquotedbl{}", "−": r"$-$", "≤": r"$\leq$", "≥": r"$\geq$", "≈": r"$\approx$",
    "ℓ": r"$\ell$", "∞": r"$\infty$", "‖": r"$\Vert$", "‼": "!!", "→": r"$\to$", "“": "``", "”": "''", "\u00a0": "~",
    "≠": r"$\neq$", "√": r"$\surd$",
}
"""What characters that LaTeX reads as commands, or that its usual fonts lack, are written as."""
# fmt: on
GREEK = {
    f"GREEK SMALL LETTER {name}": name.lower()
    for name in (
        "ALPHA",
        "BETA",
        "GAMMA",
        "DELTA",
        "EPSILON",
        "ETA",
        "THETA",
        "KAPPA",
        "LAMDA",
        "MU",
        "NU",
        "PI",
        "RHO",
        "SIGMA",
        "TAU",
        "PHI",
        "PSI",
        "OMEGA",
    )
} | {"GREEK SMALL LETTER LAMDA": "lambda"}  # fmt: skip
"""Commands of Greek letters, by the letters' names."""


def write_latex(ledger: dict[str, Any], path: Path, figures: str = "*") -> list[Path]:
    """Write the table and its figures: `verdicts.tex`, `verdicts-figures/….pdf`.

    Arguments: the ledger; the file; a pattern of the IDs of claims that are given a figure: the run of the witness of
    what is refuted, else the runs on the family that comes nearest to the bound. Returns the paths, the table first.
    Raises ValueError, in one line, if it is no ledger; OSError if something cannot be written.
    """
    check(ledger)
    folder = re.sub(r"[^A-Za-z0-9.-]+", "-", path.stem) + "-figures"
    names = file_names((claim["id"] for claim in ledger["claims"]), ".pdf")
    colours = palette()
    drawn: dict[str, bytes] = {}
    for claim in ledger["claims"]:
        if fnmatchcase(claim["id"], figures) and (series := _chosen(claim)):
            spec = chart(series).spec
            if spec is not None:
                drawn[claim["id"]] = pdf(spec, colours)
    environment = Environment(
        loader=PackageLoader("signproof.report"),
        autoescape=False,  # what LaTeX would read as commands is escaped by `tex`, by name
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
    )
    environment.filters |= {"tex": escape, "math": _math, "prose": prose, "ratio": _ratio}
    papers: dict[str, list[dict[str, Any]]] = {}
    for claim in sorted(ledger["claims"], key=lambda claim: not claim["source"] or claim["source"]["paper"] == OWN):
        source = claim["source"]
        key = ledger.get("papers", {}).get(source["paper"], source["paper"]) if source else "Claims of no paper"
        papers.setdefault(key, []).append(
            {
                **claim,
                "where": source["where"] if source else "",
                "level": deciding(claim)[1],
                "because": claim.get("erratum") or because(claim),
                "figure": f"{folder}/{names[claim['id']]}" if claim["id"] in drawn else None,
            }
        )
    text = environment.get_template("verdicts.tex.j2").render(ledger=ledger, papers=papers)
    files: dict[Path, str | bytes] = {path.parent / folder / names[id]: content for id, content in drawn.items()}
    write_together(files | {path: text})
    return [path, *files]


def escape(text: str) -> str:
    """Text as LaTeX that prints it: no character of it is a command."""
    return escape_within(" ".join(text.split()))


def escape_within(text: str) -> str:
    """The same of a part of a text, which may begin or end with a space."""
    letters = {lookup(letter): rf"$\{name}$" for letter, name in GREEK.items()}
    shown = "".join((ESCAPES | letters).get(character, character) for character in re.sub(r"\s+", " ", text))
    return "".join(character if character.isprintable() else "?" for character in shown)


def prose(text: str) -> str:
    """A sentence as LaTeX, its formulas as formulas: x_0 and V^2 with indices and powers, Greek letters, <= as ≤."""
    for plain, sign in SIGNS.items():
        text = text.replace(plain, sign)
    text = greek(text.replace("`", ""))
    parts, last = [], 0
    for found in re.finditer(r"(?<![\w/.-])([A-Za-z\u03b1-\u03c9])((?:[_^](?:\{[\w +-]+\}|\w+))+)(?![\w/])", text):
        raised = re.findall(r"([_^])(?:\{([\w +-]+)\}|(\w+))", found[2])
        if len({mark for mark, *_ in raised}) < len(raised):
            continue  # two indices, of which LaTeX allows one
        base = escape(found[1]).strip("$")
        marks = "".join(f"{mark}{{{escape(braced or bare)}}}" for mark, braced, bare in raised)
        parts += [escape_within(text[last : found.start()]), f"${base}{marks}$"]
        last = found.end()
    return "".join([*parts, escape_within(text[last:])])


def _math(formula: dict[str, str]) -> str:
    """A formula between dollars; its text where its LaTeX could leave them."""
    latex = formula.get("latex") or ""
    harmless = re.sub(r"\\[{}%#&$_]", "", latex)
    commands = set(re.findall(r"\\([a-zA-Z]+)", latex))
    depth = 0
    for character in harmless:
        depth += (character == "{") - (character == "}")
        if depth < 0:
            break
    if not latex or depth or re.search(r"[%$#]|\n\s*\n", harmless) or commands & UNSAFE:
        return escape(formula["text"])
    return f"${latex}$"


UNSAFE = {
    "input", "include", "write", "openout", "read", "def", "edef", "gdef", "let", "csname", "catcode", "immediate",
    "special", "href", "url", "end", "begingroup", "endgroup", "newcommand", "loop", "expandafter", "directlua",
}  # fmt: skip
"""Commands that no formula needs and a hand-edited ledger could misuse."""


def _ratio(claim: dict[str, Any]) -> str:
    return ratio_text(claim, r"${} \cdot 10^{{{}}}$").replace("∞", r"$\infty$") or "--"


def _chosen(claim: dict[str, Any]) -> list[dict[str, Any]]:
    """The runs that a figure shows: that of the witness or, of the family with the largest ratio, all."""
    series = claim.get("series", [])
    witness = [run for run in series if run["instance"].startswith("witness: ")]
    if witness and len(witness[0].get("k", ())) > 2:
        return [{**witness[0], "instance": "the witness"}]
    families = [piece for piece in claim["evidence"] if piece["kind"] == "run" and piece["largest_ratio"] is not None]
    for piece in sorted(families, key=lambda piece: -piece["largest_ratio"]):
        prefix = piece["family"].partition(" (")[0] + ", "
        found = [run for run in series if run["instance"].startswith(prefix)]
        if found:
            return found
    return [run for run in series if run not in witness]
