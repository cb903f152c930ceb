/* The page that asks for a second person, without a line: the list, or one incident and the form. */

import "../../js/outbox/kept.js";
import "../../js/outbox/form.js";

const page = document.querySelector("[data-kept]");

/** Show the one incident this address names, and the form for it; else the whole list. */
page.addEventListener("kept:shown", () => {
  const rows = [...page.querySelectorAll("[data-incident]")];
  const one = rows.find((row) => location.pathname.includes(`/${row.dataset.incident}/`));
  if (!one) return;
  for (const row of rows) row.hidden = row !== one;
  page.querySelector("form").hidden = false;
});
