"""Charts of a run against its bound, as Vega-Lite specifications made by Altair."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from textwrap import fill
from typing import Any

import altair as alt
import vl_convert

COLOURS = 7
"""How many colours the style sheet names --series-0, --series-1, ...; six shapes go round beside them, so that 42
instances look different, and different to the colour-blind too."""
SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
LABEL = 40
"""Characters after which the name of an instance goes on in the next line of the legend: a phone's width."""
AROUND = 12
"""Places before and after a bound is first exceeded that a picture of the excess shows."""
POINTS = 40
"""About how many points mark a line; a longer run marks every second step, or every third, ..."""
DECADES = 30
"""Powers of ten that an axis shows of a curve: what falls faster leaves the picture, for others to be seen."""
SHORT = "format(datum.value, datum.value != 0 && datum.value < 0.001 || datum.value >= 1e5 ? '.2~e' : '~g')"
"""How the number at a tick is written."""
FONT = "system-ui, sans-serif"
PAPER_COLOURS = ["#0072b2", "#d55e00", "#009270", "#9352ad", "#ad7b00", "#57544d"]
"""Of pictures that stand for themselves, on white: those of the style sheet's light side."""


@dataclass(frozen=True)
class Chart:
    """A Vega-Lite specification (None if nothing can be drawn) and phrases that name what it leaves out."""

    spec: dict[str, Any] | None
    omitted: tuple[str, ...]
    cut: int | None = None
    """Over how many powers of ten each curve is shown at least, if one falls out of the picture."""


def chart(series: list[dict], measure: str = "suboptimality f(x_k) − f*", linear: bool = False) -> Chart:
    """Measured values against their bound over the iterations or, of flows, over time, on a logarithmic axis.

    Arguments: the `series` of a claim in the ledger; what is measured, for the axis title; whether the axis is linear
    and "bound" is the formula that a run is said to follow.
    Returns: the chart. One colour and shape for each instance; measured values are a line with points, bounds
    are dashed. Values that a logarithmic axis cannot show (zero or less) are left out and named in `omitted`;
    values that are not known are left out. Raises no error.
    """
    rows, omitted, axis = [], [], abscissa(series)
    seen: Counter[str] = Counter()
    for run in series:
        name = run["instance"].replace(" = ", "\u00a0=\u00a0")
        seen[name] += 1
        known = [
            (k, _number(measured), _number(bound))
            for k, measured, bound in zip(run[axis], run["measured"], run["bound"], strict=True)
        ]
        measured, bound = [entry[1] for entry in known], [entry[2] for entry in known]
        stride = math.ceil(len(known) / POINTS)
        rows.append(
            {
                "instance": fill(name if seen[name] == 1 else f"{name} ({seen[name]})", LABEL),
                axis: run[axis],
                "measured": measured,
                "bound": bound,
                "measured_point": [int(alone or n % stride == 0) for n, alone in enumerate(_alone(measured))],
                "bound_point": [int(alone) for alone in _alone(bound)],
            }
        )
        for what, column in (("measured value", 1), ("bound", 2)):
            lost = [entry for entry in known if entry[column] is not None and not _drawn(entry[column]) and not linear]
            if lost:
                where = ", ".join(str(entry[0]) for entry in lost[:5])
                more = f" and {len(lost) - 5} more" if len(lost) > 5 else ""
                whose = f"{run['instance']}: " if len(series) > 1 else ""
                omitted.append(f"{whose}the {what} at {axis} = {where}{more}")
    drawn = [value for row in rows for value in row["measured"] + row["bound"] if _drawn(value)]
    if not drawn and not linear:
        return Chart(None, tuple(omitted))
    if linear:
        return Chart(_linear(_spec(rows, [], measure, axis, None)), ())
    reach = _reach(rows)
    cut = DECADES if reach and min(drawn) < reach[0] else None
    return Chart(_spec(rows, _powers(reach or drawn), measure, axis, reach), tuple(omitted), cut)


