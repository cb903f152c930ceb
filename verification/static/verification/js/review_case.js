/* The review desk, bettered: what is cited is listed beside the reasons, and print unfolds all.
   Without this file the desk does the same work: ticks are sent with the ballot, and
   "Print the file" opens a page with everything unfolded. */

const cited = document.querySelector("[data-cited]");
const ticks = [...document.querySelectorAll("[data-cite]")];

function listCited() {
  const links = ticks.filter((tick) => tick.checked).map((tick) => {
    const link = document.createElement("a");
    link.href = `#${tick.dataset.cite}`;
    link.textContent = tick.dataset.cite;
    return link;
  });
  cited.replaceChildren(...links.flatMap((link, at) => (at ? [", ", link] : [link])));
  if (!links.length) cited.textContent = cited.dataset.none;
}

if (cited) {
  listCited();
  ticks.forEach((tick) => tick.addEventListener("change", listCited));
}

/* What is folded in print would be missing from the paper. */
addEventListener("beforeprint", () => {
  for (const part of document.querySelectorAll("main details:not([open])")) {
    part.open = true;
    part.dataset.unfolded = "";
  }
});
addEventListener("afterprint", () => {
  for (const part of document.querySelectorAll("details[data-unfolded]")) {
    part.open = false;
    delete part.dataset.unfolded;
  }
});
