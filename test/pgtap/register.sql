-- The register of processing (Article 30) says what is configured, and what is not; the same bytes as long as that is the same.
BEGIN;
SELECT plan(53);
SET retention.test_now = '2030-06-01 12:00:00+00';
SET client_min_messages = error;

-- What the server is like is not the golden text's.
CREATE FUNCTION pg_temp.register(form text) RETURNS text LANGUAGE sql AS $$
    SELECT regexp_replace(retention.register(form), '(\* (Pages of data|The server offers)[^\n]*\n)|(,?\n *\{"measure": "(encryption|checksums)"[^\n]*\})', '', 'g') $$;
CREATE FUNCTION pg_temp.lines(text) RETURNS TABLE (line text) LANGUAGE sql AS $$SELECT rtrim(regexp_split_to_table($1, '\n'), ',')$$;
-- Lines that are in one and not in the other.
CREATE FUNCTION pg_temp.changed(was text, now text) RETURNS text LANGUAGE sql AS $$
    WITH a AS (SELECT line FROM pg_temp.lines(was)), b AS (SELECT line FROM pg_temp.lines(now))
    SELECT string_agg(c.line, E'\n' ORDER BY c.n, c.line COLLATE "C") FROM (
        SELECT 1 AS n, '- ' || x.line AS line FROM (SELECT line FROM a EXCEPT SELECT line FROM b) x
        UNION ALL SELECT 2, '+ ' || x.line FROM (SELECT line FROM b EXCEPT SELECT line FROM a) x) c $$;
CREATE FUNCTION pg_temp.missing(what text) RETURNS text LANGUAGE sql AS $$
    SELECT string_agg(concat_ws(' ', m ->> 'name', m ->> 'detail'), ', ' ORDER BY n)
    FROM json_array_elements(retention.register()::json -> 'not_classified') WITH ORDINALITY o (m, n) WHERE m ->> 'missing' = what $$;
-- Whether something is missing of which there is nothing more to say.
CREATE FUNCTION pg_temp.lacks(what text) RETURNS boolean LANGUAGE sql AS $$
    SELECT count(*) = 1 FROM json_array_elements(retention.register()::json -> 'not_classified') m WHERE m ->> 'missing' = what AND m ->> 'name' IS NULL $$;

-- Nothing is configured: all of that is missing.
SELECT is((SELECT string_agg(m ->> 'missing', ', ') FROM json_array_elements(retention.register()::json -> 'not_classified') m),
    'controller, purposes, recipients, locations, kinds of persons', 'a register of nothing says what there is none of');
SELECT is(retention.register()::json ->> 'controller', NULL, 'nobody is the controller');

CREATE ROLE register_books;
CREATE SCHEMA app;
CREATE TABLE app.customers (id int PRIMARY KEY, name text, kind text, ended_at date);
CREATE TABLE app.users (id int PRIMARY KEY, username text, email text, phone text, customer_id int NOT NULL REFERENCES app.customers, deactivated_at date);
CREATE TABLE app.cases (id int PRIMARY KEY, opened_by int NOT NULL REFERENCES app.users, subject text, description retention.free_text, completed_at date);
CREATE TABLE app.invoices (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES app.customers, issued_on date, attention text, email text);
INSERT INTO retention.controller (name, contact, data_protection_officer, representative, joint_controllers, measures, recipients, authority) VALUES
    ('DigiQuip AS', 'privacy@digiquip.example', 'dpo@digiquip.example', NULL, '{Partner AS (post@partner.example)}', '{Staff are trained each year.}', '{couriers}', 'Datatilsynet');
INSERT INTO retention.purpose (name, description, legal_basis, interest, categories, direct_marketing, caps, timezone, roles) VALUES
    ('service', 'to deliver what was ordered', 'contract', NULL, '{phone, name, email}', false, '{}', 'Europe/Oslo', '{}'),
    ('books', NULL, 'GDPR Art. 6(1)(c)', NULL, '{name}', false, '{}', 'Europe/Oslo', '{}'),
    ('Zeal', NULL, 'legitimate interest', 'to sell', '{email}', true, '{2 per calendar month}', 'Europe/Oslo', '{register_books}');
