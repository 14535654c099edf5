-- Who may do what: PUBLIC what is listed here, a duty what it was granted, on tables it has no rights on; nothing has more
-- rights than its caller or the owner of a table. What the extension has is said in comments, and what a DBA fills is dumped.
BEGIN;
SELECT plan(22);

CREATE ROLE stranger;
CREATE ROLE exporter;
CREATE ROLE eraser;
CREATE ROLE rectifier;
CREATE ROLE restricter;
CREATE ROLE holder;
CREATE ROLE objector;
CREATE ROLE discloser;
CREATE ROLE teller;
CREATE ROLE handler;
CREATE FUNCTION pg_temp.executable(role_name name) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT p.oid::regprocedure::text FROM pg_proc p
    WHERE p.pronamespace = 'retention'::regnamespace AND has_function_privilege(role_name, p.oid, 'EXECUTE')$$;

-- PUBLIC.
CREATE TEMP TABLE public AS SELECT function FROM unnest(string_to_array($$
retention.period_in(cstring)
retention.period_out(retention.period)
retention.period_recv(internal)
retention.period_send(retention.period)
retention.period_cmp(retention.period,retention.period)
retention.period_hash(retention.period)
retention.period_hash_extended(retention.period,bigint)
retention.period_lt(retention.period,retention.period)
retention.period_le(retention.period,retention.period)
retention.period_eq(retention.period,retention.period)
retention.period_ne(retention.period,retention.period)
retention.period_ge(retention.period,retention.period)
retention.period_gt(retention.period,retention.period)
retention.over_from(timestamp with time zone,retention.period)
retention.over_from(date,retention.period)
retention.cutoff(timestamp with time zone,retention.period)
retention.clock_in(cstring)
retention.clock_modifier_in(cstring[])
retention.clock_modifier_out(integer)
retention.clock_out(retention.clock)
retention.clock_recv(internal)
retention.clock_send(retention.clock)
retention.clock_cmp(retention.clock,retention.clock)
retention.clock_hash(retention.clock)
retention.clock_hash_extended(retention.clock,bigint)
retention.clock_lt(retention.clock,retention.clock)
retention.clock_le(retention.clock,retention.clock)
retention.clock_eq(retention.clock,retention.clock)
retention.clock_ne(retention.clock,retention.clock)
retention.clock_ge(retention.clock,retention.clock)
retention.clock_gt(retention.clock,retention.clock)
retention.starts_at(retention.clock)
retention.policy(retention.clock)
retention.started(retention.clock)
retention.pending(retention.clock)
retention.waiting(retention.clock)
retention.with_flags(retention.clock,integer)
retention.visible(retention.clock)
retention.conflict_visible(retention.clock)
retention.person_visible(retention.clock,oid,int2vector,"any")
retention.person_conflict_visible(retention.clock,oid,int2vector,"any")
retention.unstamped_visible(retention.clock,smallint)
retention.unknown_visible(retention.clock)
retention.unmanaged_visible(retention.clock)
retention.unused_policy_id(bigint)
retention.statistics_visible(oid)
retention.extended_statistics_visible(oid)
retention.state(retention.clock)
retention.maintain_clock()
retention.guard_delete()
retention.guard_truncate()
retention.follow_path()
retention.count_contacts()
retention.follow_rows()
retention.reinstate(regclass,bigint)
retention.reinstate(regclass,text)
retention.reinstate(regclass,uuid)
retention.reinstate(regclass,jsonb)
retention.home_known()
retention.time_now()
retention.system_time_jump()
retention.audit(regclass,boolean)
retention.verify_ledger(text)
retention.ledger_breaks(text)
retention.ledger_head()
retention.vocabulary()
retention.formats()
retention.type_modifier_in(cstring[])
retention.type_modifier_out(integer)
retention.modifier_period(integer)
retention.modifier_anonymiser(integer)
retention.personal_types()
retention.zone(text)
retention.identity(text)
retention.may_be_among(text,bytea)
retention.redact(text,text[])
retention.redact(json,text[])
retention.redact(jsonb,text[])
retention.truncate(text,integer)
retention.random_token(text,integer)
$$, E'\n')) AS function WHERE function <> ''
UNION ALL SELECT format(f, t) FROM unnest('{person_name,username,email,phone,postal_address,national_id,free_text,personal_text}'::text[]) t,
    unnest('{retention.%1$s_in(cstring),retention.%1$s_out(retention.%1$s),retention.%1$s_recv(internal),retention.%1$s_send(retention.%1$s),
        retention.name_to_%1$s(name),retention.character_to_%1$s(character)}'::text[]) f
