"""What rests on what, drawn for each paper: its claims, and the lemmas and claims that their proofs use.

Altair draws it and Vega writes the SVG, so that the drawing stands in the page without a script and its nodes are
links. networkx finds the order of the rows in which few lines cross.
"""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import altair as alt
import networkx as nx
from markupsafe import Markup

from signproof.report.charts import FONT, svg

ROW, GAP, LETTER = 20, 110, 7.0
"""Height of a row, least distance between a name and the next column, and width of a letter, in pixels."""
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
SHAPES = {"refuted": "cross", "inconsistent": "cross", "open": "triangle-up", "lemma": "diamond", "step": "square"}
"""Shapes that tell verdicts apart without colours; the others are circles."""
WAYS = ["rests on", "repairs", "fails"]
"""What lines say, by their strokes."""


def network(ledger: dict[str, Any]) -> nx.DiGraph:
    """The claims of a ledger and all that their proofs rest on.

    Returns a directed graph. Nodes are ("claim", ID), ("lemma", name) and ("step", words), a claim's with its `status`
    and its number of `steps`. Edges lead from what is used to the claim that uses it ("rests on"), from a claim to the
    one that it corrects ("repairs"), and from the lemma at which a printed proof fails, or from the step if that needs
    no lemma, to the claim ("fails"): this is what `how` says.
    """
    found = nx.DiGraph()
    for claim in ledger["claims"]:
        steps = sum(node["kind"] == "step" for node in _drawn_graph(claim)["nodes"])
        found.add_node(("claim", claim["id"]), status=claim["verdict"], steps=steps)
    for claim in ledger["claims"]:
        node, drawn = ("claim", claim["id"]), _drawn_graph(claim)
        if drawn.get("failed") is not None:
            for earlier in _failing(drawn):
                found.add_edge(earlier, node, how="fails")
        else:
            for used in drawn["nodes"][:-1]:
                if used["kind"] in ("claim", "lemma"):
                    found.add_edge((used["kind"], used["name"]), node, how="rests on")
        if claim.get("repairs"):
            found.add_edge(node, ("claim", claim["repairs"]), how="repairs")
    for kind, name in found:
        if "status" in found.nodes[kind, name]:
            continue
        # a proof is accepted only with those of the claims that it uses, whether or not they were asked for
        of_proof = any(
            found.nodes[later].get("status") == "proved" and found.edges[(kind, name), later]["how"] == "rests on"
            for later in found.successors((kind, name))
        )
        status = kind if kind != "claim" else "proved" if of_proof else "not judged"
        found.nodes[kind, name].update(status=status, steps=0)
    return found


def _drawn_graph(claim: dict[str, Any]) -> dict[str, Any]:
    return claim.get("graph", {"nodes": [], "edges": []})


def _failing(drawn: dict[str, Any]) -> list[tuple[str, str]]:
    """The lemmas that the failing step of a rejected proof names; the step itself, if it names none."""
    failed, nodes = drawn["failed"], drawn["nodes"]
    used = [nodes[earlier] for later, earlier in drawn["edges"] if later == failed]
    lemmas = [("lemma", node["name"]) for node in used if node["kind"] == "lemma"]
    return lemmas or [("step", f"step: {nodes[failed]['name']}")]


