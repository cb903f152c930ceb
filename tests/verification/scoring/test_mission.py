"""A score as a function of inputs: copies, sides, decisions, large missions, refusals."""

from dataclasses import replace

import numpy as np
import pytest

from tests.verification.scoring.missions import CANDIDATES, a_mission, said
from verification.corroboration.choices import Basis
from verification.engine.labels import BadClaims
from verification.scoring import replay
from verification.scoring.assemble import BASIS_OF_MEANS
from verification.scoring.held_out import held_out_answers
from verification.scoring.mission import (
    Mission,
    answers_of,
    fit_mission,
    live_answer,
    live_scores,
    majority_of,
    mission_of,
    values_of,
)
from verification.scoring.replay import score_after
from verification.scoring.rules import BASIS_TRUST, differs, is_small, total_variation

GANJA = [
    said(1, "AZE", "accuses", "ARM", basis="document"),
    said(2, "ARM", "denies", "ARM", basis="document"),
    said(3, "ngo", "accuses", "ARM", basis="investigation"),
]


def values(files: dict, code: str, gold: dict[str, str] | None = None) -> dict:
    mission = mission_of(files, candidates=CANDIDATES, gold=gold)
    return values_of(
        mission, answers_of(fit_mission(mission)), majority_of(mission), code, digest="x"
    )


def test_the_same_inputs_give_the_same_values_in_any_order() -> None:
    files, truth = a_mission(12)
    gold = {"T-0001": truth["T-0001"]}
    turned = {code: files[code][::-1] for code in reversed(files)}
    one, other = values(files, "T-0003", gold), values(turned, "T-0003", gold)
    assert one["p"] == other["p"]
    assert one["p_without_aligned"] == other["p_without_aligned"]


def test_a_copy_changes_nothing() -> None:
    copy = replace(GANJA[2], source="paper", row_id="x", relayed=True, basis="hearsay")
    plain, copied = values({"G": GANJA}, "G"), values({"G": [*GANJA, copy]}, "G")
    assert total_variation(plain["p"], copied["p"]) < 1e-12
    assert (copied["n_statements"], copied["n_origins"]) == (4, 3)


def test_an_inquiry_is_not_lost_because_it_was_also_published() -> None:
    also = replace(GANJA[2], row_id="x", basis="document")
    assert values({"G": GANJA}, "G")["p"] == values({"G": [*GANJA, also]}, "G")["p"]


def test_the_parts_add_up_to_the_log_odds() -> None:
    found = values({"G": GANJA}, "G")
    nats = {
        name: sum(part["nats"][name] for part in (*found["contributions"], *found["parts"]))
        for name in CANDIDATES
    }
    p = found["p"]
    for one in CANDIDATES[1:]:
        odds = np.log(p["ARM"]) - np.log(p[one])
        assert nats["ARM"] - nats[one] == pytest.approx(odds, abs=1e-9)


def test_the_majority_stands_beside_and_what_would_flip_it() -> None:
    found = values({"G": GANJA}, "G")
    assert found["baseline"]["method"] == "majority vote over independent origins"
    assert sum(found["baseline"]["p"].values()) == pytest.approx(1)
    assert found["flip"]["leader"] == "ARM"
    assert 2 in found["flip"]["origins"], "the inquiry carries it"
    inquiry = next(part for part in found["contributions"] if part["origin"] == 2)
    assert (inquiry["towards"], inquiry["aligned"]) == ("ARM", False)
    assert inquiry["p_without"]["ARM"] < found["p"]["ARM"]


def test_where_only_one_side_speaks_its_word_is_all_there_is_to_doubt() -> None:
    """The pull of the simpler models comes from the same word, and falls with it."""
    found = values({"G": GANJA[:1]}, "G")
    assert (found["flip"]["leader"], found["flip"]["origins"]) == ("ARM", [0])


def test_without_aligned_sources_only_the_others_speak() -> None:
    alone = values({"G": [GANJA[2]]}, "G")
    none = values({"G": GANJA[:2]}, "G")
    assert values({"G": GANJA}, "G")["p_without_aligned"]["ARM"] > 0.6
    assert alone["p"] == alone["p_without_aligned"]
    assert none["p_without_aligned"]["ARM"] == pytest.approx(none["p_without_aligned"]["AZE"])


def test_a_decided_incident_s_score_is_not_its_decision() -> None:
    files, truth = a_mission(20)
    code = next(code for code in files if truth[code] == "ARM")
    wrong = {code: "none"}
    assert values(files, code, wrong)["p"]["none"] < 0.9
    assert all(part["kind"] != "decided" for part in values(files, code, wrong)["parts"])


def test_nor_is_the_majority_vote_beside_it() -> None:
    files, _truth = a_mission(8)
    gold = {"T-0001": "none"}
    assert values(files, "T-0001", gold)["baseline"] == values(files, "T-0001")["baseline"]


