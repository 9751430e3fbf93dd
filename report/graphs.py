"""What rests on what, drawn: the claims of a ledger and the lemmas and claims that their proofs use.

Altair draws it and Vega writes the SVG, so that the drawing stands in the page without a script and its nodes are
links. networkx finds the order of the rows in which few lines cross.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import altair as alt
import networkx as nx

from signproof.report.charts import FONT, svg

ROW, GAP, LETTER = 17, 330, 6.7
"""Height of a row, distance of the columns and width of a letter, in pixels."""
BASE = "https://site.invalid/"
"""Stands for the site's own folder while Vega draws, which takes no relative links."""
TONES = {
    "proved": "green",
    "supported": "blue",
    "refuted": "red",
    "inconsistent": "red",
    "vacuous": "ochre",
    "reproduced": "teal",
    "not reproduced": "plum",
    "open": "quiet",
    "not judged": "quiet",
}
"""The colour of a verdict, by its name in the style sheet."""
SHAPES = {"refuted": "cross", "inconsistent": "cross", "open": "triangle-up", "lemma": "diamond"}
"""Shapes that tell verdicts apart without colours; the others are circles."""


def network(ledger: dict[str, Any]) -> nx.DiGraph:
    """The claims of a ledger and all that their proofs rest on.

    Returns a directed graph. Nodes are ("claim", ID) and ("lemma", name), a claim's with its `status` and its number of
    `steps`. Edges lead from what is used to the claim that uses it, or from a claim to the one that it `repairs`.
    """
    found = nx.DiGraph()
    for claim in ledger["claims"]:
        nodes = claim.get("graph", {"nodes": []})["nodes"]
        steps = sum(node["kind"] == "step" for node in nodes)
        found.add_node(("claim", claim["id"]), status=claim["verdict"], steps=steps)
    for claim in ledger["claims"]:
        node = ("claim", claim["id"])
        for used in claim.get("graph", {"nodes": []})["nodes"][:-1]:
            if used["kind"] in ("claim", "lemma"):
                found.add_edge((used["kind"], used["name"]), node, repairs=False)
        if claim.get("repairs"):
            found.add_edge(node, ("claim", claim["repairs"]), repairs=True)
    for kind, name in found:
        if "status" in found.nodes[kind, name]:
            continue
        # a proof is accepted only with those of the claims that it uses, whether or not they were asked for
        of_proof = any(
            found.nodes[later].get("status") == "proved" and not found.edges[(kind, name), later]["repairs"]
            for later in found.successors((kind, name))
        )
        status = "lemma" if kind == "lemma" else "proved" if of_proof else "not judged"
        found.nodes[kind, name].update(status=status, steps=0)
    return found


def drawing(ledger: dict[str, Any], pages: dict[str, str]) -> str:
    """The network of a ledger as SVG, to stand in a page; empty if nothing rests on anything.

    Arguments: the ledger; the page of each claim, by its ID. Lemmas are to the left, then the claims that rest on
    them, to the right what rests on those or is repaired by them; below that what is joined to nothing.
    """
    graph = network(ledger)
    if not graph.edges:
        return ""
    place = _places(graph)
    nodes = [
        {
            "x": place[node][0],
            "y": place[node][1],
            "name": node[1],
            "status": graph.nodes[node]["status"],
            "says": _says(graph, node),
            "href": BASE + pages[node[1]] if node[0] == "claim" and node[1] in pages else None,
        }
        for node in graph
    ]
    lines = [
        {
            "edge": number,
            "order": order,
            "x": x,
            "y": y,
            "says": _joined(graph, start, end),
            "how": _how(graph, start, end),
        }
        for number, (start, end) in enumerate(graph.edges)
        for order, (x, y) in enumerate(_bend(*place[start], *place[end], 0 if start[0] == "lemma" else len(start[1])))
    ]
    return _linked(svg(_spec(nodes, lines)))


def listed(ledger: dict[str, Any]) -> list[dict[str, Any]]:
    """The same in words, for narrow windows: of each claim that rests on something the lemmas and claims it uses."""
    graph = network(ledger)
    found = []
    for node in graph:
        used = [earlier for earlier in graph.predecessors(node) if not graph.edges[earlier, node]["repairs"]]
        if node[0] == "claim" and used:
            lemmas, claims = ([name for kind, name in used if kind == sort] for sort in ("lemma", "claim"))
            found.append({"id": node[1], "verdict": graph.nodes[node]["status"], "lemmas": lemmas, "claims": claims})
    return found


def statuses(ledger: dict[str, Any]) -> list[str]:
    """What the nodes of the drawing are, in the order of TONES."""
    there = {data["status"] for node, data in network(ledger).nodes(data=True)}
    return [status for status in TONES if status in there]


def _places(graph: nx.DiGraph) -> dict[Any, tuple[float, float]]:
    """Column and row of each node: as few lines as possible should cross."""
    columns: dict[Any, int] = {}
    for node in nx.topological_sort(graph) if nx.is_directed_acyclic_graph(graph) else graph:
        before = [columns.get(earlier, 0) for earlier in graph.predecessors(node)]
        columns[node] = 0 if node[0] == "lemma" else max([0, *before]) + 1 if graph.degree(node) else 2
    # The second eigenvector of the Laplacian puts near to each other what is joined (Hall 1970).
    ordered = [
        node
        for part in sorted(nx.connected_components(graph.to_undirected()), key=len, reverse=True)
        for node in _ordered(graph.subgraph(part).to_undirected())
    ]
    longest = max(list(columns.values()).count(column) for column in (0, 1))
    place: dict[Any, tuple[float, float]] = {}
    for column in sorted(set(columns.values())):
        members = [node for node in ordered if columns[node] == column]
        if column < 2:
            # A short column is spread over the height of the longest one, but never with wide holes.
            stride = min(longest / len(members), 1.6)
            place |= {node: (float(column), row * stride) for row, node in enumerate(members)}
            continue
        # A later one has each node beside those that it is joined to, as far as there is room.
        wanted = {node: [place[earlier][1] for earlier in graph.predecessors(node)] for node in members}
        level = {node: sum(rows) / len(rows) if rows else float(longest) for node, rows in wanted.items()}
        row = -1.0
        for number, node in enumerate(sorted(members, key=lambda one: (level[one], graph.nodes[one]["status"], one))):
            row = max(row + 1, min(level[node], longest - len(members) + number))
            place[node] = (float(column), row)
    return place


