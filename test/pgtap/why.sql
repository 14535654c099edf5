-- Why rows are still there: what is said of each state in both languages, each statement against the view or function it speaks of, to whom it
-- is told, and that nothing of what the rows hold is among it.
BEGIN;
SELECT plan(65);
\o /dev/null
\ir ../why/rows.psql
CREATE TABLE told (n int PRIMARY KEY, en text, nb text);
\ir ../why/told.psql
\o
CREATE TEMP TABLE answer AS SELECT a.*, retention.why(a.relation, a.key, format => 'json')::jsonb AS why FROM asked a;

SELECT is(count(*), 27::bigint, 'every scripted row has its answers') FROM asked JOIN told USING (n);
SELECT is(array_agg(n), NULL, 'the English of each row is what stands in test/why') FROM asked JOIN told USING (n) WHERE retention.why(relation, key) <> en;
SELECT is(array_agg(n), NULL, 'the Norwegian of each row is what stands in test/why') FROM asked JOIN told USING (n) WHERE retention.why(relation, key, 'nb') <> nb;
SELECT is(retention.why('app.users'::regclass, 471101, 'no'), retention.why('app.users'::regclass, 471101, 'nb'), 'Norwegian has two names');
SELECT is(string_agg(DISTINCT why ->> 'state', ' ' ORDER BY why ->> 'state'), 'active anonymised due kept none quarantined retained', 'every state but unknown is among the rows') FROM answer;

