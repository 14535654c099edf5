-- How far each policy is, and whether the installation is whole: what is checked, whether it is as it should be, and what to do when not.

CREATE VIEW retention.blocked_reason WITH (security_barrier) AS
SELECT b.relation, b.row_id, b.policy_id, b.sqlstate, b.reason
FROM (SELECT relation, row_id, policy_id, sqlstate, reason FROM retention.blocked_row
    UNION ALL SELECT relation, NULL, policy_id, sqlstate, reason FROM retention.blocked_table
    UNION ALL SELECT view, NULL, NULL, NULL, reason FROM retention.view_refresh WHERE problem IS NOT NULL) b
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) b.relation
WHERE pg_catalog.pg_has_role(c.relowner, 'USAGE');
COMMENT ON VIEW retention.blocked_reason IS 'what exactly kept a sweep from rows, tables and materialised views, with what the error said of them: to their owners';
COMMENT ON COLUMN retention.blocked_reason.relation IS 'the table, partition or materialised view';
COMMENT ON COLUMN retention.blocked_reason.row_id IS 'the ctid of the row; NULL: the table was left, or the materialised view is not fresh';
COMMENT ON COLUMN retention.blocked_reason.policy_id IS 'the policy; NULL: of a materialised view';
COMMENT ON COLUMN retention.blocked_reason.sqlstate IS 'SQLSTATE of the error';
COMMENT ON COLUMN retention.blocked_reason.reason IS 'its message and detail, which may hold values of rows';
GRANT SELECT ON retention.blocked_reason TO PUBLIC;

CREATE FUNCTION retention.out_of_reach(policy_id smallint) RETURNS text
    LANGUAGE c STABLE STRICT AS 'MODULE_PATHNAME', 'pg_retention_out_of_reach';
COMMENT ON FUNCTION retention.out_of_reach(smallint) IS 'why no row can be this policy''s: another one takes them all; NULL: some may be';
GRANT EXECUTE ON FUNCTION retention.out_of_reach(smallint) TO pg_monitor;

CREATE FUNCTION retention.condition_problem(policy_id smallint) RETURNS text
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_condition_problem';
COMMENT ON FUNCTION retention.condition_problem(smallint) IS 'why applies_to of this policy can no longer be asked of rows: what it calls was dropped or renamed, is not immutable any more, or is not the table owner''s to call; NULL: nothing stands against it';
GRANT EXECUTE ON FUNCTION retention.condition_problem(smallint) TO pg_monitor;

CREATE FUNCTION retention.condition_failure(policy_id smallint) RETURNS text
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_condition_failure';
COMMENT ON FUNCTION retention.condition_failure(smallint) IS 'that applies_to of this policy fails at a few rows that are there, first and last ones, or takes too long; NULL: it does not, or none could be tried';
GRANT EXECUTE ON FUNCTION retention.condition_failure(smallint) TO pg_monitor;

CREATE FUNCTION retention.redaction_problem(policy_id smallint) RETURNS text
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_redaction_problem';
COMMENT ON FUNCTION retention.redaction_problem(smallint) IS 'which column, whose words are to be taken out of a text of this policy''s rows, can be emptied by its own period before that is redacted; NULL: none';
GRANT EXECUTE ON FUNCTION retention.redaction_problem(smallint) TO pg_monitor;

CREATE FUNCTION retention.anonymiser_problem(policy_id smallint) RETURNS text
    LANGUAGE c VOLATILE STRICT AS 'MODULE_PATHNAME', 'pg_retention_anonymiser_problem';
COMMENT ON FUNCTION retention.anonymiser_problem(smallint) IS 'why rows of this policy can no longer be anonymised: constraints and types as they are now are tried with what would be written; NULL: nothing stands against it';
GRANT EXECUTE ON FUNCTION retention.anonymiser_problem(smallint) TO pg_monitor;

CREATE VIEW retention.weak_trigger AS
SELECT t.tgrelid::regclass AS relation, t.tgname AS trigger, f.proname OPERATOR(pg_catalog.=) 'follow_path' AS path
FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_proc f ON f.oid OPERATOR(pg_catalog.=) t.tgfoid
WHERE f.pronamespace OPERATOR(pg_catalog.=) 'retention'::regnamespace AND NOT t.tgisinternal AND t.tgenabled OPERATOR(pg_catalog.<>) 'A';
COMMENT ON VIEW retention.weak_trigger IS 'triggers of the extension that do not fire whatever session_replication_role is, as a restore of data alone may leave them';
COMMENT ON COLUMN retention.weak_trigger.relation IS 'the table';
COMMENT ON COLUMN retention.weak_trigger.trigger IS 'the trigger';
COMMENT ON COLUMN retention.weak_trigger.path IS 'it stands on the way to a start, not on the governed table';
GRANT SELECT ON retention.weak_trigger TO pg_monitor;

