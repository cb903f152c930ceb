"""Which changes make a public row stale: told to the database, so that nobody can forget it.

A mark stands in the transaction of the change itself. Plain SQL, as in 0003.
"""

from django.db import migrations

CLASSES = """
CREATE FUNCTION verification_file_classes(wanted uuid[])
RETURNS TABLE (incident_id uuid, class text)
LANGUAGE sql STABLE AS $$
WITH RECURSIVE chain AS (
    SELECT id, id AS root_id, state
      FROM verification_incident
     WHERE id = ANY(wanted) AND merged_into_id IS NULL
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
     WHERE decision.incident_id = ANY(wanted)
       AND NOT EXISTS (SELECT 1 FROM verification_decision later
                        WHERE later.overrides_id = decision.id)
)
SELECT chain.id,
       CASE WHEN chain.state = 'decided' THEN standing.outcome
            WHEN chain.state = 'open' AND waiting.root_id IS NOT NULL THEN 'awaiting_party'
            ELSE chain.state END
  FROM chain
  LEFT JOIN waiting ON waiting.root_id = chain.root_id
  LEFT JOIN standing ON standing.incident_id = chain.root_id
$$;
"""

MARKS = """
CREATE FUNCTION verification_mark_incident() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO verification_changedfile (incident_id) VALUES (NEW.id);
    IF TG_OP = 'UPDATE' AND OLD.merged_into_id IS DISTINCT FROM NEW.merged_into_id THEN
        INSERT INTO verification_changedfile (incident_id)
        SELECT touched FROM unnest(ARRAY[OLD.merged_into_id, NEW.merged_into_id]) touched
         WHERE touched IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION verification_mark_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO verification_changedfile (incident_id) VALUES (NEW.incident_id);
    RETURN NULL;
END $$;

CREATE FUNCTION verification_mark_report() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO verification_reportcount (agreement_id, state, n)
        VALUES (NEW.agreement_id, NEW.state, 1);
    ELSIF OLD.state <> NEW.state THEN
        INSERT INTO verification_reportcount (agreement_id, state, n)
        VALUES (NEW.agreement_id, OLD.state, -1), (NEW.agreement_id, NEW.state, 1);
    ELSE
        RETURN NULL;
    END IF;
    INSERT INTO verification_changedfile (incident_id)
    SELECT link.incident_id FROM verification_link link
     WHERE link.report_id IN (NEW.id, NEW.supersedes_id);
    RETURN NULL;
END $$;

CREATE TRIGGER incident_is_marked AFTER INSERT OR UPDATE ON verification_incident
   FOR EACH ROW EXECUTE FUNCTION verification_mark_incident();
CREATE TRIGGER link_is_marked AFTER INSERT OR UPDATE ON verification_link
   FOR EACH ROW EXECUTE FUNCTION verification_mark_file();
CREATE TRIGGER position_is_marked AFTER INSERT OR UPDATE ON verification_partyposition
   FOR EACH ROW EXECUTE FUNCTION verification_mark_file();
CREATE TRIGGER decision_is_marked AFTER INSERT ON verification_decision
   FOR EACH ROW EXECUTE FUNCTION verification_mark_file();
CREATE TRIGGER finding_is_marked AFTER INSERT ON verification_finding
   FOR EACH ROW EXECUTE FUNCTION verification_mark_file();
CREATE TRIGGER report_is_marked AFTER INSERT OR UPDATE OF state ON reports_report
   FOR EACH ROW EXECUTE FUNCTION verification_mark_report();

INSERT INTO verification_changedfile (incident_id) SELECT id FROM verification_incident;
INSERT INTO verification_reportcount (agreement_id, state, n)
SELECT agreement_id, state, count(*) FROM reports_report GROUP BY agreement_id, state;
"""

UNDO = """
DROP TRIGGER report_is_marked ON reports_report;
DROP TRIGGER finding_is_marked ON verification_finding;
DROP TRIGGER decision_is_marked ON verification_decision;
DROP TRIGGER position_is_marked ON verification_partyposition;
DROP TRIGGER link_is_marked ON verification_link;
DROP TRIGGER incident_is_marked ON verification_incident;
DROP FUNCTION verification_mark_report();
DROP FUNCTION verification_mark_file();
DROP FUNCTION verification_mark_incident();
DROP FUNCTION verification_file_classes(uuid[]);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('verification', '0018_public_rows'),
    ]

    operations = [migrations.RunSQL(CLASSES + MARKS, UNDO)]