UNION ALL SELECT format('retention.generalise(%s,text)', t) FROM unnest('{date,timestamp with time zone,timestamp without time zone,smallint,
    integer,bigint,numeric,text,inet,point}'::text[]) t
UNION ALL SELECT format('retention.noise(%s,text)', t) FROM unnest('{date,timestamp with time zone,timestamp without time zone,smallint,
    integer,bigint,numeric,double precision}'::text[]) t;
SELECT set_eq($$SELECT p.oid::regprocedure::text FROM pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
    WHERE p.pronamespace = 'retention'::regnamespace AND a.grantee = 0 AND a.privilege_type = 'EXECUTE'$$, 'TABLE public', 'what PUBLIC may execute');
SELECT set_eq($$SELECT pg_temp.executable('stranger')$$, 'TABLE public', 'is all that a stranger may');
SELECT is_empty($$SELECT c.oid::regclass, p FROM pg_class c, unnest('{SELECT,INSERT,UPDATE,DELETE,TRUNCATE,REFERENCES,TRIGGER}'::text[]) p
    WHERE c.relnamespace = 'retention'::regnamespace AND c.relkind IN ('r', 'v', 'p', 'm') AND has_table_privilege('stranger', c.oid, p)
    AND NOT (c.relname = 'blocked_reason' AND p = 'SELECT')$$,
    'no table or view of the extension is open to a stranger, but the one that shows owners what blocks their rows');
SELECT is_empty($$SELECT seqrelid::regclass FROM pg_sequence WHERE seqrelid::regclass::text LIKE 'retention.%'
    AND has_sequence_privilege('stranger', seqrelid, 'USAGE, UPDATE')$$, 'no sequence of the extension is moved by a stranger');
SELECT ok(NOT has_schema_privilege('stranger', 'retention', 'CREATE'), 'a stranger can put nothing into the schema of the extension');

-- No way up.
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'retention'::regnamespace AND prosecdef$$,
    'no function has the rights of its owner');
SELECT is_empty($$SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang WHERE p.pronamespace = 'retention'::regnamespace
    AND l.lanname NOT IN ('c', 'internal') AND NOT coalesce(p.proconfig @> '{"search_path=pg_catalog, pg_temp"}', false)$$,
    'none resolves names where others can write');

-- Comments and dumps. From 17 on a type's array and a table's row type are members, too; they come with what they are of.
CREATE TEMP VIEW member AS SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
    AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'pg_retention')
    AND NOT (classid = 'pg_type'::regclass AND (EXISTS (SELECT FROM pg_type WHERE typarray = objid)
        OR EXISTS (SELECT FROM pg_class WHERE reltype = objid AND relkind <> 'c')));
SELECT is_empty($$SELECT pg_describe_object(classid, objid, 0) FROM member LEFT JOIN pg_class c ON classid = 'pg_class'::regclass AND c.oid = objid
    WHERE (classid IN ('pg_proc'::regclass, 'pg_type'::regclass, 'pg_operator'::regclass, 'pg_event_trigger'::regclass) OR c.relkind IN ('r', 'v'))
    AND obj_description(objid, classid::regclass::name) IS NULL$$, 'every function, table, view, type and operator says what it is');
SELECT is_empty($$SELECT pg_describe_object(classid, objid, 0) FROM member WHERE classid = 'pg_proc'::regclass
    AND obj_description(objid, 'pg_proc') ~ '^[A-Z][a-z]|\.$'$$, 'in one style');
