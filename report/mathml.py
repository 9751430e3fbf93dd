"""Formulas for the page: LaTeX becomes MathML, which browsers draw and screen readers speak without a script."""

from __future__ import annotations

from html import unescape
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import Converter
from markupsafe import Markup

# fmt: off
KEPT = {
    "alttext", "columnalign", "columnspan", "depth", "display", "height", "linebreak", "linethickness", "lspace",
    "mathvariant", "maxsize", "minsize", "movablelimits", "rowspan", "rspace", "separator", "stretchy", "symmetric",
    "voffset", "width",
}
# fmt: on
"""Attributes that shape a formula; the rest (`href`, `style`, `class`, ...) LaTeX could use to leave it."""
TALL = {"mfrac", "mover", "mroot", "msqrt", "mtable", "munder", "munderover"}
"""Elements that parentheses grow with. Around all others they keep their size, as a typesetter would have it."""


def mathml(statement: dict, display: bool = False) -> Markup:
    """A formula as safe markup.

    Arguments: `{"text": ..., "latex": ...}`, the LaTeX optional; whether it stands on a line of its own.
    Returns: a <math> element that carries the text as `alttext` and, on a line of its own, shows it on hovering;
    the text alone, as <code>, where there is no LaTeX or none that can be read. Raises no error.
    """
    text = statement["text"]
    if not statement.get("latex"):
        return _plain(text)
    try:
        math = Converter(display="block" if display else "inline").convert_to_element(statement["latex"])
    except Exception:  # whatever the converter stumbles over, the text says the same
        return _plain(text)
    for element in math.iter():
        _clean(element)
        if not TALL & {inner.tag for inner in element.iter()}:
            for operator in element.findall("mo[@stretchy]"):
                operator.set("stretchy", "false")
    math.set("alttext", text)
    formula = Markup(tostring(math, encoding="unicode"))
    return Markup('<div title="{}">{}</div>').format(text, formula) if display else formula


def _plain(text: str) -> Markup:
    return Markup('<code class="formula">{}</code>').format(text)


def _clean(element: Element) -> None:
    """Turn the converter's "&#x02264;" into the character, so that serializing can escape all that is left."""
    element.text = unescape(element.text) if element.text else None
    element.tail = unescape(element.tail) if element.tail else None
    element.attrib = {name: unescape(value) for name, value in element.attrib.items() if name in KEPT}