def test_a_decision_teaches_what_its_sources_are_worth() -> None:
    files, truth = a_mission(40)
    code = next(iter(files))
    others = {key: name for key, name in truth.items() if key != code}
    assert values(files, code, others)["p"] != values(files, code)["p"]


def test_a_large_mission_s_answer_is_that_of_its_fit() -> None:
    files, truth = a_mission(120)
    gold = {code: truth[code] for code in list(truth)[:10]}
    mission = mission_of(files, candidates=CANDIDATES, gold=gold)
    scored = fit_mission(mission)
    whole, live = answers_of(scored), live_scores(scored)
    for at, code in enumerate(mission.indexed.incidents):
        single = live_answer(live, mission, mission_of({code: files[code]}, candidates=CANDIDATES))
        assert np.abs(single.p[0] - whole.p[at]).max() < 0.01
        assert np.abs(single.p_without_aligned[0] - whole.p_without_aligned[at]).max() < 0.01


def test_a_large_mission_typically_follows_a_new_statement_as_a_refit_would() -> None:
    files, truth = a_mission(120)
    gold = {code: truth[code] for code in list(truth)[:10]}
    mission = mission_of(files, candidates=CANDIDATES, gold=gold)
    live = live_scores(fit_mission(mission))
    apart = []
    for code in list(files)[20:30]:
        grown = [*files[code], said(9_000, "ngo", "accuses", "ARM", source="source-02")]
        single = live_answer(live, mission, mission_of({code: grown}, candidates=CANDIDATES))
        again = mission_of({**files, code: grown}, candidates=CANDIDATES, gold=gold)
        row = again.indexed.incidents.index(code)
        refit = answers_of(fit_mission(again)).p[row]
        apart.append(float(np.abs(single.p[0] - refit).sum() / 2))
    # A refit also moves the sources themselves, now and then a lot; typically it agrees.
    assert np.median(apart) < 0.02, apart


def test_a_new_incident_needs_no_refit() -> None:
    files, _truth = a_mission(60)
    mission = mission_of(files, candidates=CANDIDATES)
    live = live_scores(fit_mission(mission))
    single = live_answer(live, mission, mission_of({"NEW": GANJA}, candidates=CANDIDATES))
    assert single.p[0].argmax() == 0
    empty = live_answer(live, mission, mission_of({"NEW": []}, candidates=CANDIDATES))
    assert np.allclose(empty.p[0], np.exp(live.log_pi) / np.exp(live.log_pi).sum(), atol=0.02)


def test_other_parties_than_the_fit_s_are_refused() -> None:
    files, _truth = a_mission(10)
    mission = mission_of(files, candidates=CANDIDATES)
    other = mission_of({"NEW": []}, candidates=("ARM", "AZE", "XXX", "other", "none"))
    with pytest.raises(BadClaims, match="changed since"):
        live_answer(live_scores(fit_mission(mission)), mission, other)


def test_what_the_engine_refuses_gets_the_majority_under_its_own_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(mission: Mission, *, seed: int) -> None:
        raise BadClaims("refused")

    monkeypatch.setattr(replay, "fit_mission", refuse)
    found = score_after(None, code="G", inputs=GANJA, present=(), candidates=CANDIDATES)
    assert found["method"] == "majority vote over independent origins"
    assert found["p"] == found["baseline"]["p"]


def test_audited_answers_do_not_know_their_decision() -> None:
    files, truth = a_mission(30)
    gold = dict(list(truth.items())[:12])
    mission = mission_of(files, candidates=CANDIDATES, gold=gold)
    held = held_out_answers(mission, list(gold), seed=0)
    assert set(held) == set(gold)
    assert all(sum(p.values()) == pytest.approx(1) for p in held.values())
    assert max(max(p.values()) for p in held.values()) < 1 - 1e-6


def test_small_is_measured_in_statements_times_fits() -> None:
    assert is_small(n_statements=600, n_gold=19)
    assert not is_small(n_statements=600, n_gold=20)
    assert not is_small(n_statements=601, n_gold=0)


@pytest.mark.parametrize(
    ("one", "other", "differ"),
    [
        ({"a": 1.0}, {"a": 1.0 + 1e-12}, False),
        ({"a": 1.0}, {"a": 1.0 + 1e-6}, True),
        ({"a": [1, "x"]}, {"a": [1, "y"]}, True),
        ({"a": 1}, {"b": 1}, True),
        ([1.0], [1.0, 2.0], True),
        (float("nan"), float("nan"), True),
    ],
)
def test_what_counts_as_a_difference(one: object, other: object, differ: bool) -> None:
    assert differs(one, other) is differ


def test_every_basis_a_statement_can_have_is_worth_something_stated() -> None:
    assert {*Basis.values, *BASIS_OF_MEANS.values(), "investigation"} == set(BASIS_TRUST)
