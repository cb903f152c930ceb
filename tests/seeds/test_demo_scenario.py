"""The demonstration obeys the mechanism's own rules and treats both parties alike."""

from __future__ import annotations

import re
from collections import Counter
from datetime import timedelta

import pytest

from tests.seeds.test_seed_files import CLAIMS, ORGANISATIONS, PARTIES, PLACES, document, instant

CAST = {user["username"]: user for user in document("cast.json")["users"]}
SCENARIO = document("scenarios/nk2020.json")
INCIDENTS = {incident["key"]: incident for incident in SCENARIO["incidents"]}
LADDER = [
    "almost_no_chance",
    "very_unlikely",
    "unlikely",
    "roughly_even",
    "likely",
    "very_likely",
    "almost_certain",
]
INTENTS = {"deliberate", "negligent", "accidental"}
AFFIRMATIVE = {"occurred", "breach", "1", "2", "3", "4", "attributed"} | INTENTS
QUESTIONS = ("occurrence", "breach", "clause", "attribution", "intent")
MAY = {
    "open_incident": "triage",
    "tie_incidents": "triage",
    "link_report": "triage",
    "rule_inadmissible": "triage",
    "give_statement": "monitor",
    "answer_position": "liaison",
    "extend_deadline": "chair",
    "open_case": "chair",
    "decide_case": "chair",
    "issue_recommendation": "chair",
    "answer_recommendation": "liaison",
    "report_compliance": "liaison",
    "cast_ballot": "reviewer",
    "declare_interest": "reviewer",
    "recuse_reviewer": "reviewer",
    "admit_reopening": "chair",
}


def events(verb: str) -> list[tuple[str, dict]]:
    return [
        (k, e) for k, incident in INCIDENTS.items() for e in incident["events"] if e["do"] == verb
    ]


def events_of(key: str, verb: str) -> list[dict]:
    return [e for k, e in events(verb) if k == key]


def side(username: str) -> str:
    alignment = CAST[username]["alignment"]
    return alignment["party"] if alignment else ""


def in_round(key: str, verb: str, number: int) -> list[dict]:
    return [e for e in events_of(key, verb) if e.get("round", 1) == number]


def sitting(key: str, number: int = 1) -> list[str]:
    panel = list(in_round(key, "open_case", number)[0]["panel"])
    for event in in_round(key, "recuse_reviewer", number):
        panel[panel.index(event["by"])] = event["replaced_by"]
    return panel


JUDGED = [(k, e) for verb in ("cast_ballot", "decide_case") for k, e in events(verb)]
DECIDED = dict(events("decide_case"))  # the decision that stands
ROUNDS = [(key, event.get("round", 1)) for key, event in events("decide_case")]


class TestCast:
    def test_are_roles_and_not_people(self) -> None:
        for user in CAST.values():
            assert user["display_name"].endswith("(demo)")
            assert user["email"].endswith("@example.org")
            assert ORGANISATIONS[user["organisation"]]["is_demo"] == "yes"

    def test_every_side_has_a_reviewer_and_a_reserve_of_another_organisation(self) -> None:
        for party in ("", *sorted(PARTIES)):
            homes = [
                user["organisation"]
                for user in CAST.values()
                if "reviewer" in user["roles"] and side(user["username"]) == party
            ]
            assert len(homes) == len(set(homes)) == 2
        assert side("chair") == ""

    def test_alignment_is_that_of_the_organisation(self) -> None:
        for user in CAST.values():
            assert ORGANISATIONS[user["organisation"]]["aligned_with"] == side(user["username"])


