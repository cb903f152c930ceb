"""The classes again, worked out by one look-up after the other, each on an index.

The joins of 0003 were the planner's to order. Where it believed the tables empty (a bulk load
that no ANALYZE has seen yet) it paired every row with every row: 8,064 reports took over a
quarter of an hour. Correlated look-ups leave it no such choice, and their cost follows the
agreement asked for, not all that the database holds (benchmarks/classes.py).
"""

from importlib import import_module

from django.db import migrations

BEFORE = import_module("verification.migrations.0003_case_life_in_sql")

ROOT = """
CREATE FUNCTION verification_root_of(wanted uuid) RETURNS uuid
LANGUAGE plpgsql STABLE AS $$  -- the incident a merged one ended in; merges end, 0003 holds it
DECLARE
    root uuid := wanted;
    up uuid;
BEGIN
    FOR step IN 1..1000 LOOP
        SELECT merged_into_id INTO up FROM verification_incident WHERE id = root;
        EXIT WHEN up IS NULL;
        root := up;
    END LOOP;
    RETURN root;
END $$;
"""

# The class of the file `home` (root_id, state). LIMIT 1 keeps a look-up a look-up.
CLASS = """CASE WHEN home.state = 'decided' THEN
                 (SELECT decision.outcome
                    FROM verification_decision decision
                   WHERE decision.incident_id = home.root_id
                     AND (SELECT later.id FROM verification_decision later
                           WHERE later.overrides_id = decision.id LIMIT 1) IS NULL
                   LIMIT 1)
            WHEN home.state = 'open'
             AND ((SELECT position.id FROM verification_partyposition position
                    WHERE position.incident_id = home.root_id AND position.state = 'awaited'
                    LIMIT 1) IS NOT NULL
                  OR home.root_id IN (  -- asked once: few incidents are merged
                  SELECT verification_root_of(absorbed.id)
                    FROM verification_incident absorbed
                   WHERE absorbed.agreement_id = wanted AND absorbed.merged_into_id IS NOT NULL
                     AND (SELECT position.id FROM verification_partyposition position
                           WHERE position.incident_id = absorbed.id
                             AND position.state = 'awaited' LIMIT 1) IS NOT NULL))
            THEN 'awaiting_party'
            ELSE home.state END"""

CLASSES = f"""
CREATE OR REPLACE FUNCTION verification_incident_classes(wanted uuid)
RETURNS TABLE (incident_id uuid, root_id uuid, class text)
LANGUAGE sql STABLE AS $$
SELECT file.id,
       home.root_id,
       {CLASS}
  FROM verification_incident file
 CROSS JOIN LATERAL (
       SELECT root.id AS root_id, root.state
         FROM verification_incident root
        WHERE root.id = CASE WHEN file.merged_into_id IS NULL THEN file.id
                             ELSE verification_root_of(file.id) END
        LIMIT 1) home
 WHERE file.agreement_id = wanted
$$;

CREATE OR REPLACE FUNCTION verification_report_classes(wanted uuid)
RETURNS TABLE (report_id uuid, incident_id uuid, class text)
LANGUAGE sql STABLE AS $$
SELECT report.id,
       home.root_id,
       CASE WHEN report.state = 'filed' THEN 'awaiting_triage'
            WHEN report.state IN ('rejected', 'withdrawn') THEN report.state
            WHEN home.root_id IS NULL THEN 'awaiting_link'
            WHEN row_number() OVER (
                     PARTITION BY home.root_id, report.origin_id, report.state
                     ORDER BY report.received_at, report.id) > 1 THEN 'duplicate'
            ELSE {CLASS} END
  FROM reports_report report
  LEFT JOIN LATERAL (
       SELECT root.id AS root_id, root.state
         FROM (SELECT link.incident_id  -- of several incidents the one it was linked to first
                 FROM verification_link link
                WHERE link.report_id = report.id AND link.unlinked_at IS NULL
                ORDER BY link.linked_at, link.id
                LIMIT 1) link
        CROSS JOIN LATERAL (
              SELECT incident.id, incident.merged_into_id
                FROM verification_incident incident
               WHERE incident.id = link.incident_id
               LIMIT 1) file
        CROSS JOIN LATERAL (
              SELECT incident.id, incident.state
                FROM verification_incident incident
               WHERE incident.id = CASE WHEN file.merged_into_id IS NULL THEN file.id
                                        ELSE verification_root_of(file.id) END
               LIMIT 1) root
        LIMIT 1) home ON true
 WHERE report.agreement_id = wanted
$$;
"""  # nosec B608 - made of the constants above

UNDO = BEFORE.CLASSES.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") + """
DROP FUNCTION verification_root_of(uuid);
"""


class Migration(migrations.Migration):

    dependencies = [
        ('verification', '0016_rulings_carried_over'),
    ]

    operations = [migrations.RunSQL(ROOT + CLASSES, UNDO)]
