// The front page's table: which rows are shown, and in which order.
const table = document.querySelector("table.claims");
const filters = document.querySelector("form.filters");
if (table && filters) {
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const order = [...filters.elements.verdict.options].map((option) => option.value);
  const levels = ["exact", "enclosed", "statistical", "sampled"];
  const compare = {
    name: (a, b) => a.dataset.name.localeCompare(b.dataset.name, "en", { numeric: true }),
    verdict: (a, b) => order.indexOf(a.dataset.verdict) - order.indexOf(b.dataset.verdict),
    level: (a, b) => (levels.indexOf(a.dataset.level) + 5) % 5 - (levels.indexOf(b.dataset.level) + 5) % 5,
    tightness: (a, b) => Number(a.dataset.tightness) - Number(b.dataset.tightness),
  };

  const show = () => {
    const words = filters.elements.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden =
        ["paper", "verdict", "level"].some((name) => !["*", row.dataset[name]].includes(filters.elements[name].value)) ||
        words.some((word) => !text.includes(word));
      shown += !row.hidden;
    }
    const none = shown ? "" : ": no claim matches; change the filters, or show all";
    filters.querySelector(".found").textContent = `${shown} of ${rows.length} claims${none}`;
    remember();
  };

  // What was chosen stands in the address, behind the place on the page, so that it can be sent and kept.
  const names = ["text", "paper", "verdict", "level"];
  const remember = () => {
    const chosen = new URLSearchParams();
    for (const name of names) {
      const value = filters.elements[name].value;
      if (value && value !== "*") chosen.set(name, value);
    }
    const asked = chosen.toString();
    if (asked) history.replaceState(null, "", `#claims?${asked}`);
    else if (location.hash.startsWith("#claims?")) history.replaceState(null, "", "#claims");
  };
  const recall = () => {
    if (!location.hash.startsWith("#claims?")) return;
    const asked = new URLSearchParams(location.hash.slice("#claims?".length));
    for (const name of names) {
      const field = filters.elements[name];
      const known = name === "text" || [...field.options].some((option) => option.value === asked.get(name));
      field.value = (known && asked.get(name)) || (name === "text" ? "" : "*");
    }
    document.querySelector("#claims").scrollIntoView();
  };

  const sort = (heading) => {
    const ways = heading.dataset.sort === "tightness" ? ["descending", "ascending"] : ["ascending", "descending"];
    const way = heading.ariaSort === ways[0] ? ways[1] : ways[0];
    table.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    heading.setAttribute("aria-sort", way);
    const [first, sign] = [compare[heading.dataset.sort], way === "ascending" ? 1 : -1];
    const missing = (row) => heading.dataset.sort === "tightness" && !("tightness" in row.dataset);
    body.append(...rows.sort((a, b) => missing(a) - missing(b) || (!missing(a) && sign * first(a, b)) || compare.name(a, b)));
  };

  for (const heading of table.querySelectorAll("th[data-sort]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(heading));
    heading.append(button);
  }
  filters.addEventListener("input", show);
  filters.addEventListener("reset", () => setTimeout(show));
  filters.addEventListener("submit", (event) => event.preventDefault());
  document.querySelectorAll("[data-show]").forEach((link) =>
    link.addEventListener("click", () => {
      filters.reset();
      filters.elements.verdict.value = link.dataset.show;
      setTimeout(show);
    })
  );
  filters.hidden = false;
  recall();
  addEventListener("hashchange", () => (recall(), show()));
  addEventListener("pageshow", show); // a browser that goes back fills in what was chosen
}

// The graphs: a node that is pointed at, or has the focus, shows its own lines alone.
for (const network of document.querySelectorAll(".network svg")) {
  const names = [...network.querySelectorAll("text[aria-label]")];
  const lines = [...network.querySelectorAll('path[aria-label*=" → "]')];
  const light = (name) => {
    network.classList.toggle("lit", name !== null);
    const near = new Set([name]);
    for (const line of lines) {
      const ends = line.getAttribute("aria-label").split(" → ");
      const on = name !== null && ends.includes(name);
      line.classList.toggle("on", on);
      if (on) ends.forEach((end) => near.add(end));
    }
    names.forEach((text) => text.classList.toggle("on", name !== null && near.has(text.textContent)));
  };
  const named = (event) => event.target.closest?.("text[aria-label]") ?? event.target.querySelector?.("text[aria-label]");
  for (const kind of ["mouseover", "focusin"]) {
    network.addEventListener(kind, (event) => light(event.target === network ? null : named(event)?.textContent ?? null));
  }
  for (const kind of ["mouseleave", "focusout"]) network.addEventListener(kind, () => light(null));
}

// A phone has no room for drawings: there the same is shown as a list.
if (matchMedia("(max-width: 40rem)").matches) {
  document.querySelectorAll(".rests").forEach((details) => (details.open = true));
}

// Paper has no triangles to click on: everything is printed unfolded.
let unfolded = [];
addEventListener("beforeprint", () => {
  unfolded = [...document.querySelectorAll("details:not([open])")];
  unfolded.forEach((details) => (details.open = true));
});
addEventListener("afterprint", () => unfolded.forEach((details) => (details.open = false)));
