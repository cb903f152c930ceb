// Shows how far an import is without loading the page again. Without it a link does the same.
const EVERY_MS = 3000;

async function look() {
  const here = document.querySelector("[data-import]");
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer || !answer.ok) return wait();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const now = page.querySelector("[data-import]");
  if (!now || here.contains(document.activeElement)) return wait();
  if (!now.hasAttribute("data-going")) return location.reload(); // what was wrong stands below
  here.replaceWith(document.importNode(now, true));
  return wait();
}

function wait() {
  setTimeout(look, EVERY_MS);
}

wait();
