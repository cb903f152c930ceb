"""Reads a filled form: bounded, without entities, whatever namespaces a client wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError  # nosec B405 - read by defusedxml alone

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from django.utils.translation import gettext as _

from reports.openrosa.refusals import TooLargeToTake, Unreadable
from reports.openrosa.rules import DEPTH_MOST, NODES_MOST, XML_MOST

Group = dict[str, str]


@dataclass(frozen=True, slots=True)
class Filled:
    """One filled form: whose version it is, what it answers, which groups it repeats."""

    form_id: str
    version: str
    instance_id: str
    replaces: str  # the instance this is an edit of, or ''
    answers: Group
    groups: dict[str, list[Group]] = field(default_factory=dict)
    raw: bytes = b""

    def files(self, paths: Collection[str]) -> list[str]:
        """Return the names of the files it speaks of, at the paths that hold files."""
        found = [self.answers[path] for path in paths if self.answers.get(path)]
        for name, rows in self.groups.items():
            inner = [path.removeprefix(f"{name}/") for path in paths if path.startswith(f"{name}/")]
            found += [row[path] for row in rows for path in inner if row.get(path)]
        return list(dict.fromkeys(found))


def read_filled(raw: bytes) -> Filled:
    """Return what a filled form says. Errors: Unreadable, TooLargeToTake."""
    if len(raw) > XML_MOST:
        raise TooLargeToTake()
    root = _parsed(raw)
    _check_size(root)
    if root.get("encrypted") or "opendatakit.org/submissions" in root.tag:
        raise Unreadable(_("Encrypted forms are not taken in yet. Send it without encryption."))
    answers: Group = {}
    groups: dict[str, list[Group]] = {}
    meta: Group = {}
    for child in root:
        name = _name(child)
        if name == "meta":
            meta = {_name(one): _text(one) for one in child}
        elif len(child):
            groups.setdefault(name, []).append({_name(one): _text(one) for one in child})
        else:
            answers[name] = _text(child)
    instance_id = meta.get("instanceID", "") or root.get("instanceID", "")
    if not instance_id or len(instance_id) > 120 or not instance_id.isprintable():
        raise Unreadable(_("This form has no id of its own."))
    return Filled(
        form_id=root.get("id", ""),
        version=root.get("version", ""),
        instance_id=instance_id,
        replaces=meta.get("deprecatedID", ""),
        answers=answers,
        groups=groups,
        raw=raw,
    )


def _parsed(raw: bytes) -> Element:
    try:
        found: Element = fromstring(raw, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable() from error
    return found


def _check_size(root: Element) -> None:
    """Refuse a tree that is too deep or too wide, without recursion of our own."""
    seen = 0
    level: list[Element] = [root]
    for _depth in range(DEPTH_MOST):
        seen += len(level)
        if seen > NODES_MOST:
            break
        level = [child for node in level for child in node]
        if not level:
            return
    raise Unreadable()


def _name(node: Element) -> str:
    """Return a tag without its namespace."""
    return str(node.tag).rpartition("}")[2]


def _text(node: Element) -> str:
    return "".join(_pieces(node)).strip()


def _pieces(node: Element) -> Iterator[str]:
    yield node.text or ""