SELECT set_eq($$SELECT c::regclass::text FROM pg_extension, unnest(extconfig) c WHERE extname = 'pg_retention'$$, $$VALUES
    ('retention.policy'), ('retention.policy_id_seq'), ('retention.numbering'), ('retention.personal_column'), ('retention.ledger'), ('retention.ledger_mark'), ('retention.dropped_column'), ('retention.left_out_view'),
    ('retention.subject_kind'), ('retention.subject_link'), ('retention.controller'), ('retention.pause'), ('retention.sweep_pace'), ('retention.sweep_window'), ('retention.sweep_window_window_id_seq'),
    ('retention.restriction'), ('retention.restriction_restriction_id_seq'), ('retention.hold'), ('retention.hold_hold_id_seq'),
    ('retention.statement'), ('retention.statement_statement_id_seq'), ('retention.erasure'),
    ('retention.purpose'), ('retention.objection'), ('retention.objection_objection_id_seq'), ('retention.objection_key'), ('retention.consent'), ('retention.consent_consent_id_seq'),
    ('retention.recipient'), ('retention.disclosure'), ('retention.disclosure_disclosure_id_seq'), ('retention.notice_to_recipient'),
    ('retention.notice_to_recipient_notice_id_seq'), ('retention.location'), ('retention.wording'), ('retention.public_holiday'), ('retention.request'), ('retention.request_request_id_seq'),
    ('retention.erasure_outcome'), ('retention.verification'), ('retention.verification_verification_id_seq'), ('retention.verification_table'), ('retention.verification_finding'), ('retention.contact_log'), ('retention.contact_count'), ('retention.refused_messages')$$, 'what a DBA fills, and what must not be lost, is in a dump');

-- Duties.
CREATE SCHEMA app;
CREATE TABLE app.persons (id bigint PRIMARY KEY, email text, name text);
CREATE TABLE app.files (id bigint PRIMARY KEY, person bigint REFERENCES app.persons, body text);
INSERT INTO app.persons VALUES (1, 'kari@x.example', 'Kari'), (2, 'ola@x.example', 'Ola');
INSERT INTO app.files VALUES (1, 1, 'one'), (2, 2, 'two');
INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('person', 'app.persons', '{email}');
INSERT INTO retention.subject_link (kind, relation, path) VALUES ('person', 'app.files', 'person');
INSERT INTO retention.personal_column (relation, column_name, category) VALUES ('app.persons', 'name', 'name'), ('app.files', 'body', 'free text');
CREATE TEMP TABLE duty (role_name name, function_name name);
INSERT INTO duty VALUES ('exporter', 'export'), ('exporter', 'export_rows'), ('exporter', 'portability'), ('exporter', 'portability_csv'),
    ('exporter', 'find_subject'), ('exporter', 'shared_identities'), ('exporter', 'explain_subject'), ('eraser', 'erase'), ('eraser', 'erasure_list'), ('eraser', 'was_erased'), ('eraser', 'settle_verification'), ('eraser', 'came_back'), ('eraser', 'replay_erasures'),
    ('rectifier', 'rectify'), ('restricter', 'restrict'), ('restricter', 'inform_of_lifting'), ('restricter', 'lift_restriction'), ('holder', 'place_hold'), ('holder', 'review_hold'), ('holder', 'lift_hold'), ('holder', 'lift_holds'), ('holder', 'held_rows'), ('handler', 'open_request'),
    ('handler', 'identify_request'), ('handler', 'ask_identity'), ('handler', 'verify_identity'), ('handler', 'extend_request'), ('handler', 'answer_request'),
    ('handler', 'refuse_request'), ('handler', 'close_request'), ('handler', 'request_terms'), ('handler', 'holidays'),
    ('objector', 'object'), ('objector', 'weigh_objection'), ('objector', 'withdraw_objection'), ('objector', 'give_consent'), ('objector', 'withdraw_consent'),
    ('discloser', 'disclose'), ('discloser', 'disclose_all'), ('teller', 'settle_notice'),
    ('teller', 'refusals_left'), ('teller', 'records_of_nobody'), ('teller', 'end_records_of_nobody');
INSERT INTO retention.purpose (name, legal_basis) VALUES ('mail', 'legitimate interest'), ('survey', 'consent');
DO $$DECLARE d record; BEGIN
    FOR d IN SELECT role_name, p.oid::regprocedure AS function FROM duty JOIN pg_proc p ON p.proname = function_name
        AND p.pronamespace = 'retention'::regnamespace LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', d.function, d.role_name);
    END LOOP;
END$$;