def families(ledger: dict[str, Any], pages: dict[str, str]) -> list[dict[str, Any]]:
    """The network of a ledger, paper by paper: what a paper's claims rest on, and what repairs them.

    Arguments: the ledger; the page of each claim, by its ID. Returns for each paper with something to draw its `title`,
    `drawing` (SVG to stand in a page), the same in words (`rests`), the `statuses` in it and the `count` of its claims.
    In a drawing lemmas are to the left, then the claims that rest on them, to the right what rests on those or is
    repaired by them. The names of a paper's own claims are without its key.
    """
    graph = network(ledger)
    papers: dict[str, list[tuple[str, str]]] = {}
    for claim in ledger["claims"]:
        if graph.degree(("claim", claim["id"])):
            papers.setdefault((claim["source"] or {}).get("paper", ""), []).append(("claim", claim["id"]))
    found = []
    for key, members in papers.items():
        lines = [edge for member in members for edge in graph.in_edges(member)]
        if not lines:
            continue  # they only repair others, and are drawn there
        part = nx.DiGraph(graph.edge_subgraph(lines))
        for node in part:
            part.nodes[node]["label"] = node[1].removeprefix(f"{key}/") if node in members else node[1]
        title = ledger.get("papers", {}).get(key, key) or "Of no paper"
        there = {data["status"] for _, data in part.nodes(data=True)}
        found.append(
            {
                "title": title,
                "drawing": Markup(_drawing(part, pages, title)),
                "rests": _listed(part),
                "statuses": [status for status in TONES if status in there],
                "count": sum(node in members for node in part),
            }
        )
    return found


def _drawing(graph: nx.DiGraph, pages: dict[str, str], title: str) -> str:
    place = _places(graph)
    left = _columns(graph, place)
    nodes = [
        {
            "x": left[place[node][0]],
            "y": place[node][1],
            "name": graph.nodes[node]["label"],
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
            "says": f"{graph.nodes[start]['label']} → {graph.nodes[end]['label']}",
            "how": graph.edges[start, end]["how"],
        }
        for number, (start, end) in enumerate(graph.edges)
        for order, (x, y) in enumerate(
            _bend(
                left[place[start][0]] + (_width(graph, start) + 12 if start[0] == "claim" else 0),
                place[start][1],
                left[place[end][0]],
                place[end][1],
            )
        )
    ]
    return _linked(svg(_spec(nodes, lines, left)), f"Graph of the claims of {title}, and of what they use")


def _columns(graph: nx.DiGraph, place: dict[Any, tuple[int, float]]) -> list[float]:
    """Where each column begins, in pixels: after the longest name of the one before, which for lemmas stands left."""
    left, most = [0.0], sum(how == "rests on" for _, _, how in graph.edges(data="how"))
    for column in range(max(column for column, _ in place.values())):
        names = [_width(graph, node) for node in graph if place[node][0] == column and column > 0]
        crowd = min(most, GAP) if column == 0 else 0  # many lines need room to part
        left.append(left[-1] + max(names, default=0) + GAP + crowd)
    return left


def _width(graph: nx.DiGraph, node: Any) -> float:
    return len(graph.nodes[node]["label"]) * LETTER


def _listed(graph: nx.DiGraph) -> list[dict[str, Any]]:
    """The same in words, for narrow windows: of each claim what it rests on, where it fails, what repairs it."""
    found = []
    for node in graph:
        ways: dict[str, list[str]] = {}
        for earlier in graph.predecessors(node):
            ways.setdefault(graph.edges[earlier, node]["how"], []).append(earlier[1])
        if ways:
            found.append({"id": node[1], "verdict": graph.nodes[node]["status"], "ways": ways})
    return found


def _places(graph: nx.DiGraph) -> dict[Any, tuple[int, float]]:
    """Column and row of each node: as few lines as possible should cross."""
    columns: dict[Any, int] = {}
    for node in nx.topological_sort(graph) if nx.is_directed_acyclic_graph(graph) else graph:
        before = [columns.get(earlier, 0) for earlier in graph.predecessors(node)]
        columns[node] = 0 if node[0] != "claim" else max([0, *before]) + 1
    # The second eigenvector of the Laplacian puts near to each other what is joined (Hall 1970).
    ordered = [
        node
        for part in sorted(nx.connected_components(graph.to_undirected()), key=len, reverse=True)
        for node in _ordered(graph.subgraph(part).to_undirected())
    ]
    longest = max(list(columns.values()).count(column) for column in set(columns.values()))
    place: dict[Any, tuple[int, float]] = {}
    for column in sorted(set(columns.values())):
        members = [node for node in ordered if columns[node] == column]
        if column < 2:
            # A short column is spread over the height of the longest one, but never with wide holes.
            stride = min(longest / len(members), 1.6)
            place |= {node: (column, row * stride) for row, node in enumerate(members)}
            continue
        # A later one has each node beside those that it is joined to, as far as there is room.
        wanted = {node: [place[earlier][1] for earlier in graph.predecessors(node)] for node in members}
        level = {node: sum(rows) / len(rows) for node, rows in wanted.items()}
        row = -1.0
        for number, node in enumerate(sorted(members, key=lambda one: (level[one], one))):
            row = max(row + 1, min(level[node], longest - len(members) + number))
            place[node] = (column, row)
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


