-- Persons who objected, or have not consented, are not there for a session that acts for the purpose.
BEGIN;
SELECT no_plan();
SET client_min_messages = error;
SET retention.test_now = '2040-03-01 10:00:00 Europe/Oslo';

CREATE ROLE marketing;
CREATE ROLE surveyors;
CREATE ROLE marketer IN ROLE marketing;
CREATE ROLE clerk;
CREATE ROLE two_hats IN ROLE marketing, surveyors;
CREATE ROLE lender NOINHERIT IN ROLE marketing;
CREATE ROLE shop_owner;

CREATE SCHEMA s;
GRANT USAGE, CREATE ON SCHEMA s TO PUBLIC;
CREATE TABLE s.customer (id int PRIMARY KEY, name text, email text, city text, left_on date);
CREATE TABLE s.orders (id int PRIMARY KEY, customer_id int REFERENCES s.customer, note text, left_on date);
CREATE TABLE s.item (id int PRIMARY KEY, order_id int REFERENCES s.orders, note text, left_on date);
CREATE TABLE s.review (id int PRIMARY KEY, by_customer int REFERENCES s.customer, about_customer int REFERENCES s.customer, note text, left_on date);
CREATE TABLE s.visit (at date, customer_id int REFERENCES s.customer, note text, left_on date, PRIMARY KEY (at, customer_id)) PARTITION BY RANGE (at);
CREATE TABLE s.visit_new PARTITION OF s.visit FOR VALUES FROM ('2035-01-01') TO (MAXVALUE);
CREATE TABLE s.visit_old (note text, left_on date, customer_id int NOT NULL REFERENCES s.customer, at date NOT NULL);
ALTER TABLE s.visit ATTACH PARTITION s.visit_old FOR VALUES FROM (MINVALUE) TO ('2035-01-01');
CREATE TABLE s.letter (id int PRIMARY KEY, target_type text, target_id int, note text, left_on date);
CREATE TABLE s.member (code text, site uuid, name text, active boolean, left_on date, PRIMARY KEY (code, site));
CREATE TABLE s.log (customer_id int PRIMARY KEY REFERENCES s.customer, note text);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode)
SELECT t, 's.' || t, '{left_on}', '30 days', '1 year', 'delete', 'enforce' FROM unnest('{customer,orders,item,review,visit,letter,member}'::text[]) t;

INSERT INTO s.customer SELECT i, 'Kari ' || i, 'kari' || i || '@x.example', 'Oslo' FROM generate_series(1, 200) i;
INSERT INTO s.orders SELECT i, i, 'order ' || i FROM generate_series(1, 200) i;
INSERT INTO s.orders VALUES (1001, NULL, 'nobody''s');
INSERT INTO s.item SELECT i, i, 'item ' || i FROM generate_series(1, 200) i;
INSERT INTO s.review VALUES (1, 1, 2, 'x'), (2, 2, 3, 'x'), (3, 3, 1, 'x');
INSERT INTO s.visit SELECT d, i, 'visit ' || i FROM generate_series(1, 4) i, unnest('{2030-01-01,2036-01-01}'::date[]) d;
INSERT INTO s.letter VALUES (1, 'Customer', 2, 'x'), (2, 'Order', 2, 'x'), (3, 'Customer', 3, 'x'), (4, NULL, 2, 'x');
INSERT INTO s.member VALUES ('a', '00000000-0000-0000-0000-000000000001', 'Ola', true), ('b', '00000000-0000-0000-0000-000000000001', 'Per', true),
    ('b', '00000000-0000-0000-0000-000000000002', 'Pia', false);
INSERT INTO s.log SELECT 2, 'x';
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA s TO PUBLIC;
SET retention.test_now = '2040-03-01 10:00:00 Europe/Oslo';

INSERT INTO retention.subject_kind (kind, relation) VALUES ('customer', 's.customer');
INSERT INTO retention.subject_kind (kind, relation, applies_to) VALUES ('member', 's.member', 'active');
INSERT INTO retention.subject_link (kind, relation, path, role) VALUES
    ('customer', 's.orders', 'customer_id', 'about'), ('customer', 's.item', 'order_id.customer_id', 'deleted_with'),
    ('customer', 's.review', 'by_customer', 'about'), ('customer', 's.review', 'about_customer', 'mentioned'),
    ('customer', 's.visit', 'customer_id', 'about'), ('customer', 's.letter', '(target_id = s.customer.id, target_type = ''Customer'')', 'about'),
    ('customer', 's.log', 'customer_id', 'about');