INSERT INTO retention.personal_column (relation, column_name, category, keep_for, anonymise) VALUES
    ('app.users', 'username', 'username', NULL, 'null'), ('app.users', 'email', 'email', NULL, 'null'), ('app.users', 'phone', 'phone', '1 year', 'null'),
    ('app.customers', 'name', 'name', NULL, 'null'), ('app.cases', 'subject', 'free text', NULL, 'redact'),
    ('app.invoices', 'attention', 'name', NULL, 'null'), ('app.invoices', 'email', 'email', NULL, 'null');
UPDATE retention.personal_column SET required_by_law = true WHERE relation = 'app.invoices'::regclass AND column_name = 'attention';
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, starts_when, timezone, keep_for, quarantine_for, action, must_keep_for, reference, legal_access, purpose, legal_basis, mode) VALUES
    ('user accounts', 'app.users', NULL, '{deactivated_at, customer_id.ended_at}', 'any', 'Europe/Oslo', '3 years', '30 days', 'delete', NULL, 'Limitation Act §2', '{}', 'service', NULL, 'enforce'),
    ('cases', 'app.cases', NULL, '{completed_at, opened_by.customer_id.ended_at}', 'all', 'Europe/Oslo', '3 years', '0 days', 'anonymise', NULL, NULL, '{}', 'service', 'GDPR Art. 6(1)(b)', 'enforce'),
    ('private customers', 'app.customers', $$kind = 'private'$$, '{ended_at}', 'any', 'Europe/Oslo', '5 years after end of fiscal year', '0 days', 'anonymise', NULL, NULL, '{}', 'Zeal', NULL, 'enforce'),
    ('invoices', 'app.invoices', NULL, '{issued_on}', 'any', 'Europe/Oslo', '5 years after end of fiscal year', '0 days', 'anonymise', '5 years after end of fiscal year', 'Bookkeeping Act §13', '{register_books}', 'books', NULL, 'enforce');
INSERT INTO retention.subject_kind (kind, relation, identifying, applies_to) VALUES ('user', 'app.users', '{username}', NULL), ('customer', 'app.customers', '{}', $$kind = 'private'$$);
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('user', 'app.cases', 'opened_by', 'about'), ('customer', 'app.invoices', 'customer_id', 'about'), ('customer', 'app.users', 'customer_id', 'accesses');
INSERT INTO retention.recipient (name, role, purposes, country, transfer_basis, transfer, contact, since, until) VALUES
    ('Fiber AS', 'controller', '{service}', 'NO', NULL, NULL, 'post@fiber.example', NULL, NULL),
    ('Cloud Inc', 'processor', '{service, books}', 'US', 'adequacy', 'Data Privacy Framework', NULL, '2028-01-01 00:00+01', '2040-01-01 00:00+00');
INSERT INTO retention.location (name, kind, matches, country, provider, own_control, note) VALUES
    ('Oslo', 'server', '%', 'NO', NULL, true, NULL), ('tapes', 'backup', NULL, 'NO', 'Vault AS', false, 'in a safe');

