-- Redacting takes out what identifies anybody, and the personal values of the same row and of the rows on its clock's path: in a
-- sweep before those rows lose them, and in an erasure, where the person's own words go, too. Each table is read by its owner.
BEGIN;
SELECT plan(23);

SET retention.test_now = '2030-01-01 12:00:00+00';
CREATE ROLE desk;
CREATE ROLE crm;
CREATE SCHEMA app;
CREATE SCHEMA own;
GRANT USAGE, CREATE ON SCHEMA app, own TO desk, crm;
CREATE DOMAIN own.short AS varchar(40);
SET ROLE crm;
CREATE TABLE app.customers (id bigint PRIMARY KEY, name text, email text, born date, ended_at timestamptz);
CREATE TABLE app.cases (no int, year int, customer_id bigint REFERENCES app.customers, handler text, PRIMARY KEY (no, year));
GRANT REFERENCES ON app.customers, app.cases TO desk;
GRANT SELECT (no, year, customer_id) ON app.cases TO desk;
SET ROLE desk;
CREATE TABLE app.notes (id bigint, case_no int, case_year int, author text, phone text, body text, title own.short, meta jsonb, raw json,
    written_at timestamptz, hash text, FOREIGN KEY (case_no, case_year) REFERENCES app.cases) PARTITION BY RANGE (id);
-- Columns of the partition in another order.
CREATE TABLE app.notes_1 (meta jsonb, body text, raw json, id bigint, phone text, case_year int, case_no int, author text, title own.short, hash text, written_at timestamptz);
ALTER TABLE app.notes ATTACH PARTITION app.notes_1 FOR VALUES FROM (1) TO (100);
CREATE TABLE app.notes_2 PARTITION OF app.notes FOR VALUES FROM (100) TO (200);
RESET ROLE;

INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES
    ('app.customers', 'name', 'name', 'null', NULL), ('app.customers', 'email', 'email', 'random token', NULL), ('app.customers', 'born', 'birth date', 'generalise', 'decade'),
    ('app.cases', 'handler', 'name', 'null', NULL),
    ('app.notes', 'author', 'name', 'truncate', '1'), ('app.notes', 'phone', 'phone', 'null', NULL), ('app.notes', 'body', 'free text', 'redact', NULL),
    ('app.notes', 'title', 'free text', 'redact', NULL), ('app.notes', 'meta', 'free text', 'redact', NULL), ('app.notes', 'raw', 'free text', 'redact', NULL);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES
    ('customers', 'app.customers', '{ended_at}', '1 year', 'anonymise', 'enforce'),
    ('notes', 'app.notes', '{case_no.customer_id.ended_at}', '1 year', 'anonymise', 'enforce');
INSERT INTO app.customers VALUES (1, 'Kari Lie', 'kari@lie.example', '1987-06-15', '2028-12-01'), (2, 'Ola Moe', 'ola@moe.example', '1960-01-02', NULL),
    (3, 'Per Dahl', 'per@dahl.example', '1970-01-02', '2028-12-01');
INSERT INTO app.cases VALUES (7, 2026, 1, 'Siri Vik'), (8, 2026, 2, 'Siri Vik'), (9, 2026, 3, NULL);
INSERT INTO app.notes VALUES
    (1, 7, 2026, 'Liv Berg', '22 33 44 55', 'Kari Lie (født 15.6.1987) ringte Siri Vik, fra 22334455 og 99 88 77 66. Ola Moe var ikke nevnt. Hilsen Liv Berg',
        'Kari Lie ringer fra Oslo til Siri Vik', '{"from": "Kari Lie", "n": 3}', '{"to": "Siri Vik",   "n": 3}', now()),
    (2, 8, 2026, 'Liv Berg', '22 33 44 55', 'Ola Moe ringte Siri Vik', NULL, NULL, NULL, now()),
    (3, NULL, NULL, 'Liv Berg', NULL, 'Kari Lie uten sak', NULL, NULL, NULL, now()),
    (101, 9, 2026, 'Liv Berg', '22 33 44 55', 'Per Dahl ringte, Kari Lie ikke; per@dahl.example', 'Per Dahl', NULL, NULL, now());

CALL retention.sweep();
SET retention.reveal = on;
SELECT is((SELECT body FROM app.notes WHERE id = 1), '[redacted] (født [redacted]) ringte [redacted], fra [redacted] og [redacted]. Ola Moe var ikke nevnt. Hilsen [redacted]',
    'a text is redacted of the words of its row and of the rows on its path, a birth date as it is written, and of numbers');
