"""A phone of one's own: a browser with a profile folder that can be closed, opened and searched."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.conftest import ANSWERS_WITHIN, CHROMIUM, PHONE, QUIET, Person, Site

FILLED = """async () => {
  if (!navigator.serviceWorker.controller) return false;
  for (const name of await caches.keys()) {
    if (await (await caches.open(name)).match("/offline/report/")) return true;
  }
  return false;
}"""
LISTED = """async () => {
  if (!(await indexedDB.databases()).some(({ name }) => name === "lists")) return [];
  const db = await new Promise((found) => {
    const asked = indexedDB.open("lists");
    asked.onsuccess = () => found(asked.result);
  });
  const names = await new Promise((found) => {
    const asked = db.transaction("lists").objectStore("lists").getAllKeys();
    asked.onsuccess = () => found(asked.result);
  });
  db.close();
  return names;
}"""
DUMP = """async () => {
  const told = [];
  const text = (value) => {
    const bytes = value instanceof ArrayBuffer || ArrayBuffer.isView(value);
    if (bytes) return new TextDecoder("latin1").decode(value);
    if (value instanceof CryptoKey) return `key, extractable: ${value.extractable}`;
    if (value && typeof value === "object") {
      return Object.entries(value).map(([k, v]) => `${k}=${text(v)}`).join(" ");
    }
    return String(value);
  };
  for (const { name } of await indexedDB.databases()) {
    const db = await new Promise((found, lost) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => found(asked.result);
      asked.onerror = () => lost(asked.error);
    });
    for (const store of db.objectStoreNames) {
      const rows = await new Promise((found) => {
        const asked = db.transaction(store).objectStore(store).getAll();
        asked.onsuccess = () => found(asked.result);
      });
      told.push(...rows.map((row) => `${name}/${store}: ${text(row)}`));
    }
    db.close();
  }
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const asked of await cache.keys()) {
      told.push(`${asked.url}: ${await (await cache.match(asked)).text()}`);
    }
  }
  for (const store of [localStorage, sessionStorage]) told.push(text({ ...store }));
  return told;
}"""


@contextmanager
def a_phone(driver: Any, site: Site, folder: Path) -> Iterator[Person]:
    """Switch a phone on; what it keeps lies in the folder and outlives it."""
    program = next(filter(None, map(shutil.which, CHROMIUM)))
    context = driver.chromium.launch_persistent_context(
        str(folder), executable_path=program, args=list(QUIET), locale="en-GB", **PHONE
    )
    context.set_default_timeout(ANSWERS_WITHIN)
    person = Person(site, context, context.pages[0])
    context.on("weberror", lambda error: person.wrongs.append(str(error.error)))
    context.on("console", lambda message: _hear(person, message))
    try:
        yield person
    finally:
        context.close()
    assert not person.wrongs, "\n".join(person.wrongs)


def _hear(person: Person, message: Any) -> None:
    """Note what scripts complain of; that a line is cut is no complaint of theirs."""
    if message.type == "error" and "Failed to load resource" not in message.text:
        person.wrongs.append(message.text)


def wait_until_kept(person: Person, lists: bool = False) -> None:
    """Wait until the phone has kept the pages that open without a line, and perhaps the lists."""
    for _tenth in range(300):
        ready = person.page.evaluate(FILLED)
        if ready and (not lists or "incidents" in person.page.evaluate(LISTED)):
            return
        person.page.wait_for_timeout(100)
    raise AssertionError("the phone has not kept the pages")


def dump(person: Person) -> str:
    """Return all that the site's scripts can read of what the phone keeps."""
    return "\n".join(person.page.evaluate(DUMP))


def found_in(folder: Path, needles: dict[str, bytes]) -> list[str]:
    """Return where in a profile folder one of these lies open, as UTF-8 or as UTF-16."""
    found = []
    for file in folder.rglob("*"):
        if not file.is_file():
            continue
        content = file.read_bytes()
        for name, needle in needles.items():
            wide = needle.decode("latin1").encode("utf-16-le")
            if needle in content or wide in content:
                found.append(f"{name} in {file.relative_to(folder)}")
    return found