SELECT is(pg_temp.register('markdown'), $golden$# Register of processing activities

Article 30(1) of the General Data Protection Regulation. Written by the database from what it is configured to do.

## Controller

* Controller: DigiQuip AS
* Contact: privacy@digiquip.example
* Joint controller: Partner AS (post@partner.example)
* Data protection officer: dpo@digiquip.example

## Purposes

| Purpose | Persons | Data | Recipients | Policies | Legal basis |
| --- | --- | --- | --- | --- | --- |
| Zeal | customer | email |  | private customers | legitimate interest: to sell |
| books | customer | name | Cloud Inc | invoices | GDPR Art. 6(1)(c) |
| service: to deliver what was ordered | user | email, name, phone | Cloud Inc, Fiber AS | cases, user accounts | contract |

## Categories of persons

| Persons | Table | Which rows | Tables whose rows lead to them |
| --- | --- | --- | --- |
| customer | app.customers | kind = 'private' | app.invoices, app.users |
| user | app.users | all | app.cases |

## Categories of data

| Category | Table | Column | Origin | Anonymised by | Required by law |
| --- | --- | --- | --- | --- | --- |
| email | app.invoices | email | provided | null |  |
| email | app.users | email | provided | null |  |
| free text | app.cases | description | provided | null |  |
| free text | app.cases | subject | provided | redact |  |
| name | app.customers | name | provided | null |  |
| name | app.invoices | attention | provided | null | yes |
| phone | app.users | phone | provided | null |  |
| username | app.users | username | provided | null |  |

## Recipients

| Recipient | Role | Purposes | Country | Contact | From | Until |
| --- | --- | --- | --- | --- | --- | --- |
| Cloud Inc | processor | books, service | US |  | 2027-12-31T23:00:00Z | 2040-01-01T00:00:00Z |
| Fiber AS | controller | service | NO | post@fiber.example |  |  |

* couriers

## Transfers out of the European Economic Area

* Cloud Inc, US: adequacy, Data Privacy Framework

## Where data lie

| Location | Kind | Country | Provider | Under own control | Note |
| --- | --- | --- | --- | --- | --- |
| Oslo | server | NO | the controller | yes |  |
| tapes | backup | NO | Vault AS | no | in a safe |

## Time limits

| Policy | Rows | Data | From | Kept | Then hidden, and still stored | Then | Required by law |
| --- | --- | --- | --- | --- | --- | --- | --- |
| cases | app.cases | free text | the latest, once all are set, of completed\_at, opened\_by.customer\_id.ended\_at | 3 years |  | anonymised |  |
| invoices | app.invoices | email, name | issued\_on | 5 years after end of fiscal year |  | anonymised | 5 years after end of fiscal year, Bookkeeping Act §13; read by register\_books |
| private customers | app.customers where kind = 'private' | name | ended\_at | 5 years after end of fiscal year |  | anonymised |  |
| user accounts | app.users | email, phone, username | the earliest of deactivated\_at, customer\_id.ended\_at | 3 years (Limitation Act §2) | 30 days | deleted |  |

### Columns that go before their rows

| Policy | Table | Column | Category | Kept |
| --- | --- | --- | --- | --- |
| user accounts | app.users | phone | phone | 1 year |

### Records of this database about persons

| Records | Kept |
| --- | --- |
| requests, after they were closed | 1096 days |
| disclosures, after they were made | 1096 days |
| objections, before their persons are erased | as long as the person is there |

## Security

* Rows whose period is over are in no answer to a query, until they are deleted or anonymised: cases, invoices, private customers, user accounts.
* What a law keeps is not deleted before its time: invoices.
* Hidden rows are read by nobody but superusers and who has the right to set retention.reveal, each time on record, and what a law keeps by the roles named with its policy.
* Who acts for a purpose does not see persons who objected to it or do not consent: Zeal.
* What is done to rows, policies and declarations is entered in a hash-chained ledger.
* Staff are trained each year.

## Not classified

| What | Name | Detail |
| --- | --- | --- |
| Rows of the table that no condition of a policy takes have no time limit. | app.customers |  |
$golden$, 'the register as markdown');
SELECT is((retention.register()::json -> 'time_limits' ->> 3)::jsonb, '{"policy": "user accounts", "table": "app.users", "condition": null, "purpose": "service", "persons": ["user"],
    "categories": ["email", "phone", "username"], "from": ["deactivated_at", "customer_id.ended_at"], "from_the": "earliest", "kept_for": "3 years", "quarantined_for": "30 days", "then": "deleted", "while_referenced": "anonymised",
    "required_for": null, "reference": "Limitation Act §2", "read_by": [], "columns": [{"column": "phone", "kept_for": "1 year"}], "time_zone": "Europe/Oslo", "mode": "enforce", "legal_basis": null}'::jsonb,
    'a policy as JSON, with the columns that go before their rows');
SELECT is((retention.register()::json -> 'controller')::jsonb, '{"name": "DigiQuip AS", "contact": "privacy@digiquip.example", "joint_controllers": ["Partner AS (post@partner.example)"], "representative": null,
    "data_protection_officer": "dpo@digiquip.example"}'::jsonb, 'the controller as JSON');
SELECT is((SELECT c -> 'columns' FROM jsonb_array_elements(retention.register()::jsonb -> 'data') c WHERE c ->> 'category' = 'free text'),
    '[{"table": "app.cases", "column": "description", "declared_by": "type", "origin": "provided", "kept_for": null, "anonymised": "null", "required_by_law": false},
      {"table": "app.cases", "column": "subject", "declared_by": "declaration", "origin": "provided", "kept_for": null, "anonymised": "redact", "required_by_law": false}]'::jsonb,
    'columns whose type says that they are personal stand beside those that are declared');