def spread_chart(spread: dict[str, list], family: str) -> dict[str, Any]:
    """How measured / bound is spread over the instances of a family, at each iteration or, of flows, time: bands around
    the median.

    Arguments: the `spread` of a run in the ledger; the family's name. Returns the Vega-Lite specification: the light
    band holds all instances, the dark one the middle half; a line at 1 is the bound, and the axis ends at 2.
    """
    axis = "t" if "t" in spread else "k"
    columns = (axis, *CURVES)
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*(spread[name] for name in columns), strict=True)]
    along = "time" if axis == "t" else "iterations"
    words = f"measured / bound over {along} on {family}: quantiles over all instances"
    top = max(1.02, min(2.0, *(row["largest"] for row in rows if row["largest"] is not None), 2.0))
    return _spread_spec(axis, () if axis == "t" else tuple(_steps(rows)), top) | {
        "description": words,
        "data": {"values": rows},
    }


CURVES = ("least", "lower", "median", "upper", "largest")


@cache
def _spread_spec(over: str, steps: tuple[int, ...], top: float) -> dict[str, Any]:
    """The specification of a band without its data: it is the same for most families, and slow to make."""
    if over == "k":
        axis = alt.Axis(title="iteration k", values=list(steps), format="d")
    else:
        axis = alt.Axis(title="time, in units of each run's own  (log scale)", tickCount=6, format="~g")
    base = alt.Chart().encode(
        x=alt.X(f"{over}:Q", axis=axis, scale=alt.Scale(type="linear" if over == "k" else "log", nice=False))
    )
    scale = alt.Scale(domain=[0, top], nice=False)
    y = alt.Axis(title="measured / bound", tickCount=5)
    band: dict[str, Any] = {"color": "var(--series-0)", "clip": True}
    tooltip = [alt.Tooltip(f"{name}:Q", format=".5~g") for name in (over, *CURVES)]
    layers = (
        base.mark_area(opacity=0.16, **band).encode(y=alt.Y("least:Q", axis=y, scale=scale), y2="largest:Q"),
        base.mark_area(opacity=0.3, **band).encode(y="lower:Q", y2="upper:Q"),
        base.mark_line(**band).encode(y="median:Q"),
        _bound_rule("y"),
        base.mark_point(size=250, opacity=0, clip=True).encode(y="median:Q", tooltip=tooltip),
    )
    spec = alt.layer(*layers, data=alt.Data(name="spread"), **_size(150)).to_dict()
    spec.pop("$schema")
    return spec


def histogram_chart(histogram: dict[str, Any], family: str) -> dict[str, Any]:
    """How many runs on a family come how near to their bound: how tight it is on each run, in bins.

    Arguments: the `histogram` of a run in the ledger; the family's name. Returns the Vega-Lite specification; runs
    above 1 stand in a bar of their own to the right.
    """
    edges, last = histogram["edges"], histogram["edges"][-1]
    rows: list[dict[str, Any]] = [
        {"from": low, "to": high, "instances": count, "says": f"{low:g} to {high:g}", "above": 0}
        for low, high, count in zip(edges[:-1], edges[1:], histogram["counts"], strict=True)
    ]
    if histogram["above"]:
        step = last - edges[-2]
        beyond = {"from": last + step, "to": last + 2 * step, "instances": histogram["above"]}
        rows.append(beyond | {"says": "above 1", "above": 1})
    words = f"Histogram of how tight the bound is on each run on {family}"
    return _histogram_spec() | {"description": words, "data": {"values": rows}}


@cache
def _histogram_spec() -> dict[str, Any]:
    """The specification of a histogram without its data."""
    axis = alt.Axis(
        title="tightness of the bound on a run",
        values=[0, 0.25, 0.5, 0.75, 1],
        labelExpr="datum.value",
    )
    bars = (
        alt.Chart()
        .mark_bar(binSpacing=1)
        .encode(
            x=alt.X("from:Q", bin="binned", axis=axis),
            x2="to:Q",
            y=alt.Y("instances:Q", axis=alt.Axis(title="instances", tickCount=4, format="~s", tickMinStep=1)),
            color=alt.condition("datum.above", alt.value("var(--red)"), alt.value("var(--series-0)")),
            tooltip=[alt.Tooltip("says:N", title="tightness"), alt.Tooltip("instances:Q")],
        )
    )
    spec = alt.layer(bars, _bound_rule("x"), data=alt.Data(name="ratios"), **_size(150)).to_dict()
    spec.pop("$schema")
    return spec


