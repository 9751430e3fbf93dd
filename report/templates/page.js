const options = {
  mode: "vega-lite",
  renderer: "svg",
  actions: false,
  ast: true, // expressions are interpreted, not compiled: the page's policy forbids eval
  defaultStyle: false,
  tooltip: { disableDefaultStyle: true },
};

async function draw(figure) {
  const canvas = figure.querySelector(".canvas");
  try {
    await vegaEmbed(canvas, JSON.parse(figure.querySelector("script").textContent), options);
    figure.dataset.chart = "drawn";
  } catch (error) {
    figure.dataset.chart = "failed";
    canvas.textContent = `The chart could not be drawn (${error.message}). Its numbers stand below.`;
  }
}

document.querySelectorAll("figure[data-chart]").forEach(draw);

// Paper has no triangles to click on: proofs are printed unfolded.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details.proof:not([open])")];
  unfolded.forEach((details) => (details.open = true));
});
addEventListener("afterprint", () => unfolded.forEach((details) => (details.open = false)));
