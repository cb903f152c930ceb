"""The browser verifier in a real browser: the vectors of node and Python, then a page's button."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.browser.conftest import Meet

pytestmark = pytest.mark.browser
VECTORS = Path(__file__).parents[1] / "vectors" / "log.json"
# Names of what went wrong; an empty list is what is wanted.
CHECK = """async (ours) => {
  const address = document.querySelector("script[src*=log_proof]").src;
  const log = await import(address);
  const wrong = [];
  const holds = (name, fact) => { if (!fact) wrong.push(name); };
  const refused = async (name, work) => {
    try { await work(); } catch (problem) { if (problem instanceof log.Wrong) return; }
    wrong.push(name);
  };
  const bytes = (text) => new TextEncoder().encode(text);
  for (const { index, size, leaf, path } of ours.inclusion) {
    const hash = await log.leafHash(bytes(leaf));
    const root = await log.rootFromInclusion(hash, index, size, path.map(log.fromHex));
    holds(`inclusion ${index} in ${size}`, log.hex(root) === ours.roots[size]);
  }
  for (const { old, new: newer, path } of ours.consistency) {
    const [first, second] = [ours.roots[old], ours.roots[newer]].map(log.fromHex);
    await log.checkConsistency(old, newer, first, second, path.map(log.fromHex));
    await refused(`consistency ${old}`, () =>
      log.checkConsistency(old, newer, second.map((n) => n ^ 1), second, path.map(log.fromHex)));
  }
  const { leaf, file } = ours.proof;
  const found = await log.checkProof(file, bytes(leaf), ours.key);
  holds("proof", found.index === 7 && found.size === 300);
  await refused("leaf", () => log.checkProof(file, bytes(leaf.replace("06Z", "12Z")), ours.key));
  await refused("key", () => log.checkProof(file, bytes(leaf), ours.other_key));
  const { leaf: sealed, ...shown } = ours.disclosure;
  await log.checkField(shown, log.leafIn(bytes(sealed)).commit);
  await refused("field", () =>
    log.checkField({ ...shown, value: "elsewhere" }, log.leafIn(bytes(sealed)).commit));
  const seen = await log.cosigners(ours.cosigned, [ours.witness]);
  holds("cosigned", seen.length === 1);
  await refused("quorum", () => log.requireQuorum(ours.checkpoint, [ours.witness], 1));
  return wrong;
}"""


def test_the_vectors_hold_in_a_browser_and_the_button_says_so(meet: Meet) -> None:
    reader = meet()
    reader.go("/findings/")
    reader.page.locator("main a[href^='/findings/']").first.click()
    reader.page.get_by_role("link", name="proof").or_(
        reader.page.locator("a[href$='/proof/']")
    ).first.click()
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    assert reader.page.evaluate(CHECK, vectors) == []
    reader.press("Check now", within="main")
    verdict = reader.page.locator("[data-verdict].good")
    verdict.wait_for()
    assert verdict.inner_text() == "Everything fits."