def _bend(x: float, y: float, to: float, level: float) -> list[tuple[float, float]]:
    """Points of a curve from one point to another, level at both ends."""
    third = max((to - x) / 3, 20)
    return [(x, y), (x + third, y), (to - third, level), (to, level)]


def _says(graph: nx.DiGraph, node: Any) -> str:
    data = graph.nodes[node]
    if node[0] == "lemma":
        return f"lemma {node[1]}, used by {graph.out_degree(node)}"
    steps = f", {data['steps']} steps" if data["steps"] else ""
    return f"{node[1]}: {data['status']}{steps}" if node[0] == "claim" else node[1]


def _spec(nodes: list[dict], lines: list[dict], left: list[float]) -> dict[str, Any]:
    height = ROW * (max(node["y"] for node in nodes) + 1)
    x = alt.X("x:Q", axis=None, scale=alt.Scale(domain=[0, left[-1]], nice=False))
    y = alt.Y("y:Q", axis=None, scale=alt.Scale(zero=False, nice=False, reverse=True))
    there = [status for status in (*TONES, "lemma", "step") if any(node["status"] == status for node in nodes)]
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
        .mark_line(interpolate="basis")
        .encode(
            x=x,
            y=y,
            order="order:Q",
            detail="edge:N",
            description="says:N",
            color=alt.Color(
                "how:N", scale=alt.Scale(domain=WAYS, range=["var(--quiet)", "var(--green)", "var(--red)"]), legend=None
            ),
            opacity=alt.condition("datum.how == 'rests on'", alt.value(0.4), alt.value(1)),
            strokeWidth=alt.condition("datum.how == 'rests on'", alt.value(1), alt.value(1.6)),
            strokeDash=alt.StrokeDash(
                "how:N", scale=alt.Scale(domain=WAYS, range=[[1, 0], [5, 3], [1, 0]]), legend=None
            ),
        )
    )
    linked, plain = "datum.href != null", "datum.href == null"
    lemma = "(datum.status == 'lemma' || datum.status == 'step')"
    layers = (
        curves,
        dots.transform_filter(linked)
        .mark_point(filled=True, size=55, opacity=1, aria=False)
        .encode(shape=marked, href="href:N"),
        dots.transform_filter(plain).mark_point(filled=True, size=40, opacity=1, aria=False).encode(shape=marked),
        texts.transform_filter(linked).mark_text(align="left", dx=9).encode(href="href:N"),
        texts.transform_filter(f"{plain} && !{lemma}").mark_text(align="left", dx=9),
        texts.transform_filter(lemma).mark_text(align="right", dx=-9),
    )
    spec = alt.layer(
        *layers,
        width=max(left[-1], 1),
        height=height,
        background="transparent",
        padding={"left": 30, "right": 50, "top": 6, "bottom": 6},
        config=alt.Config(font=FONT, view=alt.ViewConfig(stroke=None), text=alt.MarkConfig(fontSize=12)),
    )
    spec = spec.resolve_scale(color="independent").to_dict()
    spec.pop("$schema")
    return spec


def _linked(drawn: str, label: str) -> str:
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
    root.set("aria-label", label)
    return ElementTree.tostring(root, encoding="unicode")