-- What comes of a call in somebody's name; what it did is taken back.
CREATE FUNCTION pg_temp.try(role_name name, statement text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SET LOCAL ROLE %I', role_name);
    EXECUTE statement;
    RAISE EXCEPTION USING ERRCODE = 'P0999';
EXCEPTION WHEN SQLSTATE 'P0999' THEN RETURN 'done'; WHEN OTHERS THEN RETURN SQLSTATE;
END$$;
CREATE TEMP TABLE call (function_name name, statement text, outcome text DEFAULT 'done');
INSERT INTO call VALUES
    ('export', $$SELECT 1 / (retention.export('person', 1) ->> 'data' LIKE '%one%')::int$$),
    ('export_rows', $$SELECT 1 / (count(*) = 2)::int FROM retention.export_rows('person', 1)$$),
    ('portability', $$SELECT retention.portability('person', 1)$$),
    ('portability_csv', $$SELECT * FROM retention.portability_csv('person', 1)$$),
    ('basis_known', $$SELECT 1 / retention.basis_known('6(1)(a)')::int$$),
    ('shared_identities', $$SELECT 1 / (count(*) = 0)::int FROM retention.shared_identities()$$),
    ('most_shared_identity', $$SELECT 1 / (retention.most_shared_identity('person', 'email') IS NULL)::int$$),
    ('find_subject', $$SELECT 1 / (count(*) = 1)::int FROM retention.find_subject('kari@x.example')$$),
    ('explain_subject', $$SELECT 1 / (sum(rows) = 2)::int FROM retention.explain_subject('person', 1)$$),
    ('erase', $$SELECT 1 / (retention.erase('person', 1) ->> 'blocked' = '[]')::int$$),
    -- Whoever may not use the schema names the table by its number.
    ('rectify', format($$SELECT retention.rectify('person', 1, %s::oid::regclass, '1', '{"body": "right"}')$$, 'app.files'::regclass::oid)),
    ('restrict', $$SELECT 1 / (retention.restrict('person', 1, 'disputed') ->> 'restriction_id' IS NOT NULL)::int$$),
    ('place_hold', $$SELECT 1 / (retention.place_hold('case 1', 'a claim', '17(3)(e)', 1, kind => 'person') ->> 'hold_id' IS NOT NULL)::int$$),
    ('object', $$SELECT retention.object('person', 1, 'mail')$$), ('give_consent', $$SELECT retention.give_consent('person', 1, 'survey', 'by post')$$), ('withdraw_consent', $$SELECT retention.withdraw_consent('person', 1, 'survey', 'by post')$$),
    ('disclose', $$SELECT retention.disclose(NULL, NULL, 'person', 1, 'name', inquiry => 'police 12/26')$$),
    ('disclose_all', $$SELECT 1 / (retention.disclose_all(NULL, NULL, 'person', '{1,2}', 'name', inquiry => 'police 12/26') = 2)::int$$),
    ('in_eea', $$SELECT retention.in_eea('NO')$$), ('conninfo_host', $$SELECT retention.conninfo_host('host=a')$$),
    ('sweep', 'CALL retention.sweep()'), ('verify_erasures', 'CALL retention.verify_erasures()'), ('export_ledger', 'SELECT retention.export_ledger()'), ('begin_segment', $$SELECT retention.begin_segment('a reason')$$), ('resume', 'SELECT retention.resume()'), ('propose_links', 'SELECT * FROM retention.propose_links()'), ('uncertain_links', 'SELECT * FROM retention.uncertain_links()'), ('unlinked', 'SELECT * FROM retention.unlinked()'), ('propose_policies', 'SELECT * FROM retention.propose_policies()'), ('held_kinds', 'SELECT * FROM retention.held_kinds()'), ('refused_anonymisers', $$SELECT * FROM retention.refused_anonymisers('app.files')$$), ('refers_by', $$SELECT retention.refers_by('app.files', 'person', 'app.files')$$),
    ('types_not_followed', 'SELECT * FROM retention.types_not_followed()'), ('sample_link', $$SELECT * FROM retention.sample_link('person', 'app.files', 'person')$$),
    ('release_types', 'SELECT * FROM retention.release_types()'),
    ('policy_counts', 'SELECT * FROM retention.policy_counts(1::smallint)'), ('out_of_reach', 'SELECT retention.out_of_reach(1::smallint)'), ('condition_problem', 'SELECT retention.condition_problem(1::smallint)'), ('redaction_problem', 'SELECT retention.redaction_problem(1::smallint)'), ('condition_failure', 'SELECT retention.condition_failure(1::smallint)'),
    ('preview', 'SELECT * FROM retention.preview(1)'), ('remains_of', $$SELECT retention.remains_of('null', 'text'::regtype, '', false)$$), ('forecast', 'SELECT * FROM retention.forecast()'), ('report_html', 'SELECT retention.report_html()'), ('leaving', 'SELECT * FROM retention.leaving(30)'),
    ('policy_estimates', 'SELECT * FROM retention.policy_estimates(1::smallint)'), ('oldest_due', 'SELECT * FROM retention.oldest_due(1::smallint)'), ('next_due', 'SELECT retention.next_due(1)'), ('oldest_armed', 'SELECT * FROM retention.oldest_armed(1::smallint)'), ('armed_until', 'SELECT retention.armed_until(1::smallint)'), ('default_pace', 'SELECT * FROM retention.default_pace()'), ('standby_lag', 'SELECT retention.standby_lag()'), ('sweeps_under_way', 'SELECT * FROM retention.sweeps_under_way()'), ('worker_states', 'SELECT * FROM retention.worker_states()'),
    ('verify_ledger_now', 'SELECT retention.verify_ledger_now()'),
    ('anonymiser_problem', 'SELECT retention.anonymiser_problem(1::smallint)'),
    ('check', 'SELECT * FROM retention.check()'), ('hooks_in_place', 'SELECT retention.hooks_in_place()'),
    ('caps_are_valid', $$SELECT retention.caps_are_valid('{}')$$), ('contacts_count', $$SELECT retention.contacts_count('{}', '{}', 'UTC', now())$$), ('messages_not_counted', 'SELECT * FROM retention.messages_not_counted()'), ('refusals_left', 'SELECT * FROM retention.refusals_left()'),
    ('pseudonymise', $$SELECT retention.pseudonymise('Kari', 8)$$),
    ('open_request', $$SELECT retention.open_request('access', 'person', 1), retention.open_request('access')$$),
    ('request_terms', $$SELECT * FROM retention.request_terms(true)$$), ('holidays', $$SELECT 1 / (count(*) > 10)::int FROM retention.holidays('NO', 2030)$$),
    ('records_of_nobody', 'SELECT * FROM retention.records_of_nobody()'), ('standard_holidays', 'SELECT * FROM retention.standard_holidays()'),
    ('register', $$SELECT 1 / (retention.register('html') LIKE '<!DOCTYPE%')::int$$), ('register_digest', 'SELECT retention.register_digest()'),
    ('privacy_notice', $$SELECT 1 / (retention.privacy_notice('nb') LIKE '# Personvern%')::int$$), ('notice_drift', $$SELECT 1 / (count(*) > 3)::int FROM retention.notice_drift('')$$),
    ('last_day_to_act', $$SELECT retention.last_day_to_act('2026-02-10', 1, 'NO')$$);
INSERT INTO call VALUES  -- this server has no key to remember erasures with
    ('erasure_certificate', 'SELECT retention.erasure_certificate(0)', 'P0002'), ('approve', $$SELECT retention.approve('x')$$, '42704'), ('pause', $$SELECT retention.pause('x', 'y')$$, '42704'), ('unpause', $$SELECT retention.unpause('x')$$, '42704'), ('require_warnings', $$SELECT retention.require_warnings('x')$$, '42704'), ('record_warning', $$SELECT retention.record_warning('x', now())$$, '42704'), ('end_warnings', $$SELECT retention.end_warnings('x')$$, '42704'),
    ('pause_all', $$SELECT retention.pause_all('y')$$, 'done'), ('unpause_all', 'SELECT retention.unpause_all()', 'done'),
    ('contact_times', $$SELECT retention.contact_times('1', 'x', '{}')$$, '55000'), ('may_contact', $$SELECT retention.may_contact('person', 1, 'x')$$, '42704'),
    ('explain_contact', $$SELECT retention.explain_contact('person', 1, 'x')$$, '42704'), ('may_contact_all', $$SELECT retention.may_contact_all('person', 'x')$$, '42704'),
    ('inform_of_lifting', 'SELECT retention.inform_of_lifting(0)', 'P0002'), ('why', $$SELECT retention.why('nobody'::text, 1)$$, '42704'), ('lift_restriction', 'SELECT retention.lift_restriction(0)', 'P0002'),
    ('review_hold', $$SELECT retention.review_hold(0, '2031-01-01')$$, 'P0002'), ('lift_hold', $$SELECT retention.lift_hold(0, 'over')$$, 'P0002'), ('lift_holds', $$SELECT retention.lift_holds('{0}', 'over')$$, 'P0002'), ('held_rows', 'SELECT * FROM retention.held_rows(0)', '42501'),
    ('weigh_objection', $$SELECT retention.weigh_objection(0, 'upheld', 'x')$$, 'P0002'), ('withdraw_objection', 'SELECT retention.withdraw_objection(0)', 'P0002'),
    ('settle_notice', $$SELECT retention.settle_notice(0, 'sent')$$, 'P0002'), ('end_records_of_nobody', $$SELECT retention.end_records_of_nobody('nobody')$$, '42704'),
    ('identify_request', $$SELECT retention.identify_request(0, 'person', 1)$$, 'P0002'), ('ask_identity', 'SELECT retention.ask_identity(0)', 'P0002'), ('verify_identity', $$SELECT retention.verify_identity(0, 'a passport')$$, 'P0002'),
    ('extend_request', $$SELECT retention.extend_request(0, 'much')$$, 'P0002'), ('answer_request', 'SELECT retention.answer_request(0)', 'P0002'), ('refuse_request', $$SELECT retention.refuse_request(0, '12(5)', 'again')$$, 'P0002'), ('close_request', 'SELECT retention.close_request(0)', 'P0002'),
    ('settle_verification', 'SELECT retention.settle_verification(0)', 'P0002'), ('came_back', 'SELECT * FROM retention.came_back()', '55000'), ('erasure_list', 'SELECT retention.erasure_list()', '55000'), ('was_erased', $$SELECT retention.was_erased('person', 1)$$, '55000'), ('replay_erasures', $$SELECT * FROM retention.replay_erasures('{}')$$, '55000');
SET client_min_messages = error;
SELECT is_empty($$SELECT role_name, function_name, pg_temp.try(role_name, statement) FROM duty JOIN call USING (function_name)
    WHERE pg_temp.try(role_name, statement) <> outcome$$, 'each duty can be done, on tables it has no rights on');
SELECT is_empty($$SELECT r, function_name, pg_temp.try(r, statement) FROM unnest('{exporter,eraser,rectifier,restricter,holder,handler,objector,discloser,teller,stranger}'::name[]) r, call c
    WHERE NOT EXISTS (SELECT FROM duty d WHERE d.role_name = r AND d.function_name = c.function_name) AND pg_temp.try(r, statement) <> '42501'$$,
    'each duty allows no other');
SELECT is_empty($$SELECT r, f FROM unnest('{exporter,eraser,rectifier,restricter,holder,handler,objector,discloser,teller}'::name[]) r, pg_temp.executable(r) f
    EXCEPT (SELECT r, function FROM public, unnest('{exporter,eraser,rectifier,restricter,holder,handler,objector,discloser,teller}'::name[]) r
    UNION ALL SELECT role_name, p.oid::regprocedure::text FROM duty JOIN pg_proc p ON p.proname = function_name AND p.pronamespace = 'retention'::regnamespace)$$,
    'a duty comes with nothing else');
SELECT is_empty($$SELECT DISTINCT proname FROM pg_proc WHERE pronamespace = 'retention'::regnamespace
    AND oid::regprocedure::text NOT IN (TABLE public) AND prorettype NOT IN ('trigger'::regtype, 'event_trigger'::regtype, 'internal'::regtype)
    EXCEPT SELECT function_name FROM call$$, 'every function that is not for all is in this test');
SELECT is(pg_temp.try(r, statement), '42501', r || ': ' || statement) FROM unnest('{exporter,eraser}'::name[]) r,
    unnest('{"SELECT FROM app.persons","DELETE FROM retention.ledger","UPDATE retention.subject_link SET role = ''about''","SELECT FROM retention.erasure"}'::text[]) statement;

SELECT * FROM finish();
ROLLBACK;