CREATE VIEW retention.status AS
SELECT p.policy_id, p.name, p.relation, p.mode,
    CASE
        WHEN p.mode OPERATOR(pg_catalog.=) 'off' THEN 'off'
        WHEN NOT retention.home_known() OR retention.system_time_jump() IS NOT NULL THEN 'waiting for retention.resume()'
        WHEN NOT p.validated THEN 'not validated'
        WHEN u.problem IS NOT NULL THEN 'not confirmed'
        WHEN w.problem IS NOT NULL THEN 'not guarded'
        WHEN NOT p.ready OR a.partitions IS NOT NULL THEN pg_catalog.format('preparing %s %%', least(99,
            coalesce(100 * coalesce(a.next_block, r.next_block) / nullif(coalesce(a.total_blocks, r.total_blocks), 0), 0)))
        WHEN r.stamped THEN 'building the index'
        WHEN r.relation IS NOT NULL THEN pg_catalog.format('stamping %s %%', least(99,
            coalesce(100 * r.next_block / nullif(r.total_blocks, 0), 0)))
        WHEN p.mode OPERATOR(pg_catalog.=) 'observe' THEN 'observing'
        WHEN s.state IS NOT NULL THEN s.state
        ELSE 'enforcing'
    END AS state,
    coalesce(b.blocked, 0) AS blocked,
    (SELECT s.started_at FROM retention.sweep_run s ORDER BY s.run_id DESC LIMIT 1) AS last_run,
    coalesce((SELECT pg_catalog.format('the system''s time has jumped by %s', x) FROM retention.system_time_jump() x WHERE x IS NOT NULL), u.problem, w.problem, r.problem, a.problem, s.detail, t.reason, b.reason, v.reason, q.problem,
        CASE WHEN a.partitions IS NOT NULL THEN pg_catalog.format('not stamped yet, and hidden until then where the policy hides: the rows of %s',
            a.partitions) END,
        CASE WHEN h.heirs IS NOT NULL THEN pg_catalog.format('no policy stands for what inherits from the table: %s', h.heirs) END,
        retention.condition_problem(p.policy_id), retention.out_of_reach(p.policy_id), retention.anonymiser_problem(p.policy_id),
        (SELECT pg_catalog.format('%s rows of erased persons are there again: see retention.came_back()', sum(greatest(x.found, x.last_found)))
            FROM retention.return_run x WHERE (x.relation OPERATOR(pg_catalog.=) p.relation OR p.relation IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(x.relation) a))
            HAVING sum(greatest(x.found, x.last_found)) OPERATOR(pg_catalog.>) 0),
        (SELECT pg_catalog.format('what was due before it was put in force or changed last waits until %s, for the quarantine runs since then: see retention.preview() and retention.approve()', x)
            FROM retention.armed_until(p.policy_id) x WHERE x IS NOT NULL),
        (SELECT pg_catalog.format('hold %s was to be reviewed by %s', h.hold_id, pg_catalog.to_char(h.review_on, 'YYYY-MM-DD')) FROM retention.standing_hold h WHERE h.overdue
            AND (h.policy_id OPERATOR(pg_catalog.=) p.policy_id OR h.scope OPERATOR(pg_catalog.=) 'subject' OR h.relation OPERATOR(pg_catalog.=) p.relation::text) ORDER BY h.review_on LIMIT 1),
        CASE WHEN p.warned_until OPERATOR(pg_catalog.<) retention.time_now() THEN pg_catalog.format('what became hidden since %s waits for retention.record_warning()', p.warned_until) END) COLLATE pg_catalog."default" AS problem,
    q.last_audit, coalesce(q.findings, 0) AS findings,
    (SELECT min(o.since) FROM retention.oldest_due(p.policy_id) o WHERE p.mode OPERATOR(pg_catalog.=) 'enforce') AS overdue_since,
    CASE WHEN p.mode OPERATOR(pg_catalog.=) 'enforce' THEN retention.next_due(p.policy_id) END AS next_due,
    (SELECT x.last_at FROM retention.sweep_rate x WHERE x.policy_id OPERATOR(pg_catalog.=) p.policy_id) AS last_success,
    coalesce((SELECT round(CASE WHEN e.hours OPERATOR(pg_catalog.<) 1 THEN x.taken OPERATOR(pg_catalog.+) (x.taken_before OPERATOR(pg_catalog.*) (1 OPERATOR(pg_catalog.-) e.hours))
            ELSE x.taken OPERATOR(pg_catalog.*) greatest(2 OPERATOR(pg_catalog.-) e.hours, 0) END)::bigint
        FROM retention.sweep_rate x CROSS JOIN LATERAL (SELECT EXTRACT(epoch FROM retention.time_now() OPERATOR(pg_catalog.-) x.hour) OPERATOR(pg_catalog./) 3600 AS hours) e
        WHERE x.policy_id OPERATOR(pg_catalog.=) p.policy_id), 0) AS rows_per_hour
FROM retention.policy p
LEFT JOIN LATERAL (SELECT pg_catalog.format('applies_to was written for another owner of the table: confirm it as %I or a superuser with '
        'UPDATE retention.policy SET applies_to = applies_to WHERE policy_id = %s', pg_catalog.pg_get_userbyid(c.relowner), p.policy_id) AS problem
    FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) p.relation AND p.applies_to IS NOT NULL
        AND c.relowner OPERATOR(pg_catalog.<>) p.written_for) u ON true
LEFT JOIN LATERAL (SELECT min(pg_catalog.format('trigger %I of table %s does not always fire: call retention.resume()', x.trigger, x.relation)) AS problem
    FROM retention.weak_trigger x WHERE x.relation OPERATOR(pg_catalog.=) p.relation
        OR p.relation IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(x.relation) a)
        OR (x.path AND EXISTS (SELECT FROM pg_catalog.unnest(p.clock_starts) c (path) WHERE c.path ~ '\.'))) w ON true
LEFT JOIN LATERAL (SELECT x.* FROM retention.preparation x WHERE x.relation OPERATOR(pg_catalog.=) p.relation
        OR x.relation IN (SELECT a.relid FROM pg_catalog.pg_partition_ancestors(p.relation) a)
    ORDER BY x.relation OPERATOR(pg_catalog.=) p.relation DESC LIMIT 1) r ON true
LEFT JOIN (SELECT n.relid, pg_catalog.string_agg(x.relation::text, ', ' ORDER BY x.relation::text) AS partitions, sum(x.next_block)::bigint AS next_block,
        sum(x.total_blocks)::bigint AS total_blocks, max(x.problem) AS problem
    FROM retention.preparation x CROSS JOIN LATERAL pg_catalog.pg_partition_ancestors(x.relation) n
    WHERE x.attached GROUP BY n.relid) a ON a.relid OPERATOR(pg_catalog.=) p.relation
LEFT JOIN (SELECT i.inhparent, pg_catalog.string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid::regclass::text) AS heirs
    FROM pg_catalog.pg_inherits i JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.inhrelid AND c.relkind OPERATOR(pg_catalog.=) 'r' AND NOT c.relispartition
    WHERE NOT EXISTS (SELECT FROM retention.policy o WHERE o.relation OPERATOR(pg_catalog.=) c.oid)
    GROUP BY i.inhparent) h ON h.inhparent OPERATOR(pg_catalog.=) p.relation
LEFT JOIN LATERAL (SELECT h.state, h.detail FROM (SELECT x.* FROM retention.held_policy x UNION ALL SELECT y.* FROM retention.slowed_policy y) h
    WHERE h.policy_id OPERATOR(pg_catalog.=) p.policy_id ORDER BY h.state LIMIT 1) s ON p.mode OPERATOR(pg_catalog.=) 'enforce'
LEFT JOIN LATERAL (SELECT count(*) AS blocked, max(x.cause) AS reason FROM retention.blocked_row x
    WHERE x.policy_id OPERATOR(pg_catalog.=) p.policy_id) b ON true
