"""Where every complaint is counted, and which combinations of rows cannot be: told to the database.

The functions are plain SQL, so that whoever holds a dump can ask them without this program.
"""

from django.db import migrations

CLASSES = """
CREATE FUNCTION verification_incident_classes(wanted uuid)
RETURNS TABLE (incident_id uuid, root_id uuid, class text)
LANGUAGE sql STABLE AS $$
WITH RECURSIVE chain AS (
    SELECT id, id AS root_id, state
      FROM verification_incident
     WHERE agreement_id = wanted AND merged_into_id IS NULL
    UNION ALL
    SELECT absorbed.id, chain.root_id, chain.state
      FROM verification_incident absorbed
      JOIN chain ON absorbed.merged_into_id = chain.id
), waiting AS (
    SELECT DISTINCT chain.root_id
      FROM chain
      JOIN verification_partyposition position ON position.incident_id = chain.id
     WHERE position.state = 'awaited'
), standing AS (
    SELECT decision.incident_id, decision.outcome
      FROM verification_decision decision
     WHERE NOT EXISTS (SELECT 1 FROM verification_decision later
                        WHERE later.overrides_id = decision.id)
)
SELECT chain.id,
       chain.root_id,
       CASE WHEN chain.state = 'decided' THEN standing.outcome
            WHEN chain.state = 'open' AND waiting.root_id IS NOT NULL THEN 'awaiting_party'
            ELSE chain.state END
  FROM chain
  LEFT JOIN waiting ON waiting.root_id = chain.root_id
  LEFT JOIN standing ON standing.incident_id = chain.root_id
$$;

CREATE FUNCTION verification_report_classes(wanted uuid)
RETURNS TABLE (report_id uuid, incident_id uuid, class text)
LANGUAGE sql STABLE AS $$
WITH classes AS MATERIALIZED (
    SELECT * FROM verification_incident_classes(wanted)
), home AS (  -- of several incidents the one it was linked to first
    SELECT DISTINCT ON (link.report_id) link.report_id, classes.root_id, classes.class
      FROM verification_link link
      JOIN classes ON classes.incident_id = link.incident_id
     WHERE link.unlinked_at IS NULL
     ORDER BY link.report_id, link.linked_at, link.id
)
SELECT report.id,
       home.root_id,
       CASE WHEN report.state = 'filed' THEN 'awaiting_triage'
            WHEN report.state IN ('rejected', 'withdrawn') THEN report.state
            WHEN home.root_id IS NULL THEN 'awaiting_link'
            WHEN row_number() OVER (
                     PARTITION BY home.root_id, report.origin_id, report.state
                     ORDER BY report.received_at, report.id) > 1 THEN 'duplicate'
            ELSE home.class END
  FROM reports_report report
  LEFT JOIN home ON home.report_id = report.id
 WHERE report.agreement_id = wanted
$$;
"""

LIFE = """
CREATE FUNCTION verification_case_life_fault(wanted uuid) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
    life text;
    up uuid;
    n_open integer;
    n_standing integer;
    steps integer := 0;
BEGIN
    SELECT state, merged_into_id INTO life, up FROM verification_incident WHERE id = wanted;
    WHILE up IS NOT NULL LOOP
        steps := steps + 1;
        IF up = wanted OR steps > 1000 THEN
            RETURN 'incident_merges_end_in_an_incident';
        END IF;
        SELECT merged_into_id INTO up FROM verification_incident WHERE id = up;
    END LOOP;
    IF EXISTS (SELECT 1 FROM verification_case one
                WHERE one.incident_id = wanted AND (one.state = 'decided') <>
                      EXISTS (SELECT 1 FROM verification_decision d WHERE d.case_id = one.id)) THEN
        RETURN 'case_is_decided_by_its_decision';
    END IF;
    SELECT count(*) INTO n_open FROM verification_case
     WHERE incident_id = wanted AND state <> 'decided';
    IF n_open <> (CASE WHEN life = 'under_review' THEN 1 ELSE 0 END) THEN
        RETURN 'incident_under_review_has_one_open_case';
    END IF;
    SELECT count(*) INTO n_standing FROM verification_decision d
     WHERE d.incident_id = wanted
       AND NOT EXISTS (SELECT 1 FROM verification_decision later WHERE later.overrides_id = d.id);
    IF life IN ('decided', 'reopened') AND n_standing <> 1 THEN
        RETURN 'incident_decided_has_one_standing_decision';
    END IF;
    IF life = 'open' AND n_standing <> 0 THEN
        RETURN 'incident_open_is_undecided';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION verification_check_case_life(wanted uuid) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    fault text := verification_case_life_fault(wanted);
BEGIN
    IF fault IS NOT NULL THEN
        RAISE EXCEPTION 'incident % would contradict its cases and decisions: %', wanted, fault
              USING ERRCODE = 'check_violation', CONSTRAINT = fault;
    END IF;
END $$;
"""

UNDO = """
DROP FUNCTION verification_check_case_life(uuid);
DROP FUNCTION verification_case_life_fault(uuid);
DROP FUNCTION verification_report_classes(uuid);
DROP FUNCTION verification_incident_classes(uuid);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('verification', '0002_fuller_answers_and_extensions'),
    ]

    operations = [migrations.RunSQL(CLASSES + LIFE, UNDO)]
