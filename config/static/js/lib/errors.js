/* Moves focus to the error summary, and from each of its lines to the field it names. */

const summary = document.querySelector("[data-summary]");

/** Return what can take focus in the place a link points to: a field, or the first of its choices. */
function fieldAt(hash) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  if (!target) return null;
  return target.matches("input, select, textarea") ? target : target.querySelector("input, select, textarea");
}

if (summary) {
  summary.focus();
  summary.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && fieldAt(link.hash);
    if (!field) return;
    event.preventDefault();
    (field.closest(".field") || field).scrollIntoView({ block: "center" });
    field.focus({ preventScroll: true });
  });
}