SELECT is((SELECT string_agg(line, ',') FROM pg_temp.lines(pg_temp.register('html')) WHERE line LIKE '%<td>invoices</td><td>app.invoices%'),
    '<tr><td>invoices</td><td>app.invoices</td><td>email, name</td><td>issued_on</td><td>5 years after end of fiscal year</td><td></td><td>anonymised</td><td>5 years after end of fiscal year, Bookkeeping Act &#167;13; read by register_books</td></tr>',
    'a policy as HTML');
SELECT is((SELECT count(*) FROM pg_temp.lines(pg_temp.register('html')) WHERE line LIKE '<tr><td>%'), (SELECT count(*) FROM pg_temp.lines(pg_temp.register('markdown')) WHERE line LIKE '| %')
    - 2 * (SELECT count(*) FROM pg_temp.lines(pg_temp.register('markdown')) WHERE line LIKE '| ---%'), 'HTML has the rows that markdown has');
SELECT is(retention.register(), retention.register('json'), 'JSON is what it is written as when nobody says');
SELECT is(retention.register_digest(), encode(sha256(convert_to(retention.register(), 'UTF8')), 'hex'), 'the digest is SHA-256 of the JSON');
SELECT throws_ok($$SELECT retention.register('pdf')$$, '22023', 'format "pdf" of the register is not known', 'another form is refused');
SELECT throws_ok($$SELECT retention.register(NULL)$$, '22004', 'format must not be null', 'no form is refused');

-- The same bytes as long as the configuration is the same.
CREATE TEMP TABLE was AS SELECT form, pg_temp.register(form) AS text FROM unnest('{json, markdown, html}'::text[]) form;
CREATE FUNCTION pg_temp.changes(form text) RETURNS text LANGUAGE sql AS $$SELECT pg_temp.changed(w.text, pg_temp.register(w.form)) FROM was w WHERE w.form = changes.form$$;
CREATE FUNCTION pg_temp.same() RETURNS boolean LANGUAGE sql AS $$SELECT bool_and(w.text = pg_temp.register(w.form)) FROM was w$$;
SELECT ok(pg_temp.same(), 'two runs write the same');
SET retention.test_now = '2035-06-01 12:00:00+00';
SET TimeZone = 'Asia/Tokyo';
SET DateStyle = 'SQL, DMY';
SET search_path = app, pg_catalog, public;
SET quote_all_identifiers = on;
SELECT ok(pg_temp.same(), 'neither the time nor the session changes a byte');
RESET quote_all_identifiers;
RESET search_path;
RESET DateStyle;
RESET TimeZone;
SET retention.test_now = '2030-06-01 12:00:00+00';
CALL retention.sweep();
SELECT ok(pg_temp.same(), 'a sweep, and clocks that are stamped, change none either');
SET retention.confirm_drop = on;
CREATE TEMP TABLE policies AS TABLE retention.policy;
DELETE FROM retention.policy;
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, starts_when, timezone, keep_for, quarantine_for, action, must_keep_for, reference, legal_access, purpose, legal_basis, mode)
    SELECT name, relation, applies_to, clock_starts, starts_when, timezone, keep_for, quarantine_for, action, must_keep_for, reference, legal_access, purpose, legal_basis, mode FROM policies ORDER BY policy_id DESC;
CREATE TEMP TABLE columns AS TABLE retention.personal_column;
DELETE FROM retention.personal_column;
INSERT INTO retention.personal_column SELECT * FROM columns ORDER BY column_name DESC, relation DESC;
CREATE TEMP TABLE links AS TABLE retention.subject_link;
DELETE FROM retention.subject_link;
INSERT INTO retention.subject_link (kind, relation, path, role) SELECT kind, relation, path, role FROM links ORDER BY kind, relation;
CREATE TEMP TABLE recipients AS TABLE retention.recipient;
DELETE FROM retention.recipient;
INSERT INTO retention.recipient (name, role, purposes, country, transfer_basis, transfer, contact, since, until)
    SELECT name, role, ARRAY(SELECT p FROM unnest(purposes) p ORDER BY p DESC), country, transfer_basis, transfer, contact, since, until FROM recipients ORDER BY name;
UPDATE retention.location SET note = note WHERE name = 'Oslo';
UPDATE retention.purpose SET categories = ARRAY(SELECT c FROM unnest(categories) c ORDER BY c DESC);
SELECT is((SELECT count(*) FROM policies JOIN retention.policy p USING (name) WHERE p.policy_id = policies.policy_id), 0::bigint, 'the policies have other numbers now');
SELECT ok(pg_temp.same(), 'what was written in another order reads the same');

