const options = {
  mode: "vega-lite",
  renderer: "svg",
  actions: false,
  ast: true, // expressions are interpreted, not compiled: the page's policy forbids eval
  defaultStyle: false,
  tooltip: { disableDefaultStyle: true },
};
const palette = {{ palette | tojson }}; // the style sheet's colours on paper, for charts that leave the page

async function draw(figure) {
  const canvas = figure.querySelector(".canvas");
  const spec = JSON.parse(figure.querySelector("script").textContent);
  try {
    const { view } = await vegaEmbed(canvas, spec, options);
    figure.dataset.chart = "drawn";
    const save = figure.querySelector(".save");
    save.hidden = false;
    save.addEventListener("click", async (event) => {
      const kind = event.target.dataset.save;
      if (kind === "svg") offer(figure, kind, "image/svg+xml", onPaper(await view.toSVG()));
      if (kind === "csv") offer(figure, kind, "text/csv", csv(spec.data.values));
    });
  } catch (error) {
    figure.dataset.chart = "failed";
    canvas.textContent = `The chart could not be drawn (${error.message}). Its numbers stand in the ledger.`;
  }
}

const onPaper = (svg) => svg.replace(/var\((--[\w-]+)\)/g, (all, name) => palette[name] ?? all);

// A row whose entries are lists, as those of a run, becomes as many rows.
function csv(values) {
  const rows = values.flatMap((row) => {
    const length = Math.max(...Object.values(row).map((value) => (Array.isArray(value) ? value.length : 0)));
    const at = (n) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Array.isArray(value) ? value[n] : value]));
    return length ? Array.from({ length }, (_, n) => at(n)) : [row];
  });
  const names = [...new Set(rows.flatMap(Object.keys))].filter((name) => !name.endsWith("_point"));
  const cell = (value) => {
    const text = String(value ?? "").replace(/\s+/g, " ");
    return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  return [names, ...rows.map((row) => names.map((name) => row[name]))].map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";
}

function offer(figure, kind, type, text) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = `${document.title.split(":")[0]}-${figure.dataset.name}`.replace(/[^\w.]+/g, "-") + `.${kind}`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

document.querySelectorAll("figure[data-chart]").forEach(draw);
