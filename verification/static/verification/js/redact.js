/* Boxes drawn over a picture. Each box is a row of four numbers in the form, which is all that is
   sent: the server burns them into its own copy. Without this file the numbers are typed.

   A box on the picture is a button: dragged, or moved with the arrow keys (with Shift they change
   its size, with Alt they go one pixel at a time), removed with Delete. */

const LEAST = 4; // pixels of the copy
const NAMES = ["left", "top", "width", "height"];
const form = document.querySelector("[data-redact]");
const stage = form?.querySelector("[data-stage]");
const size = { width: Number(form?.dataset.width), height: Number(form?.dataset.height) };
const boxes = new Map(); // row -> the button that stands for it

const rows = () => [...form.querySelectorAll("[data-row]")];
const input = (row, name) => row.querySelector(`input[name$="-${name}"]`);

function read(row) {
  const [left, top, width, height] = NAMES.map((name) => Math.round(Number(input(row, name).value)) || 0);
  return { left, top, width, height };
}

function isEmpty(row) {
  return NAMES.every((name) => input(row, name).value.trim() === "");
}

function write(row, box) {
  const width = Math.min(Math.max(LEAST, Math.round(box.width)), size.width);
  const height = Math.min(Math.max(LEAST, Math.round(box.height)), size.height);
  const left = Math.min(Math.max(0, Math.round(box.left)), size.width - width);
  const top = Math.min(Math.max(0, Math.round(box.top)), size.height - height);
  Object.entries({ left, top, width, height }).forEach(([name, value]) => { input(row, name).value = value; });
  place(row);
}

function place(row) {
  if (isEmpty(row)) { boxes.get(row)?.remove(); boxes.delete(row); return; }
  let button = boxes.get(row);
  if (!button) {
    button = document.createElement("button");
    button.type = "button";
    button.className = "redact-box";
    button.addEventListener("keydown", (event) => byKey(event, row));
    button.addEventListener("pointerdown", (event) => byHand(event, row));
    boxes.set(row, button);
    stage.append(button);
  }
  button.setAttribute("aria-label", form.dataset.box.replace("{n}", rows().indexOf(row) + 1));
  const box = read(row);
  button.style.left = `${(100 * box.left) / size.width}%`; // of the picture, whatever way one reads
  button.style.top = `${(100 * box.top) / size.height}%`;
  button.style.width = `${(100 * box.width) / size.width}%`;
  button.style.height = `${(100 * box.height) / size.height}%`;
}

function freeRow() {
  const free = rows().find(isEmpty);
  if (free) return free;
  const last = rows().at(-1);
  const row = last.cloneNode(true);
  const n = rows().length;
  const total = form.querySelector('input[name$="-TOTAL_FORMS"]');
  row.querySelector("legend").textContent = row.querySelector("legend").textContent.replace(/[0-9]+/, n + 1);
  row.querySelectorAll("[name], [id], [for]").forEach((part) => {
    for (const name of ["name", "id", "for", "aria-describedby"]) {
      const said = part.getAttribute(name);
      if (said) part.setAttribute(name, said.replace(/-[0-9]+-/, `-${n}-`));
    }
    if (part.tagName === "INPUT") part.value = "";
  });
  last.after(row);
  total.value = n + 1;
  listen(row);
  return row;
}

function byKey(event, row) {
  const step = event.altKey ? 1 : Math.max(4, Math.round(size.width / 100));
  const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
  if (event.key === "Delete" || event.key === "Backspace") {
    NAMES.forEach((name) => { input(row, name).value = ""; });
    place(row);
    form.querySelector("[data-add]").focus();
  } else if (moves[event.key]) {
    const [x, y] = moves[event.key];
    const box = read(row);
    if (event.shiftKey) write(row, { ...box, width: box.width + x, height: box.height + y });
    else write(row, { ...box, left: box.left + x, top: box.top + y });
  } else return;
  event.preventDefault();
}

function at(event) {
  const frame = stage.getBoundingClientRect();
  return {
    x: ((event.clientX - frame.left) / frame.width) * size.width,
    y: ((event.clientY - frame.top) / frame.height) * size.height,
  };
}

function follow(event, onMove) {
  event.preventDefault();
  const target = event.currentTarget;
  target.setPointerCapture(event.pointerId);
  const move = (moved) => onMove(at(moved));
  target.addEventListener("pointermove", move);
  const done = () => target.removeEventListener("pointermove", move);
  target.addEventListener("pointerup", done, { once: true });
  target.addEventListener("pointercancel", done, { once: true });
}

function byHand(event, row) {
  event.stopPropagation();
  boxes.get(row).focus();
  const from = at(event);
  const box = read(row);
  follow(event, ({ x, y }) => write(row, { ...box, left: box.left + x - from.x, top: box.top + y - from.y }));
}

function draw(event) {
  if (event.button !== 0) return;
  const from = at(event);
  const row = freeRow();
  write(row, { left: from.x, top: from.y, width: LEAST, height: LEAST });
  follow(event, ({ x, y }) => write(row, {
    left: Math.min(x, from.x), top: Math.min(y, from.y),
    width: Math.abs(x - from.x), height: Math.abs(y - from.y),
  }));
}

function addOne() {
  const row = freeRow();
  write(row, {
    left: size.width * 0.4, top: size.height * 0.4, width: size.width * 0.2, height: size.height * 0.2,
  });
  boxes.get(row).focus();
}

function listen(row) {
  row.addEventListener("input", () => place(row));
}

if (stage) {
  rows().forEach((row) => { listen(row); place(row); });
  stage.addEventListener("pointerdown", draw);
  stage.querySelector("img").draggable = false;
  form.querySelectorAll("[data-draw-hint], [data-draw-tools]").forEach((part) => { part.hidden = false; });
  form.querySelector("[data-add]").addEventListener("click", addOne);
}
