"""What the engine lets in: claims and priors are checked, order never matters."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from verification.engine.labels import (
    BadClaims,
    Says,
    decode_label,
    encode_label,
    label_of_answer,
    n_labels,
)
from verification.engine.statements import (
    StatementRow,
    claims_from_statements,
    fold_origins,
    inputs_hash,
)
from verification.engine.types import Claims, Priors, even_priors

ROWS = [
    StatementRow("K1", "mod-a", "side-a", "mod-a", "document", Says.ACCUSES, 1),
    StatementRow("K1", "agency", "media", "mod-a", "hearsay", Says.ACCUSES, 1, relayed=True),
    StatementRow("K1", "mod-b", "side-b", "mod-b", "document", Says.DENIES, 1),
    StatementRow("K5", "reporter", "media", "reporter", "site visit", Says.OBSERVED),
]


def small(**changes: object) -> Claims:
    given = {
        "incident": np.array([0, 1]),
        "source": np.array([0, 1]),
        "label": np.array([0, 1]),
        "basis": np.array([0, 0]),
        "origin": np.array([0, 1]),
        "group": np.array([0, 1]),
        "n_parties": 2,
        "n_incidents": 2,
        "n_groups": 2,
        "n_bases": 1,
        "n_origins": 2,
    }
    return Claims(**{**given, **changes})  # type: ignore[arg-type]  # tests pass wrong types on purpose


class TestLabels:
    @pytest.mark.parametrize("n_parties", [1, 2, 5])
    def test_every_label_decodes_to_itself(self, n_parties: int) -> None:
        for label in range(n_labels(n_parties)):
            says, party = decode_label(label, n_parties)
            assert encode_label(says, party, n_parties) == label

    @pytest.mark.parametrize(
        ("says", "party"), [(Says.ACCUSES, None), (Says.ACCUSES, 2), (Says.OBSERVED, 0)]
    )
    def test_a_party_is_named_exactly_where_needed(self, says: Says, party: int | None) -> None:
        with pytest.raises(BadClaims):
            encode_label(says, party, 2)

    @pytest.mark.parametrize(
        ("question", "answer", "party", "own", "expected"),
        [
            ("occurred", "supports", None, None, (Says.OBSERVED, None)),
            ("occurred", "contradicts", None, 0, (Says.DID_NOT_HAPPEN, None)),
            ("actor", "supports", 1, 0, (Says.ACCUSES, 1)),
            ("actor", "supports", 1, 1, (Says.ADMITS, 1)),
            ("actor", "contradicts", 1, None, (Says.EXCULPATES, 1)),
            ("actor", "contradicts", 1, 1, (Says.DENIES, 1)),
            ("actor", "supports", None, None, (Says.ACCUSES_OTHER, None)),
            ("actor", "cannot_say", 1, None, None),
        ],
    )
    def test_answers_map_on_the_alphabet(
        self, question: str, answer: str, party: int | None, own: int | None, expected: object
    ) -> None:
        assert label_of_answer(question, answer, party, own_party=own) == expected

    def test_an_unknown_answer_is_refused(self) -> None:
        with pytest.raises(BadClaims, match="perhaps"):
            label_of_answer("occurred", "perhaps", None)


class TestClaims:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"incident": np.array([0, 2])}, "incident must lie"),
            ({"source": np.array([0.0, 1.0])}, "source must be an array of integers"),
            ({"label": np.array([0])}, "label must have shape"),
            ({"label": np.array([0, 99])}, "label must lie"),
            ({"gold": np.array([0, 4])}, "gold must lie"),
            ({"presence": np.ones((2, 3), dtype=bool)}, "presence must be a boolean"),
            ({"relayed": np.array([0, 1])}, "relayed must be a boolean"),
            ({"n_parties": 0}, "at least one party"),
        ],
    )
    def test_bad_arrays_are_named(self, changes: dict[str, object], message: str) -> None:
        with pytest.raises(BadClaims, match=message):
            small(**changes)

    def test_arrays_cannot_be_written_through_the_claims(self) -> None:
        with pytest.raises(ValueError, match="read-only"):
            small().label[0] = 1

    def test_no_gold_means_undecided(self) -> None:
        assert small().gold.tolist() == [-1, -1]


class TestPriors:
    @pytest.mark.parametrize(
        "prior", [[0.5, 0.5, 0.0, 0.0], [0.5, 0.5, 0.1, 0.1], [0.5, 0.5], [0.5, 0.3, 0.2, np.nan]]
    )
    def test_a_prior_is_a_positive_distribution(self, prior: list[float]) -> None:
        with pytest.raises(BadClaims, match="class_prior"):
            Priors(class_prior=np.array(prior), group_party=np.array([0]))

    def test_priors_must_fit_the_claims(self) -> None:
        with pytest.raises(BadClaims, match="groups"):
            even_priors(2, np.array([0])).check_fits(small())
        with pytest.raises(BadClaims, match="parties"):
            even_priors(3, np.array([0, 1])).check_fits(small())


class TestStatements:
    def test_order_of_rows_changes_nothing(self) -> None:
        hashes = {
            inputs_hash(claims_from_statements(rows, n_parties=2).claims)
            for rows in itertools.permutations(ROWS)
        }
        assert len(hashes) == 1

    def test_keys_are_kept_beside_the_indices(self) -> None:
        indexed = claims_from_statements(
            ROWS, n_parties=2, incidents=["K9"], gold={"K5": 2}, presence=[("K1", "media")]
        )
        assert indexed.incidents == ("K1", "K5", "K9")
        assert indexed.claims.gold.tolist() == [-1, 2, -1]
        assert indexed.claims.presence is not None
        assert indexed.claims.presence.sum() == 1
        assert indexed.sources[indexed.claims.source[-1]] == ("reporter", "media")

    def test_no_rows_at_all(self) -> None:
        indexed = claims_from_statements([], n_parties=2, incidents=["K1"])
        assert indexed.claims.n_statements == 0
        assert indexed.claims.n_incidents == 1

    def test_gold_for_an_unknown_incident_is_refused(self) -> None:
        with pytest.raises(BadClaims, match="K7"):
            claims_from_statements(ROWS, n_parties=2, gold={"K7": 0})

    def test_the_hash_sees_every_part(self) -> None:
        one = small()
        priors = even_priors(2, np.array([0, 1]))
        other = [
            replace(one, label=np.array([0, 2])),
            replace(one, gold=np.array([-1, 3])),
            replace(one, presence=np.ones((2, 2), dtype=bool)),
            replace(one, relayed=np.array([True, False])),
        ]
        seen = {inputs_hash(claims) for claims in [one, *other]} | {inputs_hash(one, priors)}
        assert len(seen) == 6

    def test_a_copy_folds_into_the_first_hand_statement(self) -> None:
        indexed = claims_from_statements(ROWS, n_parties=2)
        priors = even_priors(2, np.array([-1, 0, 1]))
        folded = fold_origins(indexed.claims, priors)
        assert folded.n_statements == 3
        kept = {indexed.sources[source][0] for source in folded.source}
        assert kept == {"mod-a", "mod-b", "reporter"}
