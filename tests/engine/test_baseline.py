"""Majority vote over independent origins, against sums done by hand."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from verification.engine.baseline import METHOD, majority
from verification.engine.labels import BadClaims, Says
from verification.engine.statements import IndexedClaims, StatementRow, claims_from_statements
from verification.engine.types import Posterior, Priors, Term, even_priors

A, B, OTHER, NONE = range(4)
ALIGNED = {"side-a": A, "side-b": B}


def score(rows: list[StatementRow], **given: object) -> tuple[Posterior, IndexedClaims]:
    indexed = claims_from_statements(rows, n_parties=2, **given)  # type: ignore[arg-type]  # passed on
    groups = np.array([ALIGNED.get(group, -1) for group in indexed.groups], dtype=np.int64)
    return majority(indexed.claims, even_priors(2, groups)), indexed


def said(
    says: Says, party: int | None = None, by: str = "ngo", group: str = "civil", **more: object
) -> StatementRow:
    origin = str(more.pop("origin", by))
    return StatementRow("K1", by, group, origin, "interview", says, party, **more)  # type: ignore[arg-type]  # passed on


def rebuilt(posterior: Posterior, incident: int) -> np.ndarray:
    """Prior plus contributions, normalised: must be the posterior again."""
    rows = posterior.contributions.rows_of(incident)
    nats = posterior.log_prior[incident] + posterior.contributions.log_lr[rows].sum(axis=0)
    return np.asarray(nats - np.logaddexp.reduce(nats))


class TestVotesByHand:
    def test_an_empty_incident_returns_the_prior(self) -> None:
        posterior, _ = score([], incidents=["K1"])
        assert posterior.p[0] == pytest.approx([0.25] * 4, abs=1e-12)
        assert posterior.method == METHOD

    def test_one_accusation(self) -> None:
        posterior, _ = score([said(Says.ACCUSES, A)])
        assert posterior.p[0] == pytest.approx([1.5 / 3, 0.5 / 3, 0.5 / 3, 0.5 / 3], abs=1e-12)

    def test_two_against_one(self) -> None:
        posterior, _ = score(
            [
                said(Says.ACCUSES, A, "x"),
                said(Says.ADMITS, A, "y", "side-a"),
                said(Says.DID_NOT_HAPPEN, None, "z"),
            ]
        )
        assert posterior.p[0] == pytest.approx([2.5 / 5, 0.5 / 5, 0.5 / 5, 1.5 / 5], abs=1e-12)

    def test_observed_supports_every_actor_but_not_nobody(self) -> None:
        posterior, _ = score([said(Says.OBSERVED)])
        third = (0.5 + 1 / 3) / 3
        assert posterior.p[0] == pytest.approx([third, third, third, 0.5 / 3], abs=1e-12)

    def test_an_exculpation_supports_everybody_else(self) -> None:
        posterior, _ = score([said(Says.EXCULPATES, A)])
        third = (0.5 + 1 / 3) / 3
        assert posterior.p[0] == pytest.approx([0.5 / 3, third, third, third], abs=1e-12)

    def test_a_partys_own_denial_and_silence_are_no_vote(self) -> None:
        posterior, _ = score(
            [said(Says.DENIES, A, "mod", "side-a"), said(Says.SILENT_PRESENT, None, "post")]
        )
        assert posterior.p[0] == pytest.approx([0.25] * 4, abs=1e-12)
        assert len(posterior.contributions.incident) == 0

    def test_an_origin_that_saw_and_named_votes_by_the_name_alone(self) -> None:
        posterior, _ = score([said(Says.OBSERVED), said(Says.ACCUSES, A)])
        assert posterior.p[0, A] == pytest.approx(0.5, abs=1e-12)

    def test_an_origin_that_names_two_has_half_a_vote_for_each(self) -> None:
        posterior, _ = score([said(Says.ACCUSES, A), said(Says.ACCUSES, B)])
        assert posterior.p[0] == pytest.approx([1 / 3, 1 / 3, 0.5 / 3, 0.5 / 3], abs=1e-12)

    def test_a_prior_that_is_not_even(self) -> None:
        indexed = claims_from_statements([said(Says.OBSERVED)], n_parties=2)
        prior = np.array([0.4, 0.2, 0.2, 0.2])
        posterior = majority(indexed.claims, Priors(prior, np.array([-1])))
        assert posterior.p[0] == pytest.approx(
            [(0.8 + 0.5) / 3, (0.4 + 0.25) / 3, (0.4 + 0.25) / 3, 0.4 / 3], abs=1e-12
        )


class TestCopies:
    def test_copies_of_one_origin_count_once_exactly(self) -> None:
        alone, _ = score([said(Says.ACCUSES, A, "mod", "side-b")])
        copies = [
            said(Says.ACCUSES, A, f"blog{i}", "media", origin="mod", relayed=True)
            for i in range(20)
        ]
        many, _ = score([said(Says.ACCUSES, A, "mod", "side-b"), *copies])
        assert np.array_equal(alone.p, many.p)
        assert np.array_equal(alone.p_without_aligned, many.p_without_aligned)

    def test_relayed_party_words_do_not_become_neutral(self) -> None:
        posterior, _ = score(
            [
                said(Says.ACCUSES, A, "mod", "side-b"),
                said(Says.ACCUSES, A, "blog", "media", origin="mod", relayed=True),
            ]
        )
        assert posterior.p_without_aligned[0] == pytest.approx([0.25] * 4, abs=1e-12)

    def test_a_party_that_relays_a_neutral_report_does_not_taint_it(self) -> None:
        posterior, _ = score(
            [
                said(Says.ACCUSES, A, "post", "mission"),
                said(Says.ACCUSES, A, "mod", "side-b", origin="post", relayed=True),
            ]
        )
        assert posterior.p_without_aligned[0, A] == pytest.approx(0.5, abs=1e-12)


class TestExplanation:
    ROWS = (
        said(Says.ACCUSES, A, "mod-b", "side-b"),
        said(Says.ACCUSES, B, "mod-a", "side-a"),
        said(Says.ACCUSES, B, "ngo", "civil"),
        said(Says.OBSERVED, None, "reporter", "media"),
    )

    def test_contributions_sum_to_the_posterior(self) -> None:
        posterior, _ = score(list(self.ROWS))
        assert rebuilt(posterior, 0) == pytest.approx(posterior.log_p[0], abs=1e-9)
        parts = posterior.explain(0, B, A)
        assert sum(part[2] for part in parts) == pytest.approx(
            posterior.log_odds(0, B, A), abs=1e-9
        )
        assert [part[0] for part in parts] == [Term.ORIGIN] * 4

    def test_without_aligned_sources_only_the_neutral_speak(self) -> None:
        posterior, _ = score(list(self.ROWS))
        alone, _ = score(list(self.ROWS[2:]))
        assert posterior.p_without_aligned[0] == pytest.approx(alone.p[0], abs=1e-12)

    def test_a_decision_is_reproduced_and_shown_as_such(self) -> None:
        posterior, _ = score(list(self.ROWS), gold={"K1": OTHER})
        assert posterior.p[0, OTHER] == pytest.approx(1.0, abs=1e-8)
        assert rebuilt(posterior, 0) == pytest.approx(posterior.log_p[0], abs=1e-9)
        assert posterior.explain(0, OTHER, A)[0][0] is Term.DECIDED


class TestOrderAndEntry:
    def test_order_of_statements_changes_no_bit(self) -> None:
        answers = {
            score(list(rows))[0].p.tobytes()
            for rows in itertools.permutations(TestExplanation.ROWS)
        }
        assert len(answers) == 1

    def test_swapping_the_parties_swaps_the_answer(self) -> None:
        there, _ = score([said(Says.ACCUSES, A, "x"), said(Says.DENIES, A, "m", "side-a")])
        back, _ = score([said(Says.ACCUSES, B, "x"), said(Says.DENIES, B, "m", "side-b")])
        assert there.p[0, [B, A, OTHER, NONE]] == pytest.approx(back.p[0], abs=1e-12)

    def test_priors_of_other_parties_are_refused(self) -> None:
        indexed = claims_from_statements([said(Says.OBSERVED)], n_parties=2)
        with pytest.raises(BadClaims, match="parties"):
            majority(indexed.claims, even_priors(3, np.array([-1])))
