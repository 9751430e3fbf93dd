"""The reference: what docstrings say is text, code and lists, and their formulas are typeset. A hook of MkDocs.

To Markdown, `<u, v>` is the tag of an HTML element and a star the beginning of italics. In docstrings, and there alone,
both are what they are: of Markdown's signs only backquotes, lists, fences and indented code keep their meaning.
"""

from __future__ import annotations

from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor

from signproof.report.filters import prose

KEPT = {"backtick"}
"""Signs inside a line that keep their meaning."""
BLOCKS = {"html_block"}, {"hashheader", "setextheader", "hr", "quote", "reference", "table"}
"""What begins or separates blocks and does not: preprocessors, block processors."""
CODE = {"code", "pre"}


class Typeset(Treeprocessor):
    """Formulas in running text, with indices and powers, ≤ and Greek letters."""

    def run(self, root: Element) -> None:
        self._typeset(root)

    def _typeset(self, element: Element) -> None:
        if element.text and element.tag not in CODE:
            element.text = self._kept(element.text)
        for inner in element:
            if inner.tag not in CODE:
                self._typeset(inner)
            if inner.tail:
                inner.tail = self._kept(inner.tail)

    def _kept(self, text: str) -> str:
        return self.md.htmlStash.store(prose(text)) if text.strip() else text


class Docstrings(Extension):
    """Markdown as docstrings are read. mkdocstrings gives its own converter to them, known by its tree processors."""

    def extendMarkdown(self, md: Markdown) -> None:
        self.md = md
        md.registerExtension(self)

    def reset(self) -> None:
        md = self.md
        if "mkdocstrings_headings" not in md.treeprocessors or "typeset" in md.treeprocessors:
            return
        for registry, dropped in (
            (md.inlinePatterns, {item.name for item in md.inlinePatterns._priority} - KEPT),
            (md.preprocessors, BLOCKS[0]),
            (md.parser.blockprocessors, BLOCKS[1]),
        ):
            for name in dropped:
                if name in registry:
                    registry.deregister(name)
        md.treeprocessors.register(Typeset(md), "typeset", 19)  # after inline signs, before anything is made pretty


def on_config(config):  # the name and the argument are MkDocs's
    config.markdown_extensions.append(Docstrings())
    return config