def _ordered(part: nx.Graph) -> list[Any]:
    """The nodes of a connected graph, neighbours near to each other; the same in every run."""
    nodes = sorted(part)
    if len(nodes) < 3:
        return nodes
    stable = nx.Graph()
    stable.add_nodes_from(nodes)
    stable.add_edges_from(sorted(tuple(sorted(edge)) for edge in part.edges))
    vector = nx.fiedler_vector(stable, method="lanczos", seed=0)
    sign = -1 if vector[0] > 0 else 1
    return [node for _, node in sorted(zip((round(sign * value, 9) for value in vector), nodes, strict=True))]


def _bend(x: float, y: float, to: float, level: float, letters: int) -> list[tuple[float, float]]:
    """Points of a curve that leaves after a name of so many letters and arrives, level at both ends."""
    x += (letters * LETTER + 12) / GAP if letters else 0
    third = max((to - x) / 3, 0.05)
    return [(x, y), (x + third, y), (to - third, level), (to, level)]


def _says(graph: nx.DiGraph, node: Any) -> str:
    data = graph.nodes[node]
    if node[0] == "lemma":
        return f"lemma {node[1]}, used by {graph.out_degree(node)}"
    steps = f", {data['steps']} steps" if data["steps"] else ""
    return f"{node[1]}: {data['status']}{steps}"


def _how(graph: nx.DiGraph, start: Any, end: Any) -> str:
    return "repairs" if graph.edges[start, end]["repairs"] else "rests on"


def _joined(graph: nx.DiGraph, start: Any, end: Any) -> str:
    """An edge in words; a script lights up the edges that end in a node's name."""
    return f"{start[1]} → {end[1]}"


def _spec(nodes: list[dict], lines: list[dict]) -> dict[str, Any]:
    columns = int(max(node["x"] for node in nodes))
    height = ROW * (max(node["y"] for node in nodes) + 1)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, columns], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(zero=False, nice=False, reverse=True))
    there = [status for status in (*TONES, "lemma") if any(node["status"] == status for node in nodes)]
    tones = [f"var(--{TONES.get(status, 'ink')})" for status in there]
    scale = alt.Scale(domain=there, range=tones)
    marked = alt.Shape(
        "status:N",
        scale=alt.Scale(domain=there, range=[SHAPES.get(status, "circle") for status in there]),
        legend=None,
    )
    dots = alt.Chart(alt.Data(values=nodes)).encode(x=x, y=y, color=alt.Color("status:N", scale=scale, legend=None))
    texts = dots.encode(text="name:N", description="says:N", tooltip="says:N")
    curves = (
        alt.Chart(alt.Data(values=lines))
        .mark_line(interpolate="basis", strokeWidth=1, color="var(--quiet)", opacity=0.4)
        .encode(
            x=x,
            y=y,
            order="order:Q",
            detail="edge:N",
            description="says:N",
            strokeDash=alt.StrokeDash(
                "how:N", scale=alt.Scale(domain=["rests on", "repairs"], range=[[1, 0], [5, 3]]), legend=None
            ),
        )
    )
    linked, plain = "datum.href != null", "datum.href == null"
    lemma, claim = "datum.status == 'lemma'", "datum.status != 'lemma'"
    layers = (
        curves,
        dots.transform_filter(linked)
        .mark_point(filled=True, size=55, opacity=1, aria=False)
        .encode(shape=marked, href="href:N"),
        dots.transform_filter(plain).mark_point(filled=True, size=40, opacity=1, aria=False).encode(shape=marked),
        texts.transform_filter(linked).mark_text(align="left", dx=9).encode(href="href:N"),
        texts.transform_filter(f"{plain} && {claim}").mark_text(align="left", dx=9),
        texts.transform_filter(lemma).mark_text(align="right", dx=-9),
    )
    spec = alt.layer(
        *layers,
        width=GAP * max(columns, 1),
        height=height,
        background="transparent",
        padding={"left": 50, "right": 20, "top": 6, "bottom": 6},
        config=alt.Config(font=FONT, view=alt.ViewConfig(stroke=None), text=alt.MarkConfig(fontSize=12)),
    ).to_dict()
    spec.pop("$schema")
    return spec


def _linked(drawn: str) -> str:
    """The drawing with links into the site; of a node's two links, dot and name, the keyboard stops at the name."""
    for prefix, uri in (("", "http://www.w3.org/2000/svg"), ("xlink", "http://www.w3.org/1999/xlink")):
        ElementTree.register_namespace(prefix, uri)
    root = ElementTree.fromstring(drawn)
    names = {"svg": "http://www.w3.org/2000/svg"}
    for link in root.iterfind(".//svg:a", names):
        address = link.attrib.pop("{http://www.w3.org/1999/xlink}href").removeprefix(BASE)
        link.set("href", address)
        if link.find("svg:text", names) is None:
            link.attrib |= {"tabindex": "-1", "aria-hidden": "true"}
    root.set("role", "group")
    root.set("aria-label", "Graph of the claims and the lemmas they use")
    return ElementTree.tostring(root, encoding="unicode")