class TestStory:
    def test_every_claim_is_linked_once_or_waits_with_a_reason(self) -> None:
        taken = Counter(
            e["claim"] for verb in ("open_incident", "link_report") for _, e in events(verb)
        )
        assert set(taken.values()) == {1}
        assert set(taken) | set(SCENARIO["unlinked"]) == set(CLAIMS)
        assert not set(taken) & set(SCENARIO["unlinked"])
        for verb in ("open_incident", "link_report"):
            for key, event in events(verb):
                assert CLAIMS[event["claim"]]["incident_key"] == key

    def test_each_actor_holds_the_role_the_verb_needs(self) -> None:
        for incident in INCIDENTS.values():
            for event in incident["events"]:
                if event["do"] in ("notify_party", "lapse_position"):
                    assert event["by"] == "clock"
                else:
                    assert MAY[event["do"]] in CAST[event["by"]]["roles"]

    def test_nothing_happens_before_its_report_arrived_and_time_runs_forward(self) -> None:
        for incident in INCIDENTS.values():
            past = [e for e in incident["events"] if not e["at"].startswith("now")]
            times = [instant(e["at"]) for e in past]
            assert times == sorted(times)
            assert past[0]["do"] == "open_incident" and past[0]["place"] in PLACES
            for event in past:
                for claim in [event.get("claim"), *event.get("cites", [])]:
                    if claim:
                        assert instant(CLAIMS[claim]["received_at"]) < instant(event["at"])

    def test_citations_belong_to_the_incident(self) -> None:
        for key, incident in INCIDENTS.items():
            for event in incident["events"]:
                for claim in event.get("cites", []):
                    assert CLAIMS[claim]["incident_key"] == key, (key, claim)

    def test_monitors_carry_the_words_of_others_and_add_no_witness(self) -> None:
        for key, event in events("give_statement"):
            assert event["basis"] == "document"
            assert (event["question"] == "actor") == (event["party"] in PARTIES), key
            read = {(CLAIMS[c]["origin_key"], CLAIMS[c]["source_key"]) for c in event["cites"]}
            carried = (event["origin"], event["speaker"])
            assert carried in read if event["says"] == "supports" else carried == (None, None)

    def test_watches_are_alike_and_see_no_real_event(self) -> None:
        spans = []
        kept_out = [watch for watch in SCENARIO["watches"] if "state" in watch]
        assert Counter((w["by"], w["state"]) for w in kept_out) == Counter(
            {(by, state): 1 for by in ("monitor1", "monitor3") for state in ("down", "denied")}
        )
        watched = [watch for watch in SCENARIO["watches"] if "state" not in watch]
        for watch in watched:
            assert "monitor" in CAST[watch["by"]]["roles"] and watch["place"] in PLACES
            spans.append((instant(watch["from"]), instant(watch["until"])))
        assert {ends - begins for begins, ends in spans} == {timedelta(hours=12)}
        assert set(Counter(watch["place"] for watch in watched).values()) == {3}
        for claim in CLAIMS.values():
            begins, ends = instant(claim["observed_from"]), instant(claim["observed_until"])
            if ends - begins <= timedelta(days=1):
                assert not [s for s in spans if s[0] < ends and begins < s[1]], claim["claim_id"]

    def test_every_outcome_the_demonstration_promises_is_there(self) -> None:
        outcome = {
            key: (
                event["answers"]["occurrence"]["answer"],
                event["answers"]["attribution"]["answer"],
            )
            for key, event in DECIDED.items()
        }
        assert outcome == {
            "K2": ("not_established", "not_asked"),
            "K5": ("occurred", "not_attributable"),
            "K6": ("occurred", "attributed"),
            "K15": ("occurred", "attributed"),
            "K24": ("occurred", "attributed"),
            "K25": ("occurred", "attributed"),
        }
        assert [k for k, _ in events("rule_inadmissible")] == ["K3", "K16"]
        asked_now = {k for k, e in events("notify_party") if e["at"] == "now"}
        assert "K14" in asked_now
        assert not asked_now & {*DECIDED, "K3", "K4", "K12", "K13", "K16"}


class TestReopening:
    def test_ganja_comes_back_on_an_independent_finding_before_another_panel(self) -> None:
        (admitted,) = events_of("K6", "admit_reopening")
        first, second = (in_round("K6", "decide_case", number)[0] for number in (1, 2))
        assert instant(first["at"]) < instant(CLAIMS["C022"]["received_at"])
        assert instant(first["at"]) < instant(admitted["at"]) < instant(second["at"])
        assert first["answers"]["occurrence"]["likelihood"] == "very_likely"
        assert first["answers"]["attribution"]["answer"] == "not_attributable"
        assert CLAIMS["C022"]["stance"] == "finds" and "C022" in second["cites"]
        assert not set(sitting("K6", 1)) & set(sitting("K6", 2))
        assert admitted["by"] != first["by"]