-- What changes, changes its own lines.
UPDATE retention.policy SET keep_for = '4 years' WHERE name = 'user accounts';
SELECT is(pg_temp.changes('markdown'), $$- | user accounts | app.users | email, phone, username | the earliest of deactivated\_at, customer\_id.ended\_at | 3 years (Limitation Act §2) | 30 days | deleted |  |
+ | user accounts | app.users | email, phone, username | the earliest of deactivated\_at, customer\_id.ended\_at | 4 years (Limitation Act §2) | 30 days | deleted |  |$$,
    'another period changes one row');
SELECT is((SELECT count(*) FROM regexp_split_to_table(pg_temp.changes('json'), '\n')), 2::bigint, 'another period changes one line of JSON');
SELECT is((SELECT count(*) FROM regexp_split_to_table(pg_temp.changes('html'), '\n')), 2::bigint, 'another period changes one line of HTML');
SELECT isnt(retention.register_digest(), (SELECT encode(sha256(convert_to(text, 'UTF8')), 'hex') FROM was WHERE form = 'json'), 'another period has another digest');
UPDATE retention.policy SET keep_for = '3 years' WHERE name = 'user accounts';
SELECT ok(pg_temp.same(), 'as it was it reads as it did');
UPDATE retention.personal_column SET keep_for = '6 months' WHERE column_name = 'phone';
SELECT is(pg_temp.changes('markdown'), E'- | user accounts | app.users | phone | phone | 1 year |\n+ | user accounts | app.users | phone | phone | 6 months |', 'another period of a column changes its row');
UPDATE retention.personal_column SET keep_for = '1 year' WHERE column_name = 'phone';

-- What a reference says is no law's period.
UPDATE retention.policy SET reference = 'Limitation Act §3' WHERE name = 'user accounts';
SELECT matches(pg_temp.changes('markdown'), '3 years \(Limitation Act §3\) \| 30 days \| deleted \|  \|$', 'what a period is taken from is not said to be required by law');
UPDATE retention.policy SET reference = 'Limitation Act §2' WHERE name = 'user accounts';

-- An export says the same.
INSERT INTO app.customers VALUES (1, 'Kari', 'private', NULL);
INSERT INTO app.users VALUES (1, 'kari', 'kari@x.example', NULL, 1, NULL);
SET quote_all_identifiers = on;
SELECT is((SELECT string_agg(p::text, E'\n' ORDER BY n) FROM jsonb_array_elements(retention.export('user', 1)::jsonb -> 'processing') WITH ORDINALITY o (p, n) WHERE p ->> 'policy' = 'user accounts'),
    '{"table": "app.users", "policy": "user accounts", "purpose": "service", "legal_basis": null, "interest": null, "reference": "Limitation Act §2", "categories": ["email", "phone", "username"], "kept_for": "3 years",
      "quarantined_for": "30 days", "required_for": null, "required_by": null, "then": "deleted", "enforced": true, "columns": [{"column": "phone", "kept_for": "1 year"}]}'::jsonb::text,
    'an export says of a policy what the register says');
SELECT is((SELECT string_agg(concat_ws(': ', p ->> 'policy', p ->> 'required_by', p ->> 'interest'), ', ' ORDER BY p ->> 'policy') FROM jsonb_array_elements(retention.export('customer', 1)::jsonb -> 'processing') p),
    'invoices: Bookkeeping Act §13, private customers: to sell, user accounts', 'an export says which law requires data, and which interest is pursued');

RESET quote_all_identifiers;

INSERT INTO retention.recipient (name, role, purposes, country) VALUES ('Shared AS', 'joint controller', '{service}', 'NO');
SELECT matches(pg_temp.register('markdown'), E'\n\\* Joint controller: Partner AS .*\n\\* Joint controller: Shared AS\n', 'a recipient that is a joint controller is named with the controller');
DELETE FROM retention.recipient WHERE name = 'Shared AS';

