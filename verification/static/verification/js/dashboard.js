/* The map is open on wide screens and one tap away on narrow ones. Runs before the first paint,
   so that nothing moves; without it the map's list is simply open. */
if (!matchMedia("(min-width: 60rem)").matches) {
  for (const box of document.querySelectorAll("details[data-open-wide]")) box.open = false;
}