def excess_chart(run: dict) -> dict[str, Any] | None:
    """measured / bound of one run around the place where it exceeds 1, on a linear axis: however small the excess is,
    it is seen. None if there are not two places to be joined."""
    axis = abscissa([run])
    rows = [
        {axis: place, "ratio": measured / bound}
        for place, measured, bound in zip(run[axis], run["measured"], run["bound"], strict=True)
        if measured is not None and bound is not None and bound > 0
    ]
    first = next((number for number, row in enumerate(rows) if row["ratio"] > 1), len(rows) - 1)
    rows = rows[max(0, first - AROUND) : first + AROUND]
    if len(rows) < 2:
        return None
    base = alt.Chart(alt.Data(values=rows))
    title = "iteration k" if axis == "k" else "time t"
    steps = {"values": _steps(rows), "format": "d"} if axis == "k" else {"tickCount": 6, "format": "~g"}
    x = alt.X(f"{axis}:Q", axis=alt.Axis(title=title, **steps), scale=alt.Scale(nice=False, zero=False))
    y = alt.Y("ratio:Q", axis=alt.Axis(title="measured / bound", tickCount=5), scale=alt.Scale(zero=False))
    tooltip = [alt.Tooltip(f"{axis}:Q"), alt.Tooltip("ratio:Q", title="measured / bound", format=".8~g")]
    line = base.mark_line(color="var(--series-0)", point=alt.OverlayMarkDef(color="var(--series-0)", size=36))
    words = "measured / bound around the step at which it exceeds 1"
    spec = alt.layer(
        line.encode(x=x, y=y, tooltip=tooltip), _bound_rule("y"), description=words, **_size(170)
    ).to_dict()
    spec.pop("$schema")
    return spec | {"data": {"values": rows}}


def tightness_chart(cells: list[dict], title: str = "") -> dict[str, Any]:
    """A map of tightness: a panel for each dimension, L/mu to the right, positions of the step size upwards.

    Arguments: cells as `Cell.data` of `signproof.checks.trials.tightness_map` gives them; a title, or none for a chart
    that stands on a page, in the page's colours. Returns the Vega-Lite specification: 1 is tight; where there is no
    instance the field is grey and says so.
    """
    rows = [cell | {"says": cell.get("reason") or cell.get("instance", "")} for cell in cells]
    ratios = sorted({cell["ratio"] for cell in cells}, key=Fraction)
    thetas = sorted({cell["theta"] for cell in cells}, key=Fraction, reverse=True)
    base = alt.Chart().encode(
        x=alt.X("ratio:O", sort=ratios, axis=alt.Axis(title="L/mu", labelAngle=0)),
        y=alt.Y("theta:O", sort=thetas, axis=alt.Axis(title="step size")),
        tooltip=[
            alt.Tooltip("dimension:O", title="d"),
            alt.Tooltip("ratio:N", title="L/mu"),
            alt.Tooltip("theta:N", title="step size"),
            alt.Tooltip("value:Q", title="tightness", format=".6~g"),
            alt.Tooltip("says:N", title="instance"),
        ],
    )
    known = "datum.value != null"
    scale = alt.Scale(domain=[0, 1], scheme="viridis", clamp=True)
    layers = alt.layer(
        base.transform_filter(known)
        .mark_rect()
        .encode(color=alt.Color("value:Q", scale=scale, legend=alt.Legend(title="tightness"))),
        base.transform_filter(f"!({known})").mark_rect(color="#dddddd"),
        base.mark_text(fontSize=10).encode(
            text="text:N",
            color=alt.condition(f"{known} && datum.value < 0.6", alt.value("white"), alt.value("black")),
        ),
        data=alt.Data(name="cells"),
        width=alt.Step(48),
        height=alt.Step(24),
    )
    words = [
        "1: attained.  none: proved to have no instance.  ?: no instance found.",
        "Step sizes as fractions of their upper limit.",
    ]
    facets = layers.facet(facet=alt.Facet("dimension:O", title="dimension d"), columns=2)
    if title:
        config = alt.Config(font=FONT, view=alt.ViewConfig(stroke=None))
        facets = facets.properties(title=alt.TitleParams(title, subtitle=words), config=config, background="white")
    else:
        facets = facets.properties(config=_config(), background="transparent", description="Map of tightness")
    spec = facets.to_dict()
    spec.pop("$schema")
    return spec | {"data": {"values": rows}}


@dataclass(frozen=True)
class Line:
    """Points to be joined; None is a gap. A bound is dashed."""

    name: str
    x: Sequence[float]
    y: Sequence[float | None]
    dashed: bool = False