-- What is not classified, each kind of it.
UPDATE retention.policy SET purpose = NULL, legal_basis = NULL WHERE name = 'cases';
UPDATE retention.policy SET purpose = 'whatever', legal_basis = 'as we like', mode = 'off' WHERE name = 'invoices';
UPDATE retention.policy SET mode = 'observe' WHERE name = 'private customers';
SELECT is(pg_temp.missing('purpose of a policy'), 'cases, invoices whatever', 'policies without a purpose, or with one that is none');
SELECT is(pg_temp.missing('legal basis of a policy'), 'cases, invoices as we like', 'policies without a legal basis, or with one that nobody understands');
SELECT is(pg_temp.missing('policy that is not enforced'), 'invoices off, private customers observe', 'policies by which nothing is done');
SELECT is(pg_temp.missing('policy for a purpose'), 'books', 'a purpose that no policy names');
SELECT is((SELECT string_agg(m ->> 'measure' || ' ' || (m ->> 'names'), ', ') FROM json_array_elements(retention.register()::json -> 'security') m WHERE m ->> 'measure' IN ('hidden', 'kept by law')),
    'hidden ["cases", "user accounts"]', 'what is not enforced protects nothing');
INSERT INTO retention.purpose (name, legal_basis, timezone) VALUES ('odd', 'because', 'UTC'), ('dull', 'GDPR Art. 6(1)(f)', 'UTC');
SELECT is(pg_temp.missing('legal basis of a purpose') || '; ' || pg_temp.missing('interest pursued') || '; ' || pg_temp.missing('categories of a purpose'), 'odd because; dull; dull, odd',
    'purposes without a basis, an interest, categories');
INSERT INTO retention.recipient (name, role, purposes, country) VALUES ('Afar', 'processor', '{nothing, service}', 'IN'), ('Idle', 'processor', '{}', 'SE');
INSERT INTO retention.location (name, kind, country, own_control) VALUES ('vault', 'backup', 'CN', false);
SELECT is(pg_temp.missing('purpose of a recipient') || '; ' || pg_temp.missing('basis of a transfer to a recipient') || '; ' || pg_temp.missing('basis of a transfer to a location'), 'Afar nothing, Idle; Afar IN; vault CN',
    'recipients without a purpose, transfers that nothing allows');
SELECT matches(pg_temp.register('markdown'), E'\n\\* Afar, IN: nothing allows it\n', 'a transfer that nothing allows is among the transfers');
CREATE TABLE app.leads (id int, mail text, birth_date date, email_sent boolean, colour text, "Fullt navn" text);
CREATE TABLE app.guests (id int, email retention.email, mobile text);
CREATE TEMP TABLE contacts (email text);
SELECT is(pg_temp.missing('declaration of a column'), 'app.guests.mobile phone, app.leads."Fullt navn" name, app.leads.birth_date birth date, app.leads.mail email', 'columns called as personal data are that nobody declared');
SELECT is(pg_temp.missing('policy for a personal column') || '; ' || pg_temp.missing('link from a personal column to persons'), 'app.guests.email, app.invoices.attention, app.invoices.email; app.guests.email',
    'a personal column without a policy that stands, and one without a link');
DELETE FROM retention.recipient WHERE name IN ('Afar', 'Idle', 'Cloud Inc');
UPDATE retention.recipient SET until = now() + interval '100 years';
UPDATE retention.controller SET measures = '{}', recipients = '{}';
DELETE FROM retention.location WHERE kind = 'server';
SELECT ok(pg_temp.lacks('organisational measures') AND pg_temp.lacks('locations') AND NOT pg_temp.lacks('recipients'), 'measures that nobody states, and the server that lies nowhere');
DELETE FROM retention.recipient;
SELECT ok(pg_temp.lacks('recipients'), 'no recipient, and no category of them');

-- Whatever things are called.
CREATE SCHEMA "S|p";
CREATE TABLE "S|p"."a*b_c`d" (id int PRIMARY KEY, "<b>mail</b>" text, e date);
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('"S|p"."a*b_c`d"', '<b>mail</b>', E'# quo"ted\\');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, reference, purpose, mode) VALUES (E'two\nlines & <i>', '"S|p"."a*b_c`d"', '{e}', 'UTC', '1 day', 'delete', '| x | y |', 'service', 'enforce');
SELECT is((SELECT string_agg(line, E'\n') FROM pg_temp.lines(pg_temp.register('markdown')) WHERE line LIKE '| two%'),
    '| two lines \& \<i\> | "S\|p"."a\*b\_c\`d" | \# quo"ted\\ | e | 1 day (\| x \| y \|) |  | deleted |  |', 'no name becomes a mark of markdown');