SELECT is((SELECT title::text FROM app.notes WHERE id = 1), '[redacted] ringer fra Oslo til [redacted', 'a column of a domain, cut to its length');
SELECT is((SELECT meta FROM app.notes WHERE id = 1), '{"n": 3, "from": "[redacted]"}'::jsonb, 'jsonb');
SELECT is((SELECT raw::text FROM app.notes WHERE id = 1), '{"to": "[redacted]",   "n": 3}', 'the words are gone from json');
SELECT results_eq('SELECT author, phone FROM app.notes WHERE id = 1', $$VALUES ('L', NULL::text)$$, 'other columns go their way');
SELECT is((SELECT body FROM app.notes WHERE id = 101), '[redacted] ringte, Kari Lie ikke; [redacted]', 'another partition, with the words of its own path');
SELECT results_eq('SELECT id, body FROM app.notes WHERE id IN (2, 3) ORDER BY id', $$VALUES (2::bigint, 'Ola Moe ringte Siri Vik'), (3, 'Kari Lie uten sak')$$, 'what is not due is untouched');
SELECT is((SELECT name FROM app.customers WHERE id = 1), NULL, 'the customer, due at the same time, was anonymised after the notes that name it');
SELECT is((SELECT born FROM app.customers WHERE id = 1), date '1980-01-01', 'in its own way');
SELECT matches((SELECT email FROM app.customers WHERE id = 1), '^[a-z2-9]{26}@anonymous\.invalid$', 'in the form of its category');
SELECT is((SELECT count(*) FROM retention.blocked_row), 0::bigint, 'nothing was blocked');

-- A reader's rights: the owner of notes cannot read customers, nor does anybody's code get what it may not.
CREATE TABLE own.seen (who name, what text);
GRANT INSERT ON own.seen TO desk, crm;
SET ROLE desk;
CREATE FUNCTION own.see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO own.seen VALUES (current_user, NEW::text); RETURN NEW; END $$;
CREATE TRIGGER see BEFORE UPDATE ON app.notes_2 FOR EACH ROW EXECUTE FUNCTION own.see();
RESET ROLE;
UPDATE app.customers SET ended_at = '2028-12-01' WHERE id = 2;
UPDATE app.cases SET customer_id = 2 WHERE no = 9;
INSERT INTO app.notes VALUES (102, 8, 2026, 'Liv Berg', NULL, 'Ola Moe ringte Liv Berg', 'Ola Moe', NULL, NULL, now());
CALL retention.sweep();
SELECT is((SELECT body FROM app.notes WHERE id = 102), '[redacted] ringte [redacted]', 'a note of the other customer');
SELECT results_eq('SELECT DISTINCT who FROM own.seen', $$VALUES ('desk'::name)$$, 'a trigger of the table runs as its owner');
SELECT is_empty($$SELECT * FROM own.seen WHERE what LIKE '%Moe%'$$, 'a trigger of the table sees none of the words');

-- An erasure: a table without a policy, and the person's words.
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('customer', 'app.customers', '{email}');
CREATE TABLE app.logs (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers, actor text, line text, ip inet, at timestamp, amount numeric(4,1));
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, argument) VALUES
    ('app.logs', 'actor', 'name', 'truncate', NULL), ('app.logs', 'line', 'free text', 'redact', NULL), ('app.logs', 'ip', 'ip address', 'generalise', NULL),
    ('app.logs', 'at', 'time', 'generalise', 'month'), ('app.logs', 'amount', 'amount', 'generalise', 'band 100');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('customer', 'app.logs', 'customer_id');
INSERT INTO app.customers VALUES (4, 'Unn Skar', 'unn@skar.example', NULL, NULL);
INSERT INTO app.logs VALUES (1, 4, 'Liv Berg', 'Unn Skar meldte fra til Liv Berg', '192.0.2.77', '2029-05-17 12:00', -950.5), (2, 4, NULL, NULL, NULL, NULL, NULL),
    (3, 1, 'Liv Berg', 'Unn Skar', '192.0.2.77', '2029-05-17 12:00', 1);
SELECT is((SELECT retention.erase('customer', 4::bigint)->'anonymised'->0->>'rows'), '1', 'an erasure anonymises what no policy governs, and counts no row that holds nothing');
SELECT results_eq('SELECT actor, line, ip, at, amount FROM app.logs WHERE id = 1',
    $$VALUES ('L', '[redacted] meldte fra til [redacted]', inet '192.0.2.0/24', timestamp '2029-05-01', -999.9)$$,
    'each column in its way, texts of the words of the person and of the row, numbers within what the column can hold');
