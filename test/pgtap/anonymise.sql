-- Every anonymiser at once on 20,000 rows of a table with UNIQUE, NOT NULL, CHECK and foreign keys: no row fails, no two meet, and
-- nothing is left that was said of anybody. What cannot work is refused before it begins.
BEGIN;
SELECT plan(20);

SET retention.test_now = '2030-01-01 12:00:00+00';
CREATE ROLE keeper;
CREATE SCHEMA app;
GRANT USAGE, CREATE ON SCHEMA app TO keeper;
CREATE DOMAIN app.filled AS text NOT NULL CHECK (VALUE <> '');
SET ROLE keeper;
CREATE FUNCTION app.mask(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT repeat('*', length($1)) $$;
CREATE TABLE app.customers (id int PRIMARY KEY, name text, ended_on date);
CREATE TABLE app.people (
    id bigint PRIMARY KEY,
    customer_id int NOT NULL REFERENCES app.customers,
    boss bigint REFERENCES app.people,
    first_name text NOT NULL CHECK (first_name <> ''),
    last_name varchar(12) NOT NULL CONSTRAINT last_name CHECK (last_name ~ '^[A-Z]'),
    username varchar(13) UNIQUE NOT NULL,
    email varchar(60) UNIQUE NOT NULL CONSTRAINT email CHECK (email LIKE '%@%'),
    national_id char(11) UNIQUE NOT NULL CHECK (length(national_id) = 11),
    phone retention.phone UNIQUE CHECK (phone ~ '^\+?\d+$'),
    ref uuid UNIQUE NOT NULL,
    badge text NOT NULL,
    nick text,
    remark app.filled,
    meta jsonb NOT NULL,
    born date NOT NULL CHECK (born BETWEEN '1900-01-01' AND '2030-01-01'),
    hired timestamptz NOT NULL CHECK (hired > '1990-01-01'),
    salary numeric(8,2) NOT NULL CHECK (salary > 0),
    age smallint NOT NULL CHECK (age >= 0),
    weight real CHECK (weight > 0),
    address text,
    seen inet NOT NULL,
    place point NOT NULL,
    secret text NOT NULL CHECK (secret <> ''),
    UNIQUE (customer_id, badge)
);
CREATE UNIQUE INDEX people_lower ON app.people (lower(username));
CREATE UNIQUE INDEX people_nick ON app.people (nick);
RESET ROLE;
INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant, argument) VALUES
    ('app.people', 'boss', 'x', 'null', NULL, NULL), ('app.people', 'first_name', 'name', 'truncate', NULL, '1'), ('app.people', 'last_name', 'name', 'constant', 'Nobody', NULL),
    ('app.people', 'username', 'username', 'random token', NULL, NULL), ('app.people', 'email', 'email', 'random token', NULL, NULL),
    ('app.people', 'national_id', 'national id', 'random token', NULL, NULL), ('app.people', 'phone', 'phone', 'random token', NULL, NULL),
    ('app.people', 'ref', 'x', 'random token', NULL, NULL), ('app.people', 'badge', 'x', 'random token', NULL, 'text 20'), ('app.people', 'nick', 'name', 'null', NULL, NULL),
    ('app.people', 'remark', 'free text', 'redact', NULL, NULL), ('app.people', 'meta', 'free text', 'redact', NULL, NULL),
    ('app.people', 'born', 'birth date', 'generalise', NULL, 'decade'), ('app.people', 'hired', 'x', 'noise', NULL, '30 days'), ('app.people', 'salary', 'x', 'noise', NULL, '10 %'),
    ('app.people', 'age', 'x', 'generalise', NULL, 'band 10'), ('app.people', 'weight', 'x', 'noise', NULL, '2.5'), ('app.people', 'address', 'address', 'generalise', NULL, NULL),
    ('app.people', 'seen', 'ip address', 'generalise', NULL, NULL), ('app.people', 'place', 'location', 'generalise', NULL, 'grid 0.1'),
    ('app.people', 'secret', 'x', 'function', NULL, 'app.mask');