LEFT JOIN LATERAL (SELECT pg_catalog.string_agg(pg_catalog.format('%s: %s', x.relation, x.cause), '; ' ORDER BY x.relation::text, x.work) AS reason
    FROM retention.blocked_table x WHERE x.policy_id OPERATOR(pg_catalog.=) p.policy_id) t ON true
LEFT JOIN (SELECT s.source, pg_catalog.string_agg(pg_catalog.format('%s: %s', x.view, x.problem), '; ' ORDER BY x.view::text) AS reason
    FROM retention.view_refresh x JOIN retention.view_source s ON s.view OPERATOR(pg_catalog.=) x.view
    WHERE x.problem IS NOT NULL GROUP BY s.source) v ON v.source OPERATOR(pg_catalog.=) p.relation
LEFT JOIN (SELECT n.relid, CASE WHEN pg_catalog.bool_and(x.last_finished IS NOT NULL) THEN min(x.last_finished) END AS last_audit,
        min('audit: ' OPERATOR(pg_catalog.||) x.problem) AS problem, sum(f.findings)::bigint AS findings
    FROM retention.audit_run x
    CROSS JOIN LATERAL (SELECT coalesce(sum(y.rows), 0) AS findings FROM retention.audit_finding y WHERE y.relation OPERATOR(pg_catalog.=) x.relation) f
    CROSS JOIN LATERAL (SELECT x.relation UNION SELECT a.relid FROM pg_catalog.pg_partition_ancestors(x.relation) a) n (relid)
    GROUP BY n.relid) q ON q.relid OPERATOR(pg_catalog.=) p.relation;
COMMENT ON VIEW retention.status IS 'per policy: how far it is, what is blocked, what is wrong';
COMMENT ON COLUMN retention.status.policy_id IS 'number of the policy';
COMMENT ON COLUMN retention.status.name IS 'name of the policy';
COMMENT ON COLUMN retention.status.relation IS 'the table it is for';
COMMENT ON COLUMN retention.status.mode IS 'what was asked for: off, observe or enforce';
COMMENT ON COLUMN retention.status.state IS 'off, observing, enforcing: as the mode says; waiting for retention.resume(): after a restore, a clone or a promotion, or a jump of the system''s time; not validated: it was not checked against the schema, and does not fit it or came by a restore; not confirmed: applies_to was written for another owner of the table; not guarded: a trigger does not always fire; preparing: rows get their clocks, and nothing is in force before; building the index: a sweep reads the whole table meanwhile; stamping: rows keep the policy and start they had until each has been stamped anew; paused, waiting for retention.approve(), waiting for its window: see retention.held_policy';
COMMENT ON COLUMN retention.status.blocked IS 'rows that the last attempts could not act on, see retention.blocked_row';
COMMENT ON COLUMN retention.status.last_run IS 'when the last sweep of the database began';
COMMENT ON COLUMN retention.status.problem IS 'one thing that stands in the way, or several of a kind, or else that a quarantine runs since the policy was put in force or changed; NULL: nothing';
COMMENT ON COLUMN retention.status.last_audit IS 'when the last round of the worker''s audit over all of its table ended; NULL: there was none yet';
COMMENT ON COLUMN retention.status.findings IS 'what that found, or the one under way where that is more: rows of the table, see retention.audit_finding';
COMMENT ON COLUMN retention.status.overdue_since IS 'the deadline of the row that is past it for the longest; NULL: none is, or the policy is not enforced. Which one, and what keeps it: retention.overdue';
COMMENT ON COLUMN retention.status.next_due IS 'when the next of the rows that are there becomes due; NULL: none has begun, or the policy is not enforced';
COMMENT ON COLUMN retention.status.last_success IS 'when a sweep took rows of it last, or columns of them; NULL: none did yet';
COMMENT ON COLUMN retention.status.rows_per_hour IS 'about how many sweeps took in the last hour';
GRANT SELECT ON retention.status TO pg_monitor;

CREATE VIEW retention.overdue AS
SELECT p.policy_id, p.name, o.relation, o.row_id, o.since, o.rows,
    CASE
        WHEN o.row_id IS NULL THEN (SELECT CASE WHEN pg_catalog.has_schema_privilege(c.relowner, c.relnamespace, 'USAGE')
                AND pg_catalog.has_table_privilege(c.relowner, c.oid, 'SELECT') THEN 'another session locks the table'
                ELSE 'the owner of the table may not read it' END
            FROM pg_catalog.pg_class c WHERE c.oid OPERATOR(pg_catalog.=) o.relation)
        WHEN b.cause IS NOT NULL THEN b.cause
        WHEN t.cause IS NOT NULL THEN t.cause
        WHEN NOT retention.home_known() THEN 'waiting for retention.resume()'
        WHEN s.state OPERATOR(pg_catalog.=) 'enforcing' AND o.row_id IS NOT NULL AND p.warned_until OPERATOR(pg_catalog.<) retention.time_now() AND s.problem IS NOT NULL THEN s.problem
        WHEN s.state OPERATOR(pg_catalog.<>) 'enforcing' THEN s.state OPERATOR(pg_catalog.||) coalesce(': ' OPERATOR(pg_catalog.||) s.problem, '')
        WHEN r.started_at OPERATOR(pg_catalog.>) o.since THEN 'no sweep has taken it yet: it came after the last one, a session locked it, or others were before it'
        ELSE 'no sweep has begun since'
    END COLLATE pg_catalog."default" AS reason
FROM retention.policy p
CROSS JOIN LATERAL retention.oldest_due(p.policy_id) o
JOIN retention.status s ON s.policy_id OPERATOR(pg_catalog.=) p.policy_id
LEFT JOIN retention.blocked_row b ON b.relation OPERATOR(pg_catalog.=) o.relation AND b.row_id OPERATOR(pg_catalog.=) o.row_id
LEFT JOIN LATERAL (SELECT min(x.cause) AS cause FROM retention.blocked_table x WHERE x.policy_id OPERATOR(pg_catalog.=) p.policy_id
    AND (x.relation OPERATOR(pg_catalog.=) o.relation OR x.relation OPERATOR(pg_catalog.=) p.relation)) t ON true