SELECT results_eq('SELECT line FROM app.logs WHERE id = 3', $$VALUES ('Unn Skar')$$, 'another row is untouched');

-- A shared row: the columns of one person alone.
CREATE TABLE app.talks (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers, other_id bigint REFERENCES app.customers, customer_said text, topic own.short, digest text);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('app.talks', 'customer_said', 'free text', 'redact');
INSERT INTO retention.subject_link (kind, relation, path, columns) VALUES ('customer', 'app.talks', 'customer_id', '{customer_said}'), ('customer', 'app.talks', 'other_id', '{}');
INSERT INTO app.customers VALUES (5, 'Unn Skar', 'unn2@skar.example', NULL, NULL), (6, 'Tor Rud', 'tor@rud.example', NULL, NULL);
INSERT INTO app.talks VALUES (1, 5, 6, 'Unn Skar, tlf. 99 88 77 66, hilste', 'Unn Skar og Tor Rud', 'Unn Skar og Tor Rud');
SET search_path = own, app, public;
SELECT is((SELECT retention.erase('customer', 5::bigint)->'taken_out'->0->>'rows'), '1', 'a shared row loses the person');
SELECT is((SELECT customer_said FROM app.talks), '[redacted], tlf. [redacted], hilste', 'what concerns the person alone is anonymised');
SELECT results_eq('SELECT topic::text, digest FROM app.talks', $$VALUES ('[redacted] og Tor Rud', '[redacted] og Tor Rud')$$, 'other texts lose the person''s words, whatever path names are read along');
RESET search_path;

-- Who else a row leads to: by another key, by a link of two steps, by one that leads down after it.
RESET retention.reveal;
CREATE SCHEMA erp;
CREATE TABLE erp.partner (id int PRIMARY KEY, name text, phone text);
CREATE TABLE erp.ord (id int PRIMARY KEY, partner int REFERENCES erp.partner);
CREATE TABLE erp.line (id int PRIMARY KEY, ord int REFERENCES erp.ord ON DELETE SET NULL, clerk int REFERENCES erp.partner, body text, ended_at timestamptz);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('erp.partner', 'name', 'name', 'null'), ('erp.partner', 'phone', 'phone', 'null'), ('erp.line', 'body', 'free text', 'redact');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('line', 'erp.line', '{ended_at}', '1 year', 'anonymise', 'enforce');
INSERT INTO retention.subject_kind (kind, relation) VALUES ('partner', 'erp.partner');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('partner', 'erp.line', 'ord.partner');
INSERT INTO erp.partner VALUES (1, 'Siri Vang', '98 76 54 32'), (2, 'Odd Nes', NULL);
INSERT INTO erp.ord VALUES (1, 1);
INSERT INTO erp.line VALUES (1, 1, 2, 'Ordered by Siri Vang, entered by Odd Nes', '2028-12-01'), (2, NULL, NULL, 'Ordered by Siri Vang', '2028-12-01');
CALL retention.sweep();
SET retention.reveal = on;
SELECT is((SELECT body FROM erp.line WHERE id = 1), 'Ordered by [redacted], entered by [redacted]', 'a sweep redacts whom a link and another key lead to');
SELECT is((SELECT body FROM erp.line WHERE id = 2), 'Ordered by Siri Vang', 'a sweep redacts nobody whom the row does not lead to');

-- What a key that is unset leads to goes after the text that names it.
RESET retention.reveal;
CREATE TABLE erp.visitor (id int PRIMARY KEY, name text, ended_at timestamptz);
CREATE TABLE erp.guestbook (id int PRIMARY KEY, visitor int REFERENCES erp.visitor ON DELETE SET NULL, body text, ended_at timestamptz);
INSERT INTO retention.personal_column (relation, column_name, category, anonymise) VALUES ('erp.visitor', 'name', 'name', 'null'), ('erp.guestbook', 'body', 'free text', 'redact');
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('a visitor', 'erp.visitor', '{ended_at}', '1 year', 'delete', 'enforce'),
    ('guestbook', 'erp.guestbook', '{ended_at}', '1 year', 'anonymise', 'enforce');
INSERT INTO erp.visitor VALUES (1, 'Siri Vang', '2028-12-01');
INSERT INTO erp.guestbook VALUES (1, 1, 'Siri Vang was here', '2028-12-01');
CALL retention.sweep();
SET retention.reveal = on;
SELECT is((SELECT body || (SELECT count(*) FROM erp.visitor) FROM erp.guestbook), '[redacted] was here0', 'a text is redacted before a key to whom it names is unset');

SELECT * FROM finish();
ROLLBACK;