INSERT INTO app.customers VALUES (1, 'Fjordbygg', '2028-01-01'), (2, 'Havbruk', NULL);

-- What cannot work.
CREATE FUNCTION pg_temp.refused(col name, how text, arg text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    UPDATE retention.personal_column SET anonymise = how, constant = CASE how WHEN 'constant' THEN arg END, argument = CASE WHEN how <> 'constant' THEN arg END WHERE column_name = col;
    INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode) VALUES ('people', 'app.people', '{customer_id.ended_on}', '1 year', 'anonymise', 'enforce');
    RETURN 'not refused';
EXCEPTION WHEN OTHERS THEN RETURN SQLERRM; END $$;
SELECT is(pg_temp.refused(col, how, arg), format('personal column "%s" of table people %s', col, reason), format('%s, %s: refused', col, how)) FROM (VALUES
    ('email', 'constant', 'nobody@example.no', 'cannot be anonymised with "constant": rows may become equal in unique index "people_email_key"'),
    ('first_name', 'null', NULL, 'is anonymised to null but is not nullable'),
    ('last_name', 'constant', 'nobody', 'cannot be anonymised with "constant": check constraint "last_name" does not allow the result'),
    ('boss', 'noise', '5', 'cannot be anonymised with "noise": it is part of the foreign key "people_boss_fkey"'),
    ('badge', 'truncate', '3', 'cannot be anonymised with "truncate": rows may become equal in unique index "people_customer_id_badge_key"'),
    ('username', 'random token', '10', 'cannot be anonymised with "random token": a random token needs 11 characters to be met only once')) v (col, how, arg, reason);

INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, mode)
    VALUES ('people', 'app.people', '{customer_id.ended_on}', '1 year', 'anonymise', 'enforce');
INSERT INTO app.people SELECT i, CASE WHEN i % 1000 = 0 THEN 2 ELSE 1 END, nullif(i / 10, 0), 'Kari' || i, 'Lie' || i, 'kari' || i, 'kari' || i || '@example.no',
    lpad(i::text, 11, '0'), CASE WHEN i % 7 > 0 THEN '+47' || (90000000 + i) END, md5(i::text)::uuid, 'b' || i, CASE WHEN i % 3 > 0 THEN 'k' || i END,
    CASE i % 10 WHEN 0 THEN 'Kari' || i || ' ringte fra ' || (90000000 + i) || ' om noe annet' ELSE 'Kari' || i END,
    CASE i % 10 WHEN 1 THEN jsonb_build_object('who', 'Kari' || i, 'n', i % 9) ELSE '{}' END,
    date '1940-01-01' + i % 20000, timestamptz '2000-01-01' + i % 9000 * interval '1 day', i % 90000 + 1000.5, i % 100, i % 80 + 40.5,
    CASE i % 2 WHEN 0 THEN 'Storgata ' || i || ', 0153 Oslo' ELSE 'ukjent' END, inet '10.0.0.0' + i, point(10 + i % 700 / 1000.0, 59 + i % 333 / 1000.0), 'hush' || i
    FROM generate_series(1, 20020) i;
CREATE TEMP TABLE before AS TABLE app.people;
SET retention.reveal = on;
CREATE TEMP TABLE whole AS TABLE app.people;
CALL retention.sweep();
SELECT results_eq('SELECT anonymised, blocked, problem FROM retention.sweep_run ORDER BY run_id DESC LIMIT 1', $$VALUES (20000::bigint, 0::bigint, NULL::text)$$,
    '20,000 rows, and none failed');
SELECT is_empty('SELECT * FROM retention.blocked_row', 'none is blocked');
SELECT results_eq('SELECT count(*), count(DISTINCT username), count(DISTINCT email), count(DISTINCT national_id), count(DISTINCT phone), count(DISTINCT ref), count(DISTINCT badge) FROM app.people',
    'VALUES (20020::bigint, 20020::bigint, 20020::bigint, 20020::bigint, 17160::bigint, 20020::bigint, 20020::bigint)', 'no two meet');