SELECT is((SELECT string_agg(line, E'\n') FROM pg_temp.lines(pg_temp.register('html')) WHERE line LIKE '<tr><td>two%'),
    '<tr><td>two lines &amp; &lt;i&gt;</td><td>&quot;S|p&quot;.&quot;a*b_c`d&quot;</td><td># quo&quot;ted\</td><td>e</td><td>1 day (| x | y |)</td><td></td><td>deleted</td><td></td></tr>', 'no name becomes a mark of HTML');
SELECT is((SELECT t #>> '{}' FROM json_array_elements(retention.register()::json -> 'time_limits') l, LATERAL (SELECT json_build_array(l -> 'policy', l -> 'table', l -> 'categories') AS t) x WHERE l ->> 'policy' LIKE 'two%')::jsonb,
    json_build_array(E'two\nlines & <i>', '"S|p"."a*b_c`d"', json_build_array(E'# quo"ted\\'))::jsonb, 'every name comes through JSON');

-- Who may ask.
CREATE ROLE register_reader;
CREATE ROLE register_nobody;
GRANT pg_monitor TO register_reader;
GRANT USAGE ON SCHEMA retention TO register_reader, register_nobody;
GRANT SET ON PARAMETER retention.reveal TO register_reader;
SELECT is((SELECT m ->> 'names' FROM json_array_elements(retention.register()::json -> 'security') m WHERE m ->> 'measure' = 'reveal'), '["register_reader"]', 'who may reveal is named');
CREATE TEMP TABLE mine AS SELECT retention.register_digest() AS digest;
GRANT SELECT ON mine TO register_reader;
SET ROLE register_nobody;
SELECT throws_ok('SELECT retention.register()', '42501', NULL, 'nobody else reads the register');
SELECT throws_ok('SELECT retention.register_digest()', '42501', NULL, 'nobody else reads its digest');
SET ROLE register_reader;
SELECT is(retention.register_digest(), (SELECT digest FROM mine), 'who monitors reads what the superuser reads');
RESET ROLE;

-- What may not be said of a controller or purpose.
SELECT throws_ok($$UPDATE retention.purpose SET obligation = 'perhaps' WHERE name = 'service'$$, '23514', NULL, 'whether data must be provided has three answers');
SELECT throws_ok($$UPDATE retention.controller SET measures = '{NULL}'$$, '23514', NULL, 'a measure is said');
-- Partitions, and policies that have no rows.
CREATE TABLE app.parts (id int, mail text, left_on date) PARTITION BY RANGE (id);
CREATE TABLE app.parts_1 PARTITION OF app.parts FOR VALUES FROM (0) TO (100);
INSERT INTO retention.personal_column (relation, column_name, category, keep_for, anonymise) VALUES ('app.parts', 'mail', 'email', '1 month', 'null');
INSERT INTO retention.policy (name, relation, applies_to, clock_starts, timezone, keep_for, action, mode) VALUES ('all parts', 'app.parts', 'id < 50', '{left_on}', 'UTC', '2 years', 'delete', 'observe');
INSERT INTO retention.policy (name, relation, clock_starts, timezone, keep_for, action, mode) VALUES ('part', 'app.parts_1', '{left_on}', 'UTC', '1 year', 'delete', 'observe');
SELECT is((SELECT t ->> 'categories' FROM jsonb_array_elements(retention.register()::jsonb -> 'time_limits') t WHERE t ->> 'policy' = 'part'), '["email"]', 'a policy of a partition has the data that its table declares');
SELECT is((SELECT t ->> 'columns' FROM jsonb_array_elements(retention.register()::jsonb -> 'time_limits') t WHERE t ->> 'policy' = 'part'), '[]', 'no column goes earlier by the policy of a partition');
SELECT is(pg_temp.missing('rows of a policy'), NULL, 'policies that have rows are not listed');
UPDATE retention.policy SET applies_to = NULL WHERE name = 'all parts';
SELECT is(pg_temp.missing('rows of a policy'), 'part no row reaches it: policy "all parts" comes before it and takes them all', 'a policy that no row reaches is listed, with what takes its rows');
SELECT matches(retention.register('markdown'), E'\\n\\| part \\(only observed\\) \\(no row reaches it\\) \\|', 'a policy that no row reaches is marked among the time limits');
SELECT * FROM finish();
ROLLBACK;