def line_chart(lines: Sequence[Line], x: str, y: str, log_x: bool = False, log_y: bool = False) -> dict[str, Any]:
    """A few lines in a picture that stands for itself, to be drawn by `svg`.

    Arguments: the lines; titles of the axes; whether an axis is logarithmic, on which numbers up to 0 are left out.
    """
    rows = [
        {"line": line.name, "n": n, "x": _number(a), "y": _number(b)}
        for line in lines
        for n, (a, b) in enumerate(zip(line.x, line.y, strict=True))
        if _fits(a, log_x) and _fits(b, log_y)
    ]
    names = [line.name for line in lines]
    colours = [PAPER_COLOURS[n % len(PAPER_COLOURS)] for n in range(len(names))]
    dashes = [[5, 4] if line.dashed else [1, 0] for line in lines]
    legend = alt.Legend(title=None, orient="bottom", columns=1, labelLimit=0)
    axis = {"format": "~g"}
    count = {"format": "~r"}  # "~g" writes 10, 20, ..., 80 as 1e+1, 2e+1, ...
    power = {"format": ".0e", "tickCount": 6}
    spec = (
        alt.Chart(alt.Data(values=rows), width=480, height=240, background="white")
        .mark_line(strokeWidth=1.75)
        .encode(
            x=alt.X("x:Q", axis=alt.Axis(title=x, grid=False, **(power if log_x else count)), scale=_scale(log_x)),
            y=alt.Y("y:Q", axis=alt.Axis(title=y, **(power if log_y else axis)), scale=_scale(log_y)),
            order=alt.Order("n:Q"),
            color=alt.Color("line:N", scale=alt.Scale(domain=names, range=colours), legend=legend),
            strokeDash=alt.StrokeDash("line:N", scale=alt.Scale(domain=names, range=dashes), legend=legend),
        )
        .configure(font=FONT, view=alt.ViewConfig(stroke=None))
        .to_dict()
    )
    spec.pop("$schema")
    return spec


def run_chart(series: dict, measure: str) -> dict[str, Any]:
    """One run of a claim against its bound as such a picture. Arguments: as of `chart`, but one run."""
    axis = abscissa([series])
    values = [value for value in (*series["measured"], *series["bound"]) if value is not None]
    lines = (Line("measured", series[axis], series["measured"]), Line("bound", series[axis], series["bound"], True))
    along = "time t" if axis == "t" else "iteration k"
    return line_chart(lines, along, measure, log_y=bool(values) and min(values) > 0)


def _fits(value: float | None, logarithmic: bool) -> bool:
    return value is not None and math.isfinite(value) and (value > 0 or not logarithmic)


def _scale(logarithmic: bool) -> alt.Scale:
    return alt.Scale(type="log", nice=False) if logarithmic else alt.Scale(zero=False)


def svg(spec: dict[str, Any]) -> str:
    """A Vega-Lite specification, drawn."""
    return vl_convert.vegalite_to_svg(spec)


def pdf(spec: dict[str, Any], palette: dict[str, str], width: int = 380) -> bytes:
    """A chart of a page, drawn for paper.

    Arguments: its specification; the value of each custom property of the style sheet that its colours name; the width
    in points, where the chart has that of its page.
    """
    coloured = json.loads(re.sub(r"var\((--[\w-]+)\)", lambda found: palette[found[1]], json.dumps(spec)))
    if coloured.get("width") == "container":
        coloured |= {"width": width}
        coloured.pop("autosize", None)
    return vl_convert.vegalite_to_pdf(coloured | {"background": "white"})


@cache
def script(snippet: str) -> str:
    """JavaScript that holds Vega, Vega-Lite and Vega-Embed, then runs the snippet, which may call `vegaEmbed`.

    Arguments: JavaScript without imports. Returns: text to stand inside a <script> element.
    """
    # In JavaScript, "</script" and "<!--" can only occur in strings, comments and patterns, where "\" is harmless.
    return vl_convert.javascript_bundle(snippet).replace("</script", r"<\/script").replace("<!--", r"<\!--")


def abscissa(series: list[dict]) -> str:
    """What the runs go over: the iterations k or, of flows, the time t."""
    return "t" if any("t" in run for run in series) else "k"