LEFT JOIN LATERAL (SELECT max(x.started_at) AS started_at FROM retention.sweep_run x WHERE x.finished_at IS NOT NULL) r ON true
WHERE p.mode OPERATOR(pg_catalog.=) 'enforce';
COMMENT ON VIEW retention.overdue IS 'per enforcing policy with rows past their deadline: the one that is so for the longest, and why it is still there; and tables that could not be looked at';
COMMENT ON COLUMN retention.overdue.policy_id IS 'number of the policy';
COMMENT ON COLUMN retention.overdue.name IS 'name of the policy';
COMMENT ON COLUMN retention.overdue.relation IS 'the table or partition that has the row';
COMMENT ON COLUMN retention.overdue.row_id IS 'its ctid; NULL: the table could not be looked at';
COMMENT ON COLUMN retention.overdue.since IS 'its deadline';
COMMENT ON COLUMN retention.overdue.rows IS 'how many rows of the policy are past theirs; of each table or partition at most 1001 are counted';
COMMENT ON COLUMN retention.overdue.reason IS 'what keeps it, as the sweep or the state of the policy says';
GRANT SELECT ON retention.overdue TO pg_monitor;

CREATE FUNCTION retention.hooks_in_place() RETURNS boolean
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_hooks_in_place';
COMMENT ON FUNCTION retention.hooks_in_place() IS 'whether a statement planned and executed now comes by the library: another one may have taken its place';

CREATE VIEW retention.governed_table AS
SELECT g.relation, g.column_name AS clock,
    EXISTS (SELECT FROM retention.policy p WHERE p.relation = g.relation
        OR p.relation IN (SELECT t.relid FROM pg_partition_ancestors(g.relation) t)) AS managed,
    EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am m ON m.oid = c.relam
        WHERE i.indrelid = g.relation AND i.indisvalid AND i.indnkeyatts = 1 AND m.amname = 'btree' AND i.indkey[0] = g.column_number AND i.indoption[0] & 1 = 0
        AND pg_get_expr(i.indpred, i.indrelid) ~ '^(retention\.)?pending\([^()]*\)$') AS indexed,
    (SELECT count(*) FROM pg_trigger t JOIN pg_proc f ON f.oid = t.tgfoid
        WHERE t.tgrelid = g.relation AND t.tgenabled = 'A' AND f.pronamespace = 'retention'::regnamespace
        AND f.proname IN ('maintain_clock', 'guard_delete')) = 2 AS guarded
FROM retention.clock_column g
WHERE g.kind <> 'm';
COMMENT ON VIEW retention.governed_table IS 'tables with a clock column: whether a policy stands, the index is there, and the triggers always fire';
COMMENT ON COLUMN retention.governed_table.relation IS 'the table';
COMMENT ON COLUMN retention.governed_table.clock IS 'its clock column';
COMMENT ON COLUMN retention.governed_table.managed IS 'a policy stands for it';
COMMENT ON COLUMN retention.governed_table.indexed IS 'the index on its clock is there and valid';
COMMENT ON COLUMN retention.governed_table.guarded IS 'its triggers are there and always fire';
GRANT SELECT ON retention.governed_table TO pg_monitor;

CREATE VIEW retention.maintenance_function AS
SELECT u.relation, u.used_in, f.oid::regprocedure AS function
FROM (
    SELECT i.indrelid::regclass, 'index ' || i.indexrelid::regclass::text, coalesce(o.oprcode::oid, d.refobjid)
    FROM pg_index i JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = i.indexrelid
    LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
    WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
    UNION
    SELECT i.indrelid::regclass, 'index ' || i.indexrelid::regclass::text, p.amproc::oid
    FROM pg_index i JOIN pg_opclass c ON c.oid = ANY (i.indclass) JOIN pg_amproc p ON p.amprocfamily = c.opcfamily
    UNION
    SELECT s.stxrelid::regclass, 'statistics ' || s.stxname, coalesce(o.oprcode::oid, d.refobjid)
    FROM pg_statistic_ext s JOIN pg_depend d ON d.classid = 'pg_statistic_ext'::regclass AND d.objid = s.oid
    LEFT JOIN pg_operator o ON d.refclassid = 'pg_operator'::regclass AND o.oid = d.refobjid
    WHERE d.refclassid IN ('pg_proc'::regclass, 'pg_operator'::regclass)
    UNION
    SELECT a.attrelid::regclass, 'type ' || r.rngtypid::regtype::text, r.rngsubdiff::oid
    FROM pg_range r JOIN pg_attribute a ON a.atttypid IN (r.rngtypid, r.rngmultitypid) AND NOT a.attisdropped
) u (relation, used_in, function)
JOIN pg_proc f ON f.oid = u.function JOIN pg_language l ON l.oid = f.prolang
WHERE l.lanname NOT IN ('internal', 'c');
COMMENT ON VIEW retention.maintenance_function IS 'functions written by users that maintenance of a table, autovacuum''s too, gives values of rows to: in indexes and their conditions, operator classes, extended statistics, range types';
COMMENT ON COLUMN retention.maintenance_function.relation IS 'the table';
COMMENT ON COLUMN retention.maintenance_function.used_in IS 'the index, statistics or type';
COMMENT ON COLUMN retention.maintenance_function.function IS 'the function';
GRANT SELECT ON retention.maintenance_function TO pg_monitor;

-- Who watches may read what retention.check() reads.
GRANT SELECT ON retention.policy, retention.purpose, retention.clock_column, retention.stale_view TO pg_monitor;
GRANT SELECT (relation, column_name, anonymise, written_for) ON retention.personal_column TO pg_monitor;
GRANT SELECT (kind, relation, path) ON retention.subject_link TO pg_monitor;
GRANT SELECT (purpose, erased_at) ON retention.objection TO pg_monitor;
GRANT SELECT (kind, relation, identifying) ON retention.subject_kind TO pg_monitor;

