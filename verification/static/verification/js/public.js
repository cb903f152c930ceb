/* What opens on wide screens is one tap away on narrow ones. Runs right after the box, before it is
   painted, so that nothing moves; without it the boxes are simply open. */
if (!matchMedia("(min-width: 60rem)").matches) {
  for (const box of document.querySelectorAll("details[data-open-wide]")) box.open = false;
}