def _number(value: float | None) -> float | None:
    """The value to nine digits, which no eye tells from all; None if it is unknown or infinite, as JSON demands."""
    return float(f"{value:.9g}") if value is not None and math.isfinite(value) else None


def _drawn(value: float | None) -> bool:
    return value is not None and value > 0


def _alone(values: list[float | None]) -> list[bool]:
    """Which of the values that can be drawn have none beside them that a line could lead to."""
    there = [False, *map(_drawn, values), False]
    return [here and not (before or after) for before, here, after in zip(there, there[1:], there[2:], strict=False)]


def _bound_rule(axis: str) -> alt.Chart:
    """A line where measured and bound are equal."""
    rule = alt.Chart().mark_rule(color="var(--ink)", strokeDash=[5, 4], aria=False)
    return rule.encode(**{axis: alt.datum(1)})


def _size(height: int) -> dict[str, Any]:
    """What makes a chart as wide as its place on the page."""
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    return {
        "width": "container", "height": height, "background": "transparent", "autosize": fit, "config": _config()
    }  # fmt: skip


def _config() -> alt.Config:
    """The look of all charts; colours are those of the style sheet."""
    quiet: dict[str, Any] = {
        "labelColor": "var(--quiet)",
        "titleColor": "var(--quiet)",
        "titleFontWeight": "normal",
        "titleFontSize": 12,
        "labelFontSize": 12,
    }
    return alt.Config(
        font=FONT,
        view=alt.ViewConfig(stroke=None),
        line=alt.LineConfig(strokeWidth=1.75),
        axis=alt.AxisConfig(gridColor="var(--line)", domainColor="var(--line)", tickColor="var(--line)", **quiet),
        axisX=alt.AxisConfig(grid=False, titlePadding=8, labelSeparation=6),
        axisY=alt.AxisConfig(titlePadding=10),
        header=alt.HeaderConfig(**quiet),
        legend=alt.LegendConfig(
            orient="bottom", labelLimit=0, labelFontSize=12, labelColor="var(--ink)", rowPadding=6,
            titleColor="var(--quiet)", titleFontWeight="normal",
        ),
    )  # fmt: skip