CREATE FUNCTION retention.check(OUT what text, OUT object text, OUT ok boolean, OUT hint text) RETURNS SETOF record
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp SET jit = off AS $$
SELECT c.what, c.object, c.ok, CASE WHEN c.ok THEN NULL ELSE c.hint END FROM (
SELECT 'library is preloaded', NULL, current_setting('shared_preload_libraries') ~ '(^|[ ,])pg_retention($|[ ,])',
    'Add pg_retention to shared_preload_libraries and restart the server; on standbys, too.'
UNION ALL
SELECT 'hooks are in place', NULL, retention.hooks_in_place(), 'Put pg_retention last in shared_preload_libraries.'
UNION ALL
SELECT 'functions are the library''s', f.function::text, f.function IS NULL,
    format('%s is not what the extension installed: what it hides, keeps or counts may be wrong. Restore it by its line in the install script.', f.function)
FROM (SELECT) one LEFT JOIN (SELECT p.oid::regprocedure AS function FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE (p.pronamespace = 'retention'::regnamespace OR EXISTS (SELECT FROM pg_depend d JOIN pg_extension e ON e.oid = d.refobjid
            WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e' AND e.extname = 'pg_retention'))
        AND NOT CASE l.lanname
            -- One symbol may serve a name for several types.
            WHEN 'c' THEN p.probin = '$libdir/pg_retention' AND starts_with(p.prosrc || '_', 'pg_retention_' || p.proname || '_')
            WHEN 'internal' THEN (p.proname ~ '_in$' AND p.prosrc = 'textin') OR (p.proname ~ '_out$' AND p.prosrc = 'textout')
                OR (p.proname ~ '_recv$' AND p.prosrc = 'textrecv') OR (p.proname ~ '_send$' AND p.prosrc = 'textsend')
                OR (p.proname ~ '^character_to_' AND p.prosrc = 'rtrim1') OR (p.proname ~ '^name_to_' AND p.prosrc = 'name_text')
            ELSE p.proname = 'check' AND p.pronargs = 0 AND l.lanname = 'sql'
        END) f ON true
UNION ALL
SELECT 'ledger has its end', NULL, (SELECT (SELECT (l.entry_id, l.hash) FROM retention.ledger l ORDER BY l.entry_id DESC LIMIT 1) IS NOT DISTINCT FROM m
        FROM (SELECT (SELECT (k.entry_id, k.hash) FROM retention.ledger_mark k ORDER BY k.entry_id DESC LIMIT 1)) x (m) WHERE m IS NOT NULL) IS NOT FALSE,
    'Its last entry is not the one that was written last: see retention.ledger_breaks(), and retention.begin_segment().'
UNION ALL
SELECT 'ledger is whole', NULL, v.ok IS NOT FALSE AND v.problem IS NULL,
    CASE WHEN v.problem IS NOT NULL THEN format('It could not be verified on %s: %s. See the server log, and call retention.verify_ledger_now().', v.verified_at, v.problem)
        ELSE format('Entry %s is not as it was written, follows a gap, or is missing, as was found on %s: see retention.ledger_breaks(), and retention.begin_segment().', v.first_bad, v.verified_at) END
FROM (SELECT) one LEFT JOIN retention.ledger_verification v ON true
UNION ALL
SELECT 'time zone is set', NULL, current_setting('retention.timezone') <> '', 'Set retention.timezone to the zone in which periods are meant; a policy has it from when it is written, see its field timezone.'
UNION ALL
SELECT 'time is not injected', NULL, current_setting('retention.allow_test_time') = 'off', 'Switch retention.allow_test_time off outside of tests.'
UNION ALL
SELECT 'system time has not jumped', NULL, retention.system_time_jump() IS NULL, format('It is away by %s from what it can be: nothing is swept. Set it right, or where it is, call retention.resume().', retention.system_time_jump())
UNION ALL
SELECT 'database is the one to act in', NULL, pg_is_in_recovery() OR retention.home_known() OR NOT EXISTS (SELECT FROM retention.policy),
    'After a restore, a clone or a promotion, call retention.resume().'
UNION ALL
SELECT 'worker is alive', NULL, pg_is_in_recovery() OR (current_setting('retention.worker') = 'on' AND w.started_at IS NOT NULL AND w.problem IS NULL
        AND (w.waiting_since > clock_timestamp() - current_setting('retention.naptime')::interval) IS NOT FALSE),
    CASE current_setting('retention.worker') WHEN 'on' THEN format('The database is not served%s: %s. See retention.worker_status and the server log.',
            ' since ' || coalesce(w.problem_since, w.waiting_since), coalesce(w.problem, 'the launcher has not started a worker'))
        ELSE 'Set retention.worker = on, or call retention.sweep() regularly.' END
FROM (SELECT) one LEFT JOIN retention.worker_status w ON w.database = current_database()
UNION ALL
SELECT 'policy is ready', p.name, p.validated AND p.ready AND NOT EXISTS (SELECT FROM retention.preparation x
        WHERE x.attached AND p.relation IN (SELECT n.relid FROM pg_partition_ancestors(x.relation) n)), 'See retention.status.' FROM retention.policy p WHERE p.mode <> 'off'
UNION ALL
SELECT 'what is due is gone', p.name, o.rows IS NULL, format('%s rows are past their deadline, the first since %s: %s. See retention.overdue.', o.rows, o.since, o.reason)
FROM retention.policy p LEFT JOIN LATERAL (SELECT sum(x.rows) AS rows, min(x.since) AS since, min(x.reason) AS reason FROM retention.overdue x
    WHERE x.policy_id = p.policy_id AND x.since < (SELECT max(r.started_at) FROM retention.sweep_run r WHERE r.finished_at IS NOT NULL)) o ON true
WHERE p.mode = 'enforce'
UNION ALL
SELECT 'rows reach the policy', p.name, o.reason IS NULL, format('%s. See priority and applies_to.', o.reason)
FROM retention.policy p, retention.out_of_reach(p.policy_id) o (reason) WHERE p.mode <> 'off'
UNION ALL
SELECT 'link has its kind', format('%s of %s', l.path, l.relation), k.kind IS NOT NULL, format('Write kind "%s" into retention.subject_kind, or delete the link.', l.kind)
FROM retention.subject_link l LEFT JOIN retention.subject_kind k ON k.kind = l.kind
UNION ALL
SELECT 'space of what was swept is free', format('%s', s.relation::regclass), s.vacuumed_at IS NULL AND s.since > retention.time_now() - interval '7 days',
    CASE WHEN s.vacuumed_at IS NULL THEN format('%s rows were taken since %s, and nobody has vacuumed the table: see retention.vacuum_max_size and vacuum_scale_factor, or whether autovacuum is on.', s.rows, s.since)
    WHEN s.problem IS NOT NULL THEN format('The worker could not vacuum it on %s: %s. See the server log.', s.vacuumed_at, s.problem)
    ELSE format('%s rows that are gone for everybody new could not be removed on %s, for somebody may still see them%s.', s.rows, s.vacuumed_at, h.who) END
FROM retention.swept_table s CROSS JOIN (SELECT (SELECT format(': session %s of role %I, since %s', a.pid, a.usename, a.xact_start) FROM pg_stat_activity a
    WHERE a.backend_xmin IS NOT NULL AND a.pid <> pg_backend_pid() AND a.datname = current_database() ORDER BY age(a.backend_xmin) DESC, a.xact_start LIMIT 1) AS who) h
UNION ALL
SELECT 'window has its policy', w.policy, p.policy_id IS NOT NULL, format('Window %s of retention.sweep_window is of a policy that is not there.', w.window_id)
FROM retention.sweep_window w LEFT JOIN retention.policy p ON p.name = w.policy WHERE w.policy IS NOT NULL
UNION ALL
SELECT 'pace has its policy', s.policy, p.policy_id IS NOT NULL, 'What retention.sweep_pace says is of a policy that is not there.'
FROM retention.sweep_pace s LEFT JOIN retention.policy p ON p.name = s.policy
UNION ALL
SELECT 'rows can be anonymised', p.name, a.problem IS NULL, format('%s. Change the declaration in retention.personal_column, or the constraint, before rows are due.', a.problem)
FROM retention.policy p, retention.anonymiser_problem(p.policy_id) a (problem) WHERE p.mode <> 'off'
UNION ALL
(WITH a AS MATERIALIZED (SELECT x.relation, string_agg(quote_ident(x.column_name), ', ' ORDER BY x.column_name) AS columns FROM retention.anonymisation x
    WHERE x.verdict = 'pseudonymised' GROUP BY x.relation)
SELECT 'what is called anonymous is', p.name, a.columns IS NULL, format('Its rows stay personal data, for who has the key can tell whose they are: of %s a keyed hash is left. Choose another anonymiser, or do not call them anonymous; see retention.anonymisation.', a.columns)
FROM retention.policy p LEFT JOIN a ON a.relation = p.relation
WHERE p.action = 'anonymise' AND p.mode <> 'off')
UNION ALL
SELECT 'texts are redacted in time', p.name, r.problem IS NULL, format('%s. Names may stay in the text: give that a period that is over no later.', r.problem)
FROM retention.policy p, retention.redaction_problem(p.policy_id) r (problem) WHERE p.mode <> 'off'
UNION ALL
SELECT 'condition can be asked', p.name, c.problem IS NULL,
    format('%s. Rows cannot be written until it can: change it, or what it calls.', c.problem)
FROM retention.policy p, coalesce(retention.condition_problem(p.policy_id), retention.condition_failure(p.policy_id)) c (problem)
WHERE p.applies_to IS NOT NULL AND p.mode <> 'off'
UNION ALL
SELECT 'condition is its owner''s', p.name, p.written_for = c.relowner, 'applies_to was written for another owner of the table and does not run: confirm it, as retention.status says.'
FROM retention.policy p JOIN pg_class c ON c.oid = p.relation WHERE p.applies_to IS NOT NULL AND p.mode <> 'off'
UNION ALL
SELECT 'anonymiser is its owner''s', format('%s.%I', p.relation, p.column_name), p.written_for = c.relowner,
    'Its function was declared for another owner of the table and does not run: UPDATE its row in retention.personal_column as the owner.'
FROM retention.personal_column p JOIN pg_class c ON c.oid = p.relation WHERE p.anonymise = 'function'
UNION ALL
SELECT 'role with legal access exists', p.name, NOT EXISTS (SELECT FROM unnest(p.legal_access) r WHERE NOT EXISTS (SELECT FROM pg_roles o WHERE o.oid = r)),
    'Take the number out of legal_access: a later role could get it.' FROM retention.policy p WHERE p.legal_access <> '{}'
UNION ALL
SELECT 'nothing waits for approval', p.name, f.blown_at IS NULL, format('What is due gets later than its deadline: since %s it waits for approval, for %s. Look at retention.preview(%L), and call retention.approve(%3$L).', f.blown_at, f.reason, p.name)
FROM retention.policy p JOIN retention.fuse f USING (policy_id) WHERE p.mode = 'enforce'
UNION ALL
SELECT 'no policy is paused', coalesce(p.name, 'all'), false, format('%s paused it on %s: %s. What is due%s until retention.unpause%s().', z.paused_by, z.paused_at, z.reason,
    CASE WHEN d.since IS NULL THEN ' stays' ELSE format(', the first since %s, stays and gets late', d.since) END, CASE WHEN z.policy_id = 0 THEN '_all' END)
FROM retention.pause z LEFT JOIN retention.policy p USING (policy_id)
CROSS JOIN LATERAL (SELECT min(o.since) AS since FROM retention.policy q CROSS JOIN LATERAL retention.oldest_due(q.policy_id) o
    WHERE q.mode = 'enforce' AND z.policy_id IN (0, q.policy_id)) d
UNION ALL
SELECT 'holds were reviewed', h.hold_id::text, NOT h.overdue, format('It was to be looked at again by %s: lift it with retention.lift_hold(%s, reason), or say when it is to be looked at next with retention.review_hold(%2$s, day). Who answers for it stands in retention.standing_hold.', to_char(h.review_on, 'YYYY-MM-DD'), h.hold_id)
FROM retention.standing_hold h
UNION ALL
SELECT 'whom holds are on can be read', k.kind, k.problem IS NULL, format('No row that may be about a person goes, for %s. Let the owners of the tables of persons read them, and mend applies_to of retention.subject_kind.', k.problem)
FROM retention.held_kinds() k
UNION ALL
SELECT 'readers of holds are there', h.hold_id::text, h.readers_gone = 0,
    format('A role was dropped that hold %s names as a reader, and in a database that is restored from a dump its number may be another role''s: place the hold anew, and lift this one.', h.hold_id)
FROM retention.standing_hold h
UNION ALL
SELECT 'nothing waits for a first quarantine', p.name, false, format('%s rows would have been due since %s, and wait until %s, for the quarantine runs since the policy was put in force or changed: look at retention.preview(%L), and call retention.approve(%4$L).',
    CASE WHEN o.rows > 1000 THEN 'More than 1000' ELSE o.rows::text END, o.since, retention.armed_until(p.policy_id), p.name)
FROM retention.policy p CROSS JOIN LATERAL retention.oldest_armed(p.policy_id) o WHERE p.mode = 'enforce' AND o.row_id IS NOT NULL
UNION ALL
SELECT 'windows are long enough', p.name, o.since IS NULL, format('Rows are due since %s, and still there after the window from %s to %s: see retention.sweep_window, and retention.overdue.', o.since, o.opens_at, o.closes_at)
FROM retention.policy p
CROSS JOIN LATERAL (SELECT bool_or(w.policy IS NOT NULL) AS own FROM retention.sweep_window w WHERE w.policy IS NULL OR w.policy = p.name HAVING count(*) > 0) h
LEFT JOIN LATERAL (SELECT d.since, w.opens_at, w.closes_at FROM retention.window_opening w CROSS JOIN LATERAL retention.oldest_due(p.policy_id) d
    WHERE CASE WHEN h.own THEN w.policy = p.name ELSE w.policy IS NULL END AND w.closes_at <= retention.time_now() AND d.since <= w.opens_at
    ORDER BY w.closes_at DESC LIMIT 1) o ON true
WHERE p.mode = 'enforce'
UNION ALL
SELECT 'window is of a policy', w.policy, p.name IS NOT NULL, format('Window %s is of policy "%s", which is none: change or delete it in retention.sweep_window.', w.window_id, w.policy)
FROM retention.sweep_window w LEFT JOIN retention.policy p ON p.name = w.policy WHERE w.policy IS NOT NULL
UNION ALL
SELECT 'owner acts for no purpose', p.name, o.tables IS NULL,
    format('Who owns %s acts for it, and can find out by commands whom the session does not see: let another role own what holds persons.', o.tables)
FROM retention.purpose p CROSS JOIN LATERAL (SELECT string_agg(DISTINCT c.oid::regclass::text, ', ') AS tables
    FROM (SELECT k.relation FROM retention.subject_kind k UNION SELECT l.relation FROM retention.subject_link l) t
    JOIN pg_class c ON c.oid = t.relation JOIN pg_roles w ON w.oid = c.relowner AND NOT w.rolsuper, unnest(p.roles) r
    WHERE pg_has_role(c.relowner, r, 'USAGE')) o
WHERE p.roles <> '{}'
UNION ALL
SELECT 'identifying value is one person''s', format('%s of %s', i.column_name, k.kind), s.rows IS NULL,
    format('One value is in some %s rows, which would be taken for one person: see retention.shared_identities().', s.rows)
FROM retention.subject_kind k CROSS JOIN LATERAL unnest(k.identifying) i (column_name)
CROSS JOIN LATERAL retention.most_shared_identity(k.kind, i.column_name) s (rows)
UNION ALL
SELECT 'identifying column is indexed', format('%s of %s', i.column_name, k.kind), c.reltuples < 10000 OR EXISTS (SELECT FROM pg_index x
        WHERE x.indrelid = k.relation AND x.indisvalid AND pg_get_indexdef(x.indexrelid) LIKE '%identity(%'
        AND EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = x.indexrelid AND d.refobjid = k.relation
            AND d.refobjsubid = (SELECT a.attnum FROM pg_attribute a WHERE a.attrelid = k.relation AND a.attname = i.column_name))),
    format('Each request about a person reads all of the table: CREATE INDEX ON %s (retention.identity(%I::text)).', k.relation, i.column_name)
FROM retention.subject_kind k CROSS JOIN LATERAL unnest(k.identifying) i (column_name) JOIN pg_class c ON c.oid = k.relation
UNION ALL
SELECT 'erased person is nowhere else', format('verification %s', v.verification_id), false, format('%s. See retention.verifications; retention.settle_verification(%s) says that it was looked at.',
    concat_ws('; ', CASE WHEN v.nobodys_rows > 0 THEN format('%s rows that lead to nobody hold what told who it was: %s', v.nobodys_rows, v.found_in) END,
        CASE WHEN v.unverified <> '{}' THEN format('not looked through: %s', array_to_string(v.unverified, ', ')) END), v.verification_id)
FROM retention.verifications v WHERE v.state IN ('found', 'unverified')
UNION ALL
SELECT 'purpose of a policy is registered', p.name, EXISTS (SELECT FROM retention.purpose o WHERE o.name = p.purpose), format('Write purpose "%s" into retention.purpose, or name one that is there.', p.purpose)
FROM retention.policy p WHERE p.purpose IS NOT NULL AND EXISTS (SELECT FROM retention.purpose)
UNION ALL
SELECT 'legal basis of a purpose is understood', o.name, retention.basis_known(o.legal_basis), 'Write the article with its letter, as GDPR Art. 6(1)(f), or consent, contract, legitimate interest.'
FROM retention.purpose o
UNION ALL
SELECT 'records are of persons who are there', n.kind, false,
    CASE WHEN n.persons IS NOT NULL THEN format('Of %s persons of kind "%s" something is recorded, and no row has their keys: retention.end_records_of_nobody(%L) ends that.', n.persons, n.kind, n.kind)
        ELSE format('Something is recorded of persons of kind "%s", which is not in retention.subject_kind, does not fit the schema, or is of a table that its owner may not read: mend that, then see retention.records_of_nobody().', n.kind) END
FROM retention.records_of_nobody() n
UNION ALL
SELECT 'objections of erased persons are known', o.purpose, false, format('Since %s: set retention.erasure_key_file, or those who objected may be written to again.', min(o.erased_at))
FROM retention.objection o WHERE o.erased_at IS NOT NULL AND current_setting('retention.erasure_key_file') = '' GROUP BY o.purpose
UNION ALL
SELECT 'erased person does not come back', r.relation::text, false,
    concat_ws('; ', CASE WHEN greatest(r.found, r.last_found) > 0 THEN format('%s rows of erased persons are there again: see retention.came_back(), and erase them', greatest(r.found, r.last_found)) END,
        'not looked through: ' || r.problem) || '.'
FROM retention.return_run r WHERE r.found > 0 OR r.last_found > 0 OR r.problem IS NOT NULL
UNION ALL
SELECT 'erasure is verified in time', format('verification %s', v.verification_id), false,
    format('Not looked through since %s: %s%s. The worker does it, or CALL retention.verify_erasures().', v.begun_at, v.waiting, ': ' || v.problem)
FROM retention.verifications v WHERE v.state = 'pending' AND (v.problem IS NOT NULL OR v.begun_at < greatest((SELECT max(r.started_at) FROM retention.sweep_run r), now()) - interval '1 day')
UNION ALL
SELECT 'recipient is told in time', format('notice %s', n.notice_id), false, format('%s is to be told since %s that data were %s: tell it, and say so with retention.settle_notice.', n.recipient, n.created_at, n.what)
FROM retention.notices_due n WHERE n.late
UNION ALL
SELECT 'location is registered', g.object, false, format('%s. %s', g.detail, g.hint)
FROM retention.location_gaps g WHERE EXISTS (SELECT FROM retention.location)
UNION ALL
SELECT 'request is answered in time', format('request %s', r.request_id), false, CASE r.state
    WHEN 'late' THEN format('It was to be answered by %s (Article 12(3)). Answer it now; see retention.requests_due.', r.legal_due)
    ELSE format('It is to be answered by %s; the law''s last day is %s. See retention.requests_due.', r.due, r.legal_due) END
FROM retention.requests_due r WHERE r.state = 'late' OR r.days_left <= 3
UNION ALL
SELECT 'governed table has a policy', g.relation::text, g.managed, 'Write a policy for it, or drop its clock column.' FROM retention.governed_table g
UNION ALL
SELECT 'clock is indexed', g.relation::text, g.indexed, 'The worker, or retention.sweep(), builds the index.' FROM retention.governed_table g WHERE g.managed
UNION ALL
SELECT 'triggers always fire', g.relation::text, g.guarded, 'Call retention.resume().' FROM retention.governed_table g WHERE g.managed
UNION ALL
SELECT 'triggers always fire', w.relation::text, false, format('Trigger %I does not: call retention.resume().', w.trigger)
FROM retention.weak_trigger w WHERE w.relation NOT IN (SELECT g.relation FROM retention.governed_table g WHERE g.managed)
UNION ALL
SELECT 'materialized view is fresh', s.view::text, s.problem IS NULL,
    format('It may hold rows that are gone or hidden, and could not be refreshed: %s. See retention.view_refresh.', s.problem)
FROM retention.stale_view s
UNION ALL
SELECT 'autovacuum runs no function of a user', g.relation::text, m.function IS NULL,
    format('%s in %s is given hidden rows. Let it belong to another role than the table does, or drop what uses it.', m.function, m.used_in)
FROM retention.governed_table g LEFT JOIN LATERAL (SELECT * FROM retention.maintenance_function f WHERE f.relation = g.relation
    ORDER BY used_in, function LIMIT 1) m ON true
UNION ALL
SELECT 'nothing stands in the way', b.relation::text, false, format('%s. It is tried again at %s; see retention.blocked_table.', b.cause, b.retry_at)
FROM retention.blocked_table b
UNION ALL
SELECT 'no row is blocked', b.relation::text, false, format('%s rows, one of them: %s. See retention.blocked_row, and as the table''s owner retention.blocked_reason.', count(*), max(b.cause))
FROM retention.blocked_row b GROUP BY b.relation
UNION ALL
SELECT 'clocks are as they should be', a.relation::text, false,
    format('Found at the last look: %s. See retention.audit(); repair => true mends what is safe.',
        string_agg(format('%s (%s)', a.finding, a.rows), ', ' ORDER BY a.finding))
FROM retention.audit_finding a GROUP BY a.relation
UNION ALL
SELECT 'clocks are audited', a.relation::text, false, format('%s. See retention.audit_run.', a.problem)
FROM retention.audit_run a WHERE a.problem IS NOT NULL
UNION ALL
SELECT 'owner is no superuser', g.relation::text, NOT r.rolsuper, 'Sweeps act with the owner''s rights: give the table to a role of its own.'
FROM retention.governed_table g JOIN pg_class c ON c.oid = g.relation JOIN pg_roles r ON r.oid = c.relowner
UNION ALL
SELECT 'partition is its table''s', g.relation::text, pg_has_role(t.relowner, c.relowner, 'USAGE'),
    'Sweeps do not act there: give the partition to the owner of its table, whose triggers fire for its rows.'
FROM retention.governed_table g JOIN pg_class c ON c.oid = g.relation AND c.relispartition JOIN pg_class t ON t.oid = pg_partition_root(c.oid)
UNION ALL
SELECT 'rows that refer to each other can go', format('%s and %s', c.oid::regclass, d.oid::regclass), false,
    'Rows of these tables that refer to each other stay, anonymised: give the tables to one owner, whose rights a sweep needs for both at once.'
FROM (
    WITH RECURSIVE k AS (
        SELECT coalesce(pg_partition_root(f.confrelid), f.confrelid)::oid AS referred, coalesce(pg_partition_root(f.conrelid), f.conrelid)::oid AS referring
        FROM pg_constraint f WHERE f.contype = 'f' AND f.confdeltype IN ('a', 'r')
    ), up AS (
        SELECT k.referred, k.referring FROM k WHERE EXISTS (SELECT FROM retention.policy p WHERE p.action = 'delete' AND p.relation = k.referred)
        UNION SELECT up.referred, k.referring FROM up JOIN k ON k.referred = up.referring
    )
    SELECT up.referred, up.referring FROM up JOIN up o ON o.referred = up.referring AND o.referring = up.referred WHERE up.referred < up.referring
) r
JOIN pg_class c ON c.oid = r.referred JOIN pg_class d ON d.oid = r.referring AND d.relowner <> c.relowner
UNION ALL
SELECT DISTINCT 'foreign key compares without a user''s function', format('%s of %s', k.conname, k.conrelid::regclass), false,
    'What would give it a hidden key is an error: give both sides of the key the same type, or a cast and an operator of the server''s.'
FROM pg_constraint k
CROSS JOIN LATERAL unnest(k.conkey, k.conpfeqop) p (column_number, operator)
JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = p.column_number
JOIN pg_operator o ON o.oid = p.operator
LEFT JOIN pg_cast t ON t.castsource = a.atttypid AND t.casttarget = o.oprright
JOIN pg_proc f ON f.oid IN (o.oprcode, t.castfunc)
JOIN pg_language l ON l.oid = f.prolang
WHERE k.contype = 'f' AND l.lanname NOT IN ('internal', 'c') AND NOT f.proleakproof
    AND EXISTS (SELECT FROM retention.clock_column g WHERE g.relation IN (k.conrelid, k.confrelid))
) c (what, object, ok, hint)
$$;
COMMENT ON FUNCTION retention.check() IS 'verifies the installation; what is not ok says what to do';
GRANT EXECUTE ON FUNCTION retention.check(), retention.hooks_in_place() TO pg_monitor;