-- A plan that was made before any purpose was there is made anew.
PREPARE by_city AS SELECT count(*) FROM s.customer WHERE city = $1;
SET plan_cache_mode = force_generic_plan;
EXECUTE by_city('Oslo') \gset before_
INSERT INTO retention.purpose (name, legal_basis, direct_marketing, roles) VALUES ('newsletter', 'legitimate interest', true, '{marketing}'),
    ('disruptions', 'contract', false, '{}'), ('survey', 'consent', false, '{surveyors}');
CREATE FUNCTION seen(tab text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    EXECUTE format('SELECT string_agg(%s, '' '' ORDER BY %1$s) FROM s.%I', CASE tab WHEN 'visit' THEN 'at || ''/'' || customer_id' WHEN 'member' THEN 'code || right(site::text, 1)' ELSE 'id::text' END, tab) INTO found;
    RETURN found;
END $$;
CREATE FUNCTION in_s() RETURNS SETOF text LANGUAGE sql AS $$ SELECT t || ' ' || count FROM (SELECT 'customer', count(*) FROM s.customer UNION ALL SELECT 'orders', count(*) FROM s.orders
    UNION ALL SELECT 'item', count(*) FROM s.item UNION ALL SELECT 'visit', count(*) FROM s.visit UNION ALL SELECT 'letter', count(*) FROM s.letter UNION ALL SELECT 'review', count(*) FROM s.review) x (t, count) $$;

SET ROLE marketer;
SELECT results_eq('SELECT in_s()', $$VALUES ('customer 200'), ('orders 201'), ('item 200'), ('visit 8'), ('letter 4'), ('review 3')$$, 'nobody is withheld while nobody objects');
RESET ROLE;
SELECT retention.object('customer', 2, 'newsletter') \g /dev/null
SET ROLE marketer;
SELECT results_eq('SELECT in_s()', $$VALUES ('customer 199'), ('orders 200'), ('item 199'), ('visit 6'), ('letter 3'), ('review 2')$$, 'whoever objected is not there for a role of the purpose, nor what is about the person, along each kind of path');
EXECUTE by_city('Oslo') \gset after_
SELECT is(:after_count, 199, 'a prepared statement of before withholds, too');
SELECT is(seen('review'), '1 3', 'a row that only mentions the person stays');
SELECT is(seen('letter'), '2 3 4', 'a row of another type, or of none, is not the person''s');
SELECT is((SELECT count(*) FROM s.visit_old), 3::bigint, 'a partition that is named withholds, its columns in another order');
SELECT is((SELECT count(*) FROM s.orders WHERE customer_id IS NULL), 1::bigint, 'a row that leads to nobody stays');
SELECT is((SELECT count(*) FROM s.log), 1::bigint, 'a table without a clock withholds nothing');
SELECT is((SELECT max(id) FROM s.customer WHERE id IN (1, 2)), 1, 'a row that is looked up by key is withheld');
UPDATE s.customer SET city = 'Bergen' WHERE id = 2;
DELETE FROM s.orders WHERE id = 2;
SELECT throws_ok($$INSERT INTO s.customer VALUES (2, 'x') ON CONFLICT (id) DO UPDATE SET name = 'x'$$, '23505', 'row conflicts with a row that is hidden by a retention policy', 'a withheld row is not overwritten by ON CONFLICT DO UPDATE');
SELECT lives_ok($$INSERT INTO s.customer VALUES (3, 'x') ON CONFLICT (id) DO UPDATE SET name = 'Kari 3'$$, 'another row is');
SELECT lives_ok($$INSERT INTO s.orders VALUES (1002, 2, 'new')$$, 'a row about a withheld person can be written');
SELECT is((SELECT count(*) FROM s.orders WHERE id = 1002), 0::bigint, 'a row about a withheld person is withheld from who wrote it');
RESET ROLE;
SELECT is((SELECT city FROM s.customer WHERE id = 2), 'Oslo', 'a withheld row is not changed');
SELECT is((SELECT count(*) FROM s.orders WHERE customer_id = 2), 2::bigint, 'a withheld row is not deleted');

-- Who acts.
SET ROLE clerk;
SELECT is((SELECT count(*) FROM s.customer), 200::bigint, 'a role that the purpose does not name sees all');
SET ROLE lender;
SELECT is((SELECT count(*) FROM s.customer), 200::bigint, 'a role that has the privileges of none of the purpose''s does not act for it');
SET ROLE marketing;
SELECT is((SELECT count(*) FROM s.customer), 199::bigint, 'SET ROLE counts');
RESET ROLE;
SELECT is((SELECT count(*) FROM s.customer), 200::bigint, 'a superuser is no marketer for having every role''s privileges');

-- Consent.
SET ROLE surveyors;
SELECT is((SELECT count(*) FROM s.customer), 0::bigint, 'without a consent nobody is there for a purpose that asks for it');
SELECT is((SELECT count(*) FROM s.orders), 1::bigint, 'what leads to persons without a consent is not there either');
RESET ROLE;
SELECT retention.give_consent('customer', k, 'survey', 'box ticked') FROM unnest('{2,3,5}'::bigint[]) k \g /dev/null
SELECT retention.withdraw_consent('customer', 5::bigint, 'survey', 'mail') \g /dev/null
SET ROLE surveyors;
SELECT is(seen('customer'), '2 3', 'whoever consented is there, and not any more when it is withdrawn');
SELECT is(seen('orders'), '1001 1002 2 3', 'what leads to who consented is there');
SET ROLE two_hats;
SELECT is(seen('customer'), '3', 'who acts for two purposes sees whom none of them withholds');
RESET ROLE;

-- Persons with a key of several columns, of a kind of which not each row is one.
SELECT retention.object('member', '{"code": "b", "site": "00000000-0000-0000-0000-000000000001"}'::jsonb, 'newsletter') \g /dev/null
SET ROLE marketer;
SELECT is(seen('member'), 'a1 b2', 'a person with a key of two columns is withheld alone');
SET ROLE surveyors;
SELECT is(seen('member'), 'b2', 'a row that is no person is not withheld for want of a consent');
RESET ROLE;

-- More than are asked about one by one.
SELECT retention.object('customer', k, 'newsletter') FROM generate_series(100, 180) k \g /dev/null
SET ROLE marketer;
SELECT is((SELECT count(*) FROM s.customer), 118::bigint, 'a whole table is read, of which many are withheld');
SELECT is((SELECT count(*) FROM s.item), 118::bigint, 'a whole table is read that leads to persons over another');
SELECT is((SELECT count(*) FROM s.customer JOIN s.orders o ON o.customer_id = customer.id JOIN s.item i ON i.order_id = o.id), 118::bigint, 'joins of withheld rows find none of them');
RESET ROLE;
SELECT retention.withdraw_objection(objection_id) FROM retention.standing_objection WHERE kind = 'customer' AND key <> '2' \g /dev/null
SET ROLE marketer;
SELECT is((SELECT count(*) FROM s.customer), 199::bigint, 'whoever withdraws an objection is there again');
RESET ROLE;

-- The right to read what is hidden.
SET retention.reveal = on;
SET ROLE marketer;
SELECT is((SELECT count(*) FROM s.customer), 200::bigint, 'reveal shows what is withheld');
RESET ROLE;
RESET retention.reveal;

-- Functions that run as their owner, views, copies.
SET ROLE shop_owner;
CREATE FUNCTION s.as_owner() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM s.customer $$;
CREATE VIEW s.through_view AS SELECT * FROM s.customer;
GRANT SELECT ON s.through_view TO PUBLIC;
CREATE FUNCTION s.widened() RETURNS bigint LANGUAGE sql SET retention.session_purpose = 'disruptions' AS $$ SELECT count(*) FROM s.customer $$;
RESET ROLE;
SELECT is(current_setting('retention.session_purpose'), 'disruptions', 'a transaction is narrowed by a function''s SET, to its end');
SET retention.session_purpose = '';
SET ROLE marketer;
SELECT is(s.as_owner(), 199::bigint, 'a function of another role does not show whom the session does not see');
SELECT is((SELECT count(*) FROM s.through_view), 199::bigint, 'a view does not show whom the session does not see');
SELECT throws_ok('EXPLAIN ANALYZE SELECT * FROM s.customer', '42501', NULL, 'EXPLAIN ANALYZE is refused');
CREATE FUNCTION s.as_marketer() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS $$ SELECT count(*) FROM s.customer $$;
SET ROLE clerk;
SELECT is(s.as_marketer(), 199::bigint, 'a function of a marketer acts for the purpose');
RESET ROLE;

-- A session that narrows itself.
SET ROLE clerk;
SET retention.session_purpose = 'newsletter';
SELECT is(current_setting('retention.session_purpose'), 'newsletter', 'what a session is for is shown');
SELECT is((SELECT count(*) FROM s.customer), 199::bigint, 'a session that narrows itself does not see who objected');
SET retention.session_purpose = 'newsletter, disruptions';
SELECT is((SELECT count(*) FROM s.customer), 199::bigint, 'a purpose is added by anybody');
SELECT throws_ok($$SET retention.session_purpose = 'disruptions'$$, '42501', 'permission denied to widen what this session is for', 'leaving a purpose takes a right');
SELECT throws_ok($$SET retention.session_purpose = ''$$, '42501', NULL, 'leaving all purposes takes a right');
SELECT throws_ok($$SELECT set_config('retention.session_purpose', '', false)$$, '42501', NULL, 'leaving a purpose by set_config() takes a right');
SELECT throws_ok($$UPDATE pg_settings SET setting = '' WHERE name = 'retention.session_purpose'$$, '42501', NULL, 'leaving a purpose in pg_settings takes a right');
SELECT throws_ok('RESET retention.session_purpose', '42501', NULL, 'RESET of what a session is for takes a right');
SELECT throws_ok('SET retention.session_purpose TO DEFAULT', '42501', NULL, 'SET TO DEFAULT of what a session is for takes a right');
SELECT throws_ok('RESET ALL', '42501', NULL, 'RESET ALL takes a right where a session is narrowed');
SELECT lives_ok('RESET work_mem', 'RESET of another setting takes none');
SELECT set_config('retention.session_purpose', NULL, false) \g /dev/null
SELECT is(current_setting('retention.session_purpose'), 'newsletter, disruptions', 'set_config() with a null changes nothing');
SELECT throws_ok($c$CREATE FUNCTION s.widening() RETURNS bigint LANGUAGE sql SET retention.session_purpose = 'disruptions' AS $$ SELECT count(*) FROM s.customer $$$c$, '42501', NULL, 'a function that would leave a purpose is not even created');
SELECT throws_ok('SELECT s.widened()', '42501', NULL, 'a function does not leave a purpose by a SET of its own');
CREATE FUNCTION s.narrowed() RETURNS bigint LANGUAGE plpgsql SET retention.session_purpose = 'newsletter, disruptions, survey' AS $$ BEGIN
    PERFORM set_config('retention.session_purpose', NULL, true); RETURN (SELECT count(*) FROM s.customer); END $$;
SELECT is(s.narrowed(), 2::bigint - 1, 'a function that narrows itself is narrowed');
SAVEPOINT here;
SET LOCAL retention.session_purpose = 'newsletter, disruptions, survey';
ROLLBACK TO here;
SELECT is((SELECT count(*) FROM s.customer), 1::bigint, 'what a transaction was narrowed to it stays narrowed to');
RESET ROLE;
SELECT lives_ok($$SET retention.session_purpose = ''$$, 'a superuser widens a session');
GRANT SET ON PARAMETER retention.session_purpose TO clerk;
SET ROLE clerk;
SET retention.session_purpose = 'newsletter';
SELECT lives_ok($$SET retention.session_purpose = 'disruptions'$$, 'whoever was granted SET widens a session');
SELECT is((SELECT count(*) FROM s.customer), 200::bigint, 'a session that was widened sees all');
SET retention.session_purpose = 'newsletter';
SELECT lives_ok('RESET retention.session_purpose', 'whoever was granted SET may RESET');
SELECT is((SELECT count(*) FROM s.customer), 200::bigint, 'after RESET it sees all');
RESET ROLE;
REVOKE SET ON PARAMETER retention.session_purpose FROM clerk;
SET ROLE clerk;
SET retention.session_purpose = 'no such purpose';
SELECT throws_ok('SELECT count(*) FROM s.customer', '42704', 'purpose "no such purpose" of retention.session_purpose does not exist', 'a purpose that is none shows nobody');
RESET ROLE;
SET retention.session_purpose = '';
SELECT throws_ok($$SET retention.session_purpose = 'a,,b'$$, '22023', NULL, 'a list with a hole is refused');
SELECT throws_ok($$SET retention.session_purpose = 'a,'$$, '22023', NULL, 'a list that ends with a comma is refused');
SELECT throws_ok($$SET retention.session_purpose = '"a'$$, '22023', NULL, 'a quote that is not closed is refused');
SELECT throws_ok(format('SET retention.session_purpose = %L', repeat('x', 200)), '22023', NULL, 'a name that is too long is refused');
SET retention.session_purpose = '"a, ""b""" , c d,c d';
SELECT is(current_setting('retention.session_purpose'), '"a, ""b""", c d', 'names that hold commas are quoted');
SET retention.session_purpose = '';

-- What stands in plans is no function to be called by hand.
SELECT is(retention.person_visible(retention_clock, 's.customer'::regclass, '1', id), true, 'the condition can be asked as it is') FROM s.customer WHERE id = 2;
SET ROLE marketer;
SELECT throws_ok($$SELECT retention.person_visible(retention_clock, 's.customer'::regclass, '1', name) FROM s.customer$$, '22023', NULL, 'values of another type are refused');
SELECT throws_ok($$SELECT retention.person_visible(retention_clock, 's.customer'::regclass, '1 2 3 4', id) FROM s.customer$$, '22023', NULL, 'too few values are refused');
SELECT throws_ok($$SELECT retention.person_visible(retention_clock, 's.customer'::regclass, '1', VARIADIC ARRAY[id]) FROM s.customer$$, '22023', NULL, 'an array of values is refused');
SELECT throws_ok($$SELECT retention.person_visible(retention_clock, NULL, '1', id) FROM s.customer$$, '22004', NULL, 'no table is refused');
SELECT throws_ok($$SELECT retention.person_visible(retention_clock, 's.customer'::regclass, '99', id) FROM s.customer$$, '22023', NULL, 'a column that is none is refused');
RESET ROLE;

-- Roles of purposes.
SELECT throws_ok('DROP ROLE marketing', '2BP01', NULL, 'a role of a purpose is not dropped');
SELECT throws_ok($$UPDATE retention.purpose SET roles = '{4294967290}' WHERE name = 'survey'$$, '42704', NULL, 'a role that is none is refused');
SELECT throws_ok($$UPDATE retention.purpose SET roles = '{NULL}' WHERE name = 'survey'$$, '22004', NULL, 'a null among the roles is refused');
UPDATE retention.purpose SET roles = '{}' WHERE name = 'newsletter';
SET ROLE marketer;
SELECT is((SELECT count(*) FROM s.customer), 200::bigint, 'a role that the purpose names no more sees all');
RESET ROLE;
SELECT lives_ok('DROP ROLE lender; REVOKE marketing FROM two_hats', 'a role that no purpose names can be dropped');

-- What no purpose reaches is said.
SELECT is((SELECT string_agg(object, ', ' ORDER BY object) FROM retention.gaps WHERE kind = 'rows that no purpose withholds'), 's.log', 'a table of persons without a clock is a gap');


-- Who could find out.
UPDATE retention.purpose SET roles = '{marketing}' WHERE name = 'newsletter';
SELECT is((SELECT ok FROM retention.check() WHERE what = 'owner acts for no purpose' AND object = 'newsletter'), true, 'owners who act for nothing are in order');
ALTER TABLE s.orders OWNER TO marketer;
SELECT is((SELECT ok::text || ' ' || hint FROM retention.check() WHERE what = 'owner acts for no purpose' AND object = 'newsletter'),
    'false Who owns s.orders acts for it, and can find out by commands whom the session does not see: let another role own what holds persons.', 'an owner who acts for a purpose is named');

SELECT * FROM finish();
ROLLBACK;