SELECT results_eq($$SELECT to_jsonb(p) - 'retention_clock' - 'id' FROM app.people p WHERE customer_id = 2 ORDER BY id$$,
    $$SELECT to_jsonb(p) - 'retention_clock' - 'id' FROM before p WHERE customer_id = 2 ORDER BY id$$, 'who stays is untouched');
CREATE TEMP VIEW done AS SELECT p.*, w.username AS was_username, w.email AS was_email, w.national_id AS was_national_id, w.phone AS was_phone, w.ref AS was_ref, w.badge AS was_badge,
    w.remark AS was_remark, w.meta AS was_meta, w.born AS was_born, w.hired AS was_hired, w.salary AS was_salary, w.age AS was_age, w.weight AS was_weight, w.address AS was_address,
    w.seen AS was_seen, w.place AS was_place, w.secret AS was_secret FROM app.people p JOIN whole w USING (id) WHERE p.customer_id = 1;
SELECT is_empty('SELECT id FROM done WHERE username = was_username OR email = was_email OR national_id = was_national_id OR phone = was_phone OR ref = was_ref OR badge = was_badge
    OR remark = was_remark OR was_meta ? ''who'' AND meta = was_meta OR secret = was_secret', 'nothing is what it was');
SELECT is_empty($$SELECT id FROM done WHERE email !~ '^[a-z2-9]{26}@anonymous\.invalid$' OR phone !~ '^\+999\d{31}$' OR username !~ '^[a-z2-9]{13}$' OR national_id !~ '^[0-9A-Za-z]{11}$'
    OR badge !~ '^[a-z2-9]{20}$' OR (phone IS NULL) <> (was_phone IS NULL)$$, 'tokens are of their form and fit, and none stands for nothing');
SELECT is_empty($$SELECT id FROM done WHERE first_name <> 'K' OR last_name <> 'Nobody' OR boss IS NOT NULL OR nick IS NOT NULL OR secret !~ '^\*+$'$$, 'truncated, constant, null, by a function');
SELECT is_empty($$SELECT id FROM done WHERE remark NOT IN ('[redacted]', '[redacted] ringte fra [redacted] om noe annet') OR was_meta ? 'who' AND (meta ->> 'who' <> '[redacted]' OR meta -> 'n' <> was_meta -> 'n')$$,
    'redacted, and no more than that');
SELECT is_empty($$SELECT id FROM done WHERE born <> date_trunc('decade', was_born) OR age <> was_age / 10 * 10 OR address IS DISTINCT FROM CASE WHEN was_address LIKE 'S%' THEN '01xx Oslo' END
    OR seen <> network(set_masklen(was_seen, 24)) OR abs(place[0] - was_place[0]) >= 0.1001 OR round(place[0]::numeric, 1)::text <> place[0]::text AND place[0] <> trunc(place[0])$$, 'made coarse');
SELECT is_empty($$SELECT id FROM done WHERE abs(extract(epoch FROM hired - was_hired)) > 30 * 86400 OR abs(salary - was_salary) > was_salary / 10 + 0.01 OR abs(weight - was_weight) > 2.51$$,
    'moved no further than was said');
SELECT cmp_ok((SELECT count(*) FROM done WHERE hired = was_hired OR salary = was_salary), '<', 100::bigint, 'noise moves most values');
SELECT is((SELECT count(*) FROM app.people WHERE retention.state(retention_clock) = 'anonymised'), 20000::bigint, 'the state of each row says that it is anonymised');
CALL retention.sweep();
SELECT results_eq('SELECT anonymised FROM retention.sweep_run ORDER BY run_id DESC LIMIT 1', 'VALUES (0::bigint)', 'a second sweep anonymises nothing');
SELECT is((SELECT row_count FROM retention.ledger WHERE action = 'anonymised' ORDER BY entry_id DESC LIMIT 1) IS NOT NULL, true, 'with entries in the ledger');

SELECT * FROM finish();
ROLLBACK;
