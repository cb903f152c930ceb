/* Finds places by a typed name without a line: the same sums as reports/places/folding.py and
   likeness.py, over the list that places/names gives. tests/vectors/names.json holds both to it.
   Pure: no page, no network. */

const SOUNDS = [
  ["dzh", "j"], ["dzj", "j"], ["dj", "j"], ["dz", "j"], ["zh", "j"], ["tch", "j"],
  ["ch", "j"], ["ts", "j"], ["sh", "s"], ["kh", "k"], ["gh", "k"], ["ph", "f"], ["ow", "u"],
];
const LETTERS = { c: "j", q: "k", g: "k", x: "k", w: "v", z: "s" };
const LETTERS_SHARE = 0.65, BEGUN = 0.9, ONE_WORD = 0.97, FLOOR = 0.5, BEGINS_AT = 3;
const LONGEST = 80, MOST = 8;

/** Make a list ready for searching: its letters by letter, its spellings with their sounds. */
export function openList({ letters, places }) {
  const plain = new Map();
  for (const [folds, all] of Object.entries(letters)) for (const letter of all) plain.set(letter, folds);
  const spelt = (names) => names.map((name) => ({ name, bones: bones(name) }));
  return { plain, places: places.map((place) => ({ place, official: spelt(place.official), others: spelt(place.others) })) };
}

/** The form two spellings of a name are compared in. */
export function folded(text, plain) {
  let out = "";
  for (const letter of text.normalize("NFC")) {
    if (letter >= "\u0080") out += plain.get(letter) ?? "";
    else if (!"'`\"".includes(letter)) out += letter.toLowerCase();
  }
  return out.replace(/[^a-z0-9]+/g, " ").trim();
}

/** The bare sounds of a folded name. */
export function bones(name) {
  let out = name;
  for (const [spelling, sound] of SOUNDS) out = out.replaceAll(spelling, sound);
  out = out.replace(/[cqgxwz]/g, (letter) => LETTERS[letter]);
  out = out.replace(/(?<!\S)[aeiouy]+/g, "a").replace(/(?<!\S)h/g, "k");
  return out.replace(/(?<=\S)[aeiouyh]/g, "").replace(/(\S)\1+/g, "$1");
}

/** Edits between two words; two neighbours changed about count one. */
function edits(one, other) {
  let before = [], last = [], row = Array.from({ length: other.length + 1 }, (_, n) => n);
  for (let i = 1; i <= one.length; i += 1) {
    [before, last, row] = [last, row, [i]];
    for (let j = 1; j <= other.length; j += 1) {
      const same = one[i - 1] === other[j - 1] ? 0 : 1;
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, last[j - 1] + same);
      if (i > 1 && j > 1 && one[i - 1] === other[j - 2] && one[i - 2] === other[j - 1]) row[j] = Math.min(row[j], before[j - 2] + 1);
    }
  }
  return row[other.length];
}

function alike(one, other) {
  const longest = Math.max(one.length, other.length);
  return longest ? 1 - edits(one, other) / longest : 0;
}

function marks(typed, sounds, name, nameSounds) {
  if (typed === name) return 1;
  const letters = alike(typed, name);
  const mark = LETTERS_SHARE * letters + (1 - LETTERS_SHARE) * alike(sounds, nameSounds);
  return typed.length >= BEGINS_AT && name.startsWith(typed) ? Math.max(mark, BEGUN + (1 - BEGUN) * letters) : mark;
}

/** How like two folded names are, 0 to 1. */
export function likeness(typed, sounds, name, nameSounds) {
  let best = marks(typed, sounds, name, nameSounds);
  const words = name.split(" "), parts = nameSounds.split(" ");
  if (!typed.includes(" ") && words.length > 1 && words.length === parts.length) {
    words.forEach((word, n) => { best = Math.max(best, ONE_WORD * marks(typed, sounds, word, parts[n])); });
  }
  return best;
}

function compared(one, other) {
  for (let n = 0; n < one.length; n += 1) if (one[n] !== other[n]) return one[n] < other[n] ? -1 : 1;
  return 0;
}

/** The places a typed name may mean, best match first. */
export function search(list, typed, most = MOST) {
  const wanted = folded(typed.slice(0, LONGEST), list.plain).slice(0, LONGEST);
  if (wanted.length < 2) return [];
  const sounds = bones(wanted);
  const found = [];
  for (const { place, official, others } of list.places) {
    let rank = null;
    for (const [names, late] of [[official, 0], [others, 1]]) {
      for (const { name, bones: parts } of names) {
        const mark = likeness(wanted, sounds, name, parts);
        if (mark < FLOOR) continue;
        const here = [-mark, place.rank, late, place.radius_m, place.key];
        if (!rank || compared(here, rank) < 0) rank = here;
      }
    }
    if (rank) found.push({ rank, place });
  }
  return found.sort((a, b) => compared(a.rank, b.rank)).slice(0, most).map(({ place }) => place);
}