class TestJudgement:
    def test_one_standard_holds_everywhere(self) -> None:
        terms, method = document("agreement/nk2020.json")["mechanism"], SCENARIO["method"]
        assert method["standard"] == terms["standard_of_proof"]
        assert method["threshold"] == terms["attribution_floor"]
        assert method["reply_hours"] == terms["reply_hours"]
        assert {e["standard"] for e in DECIDED.values()} == {method["standard"]}

    @pytest.mark.parametrize(("key", "event"), JUDGED)
    def test_an_affirmative_answer_meets_the_one_standard(self, key: str, event: dict) -> None:
        floor = LADDER.index(SCENARIO["method"]["threshold"])
        assert event["reasons"] and event["cites"]
        for question in QUESTIONS:
            answer = event["answers"][question]
            if answer.get("likelihood") is None:
                assert answer["answer"] not in AFFIRMATIVE
                continue
            assert answer["confidence"] in ("low", "moderate", "high")
            affirmed = LADDER.index(answer["likelihood"]) >= floor
            assert affirmed == (answer["answer"] in AFFIRMATIVE), (key, question)
        named = event["answers"]["attribution"]
        assert bool(named["parties"]) == (named["answer"] == "attributed")

    @pytest.mark.parametrize(("key", "number"), ROUNDS)
    def test_panel_is_balanced_and_complete(self, key: str, number: int) -> None:
        panel = sitting(key, number)
        assert sorted(side(user) for user in panel) == ["", "ARM", "AZE"]
        assert len({CAST[user]["organisation"] for user in panel}) == 3
        ballots = in_round(key, "cast_ballot", number)
        assert sorted(e["by"] for e in ballots) == sorted(panel)
        assert all(e["seat"] == (side(e["by"]) or "neutral") for e in ballots)

    @pytest.mark.parametrize(("key", "number"), ROUNDS)
    def test_decision_follows_the_majority_and_keeps_every_dissent(
        self, key: str, number: int
    ) -> None:
        (decision,) = in_round(key, "decide_case", number)
        ballots = in_round(key, "cast_ballot", number)
        dissenters = {(d["by"], d["question"]) for d in decision["dissents"]}
        for question in ("occurrence", "breach", "attribution"):
            sealed = decision["answers"][question]["answer"]
            votes = Counter(b["answers"][question]["answer"] for b in ballots)
            assert votes.most_common(1)[0][0] == sealed
            for ballot in ballots:
                if ballot["answers"][question]["answer"] != sealed and sealed != "not_asked":
                    assert (ballot["by"], question) in dissenters
            behind = [b["answers"][question] for b in ballots
                      if b["answers"][question]["answer"] == sealed]  # fmt: skip
            words = sorted(LADDER.index(a["likelihood"]) for a in behind if a["likelihood"])
            if words:  # the lower median word, and the confidence of the least sure
                said = decision["answers"][question]
                assert LADDER.index(said["likelihood"]) == words[(len(words) - 1) // 2]
                assert said["confidence"] == min(
                    (a["confidence"] for a in behind), key=("low", "moderate", "high").index
                )
        assert decision["reasons"].startswith("Demonstration ruling.")

    @pytest.mark.parametrize("key", DECIDED)
    def test_the_accused_was_heard_or_the_deadline_passed(self, key: str) -> None:
        (notice,) = events_of(key, "notify_party")
        heard = in_round(key, "answer_position", 1) + in_round(key, "lapse_position", 1)
        assert [e["party"] for e in heard] == [notice["party"]]
        due = instant(notice["at"]) + timedelta(hours=SCENARIO["method"]["reply_hours"])
        if heard[0]["do"] == "lapse_position":
            assert instant(heard[0]["at"]) == due
        else:
            assert instant(heard[0]["at"]) < due
        assert instant(heard[0]["at"]) < instant(events_of(key, "open_case")[0]["at"])
        named = DECIDED[key]["answers"]["attribution"]["parties"]
        assert set(named) <= {notice["party"]}

    def test_the_accused_was_heard_again_before_the_second_decision(self) -> None:
        (admitted,) = events_of("K6", "admit_reopening")
        (heard,) = in_round("K6", "answer_position", 2)
        (decided,) = in_round("K6", "decide_case", 2)
        assert instant(admitted["at"]) < instant(heard["at"]) < instant(decided["at"])

    def test_attribution_never_rests_on_the_accusing_side_alone(self) -> None:
        for decision in DECIDED.values():
            if decision["answers"]["attribution"]["answer"] == "attributed":
                assert any(CLAIMS[c]["stance"] == "finds" for c in decision["cites"])

    def test_both_parties_fare_alike(self) -> None:
        attributed = Counter(
            p for e in DECIDED.values() for p in e["answers"]["attribution"]["parties"]
        )
        assert attributed["ARM"] == attributed["AZE"] == 2
        lapsed = Counter(e["party"] for _, e in events("lapse_position"))
        assert lapsed == {"ARM": 1, "AZE": 1}

    def test_words_stay_neutral(self) -> None:
        banned = re.compile(r"(?i)\b(guilty|enemy|terror|liberat|occupi|separatist|criminal)")
        for incident in INCIDENTS.values():
            for event in incident["events"]:
                for field in ("reasons", "reason", "note", "text", "why"):
                    assert not banned.search(event.get(field) or ""), (incident["key"], field)
