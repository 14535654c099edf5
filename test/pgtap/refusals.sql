-- Refused messages are counted, though what is refused rolls back.
\set ON_ERROR_STOP on
\set QUIET on
CREATE EXTENSION IF NOT EXISTS pgtap;
SET client_min_messages = error;
SET retention.test_now = '2040-03-01 10:00:00 Europe/Oslo';
SELECT no_plan();

CREATE SCHEMA refuse;
CREATE TABLE refuse.person (id int PRIMARY KEY, email text);
CREATE TABLE refuse.mail (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person int REFERENCES refuse.person, purpose text, at timestamptz);
CREATE TABLE refuse."Text m" (person int REFERENCES refuse.person, at timestamptz);
INSERT INTO refuse.person SELECT i, i || '@x.example' FROM generate_series(1, 9) i;
INSERT INTO retention.subject_kind (kind, relation) VALUES ('person', 'refuse.person');
INSERT INTO retention.purpose (name, legal_basis, direct_marketing, caps) VALUES ('news', 'legitimate interest', true, '{1 per calendar year}'), ('survey', 'consent', false, '{}');
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose_column) VALUES ('refuse.mail', 'person', 'person', 'at', 'purpose');
INSERT INTO retention.contact_log (relation, kind, path, time_column, purpose) VALUES ('refuse."Text m"', 'person', 'person', 'at', 'news');
SELECT retention.object('person', 1, 'news');
CREATE VIEW refused AS SELECT string_agg(format('%s %s %s %s', relation, purpose, reason, refusals), ', ' ORDER BY relation::text, purpose, reason) FROM retention.contact_refusal;
SELECT is((TABLE refused), NULL, 'nothing is refused yet');
INSERT INTO refuse.mail (person, purpose, at) VALUES (2, 'news', '2040-03-01'), (2, 'service', '2040-03-01'), (2, 'service', '2040-03-01');
SELECT is((TABLE refused), NULL, 'what is written is not refused');
SELECT throws_ok($$INSERT INTO refuse.mail (person, purpose, at) VALUES (1, 'news', '2040-03-01')$$, 'RT021', NULL, 'who objects is not written to');
SELECT throws_ok($$INSERT INTO refuse.mail (person, purpose, at) VALUES (2, 'news', '2040-03-01')$$, 'RT020', NULL, 'a cap holds');
SELECT throws_ok($$INSERT INTO refuse.mail (person, purpose, at) SELECT 2, 'news', '2040-03-01' FROM generate_series(1, 5)$$, 'RT020', NULL, 'a cap holds for many rows');
SELECT throws_ok($$INSERT INTO refuse.mail (person, purpose, at) VALUES (3, 'survey', '2040-03-01')$$, 'RT021', NULL, 'who has not consented is not written to');
SELECT throws_ok($$INSERT INTO refuse."Text m" VALUES (2, '2040-03-01')$$, 'RT020', NULL, 'a cap holds for all tables together');
SELECT is((TABLE refused), 'refuse."Text m" news cap 1, refuse.mail news cap 2, refuse.mail news objection 1, refuse.mail survey no consent 1', 'refusals are counted by table, purpose and reason, each statement once');
SELECT is((SELECT DISTINCT last_at FROM retention.contact_refusal), '2040-03-01 10:00:00 Europe/Oslo'::timestamptz, 'when the last one was is known');
SET retention.test_now = '2040-03-02 10:00:00 Europe/Oslo';
DO $$BEGIN
    INSERT INTO refuse.mail (person, purpose, at) VALUES (2, 'news', '2040-03-01');
EXCEPTION WHEN SQLSTATE 'RT020' THEN NULL;
END$$;
SELECT is((SELECT format('%s %s', refusals, last_at = '2040-03-02 10:00:00 Europe/Oslo') FROM retention.contact_refusal WHERE relation = 'refuse.mail'::regclass AND reason = 'cap'), '3 t', 'a refusal that the application catches counts');

-- A sweep writes them down.
SELECT is((SELECT count(*) FROM retention.refused_messages), 0::bigint, 'no sweep has written anything');
CREATE TABLE refuse.due (id int PRIMARY KEY, since date);
INSERT INTO retention.policy (name, relation, keep_for, clock_starts, action) VALUES ('due', 'refuse.due', '1 year', '{since}', 'delete');
CALL retention.sweep();
SELECT is((SELECT sum(refusals) FROM retention.refused_messages), 6::numeric, 'a sweep writes refusals down');
SELECT is_empty('SELECT * FROM retention.refusals_left()', 'what is written down does not wait any more');
SELECT throws_ok($$INSERT INTO refuse."Text m" VALUES (2, '2040-03-01')$$, 'RT020', NULL, 'a cap goes on');
SELECT is((TABLE refused), 'refuse."Text m" news cap 2, refuse.mail news cap 3, refuse.mail news objection 1, refuse.mail survey no consent 1', 'the view has what is written and what waits');
CALL retention.sweep();
SELECT is((SELECT refusals FROM retention.refused_messages WHERE relation = 'refuse."Text m"'::regclass), 2::bigint, 'the next sweep adds to it');
DROP TABLE refuse."Text m";
SELECT is((TABLE refused), 'refuse.mail news cap 3, refuse.mail news objection 1, refuse.mail survey no consent 1', 'counts go with the table');

-- Who may.
CREATE ROLE refuse_monitor;
SET ROLE refuse_monitor;
SELECT throws_ok('SELECT * FROM retention.contact_refusal', '42501', NULL, 'not everybody reads refusals');
RESET ROLE;
GRANT pg_monitor TO refuse_monitor;
SET ROLE refuse_monitor;
SELECT lives_ok('SELECT * FROM retention.contact_refusal', 'who monitors reads refusals');
RESET ROLE;
DROP ROLE refuse_monitor;
DELETE FROM retention.policy;

SELECT * FROM finish();