def _steps(rows: list[dict]) -> list[int]:
    """About eight round iteration numbers: an axis of its own accord would count in halves."""
    ks = [k for row in rows for k in (row["k"] if isinstance(row["k"], list) else [row["k"]])]
    strides = (factor * 10**power for power in range(20) for factor in (1, 2, 5))
    stride = next(stride for stride in strides if max(ks) - min(ks) <= 8 * stride)
    return list(range(-(-min(ks) // stride) * stride, max(ks) + 1, stride))


def _powers(values: list[float]) -> list[float]:
    """About eight powers of ten among the values; over few decades their doubles and fives as well."""
    low, high = min(values), max(values)
    decades = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    factors = (1, 2, 5) if len(decades) <= 4 else (1,)
    powers = decades[:: math.ceil(len(decades) / 9)]
    return [tick for power in powers for factor in factors if low <= (tick := float(f"{factor}e{power}")) <= high]


def _linear(spec: dict[str, Any]) -> dict[str, Any]:
    """The specification with a linear axis, on which negative values have their place, and "formula" for "bound"."""
    encoding = spec["encoding"]
    encoding["y"]["scale"] = {"type": "linear", "zero": False}
    encoding["y"]["axis"] = {"title": encoding["y"]["axis"]["title"].removesuffix("  (log scale)"), "tickCount": 5}
    kept = [step for step in spec["transform"] if step.get("as") != "value"]
    first = spec["layer"][0]["encoding"]["strokeDash"]
    if first["legend"] is not None:
        first["legend"]["labelExpr"] = "datum.label == 'bound' ? 'formula' : datum.label"
    for layer in spec["layer"]:
        for step in layer.get("transform", ()):
            step["filter"] = step["filter"].replace("datum.value", "isValid(datum.value)")
    return spec | {"transform": kept}


def _geometric(rows: list[dict]) -> bool:
    """Whether the times reach over so many orders that a linear axis would crowd most of them at its beginning."""
    times = [time for row in rows for time in row["t"]]
    return min(times) > 0 and max(times) > 100 * min(times)


def _reach(rows: list[dict]) -> list[float] | None:
    """The ends of the logarithmic axis if values lie more than DECADES apart, else None: every curve is then seen
    for DECADES below its top, and goes out of the picture below that."""
    curves = [list(filter(_drawn, row[name])) for row in rows for name in ("measured", "bound")]
    values = [value for curve in curves for value in curve]
    low, high = min(values), max(values)
    if math.log10(high) - math.log10(low) <= DECADES:
        return None
    return [max(low, min(max(curve) for curve in curves if curve) * 10.0**-DECADES), high]


def _spec(rows: list[dict], ticks: list[float], measure: str, axis: str, reach: list[float] | None) -> dict[str, Any]:
    names = [row["instance"] for row in rows]
    label = alt.Legend(title=None, labelExpr=r"split(datum.label, '\n')", columns=1)
    steps = (
        alt.Axis(title="iteration k", values=_steps(rows), format="d")
        if axis == "k"
        else alt.Axis(
            title="time t" + ("  (log scale)" if _geometric(rows) else ""),
            tickCount=6,
            labelExpr=f"datum.label ? {SHORT} : ''",
        )
    )
    along = "the iteration" if axis == "k" else "time"
    powers = alt.Axis(
        title=f"{measure}  (log scale)",
        **({"values": ticks} if len(ticks) > 1 else {"tickCount": 5}),
        labelExpr=SHORT,
    )
    along_log = axis == "t" and _geometric(rows)
    x = alt.X(f"{axis}:Q", axis=steps, scale=alt.Scale(type="log" if along_log else "linear", nice=False))
    scale = alt.Scale(type="log", nice=False, padding=8, domain=reach or alt.Undefined)
    y = alt.Y("value:Q", axis=powers, scale=scale)
    colours = [f"var(--series-{index % COLOURS})" for index in range(len(names))]
    colour = alt.Color("instance:N", scale=alt.Scale(domain=names, range=colours), legend=label)
    shape = alt.Shape("instance:N", scale=alt.Scale(domain=names, range=SHAPES), legend=label)
    bounded = any(value is not None for row in rows for value in row["bound"])
    dash = alt.StrokeDash(
        "quantity:N",
        scale=alt.Scale(domain=["measured", "bound"], range=[[1, 0], [5, 4]]),
        legend=alt.Legend(title=None, orient="top", symbolType="stroke", symbolStrokeColor="var(--ink)", symbolSize=500)
        if bounded
        else None,
    )
    tooltip = [
        alt.Tooltip("instance:N"),
        alt.Tooltip(f"{axis}:Q"),
        alt.Tooltip("measured:Q", format=".6~g"),
        alt.Tooltip("bound:Q", format=".6~g"),
        alt.Tooltip("ratio:Q", title="measured / bound", format=".6~g"),
    ]
    layers = [
        # along flows bounds are known at more times than measures, which are joined across them
        (alt.Chart().transform_filter("datum.value") if axis == "t" else alt.Chart())
        .mark_line(clip=True)
        .encode(strokeDash=dash),
        alt.Chart().transform_filter("datum.value").mark_point(size=250, opacity=0, clip=True).encode(tooltip=tooltip),
    ]
    for quantity, filled in (("measured", True), ("bound", False)):
        if any(any(row[f"{quantity}_point"]) for row in rows):
            chosen = f"datum.quantity == '{quantity}' && datum.{quantity}_point && datum.value"
            points = (
                alt.Chart().transform_filter(chosen).mark_point(filled=filled, size=36, opacity=1, clip=bool(reach))
            )
            layers.insert(-1, points.encode(shape=shape))
    layered = alt.layer(
        *layers,
        data=alt.Data(name="runs"),
        description=f"{measure}{' and its bound' if bounded else ''} against {along}: {len(names)} runs",
        **_size(280),
    )
    spec = (
        layered.encode(x=x, y=y, color=colour)
        .transform_flatten([axis, "measured", "bound", "measured_point", "bound_point"])
        .transform_calculate(ratio="datum.bound > 0 && datum.measured != null ? datum.measured / datum.bound : null")
        .transform_fold(["measured", "bound"], as_=["quantity", "value"])
        .transform_calculate(value="datum.value > 0 ? datum.value : null")  # a line breaks off where there is none
        .to_dict(validate=False)  # to validate takes most of the time, and the tests compile all of it
    )
    spec.pop("$schema")  # an address on the network, though no browser follows it
    # The data is put in last: Altair would copy it at each of the calls above.
    return spec | {"data": {"values": rows}}
