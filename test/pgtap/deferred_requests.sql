-- Erasures in the name of requests that a hold or a restriction put off: carried out when it is lifted, and their requests' answers completed.
BEGIN;
SELECT plan(40);
SET LOCAL client_min_messages = error;
SET LOCAL retention.test_now = '2030-01-01 12:00+01';
CREATE SCHEMA app;
CREATE TABLE app.customers (id bigint PRIMARY KEY, email text, ended_at timestamptz);
CREATE TABLE app.cases (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers, title text, closed_at timestamptz);
CREATE TABLE app.letters (id bigint PRIMARY KEY, customer_id bigint REFERENCES app.customers, body text);
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, quarantine_for, action, mode) VALUES
    ('customers', 'app.customers', '{ended_at}', '0 days', '30 days', 'delete', 'enforce'), ('cases', 'app.cases', '{closed_at}', '1 year', '0 days', 'delete', 'enforce');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.customers', 'email', 'email'), ('app.cases', 'title', 'free_text'), ('app.letters', 'body', 'free_text');
INSERT INTO retention.subject_kind (kind, relation, key, identifying) VALUES ('customer', 'app.customers', '{id}', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('customer', 'app.cases', 'customer_id'), ('customer', 'app.letters', 'customer_id');
INSERT INTO app.customers SELECT i, i || '@x.example' FROM generate_series(1, 9) i;
INSERT INTO app.customers VALUES (10, '8@x.example'), (11, '8@x.example');
INSERT INTO app.cases SELECT i, i, 'case', NULL FROM generate_series(1, 9) i;
INSERT INTO app.letters SELECT i, i, 'dear' FROM generate_series(1, 9) i;
CREATE TEMP TABLE hold (what text, id bigint);
CREATE TEMP TABLE asked (customer bigint, id bigint);
INSERT INTO asked SELECT i, retention.open_request('erasure', 'customer', i) FROM generate_series(1, 9) i;
CREATE FUNCTION pg_temp.asked(customer bigint) RETURNS bigint LANGUAGE sql AS 'SELECT id FROM asked WHERE asked.customer = $1';
CREATE FUNCTION pg_temp.held(what text) RETURNS bigint LANGUAGE sql AS 'SELECT id FROM hold WHERE hold.what = $1';
CREATE FUNCTION pg_temp.left_of(customer bigint) RETURNS bigint LANGUAGE sql AS
    $$SELECT (SELECT count(*) FROM app.customers WHERE id = $1 AND email LIKE '%@%') + (SELECT count(*) FROM app.cases WHERE customer_id = $1 AND title = 'case')
        + (SELECT count(*) FROM app.letters WHERE customer_id = $1 AND body = 'dear')$$;
-- Rows with anything about the person in them are what is left of one.
CREATE FUNCTION pg_temp.entries() RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM retention.ledger WHERE action NOT LIKE 'hold%'$$;
SET LOCAL retention.reveal_reason = 'test';
SET LOCAL retention.reveal = on;

-- A person's.
INSERT INTO hold SELECT 'person', (retention.place_hold('p', 'a claim', '17(3)(e)', 1, kind => 'customer') ->> 'hold_id')::bigint;
INSERT INTO hold SELECT 'again', (retention.place_hold('q', 'a claim', '17(3)(e)', 1, kind => 'customer') ->> 'hold_id')::bigint;
INSERT INTO hold SELECT 'other', (retention.place_hold('o', 'a claim', '17(3)(e)', 9, kind => 'customer') ->> 'hold_id')::bigint;
SELECT is(jsonb_array_length(retention.erase('customer', 1, request_id => pg_temp.asked(1))::jsonb -> 'deferred'), 3, 'an erasure waits for a hold on its person');
SELECT is((SELECT done_at FROM retention.request WHERE request_id = pg_temp.asked(1)), NULL, 'a request whose erasure waits is not done');
SELECT retention.answer_request(pg_temp.asked(1), 'kept for a claim');
CREATE TEMP TABLE before AS SELECT pg_temp.entries() AS entries;
SELECT retention.lift_hold(pg_temp.held('other'), 'lost');
SELECT is(pg_temp.left_of(1), 3::bigint, 'the hold of somebody else does not release the person');
SELECT retention.lift_hold(pg_temp.held('again'), 'lost');
SELECT is(pg_temp.left_of(1), 3::bigint, 'a hold that is lifted while another stands does not release the person');
SELECT is(pg_temp.entries(), entries, 'a lifted hold that releases nothing enters no erasure') FROM before;
SELECT retention.lift_hold(pg_temp.held('person'), 'lost');
SELECT is(pg_temp.left_of(1), 0::bigint, 'when the last hold is lifted the erasure is carried out, of tables that nothing governs, too');
SELECT is((SELECT done_how FROM retention.request WHERE request_id = pg_temp.asked(1)), 'erased', 'the request is done then, though it was answered before');
SELECT is((SELECT kind FROM retention.request WHERE request_id = pg_temp.asked(1)), NULL, 'the request forgets whose it was');
SELECT is((SELECT facts -> 'waiting' -> 'deferred' FROM retention.erasure_facts WHERE request_id = pg_temp.asked(1)), NULL, 'the facts of the certificate name nothing that waits');
SELECT ok(retention.erasure_certificate(pg_temp.asked(1)) LIKE '%app.letters%', 'the certificate says what is gone');
SELECT is((SELECT count(*) FROM retention.ledger WHERE action = 'erased' AND detail = 'kind customer, request ' || pg_temp.asked(1)), 2::bigint, 'both erasures are in the ledger with their request');

-- A policy's, a table's, a row's, several at once.
INSERT INTO hold SELECT 'policy', (retention.place_hold('x', 'x', '17(3)(b)', policy => 'cases') ->> 'hold_id')::bigint;
INSERT INTO hold SELECT 'row', (retention.place_hold('x', 'x', '17(3)(b)', 3, relation => 'app.customers') ->> 'hold_id')::bigint;
SELECT retention.erase('customer', i, request_id => pg_temp.asked(i)) FROM generate_series(2, 3) i;
SELECT is(pg_temp.left_of(2), 1::bigint, 'a row of a held policy stays as it is');
SELECT retention.lift_hold(pg_temp.held('policy'), 'over');
CALL retention.sweep();
SELECT is(pg_temp.left_of(2), 0::bigint, 'of somebody who is gone the sweep takes what a policy''s hold kept');
SELECT is(pg_temp.left_of(3), 1::bigint, 'the held row of another person stays, and what is free goes');
SELECT is((SELECT done_at FROM retention.request WHERE request_id = pg_temp.asked(3)), NULL, 'a request whose person is still held is not done');
INSERT INTO hold SELECT 'table', (retention.place_hold('x', 'x', '17(3)(b)', relation => 'app.customers') ->> 'hold_id')::bigint;
SELECT retention.lift_holds(array_agg(id), 'over') FROM hold WHERE what IN ('table', 'row');
SELECT is(pg_temp.left_of(3), 0::bigint, 'holds that are lifted together release what they held together');
SELECT isnt((SELECT done_at FROM retention.request WHERE request_id = pg_temp.asked(3)), NULL, 'the request is done when the last of them is lifted');

-- A restriction.
CREATE TEMP TABLE restricted AS SELECT (retention.restrict('customer', 4, 'disputed') ->> 'restriction_id')::bigint AS id;
SELECT retention.erase('customer', 4, request_id => pg_temp.asked(4));
SELECT is((SELECT done_at FROM retention.request WHERE request_id = pg_temp.asked(4)), NULL, 'an erasure waits for a restriction');
SELECT retention.inform_of_lifting(id) FROM restricted;
SELECT retention.lift_restriction(id) FROM restricted;
SELECT is(pg_temp.left_of(4), 0::bigint, 'when a restriction is lifted the erasure is carried out');
SELECT isnt((SELECT done_at FROM retention.request WHERE request_id = pg_temp.asked(4)), NULL, 'the request is done when its restriction is lifted');

-- What is not carried out.
INSERT INTO hold SELECT 'refused', (retention.place_hold('x', 'x', '17(3)(e)', 5, kind => 'customer') ->> 'hold_id')::bigint;
SELECT retention.erase('customer', 5, request_id => pg_temp.asked(5));
SELECT retention.refuse_request(pg_temp.asked(5), '17(3)(e)', 'a claim', true);
SELECT retention.lift_hold(pg_temp.held('refused'), 'over');
SELECT is((SELECT count(*) FROM app.letters WHERE customer_id = 5 AND body = 'dear'), 1::bigint, 'a request that was refused since is not carried out');
INSERT INTO hold SELECT 'dry', (retention.place_hold('x', 'x', '17(3)(e)', 6, kind => 'customer') ->> 'hold_id')::bigint;
SELECT retention.erase('customer', 6, true, pg_temp.asked(6));
SELECT retention.lift_hold(pg_temp.held('dry'), 'over');
SELECT is(pg_temp.left_of(6), 3::bigint, 'an erasure that was only tried is not carried out');
INSERT INTO hold SELECT 'gone', (retention.place_hold('x', 'x', '17(3)(e)', 7, relation => 'app.cases') ->> 'hold_id')::bigint;
SELECT retention.erase('customer', 7, request_id => pg_temp.asked(7));
SELECT lives_ok($$SELECT retention.lift_hold(pg_temp.held('gone'), 'over')$$, 'a hold is lifted whoever is gone');
CALL retention.sweep();
SELECT is(pg_temp.left_of(7), 0::bigint, 'of a person who is gone the sweep takes what the hold of a row kept');

-- One that fails does not keep the hold, and waits on.
INSERT INTO hold SELECT 'fails', (retention.place_hold('x', 'x', '17(3)(e)', 8, kind => 'customer') ->> 'hold_id')::bigint;
SELECT retention.erase('customer', 8, request_id => pg_temp.asked(8));
SET LOCAL retention.max_identity_rows = 2;
SELECT lives_ok($$SELECT retention.lift_hold(pg_temp.held('fails'), 'over')$$, 'a hold is lifted though the erasure that waits for it fails');
SELECT is((SELECT count(*) FROM retention.standing_hold WHERE hold_id = pg_temp.held('fails')), 0::bigint, 'the hold no longer stands');
SELECT is(pg_temp.left_of(8), 3::bigint, 'what failed is left as it was');
RESET retention.max_identity_rows;
SELECT retention.erase('customer', 8, request_id => pg_temp.asked(8));
SELECT is((SELECT count(*) FROM app.letters WHERE customer_id = 8 AND body = 'dear'), 0::bigint, 'what failed is erased when it is asked for again');
SELECT isnt((SELECT done_at FROM retention.request WHERE request_id = pg_temp.asked(8)), NULL, 'the request that failed is done then');
-- What came since is nobody's to erase unasked, and what waits is not forgotten.
INSERT INTO app.customers SELECT i, i || '@x.example' FROM generate_series(20, 23) i;
INSERT INTO app.cases SELECT i, i, 'case', NULL FROM generate_series(20, 23) i;
INSERT INTO app.letters SELECT i, i, 'dear' FROM generate_series(20, 23) i;
INSERT INTO asked SELECT i, retention.open_request('erasure', 'customer', i) FROM generate_series(20, 23) i;
INSERT INTO hold SELECT 'h' || i, (retention.place_hold('x' || i, 'x', '17(3)(e)', i, kind => 'customer') ->> 'hold_id')::bigint FROM generate_series(20, 23) i;
SELECT retention.erase('customer', i, request_id => pg_temp.asked(i)) FROM generate_series(20, 22) i;
INSERT INTO app.cases VALUES (120, 20, 'case', NULL);
SELECT retention.lift_hold(pg_temp.held('h20'), 'over');
SELECT is(pg_temp.left_of(20), 4::bigint, 'an erasure is not carried out when something came since it was asked for');
SELECT is((SELECT done_at FROM retention.request WHERE request_id = pg_temp.asked(20)), NULL, 'the request of an erasure that was not carried out is not done');
CALL retention.sweep();
SELECT is((SELECT string_agg(id::text, ' ') FROM app.cases WHERE customer_id = 20), '120', 'the sweep takes what waited, and what came since stays');
SELECT retention.erase('customer', 20, request_id => pg_temp.asked(20));
SELECT is(pg_temp.left_of(20), 0::bigint, 'who asks again has the rest erased');
INSERT INTO app.customers VALUES (30, '21@x.example');
INSERT INTO app.letters VALUES (30, 30, 'dear');
SELECT retention.lift_hold(pg_temp.held('h21'), 'over');
SELECT is((SELECT count(*) FROM app.letters WHERE id = 30 AND body = 'dear'), 1::bigint, 'another account of the person that came since stays');
SELECT retention.answer_request(pg_temp.asked(22), 'when the claim is settled'), retention.close_request(pg_temp.asked(22));
SELECT retention.refuse_request(pg_temp.asked(23), '17(3)(e)', 'a claim', true), retention.close_request(pg_temp.asked(23));
SET LOCAL retention.test_now = '2036-01-01 12:00+01';
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.request WHERE request_id = pg_temp.asked(22)), 1::bigint, 'a request that is closed stays as long as its erasure waits');
SELECT is((SELECT count(*) FROM retention.request WHERE request_id = pg_temp.asked(23)), 0::bigint, 'a request that was refused goes');
SELECT retention.lift_hold(pg_temp.held('h22'), 'over');
SELECT is(pg_temp.left_of(22), 0::bigint, 'an erasure whose request is closed is carried out when the hold is lifted');
SELECT isnt((SELECT done_at FROM retention.request WHERE request_id = pg_temp.asked(22)), NULL, 'the request that stayed is done then');
CALL retention.sweep();
SELECT is((SELECT count(*) FROM retention.request WHERE request_id = pg_temp.asked(22)), 0::bigint, 'after that the request goes');
SELECT is((SELECT count(*) FROM retention.audit('app.cases')), 0::bigint, 'the audit finds nothing');
SELECT * FROM finish();
ROLLBACK;
