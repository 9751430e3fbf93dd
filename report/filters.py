"""How values are written on a page: filters of the templates."""

from __future__ import annotations

import json
import math
import re
from decimal import Context, Decimal
from functools import partial
from unicodedata import lookup

from markupsafe import Markup

ENTRIES = 12
"""How many entries of a vector in a witness are shown."""


def breakable(id: str) -> Markup:
    """An identifier that may go on in the next line after a slash."""
    return Markup("/<wbr>").join(map(Markup.escape, id.split("/")))


def count(value: int) -> str:
    """1024 as "1 024", with a narrow space that does not break."""
    return f"{value:,}".replace(",", "\u202f")


def number(value: float | Decimal | None, digits: int = 6) -> Markup:
    """A number with so many significant digits; where they would read 1, how far it is from 1."""
    if value is None:
        return Markup("–")
    if not isinstance(value, Decimal) and not math.isfinite(value):
        return Markup("not a number" if math.isnan(value) else "∞" if value > 0 else "−∞")
    exact = Decimal(value)
    text = f"{Context(prec=digits).create_decimal(exact):.{digits}g}"
    if exact != 1 and Decimal(text) == 1:
        return Markup("1 {} {}").format("−" if exact < 1 else "+", number(abs(exact - 1), 2))
    mantissa, _, exponent = text.replace("-", "−").partition("e")
    if "." in mantissa:
        mantissa = mantissa.rstrip("0").rstrip(".")
    power = exponent.removeprefix("+")
    return Markup("{} × 10<sup>{}</sup>" if power else "{}").format(mantissa, power)


def apart(measured: object, bound: object) -> tuple[Markup, Markup]:
    """A measured value and a bound below it, each a number or the ends of an interval, told apart by their digits."""
    low = measured[0] if isinstance(measured, list) and measured else measured
    high = bound[-1] if isinstance(bound, list) and bound else bound
    for digits in (6, 12, 24, 48):
        shown = exactly(low, digits), exactly(high, digits)
        if shown[0] != shown[1]:
            break
    return (Markup("at least {}").format(shown[0]) if isinstance(measured, list) else shown[0]), shown[1]


def exactly(value: object, digits: int = 0) -> Markup:
    """A value of a witness: rationals as they are (and with so many digits, if any), long ones with digits only."""
    if isinstance(value, dict):
        return Markup(", ").join(Markup("{} {}").format(plain(name), exactly(part)) for name, part in value.items())
    if isinstance(value, list):
        entries = [exactly(entry) for entry in value[:ENTRIES]]
        if len(value) > ENTRIES:
            entries.append(Markup("… {} in all").format(len(value)))
        return Markup("({})").format(Markup(", ").join(entries))
    if not isinstance(value, str) or not re.fullmatch(r"-?\d+(/0*[1-9]\d*)?", value):
        return Markup.escape(words(value))
    top, _, bottom = value.partition("/")
    about = number(Context(prec=60).divide(Decimal(top), Decimal(bottom or 1)), digits or 6)
    if len(value) > 24:
        return Markup("≈\u00a0{}").format(about)
    return Markup("{} (≈\u00a0{})" if digits and bottom else "{}").format(words(value), about)


def plain(name: str) -> str:
    """ "DiagonalQuadratic" as "diagonal quadratic", "error_probability" as "error probability"."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("_", " "))
    return spaced.lower() if len(name) > 1 else name


def words(value: object) -> str:
    """A value of a witness or an environment as text, with a mathematician's minus sign."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.replace("-", "−", 1) if re.fullmatch(r"-[\d./e]+", text) else text


def letter(name: str) -> str:
    """ "alpha" as α; a name that is no Greek letter stays."""
    try:
        return lookup(f"GREEK SMALL LETTER {name.upper().replace('LAMBDA', 'LAMDA')}")
    except KeyError:
        return name


GREEK = "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|kappa|lambda|mu|rho|sigma|tau|phi"
SIGNS = {
    "<=": "≤", ">=": "≥", "!=": "≠", "||": "‖", "->": "→", " - ": " − ", "sqrt(": "√(", "grad f": "∇f", "~g": "g\u0303"
}  # fmt: skip
"""What stands for signs and letters in plain text."""
INDEXED = {"grad", "inf", "lim", "log", "max", "min", "prod", "prox", "sum", "sup"}
"""Words that have indices in formulas."""


def greek(text: str) -> str:
    """Plain text with the names of Greek letters as letters: "alpha = 1" as "α = 1"."""
    return re.sub(rf"(?<![\w/.-])({GREEK})(?![A-Za-z-])", lambda found: letter(found[1]), text)


def prose(text: str) -> Markup:
    """Plain text with its formulas as one reads them: x_0 and x^2 with indices and powers, mu as μ, <= as ≤.

    Backquotes are left out. Whatever the text holds, it stays text.
    """
    shown = text.replace("`", "")
    for plain_sign, sign in SIGNS.items():
        shown = shown.replace(plain_sign, sign)
    shown = greek(shown)
    shown = re.sub(r"√\((\w)\)", r"√\1", shown)
    shown = str(Markup.escape(shown))
    for mark, tag in (("_", "sub"), ("^", "sup")):
        raised = rf"([^\W_]*)(?<=[\w)‖|~>\]}}]){re.escape(mark)}(?:\{{([\w +−≤≥=∞-]+)\}}|([\w*∞]+|-\w+))"
        shown = re.sub(raised, partial(_raised, mark, tag), shown)
    return Markup(shown)


def _raised(mark: str, tag: str, found: re.Match[str]) -> str:
    """An index or a power; what hangs on a word, as in max_steps, is a name and stays."""
    base, braced, bare = found.groups(default="")
    named = mark == "_" and len(base) > 1 and base not in INDEXED
    return found[0] if named else f"{base}<{tag}>{braced}{bare}</{tag}>"


def custom_properties(style: str) -> dict[str, str]:
    """The custom properties that the first rule of a style sheet sets."""
    return dict(re.findall(r"(--[\w-]+): ([^;]+);", style.partition("}")[0]))