-- Each statement, and what it speaks of. clock: of the row, hidden ones included.
SET retention.reveal = on;
CREATE FUNCTION pg_temp.value(relation regclass, key jsonb, what text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE found text;
BEGIN
    EXECUTE format('SELECT (%s)::text FROM %s t WHERE CASE WHEN jsonb_typeof($1) = ''object'' THEN to_jsonb(t) @> (SELECT jsonb_object_agg(k, CASE WHEN k = ''at'' THEN to_jsonb(v::timestamptz) ELSE to_jsonb($1) -> k END) FROM jsonb_each_text($1) e(k, v))
        ELSE to_jsonb(t) -> ''id'' = $1 END', what, relation) INTO found USING key;
    RETURN found;
END$$;
CREATE TEMP TABLE clock AS SELECT n, pg_temp.value(relation, key, 'retention_clock')::retention.clock AS clock, pg_temp.value(relation, key, 'tableoid') AS leaf, pg_temp.value(relation, key, 'ctid') AS tid FROM answer;
RESET retention.reveal;
SELECT is(count(*), 0::bigint, 'each row was found beside') FROM clock WHERE clock IS NULL;
SELECT is(array_agg(n), NULL, 'the state is that of retention.state()') FROM answer JOIN clock USING (n)
    WHERE concat_ws(', ', why ->> 'state', CASE WHEN why -> 'flags' ? 'held' THEN 'held' END, CASE WHEN why -> 'flags' ? 'restricted' THEN 'restricted' END) <> retention.state(clock);
SELECT is(array_agg(n), NULL, 'what is hidden is what a query does not find') FROM answer WHERE (why ->> 'hidden')::boolean <> (pg_temp.value(relation, key, '1') IS NULL);
SELECT is(array_agg(n), NULL, 'the flags are those of the clock') FROM answer JOIN clock USING (n)
    WHERE (SELECT string_agg(f, ',') FROM jsonb_array_elements_text(why -> 'flags') f) IS DISTINCT FROM substring(clock::text FROM '[a-z,]+$') AND clock::text !~ 'none$';
SELECT is(array_agg(n), NULL, 'the policy is that of the clock') FROM answer JOIN clock USING (n) WHERE coalesce((why #>> '{policy,number}')::int, 0) <> coalesce(retention.policy(clock), 0);
SELECT is(array_agg(n), NULL, 'the terms are those of retention.policy') FROM answer JOIN retention.policy p ON p.policy_id = (why #>> '{policy,number}')::int
    WHERE (p.name, p.keep_for::text, p.quarantine_for::text, p.action, p.if_referenced, p.starts_when, p.timezone) <> (why #>> '{policy,name}', why #>> '{policy,keep_for}', why #>> '{policy,quarantine_for}', why #>> '{policy,action}', why #>> '{policy,if_referenced}', why #>> '{policy,starts_when}', why #>> '{policy,timezone}')
        OR (p.must_keep_for::text, p.reference) IS DISTINCT FROM (why #>> '{policy,must_keep_for}', why #>> '{policy,reference}');
SELECT is(array_agg(n), NULL, 'the start is that of the clock') FROM answer JOIN clock USING (n)
    WHERE coalesce(why #>> '{start,instant}', why #>> '{start,local}')::timestamptz IS DISTINCT FROM CASE WHEN why #>> '{start,instant}' IS NULL THEN date_trunc('day', retention.starts_at(clock)) ELSE retention.starts_at(clock) END;
SELECT is(array_agg(n), NULL, 'the row is hidden from when retention.over_from() says') FROM answer JOIN clock USING (n) JOIN retention.policy p ON p.policy_id = retention.policy(clock)
    WHERE retention.starts_at(clock) IS NOT NULL AND (why #>> '{hidden_from,instant}')::timestamptz IS DISTINCT FROM nullif(CASE WHEN why #>> '{start,instant}' IS NULL THEN retention.over_from((why #>> '{start,local}')::date, p.keep_for)
        ELSE retention.over_from(retention.starts_at(clock), p.keep_for) END, 'infinity');
SELECT is(array_agg(n), NULL, 'the law lets it go when retention.over_from() says') FROM answer JOIN clock USING (n) JOIN retention.policy p ON p.policy_id = retention.policy(clock)
    WHERE retention.starts_at(clock) IS NOT NULL AND p.must_keep_for IS NOT NULL AND (why #>> '{released_from,instant}')::timestamptz IS DISTINCT FROM CASE WHEN why #>> '{start,instant}' IS NULL THEN retention.over_from((why #>> '{start,local}')::date, p.must_keep_for)
        ELSE retention.over_from(retention.starts_at(clock), p.must_keep_for) END;
SELECT is(array_agg(n), NULL, 'what is due now is due from a time that has come, and nothing else is') FROM answer
    WHERE (why ->> 'state' = 'due') <> coalesce((why #>> '{goes_from,instant}')::timestamptz <= retention.time_now(), false);
SELECT is(array_agg(n), NULL, 'no row goes before retention.armed_until()') FROM answer WHERE (why #>> '{goes_from,instant}')::timestamptz < retention.armed_until((why #>> '{policy,number}')::smallint);
SELECT is((SELECT array_agg(w ->> 'what' ORDER BY w ->> 'what') FROM jsonb_array_elements(why -> 'held_up') w WHERE w ->> 'what' ~ '^(paused|waiting for (its|retention.approve))'),
    (SELECT array_agg(h.state ORDER BY h.state) FROM retention.held_policy h WHERE h.policy_id = (why #>> '{policy,number}')::int), format('what holds the policy of row %s is what retention.held_policy has', n)) FROM answer WHERE n IN (18, 21, 23);
SELECT is((SELECT w #>> '{detail}' FROM jsonb_array_elements(why -> 'held_up') w WHERE w ->> 'what' = 'paused'), (SELECT reason FROM retention.pause), 'the reason of a pause is told') FROM answer WHERE n = 21;
SELECT is((SELECT (w #>> '{at,instant}')::timestamptz FROM jsonb_array_elements(why -> 'held_up') w WHERE w ->> 'what' = 'quarantine runs since it was armed'), (SELECT retention.armed_until(policy_id) FROM retention.policy WHERE name = 'cards'),
    'what was armed waits until retention.armed_until()') FROM answer WHERE n = 23;
SELECT is((SELECT (w #>> '{at,instant}')::timestamptz FROM jsonb_array_elements(why -> 'held_up') w WHERE w ->> 'what' ~ 'warning'), (SELECT warned_until FROM retention.policy WHERE name = 'cards'), 'warnings are asked for since warned_until') FROM answer WHERE n = 23;
SELECT is((SELECT jsonb_agg(jsonb_build_object('cause', b.cause, 'attempts', b.attempts, 'again', b.retry_at)) FROM retention.blocked_row b),
    jsonb_build_array(jsonb_build_object('cause', why #> '{blocked,cause}', 'attempts', why #> '{blocked,attempts}', 'again', (why #>> '{blocked,again,instant}')::timestamptz)), 'what failed is what retention.blocked_row has') FROM answer WHERE n = 19;
SELECT is(array_agg(n), NULL, 'of no other row a failure is told') FROM answer JOIN clock USING (n) WHERE n <> 19 AND why -> 'blocked' <> 'null';
SELECT is((SELECT jsonb_agg(r -> 'number') FROM jsonb_array_elements(why -> 'restrictions') r), (SELECT jsonb_agg(restriction_id) FROM retention.restriction WHERE key = '471103'), 'the restriction is that of retention.restriction') FROM answer WHERE n = 11;
SELECT is((SELECT sum((r ->> 'rows')::int) FROM jsonb_array_elements(why -> 'references') r), (SELECT count(*) FROM app.orders WHERE user_id = 471101) + (SELECT count(*) FROM app.free WHERE user_id = 471101) + 2, 'rows that refer to it are counted, hidden ones, too') FROM answer WHERE n = 9;
SET retention.reveal = on;
SELECT is((SELECT jsonb_object_agg(c ->> 'column', c -> 'done') FROM jsonb_array_elements(why -> 'columns') c), jsonb_build_object('note', pg_temp.value(relation, key, 'note') IS NULL, 'phone', pg_temp.value(relation, key, 'phone') IS NULL),
    format('a column of row %s is said to be done that holds nothing', n)) FROM answer WHERE n IN (1, 3, 4);
RESET retention.reveal;

SELECT retention.end_warnings('cards');
SELECT is((why #>> '{goes_from,instant}')::timestamptz, (SELECT retention.armed_until(policy_id) FROM retention.policy WHERE name = 'cards'), 'a row whose time is over goes when the quarantine of its policy has run since that was changed')
    FROM (SELECT retention.why('app.cards'::regclass, 1, format => 'json')::jsonb) a (why);

-- The decision itself: what may not be deleted is what is said to be kept.
CREATE FUNCTION pg_temp.refusal(relation regclass, key jsonb) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('retention.reveal', 'on', true);
    SET LOCAL session_replication_role = replica;
    EXECUTE format('DELETE FROM %s t WHERE t.tableoid = %s AND t.ctid = %L', relation, (SELECT leaf FROM clock c JOIN asked a USING (n) WHERE a.relation = $1 AND a.key = $2), (SELECT tid FROM clock c JOIN asked a USING (n) WHERE a.relation = $1 AND a.key = $2));
    RAISE 'taken back' USING ERRCODE = 'P9999';
EXCEPTION WHEN OTHERS THEN RETURN SQLSTATE;
END$$;
SELECT is(array_agg(n), NULL, 'what the server refuses to delete is what is said to be mandatory, restricted or held, and nothing else is') FROM answer
    WHERE pg_temp.refusal(relation, key) <> CASE WHEN why -> 'flags' ? 'restricted' THEN 'RT002' WHEN why -> 'flags' ? 'held' THEN 'RT003' WHEN (why ->> 'mandatory')::boolean THEN 'RT001' ELSE 'P9999' END;

-- Nothing of what rows hold.
SELECT is(array_agg(n), NULL, 'no value of a row is told') FROM asked WHERE retention.why(relation, key) ~* 'needle' OR retention.why(relation, key, 'nb') ~* 'needle' OR retention.why(relation, key, 'en', 'json') ~* 'needle';
SELECT is(array_agg(n), NULL, 'no key of another row is told') FROM asked WHERE replace(retention.why(relation, key, 'en', 'json'), key::text, '') ~ '4711[0-9][0-9]';
SELECT ok(retention.why('user'::text, 471101) || retention.why('user'::text, 471106, 'nb') || retention.why('user'::text, 471103, 'en', 'json') !~* 'needle', 'no value of a row is told of a person');
CREATE FUNCTION app.fails(t text) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN t::int > 0; END$$;
INSERT INTO retention.policy (name, relation, applies_to, priority, clock_starts, keep_for, action, mode) VALUES ('fails', 'app.letters', 'app.fails(coalesce(body, ''1''))', 200, '{sent_on}', '9 years', 'anonymise', 'observe');
SELECT is(retention.why('app.letters'::regclass, 1, 'en', 'json')::jsonb #>> '{policies,1,standing}', 'condition fails', 'a condition that fails does not tell with what');

-- A key however it is spelled.
SELECT is(retention.why('app.users'::regclass, '471101'::text), retention.why('app.users'::regclass, 471101), 'a key may be text');
SELECT is(retention.why('app.events'::regclass, '{"id": 1, "at": "2029-08-31 22:00:00+00"}'::jsonb, format => 'json')::jsonb -> 'policies' -> 0 ->> 'name', 'events', 'a row of a partition has the policy of its table');
SELECT is(retention.why('app.events_old'::regclass, '{"id": 1, "at": "2029-08-31 22:00:00+00"}'::jsonb, format => 'json')::jsonb -> 'start', retention.why('app.events'::regclass, '{"id": 1, "at": "2029-08-31 22:00:00+00"}'::jsonb, format => 'json')::jsonb -> 'start',
    'a row may be named by its partition');
SELECT throws_ok('SELECT retention.why(''app.users''::regclass, 99)', 'P0002', 'no such row in table "users"', 'a row that is not there is an error');
SELECT throws_ok('SELECT retention.why(''app."My notes"''::regclass, 99)', '22023', NULL, 'a key has all columns');
SELECT throws_ok('SELECT retention.why(''app.users''::regclass, NULL::bigint)', '22004', NULL, 'a key is not null');
SELECT throws_ok('SELECT retention.why(NULL::regclass, 1)', '22004', 'the table of a row must not be null', 'a table is not null');
SELECT throws_ok('SELECT retention.why(''app.users''::regclass, 471101, ''fr'')', '22023', 'there are no words in language "fr"', 'a language that there is not is refused');
SELECT throws_ok('SELECT retention.why(''app.users''::regclass, 471101, ''en'', ''pdf'')', '22023', 'invalid format: "pdf"', 'a form that there is not is refused');
SELECT is(retention.why('app.free'::regclass, 1), E'No policy stands for table app.free: nothing says how long its rows are kept.\n', 'a table without a policy is said to be one');
SELECT is(retention.why('app.free'::regclass, 1, 'nb', 'json')::jsonb, '{"table": "app.free", "key": null, "governed": false}', 'JSON says so, too');

-- A partition that comes with rows nobody has stamped.
CREATE TABLE app.events_past (id bigint NOT NULL, at timestamptz NOT NULL, what text);
SELECT format('ALTER TABLE app.events_past ADD COLUMN retention_clock %s NOT NULL DEFAULT ''none''', format_type(atttypid, atttypmod)) FROM pg_attribute WHERE attrelid = 'app.events'::regclass AND attname = 'retention_clock' \gexec
INSERT INTO app.events_past VALUES (5, '2028-02-01', 'needlewhat');
ALTER TABLE app.events DETACH PARTITION app.events_old;
ALTER TABLE app.events ATTACH PARTITION app.events_past FOR VALUES FROM ('2028-01-01') TO ('2028-06-01');
CREATE TEMP TABLE unstamped AS SELECT retention.why('app.events'::regclass, jsonb_build_object('id', 5, 'at', '2028-02-01'::timestamptz), format => 'json')::jsonb AS why;
SELECT is(why ->> 'state' || ' ' || (why ->> 'hidden'), 'unknown true', 'of a row that is not stamped nobody knows the state, and it is hidden') FROM unstamped;
SELECT is(why -> 'would_change_it', '["stamping"]', 'stamping would change that') FROM unstamped;
SELECT is(why #>> '{held_up,0,what}', 'not stamped', 'sweeps pass over it') FROM unstamped;

-- A person.
SELECT is((SELECT array_agg((r ->> 'table') || ' ' || (r ->> 'state')) FROM jsonb_array_elements(retention.why('user'::text, 471101, format => 'json')::jsonb -> 'rows') r),
    '{"app.\"My notes\" kept","app.orders retained","app.orders active","app.orders active","app.\"My notes\" retained","app.orders retained","app.users active","app.orders active"}', 'what the law keeps comes first, and then what is left')
    FROM (VALUES (1)) v;
SELECT matches(retention.why('user'::text, 471101, 'nb'), 'Tabellen app.free har rader om personen, og ingen regel gjelder for den', 'tables without a policy that have rows are named');
INSERT INTO app.orders SELECT n, 471101, 'draft' FROM generate_series(100, 129) n;
SELECT is(jsonb_array_length(why -> 'rows') || ' ' || (why ->> 'more'), '20 18', 'of many rows so many are told, and the rest is counted') FROM (SELECT retention.why('user'::text, 471101, format => 'json')::jsonb) a (why);
SELECT matches(retention.why('user'::text, 471101), 'Besides these there are more rows about this person: 18\.', 'in words, too');
SELECT throws_ok('SELECT retention.why(''user''::text, 99)', 'P0002', NULL, 'a person who is not there is an error');
SELECT throws_ok('SELECT retention.why(''nobody''::text, 99)', '42704', NULL, 'a kind that is not there is an error');

-- To whom it is told.
CREATE ROLE watcher IN ROLE pg_monitor;
CREATE ROLE keeper;
CREATE ROLE stranger;
GRANT USAGE ON SCHEMA app TO keeper, watcher, stranger;
GRANT USAGE ON SCHEMA retention TO keeper, watcher, stranger;
GRANT EXECUTE ON FUNCTION retention.why(regclass, bigint, text, text), retention.why(text, bigint, text, text) TO keeper;
SET LOCAL ROLE stranger;
SELECT throws_ok('SELECT retention.why(''app.users''::regclass, 471101)', '42501', 'permission denied for function why', 'nobody is told without a grant');
SET LOCAL ROLE watcher;
SELECT matches(retention.why('app.users'::regclass, 471103), 'the row is in quarantine', 'who watches the server is told of a hidden row');
SELECT matches(retention.why('app.users'::regclass, 471101), 'table app.orders, by key orders_user_id_fkey: whether there are any is not told', 'rows of a table that the caller may not read are not counted');
SELECT throws_ok('SELECT retention.why(''user''::text, 471101)', '42501', 'permission denied for function why', 'who watches the server is not told of persons');
SET LOCAL ROLE keeper;
SELECT throws_ok('SELECT retention.why(''app.users''::regclass, 471101)', '42501', 'must be owner of table users or have the rights of role pg_monitor', 'the right to a table''s policies is its owner''s');
RESET ROLE;
ALTER TABLE app.users OWNER TO keeper;
SET LOCAL ROLE keeper;
SELECT matches(retention.why('app.users'::regclass, 471103), 'the row is in quarantine', 'the owner is told of a hidden row');
SELECT matches(retention.why('user'::text, 471101), 'Table app.orders is not told: you have no right to its policies\.', 'of a person''s rows those are told to whose policies there is a right');
ALTER TABLE app.users ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY shown ON app.users USING (id IN (471101, 471103));
SELECT is(left(retention.why('app.users'::regclass, 471101), 30), 'Row 471101 of table app.users' || E'\n', 'a row that row security shows is told of');
SELECT throws_ok('SELECT retention.why(''app.users''::regclass, 471102)', 'P0002', NULL, 'a row that row security keeps from the owner is none');
SELECT throws_ok('SELECT retention.why(''app.users''::regclass, 471103)', 'P0002', NULL, 'of a hidden row row security cannot be asked: it is none');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
