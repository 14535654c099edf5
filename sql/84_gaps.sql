-- What retention does not reach, and what anonymising leaves.

CREATE VIEW retention.anonymisation AS
-- A table is tried once.
WITH refused AS MATERIALIZED (SELECT t.relation, f.column_name, f.problem FROM (SELECT DISTINCT p.relation FROM retention.personal_columns p) t
    CROSS JOIN LATERAL retention.refused_anonymisers(t.relation) f)
SELECT c.relation, c.column_name, c.category, c.anonymise, coalesce('the value: ' || f.problem, r.leaves) AS leaves, f.problem IS NOT NULL OR r.singles_out AS singles_out,
    f.problem IS NOT NULL OR r.links AS links, f.problem IS NOT NULL OR r.lets_infer AS lets_infer, CASE WHEN f.problem IS NULL THEN r.verdict ELSE 'refused' END AS verdict,
    (SELECT 'whoever knows it from elsewhere knows whose row it is: ' || string_agg(k.kept, '; ' ORDER BY k.kept COLLATE "C") FROM (
        SELECT 'the row keeps its key ' || string_agg(quote_ident(a.attname), ', ' ORDER BY x.place) AS kept
        FROM pg_index i CROSS JOIN LATERAL unnest(i.indkey::smallint[]) WITH ORDINALITY x (number, place)
        LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = x.number AND a.attnum > 0
        WHERE i.indrelid = c.relation AND i.indisunique AND x.place <= i.indnkeyatts
        GROUP BY i.indexrelid HAVING bool_and(a.attname IS NOT NULL AND NOT a.attname = ANY (d.columns))
        UNION
        SELECT format('the row refers to %s by %s', f.confrelid::regclass, string_agg(quote_ident(a.attname), ', ' ORDER BY x.place))
        FROM pg_constraint f CROSS JOIN LATERAL unnest(f.conkey) WITH ORDINALITY x (number, place)
        JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = x.number
        WHERE f.conrelid = c.relation AND f.contype = 'f' AND f.confrelid IN (SELECT k.relation FROM retention.subject_kind k)
        GROUP BY f.oid, f.confrelid HAVING bool_and(NOT a.attname = ANY (d.columns))
        UNION
        SELECT format('the row refers to %s by %s', k.relation, (SELECT string_agg(quote_ident(x.name), ', ' ORDER BY x.place) FROM unnest(b.columns) WITH ORDINALITY x (name, place)))
        FROM retention.subject_link l JOIN retention.subject_kind k ON k.kind = l.kind
        CROSS JOIN LATERAL retention.refers_by(l.relation, l.path, k.relation) b (columns)
        WHERE l.relation = c.relation AND NOT b.columns && d.columns::text[]) k) COLLATE "default" AS remark
FROM retention.personal_columns c
JOIN (SELECT p.relation, array_agg(p.column_name) AS columns FROM retention.personal_columns p GROUP BY p.relation) d ON d.relation = c.relation
JOIN pg_attribute a ON a.attrelid = c.relation AND a.attname = c.column_name AND NOT a.attisdropped
CROSS JOIN LATERAL retention.remains_of(c.anonymise, a.atttypid, coalesce(c.argument, ''), a.attgenerated <> '') r
LEFT JOIN refused f ON f.relation = c.relation AND f.column_name = c.column_name
-- What is declared of a partition acts by a policy of its own alone.
WHERE NOT EXISTS (SELECT FROM pg_class t WHERE t.oid = c.relation AND t.relispartition) OR EXISTS (SELECT FROM retention.policy p WHERE p.relation = c.relation AND p.mode <> 'off');
COMMENT ON VIEW retention.anonymisation IS 'what anonymising leaves of each personal column, by the criteria of Opinion 05/2014 of the Article 29 Working Party (WP216): anonymous is what singles nobody out, links nothing and lets nothing be inferred';
COMMENT ON COLUMN retention.anonymisation.relation IS 'the table';
COMMENT ON COLUMN retention.anonymisation.column_name IS 'the column';
COMMENT ON COLUMN retention.anonymisation.category IS 'what it holds';
COMMENT ON COLUMN retention.anonymisation.anonymise IS 'its anonymiser';
COMMENT ON COLUMN retention.anonymisation.leaves IS 'what that leaves, and of what it depends';
COMMENT ON COLUMN retention.anonymisation.singles_out IS 'somebody may still be singled out by what is left; NULL: not known';
COMMENT ON COLUMN retention.anonymisation.links IS 'rows of one person may still be linked by what is left; NULL: not known';
COMMENT ON COLUMN retention.anonymisation.lets_infer IS 'something of a person may still be inferred from what is left; NULL: not known';
COMMENT ON COLUMN retention.anonymisation.verdict IS 'anonymised: nothing of the value is left; pseudonymised: it stays personal data; depends: see leaves, and decide; refused: a policy that does it cannot be written';
COMMENT ON COLUMN retention.anonymisation.remark IS 'by what else the row that stays may be recognised: keys that other systems may have, and the persons that it refers to; NULL: by neither';
GRANT SELECT ON retention.anonymisation TO pg_monitor;

CREATE VIEW retention.gaps AS
WITH governed AS MATERIALIZED (
    SELECT g.relation, c.relowner, EXISTS (SELECT FROM retention.policy p WHERE p.relation = g.relation
        OR p.relation IN (SELECT a.relid FROM pg_partition_ancestors(g.relation) a)) AS managed
    FROM retention.clock_column g
    JOIN pg_class c ON c.oid = g.relation
    WHERE g.kind <> 'm'
)
SELECT 'personal column without a policy' AS kind, format('%s.%I', c.relation, c.column_name) AS object,
    format('no policy stands for table %s', c.relation) AS detail,
    'Write a policy for the table in retention.policy.' AS hint
FROM retention.personal_columns c
WHERE NOT EXISTS (SELECT FROM retention.policy p WHERE p.mode <> 'off' AND (p.relation = c.relation
    OR p.relation IN (SELECT a.relid FROM pg_partition_ancestors(c.relation) a)))
UNION ALL
SELECT 'pseudonymised column', format('%s.%I', c.relation, c.column_name),
    'who has the key can tell whose a pseudonym is: it stays personal data',
    'Choose another anonymiser when nobody has to recognise the value again.'
FROM retention.personal_columns c
JOIN pg_attribute a ON a.attrelid = c.relation AND a.attname = c.column_name AND NOT a.attisdropped
CROSS JOIN LATERAL retention.remains_of(c.anonymise, a.atttypid, coalesce(c.argument, ''), a.attgenerated <> '') r
WHERE r.verdict = 'pseudonymised'
UNION ALL
SELECT 'generated personal column', format('%s.%I', c.relation, c.column_name),
    'it cannot be written: it holds what the columns hold that it is generated from',
    'Declare those columns as personal; with them it is anonymised.'
FROM retention.personal_columns c
JOIN pg_attribute a ON a.attrelid = c.relation AND a.attname = c.column_name AND a.attgenerated <> ''
UNION ALL
SELECT 'column in place of a personal one', format('%s.%I', d.relation, d.column_name),
    format('a personal column of this name (%s) was dropped; what was declared of it does not fit this one', d.category),
    'Declare it in retention.personal_column, or delete the row of retention.dropped_column if it is not personal.'
FROM retention.dropped_column d
JOIN pg_attribute a ON a.attrelid = d.relation AND a.attname = d.column_name AND NOT a.attisdropped
WHERE NOT EXISTS (SELECT FROM retention.personal_columns c WHERE c.relation = d.relation AND c.column_name = d.column_name)
UNION ALL
SELECT 'personal column that was dropped', format('%s.%I', d.relation, d.column_name),
    format('its data (%s) may be in a column that was added before: %s', d.category, string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum)),
    'Declare that column in retention.personal_column, or delete the row of retention.dropped_column if the data are gone.'
FROM retention.dropped_column d
JOIN pg_attribute a ON a.attrelid = d.relation AND a.attname = ANY (d.may_be_in) AND a.attnum > 0 AND NOT a.attisdropped
WHERE NOT EXISTS (SELECT FROM retention.personal_columns c WHERE c.relation = d.relation AND c.column_name = ANY (d.may_be_in))
GROUP BY d.relation, d.column_name, d.category
UNION ALL
SELECT 'unmanaged table', g.relation::text, 'its rows have clocks, but no policy stands for it: a copy, a detached partition, or a table that was restored alone',
    'Write a policy for it, attach it again, or drop it.'
FROM governed g
WHERE NOT g.managed
UNION ALL
SELECT 'clocks of another database', g.relation::text, 'its clocks have numbers that name other policies here: all its rows are hidden',
    CASE g.kind WHEN 'm' THEN 'Create it anew.' ELSE 'Write a policy for it, which has them stamped anew, or drop it.' END
FROM retention.clock_column g
JOIN pg_attribute a ON a.attrelid = g.relation AND a.atttypid = 'retention.clock'::regtype AND NOT a.attisdropped
WHERE a.atttypmod IS DISTINCT FROM (SELECT n.number FROM retention.numbering n)
UNION ALL
SELECT 'changes of a subscription', g.relation::text,
    'it has no key by which an apply worker finds rows, and by all columns it finds them only where the publisher sends clocks, too: other changes are lost',
    'Give it a primary key, or REPLICA IDENTITY USING INDEX, or publish inserts alone.'
FROM governed g
JOIN pg_class c ON c.oid = g.relation AND c.relkind = 'r'
WHERE EXISTS (SELECT FROM pg_subscription_rel r WHERE r.srrelid = g.relation
        OR r.srrelid IN (SELECT a.relid FROM pg_partition_ancestors(g.relation) a))
    AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = g.relation AND (i.indisprimary OR i.indisreplident))
UNION ALL
SELECT 'materialized view without the clock', s.view::text,
    format('it keeps copies of what it reads of %s, which are not hidden when those are',
        string_agg(s.source::text, ', ' ORDER BY s.source::text)),
    'Select retention_clock in it, too; without, it is refreshed by the worker after a sweep.'
FROM retention.view_source s
WHERE NOT s.governed AND s.source IN (SELECT k.relation FROM retention.clock_column k)
    AND NOT EXISTS (SELECT FROM retention.left_out_view o WHERE o.view = s.view)
GROUP BY s.view
UNION ALL
SELECT 'materialized view left out', o.view::text, format('sweeps do not refresh it: %s', o.reason),
    'Delete its row of retention.left_out_view to have it refreshed again.'
FROM retention.left_out_view o
UNION ALL
SELECT 'kept rows that nobody reads', p.name, format('rows of %s that law keeps are hidden from everybody when their time is over, or their person is erased or restricted: sums of the books lack them', p.relation),
    'Name the role that keeps the books in legal_access.'
FROM retention.policy p WHERE p.must_keep_for IS NOT NULL AND p.legal_access = '{}' AND p.mode <> 'off'
UNION ALL
SELECT 'rows that refer to hidden ones', r.relation::text,
    format('by %s they refer to rows of %s, which policy "%s" hides%s: who follows the key finds nothing', (SELECT string_agg(quote_ident(c.name), ', ' ORDER BY c.place) FROM unnest(r.columns) WITH ORDINALITY c (name, place)),
        r.refers_to, r.policy, CASE WHEN p.action = 'anonymise' THEN ' until a sweep has anonymised them' ELSE '' END),
    CASE WHEN r.policies IS NULL AND r.path IS NOT NULL THEN 'If they may go with those rows, insert what fits of retention.propose_policies() into retention.policy.' ELSE 'If they have to stay, anonymise what they refer to in place: a policy without end, and personal columns with periods of their own.' END
FROM retention.reference_to_hidden r JOIN retention.policy p USING (policy_id)
UNION ALL
SELECT 'legal basis that is not understood', p.name, format('%s: whether Article 20 gives the person these data cannot be told, and they are left out', p.legal_basis),
    'Name the article with its letter, such as "GDPR Art. 6(1)(b)", or the basis: consent, contract.'
FROM retention.policy p WHERE NOT retention.basis_known(p.legal_basis)
UNION ALL
SELECT 'table without a link', p.relation::text, format('its rows lead to persons of kind "%s" by %s', p.kind, min(p.path COLLATE "C") FILTER (WHERE p.length = p.shortest)),
    'Insert what fits of retention.propose_links() or retention.uncertain_links() into retention.subject_link.'
FROM (SELECT p.*, length(p.path) AS length, min(length(p.path)) OVER (PARTITION BY p.kind, p.relation) AS shortest FROM retention.unlinked() p) p
WHERE NOT EXISTS (SELECT FROM retention.subject_link l WHERE l.kind = p.kind AND l.relation = p.relation)
    AND NOT EXISTS (SELECT FROM retention.subject_kind k WHERE k.relation = p.relation)
GROUP BY p.kind, p.relation
UNION ALL
SELECT 'type that no link follows', format('%s.%I', n.relation, n.column_name), format('rows with "%s" in it lead to nobody, where other types do', n.value),
    'Write a link with this type into retention.subject_link, if what it refers to leads to persons.'
FROM retention.types_not_followed() n
UNION ALL
SELECT 'rows that no purpose withholds', t.relation::text, 'they lead to persons, and have no clock: whoever objects or does not consent is there for those who act for a purpose',
    'Write a policy for the table.'
FROM (SELECT k.relation FROM retention.subject_kind k
    UNION SELECT l.relation FROM retention.subject_link l WHERE l.role IN ('about', 'deleted_with', 'same')) t
WHERE EXISTS (SELECT FROM retention.purpose p WHERE p.roles <> '{}')
    AND NOT EXISTS (SELECT FROM retention.clock_column c WHERE c.relation = t.relation)
UNION ALL
SELECT 'personal column that no link reaches', format('%s.%I', c.relation, c.column_name), 'no kind of persons has the table, and no link leads from it',
    'Write the link that leads from the table to persons into retention.subject_link.'
FROM retention.personal_columns c
WHERE EXISTS (SELECT FROM retention.subject_kind) AND NOT EXISTS (SELECT FROM retention.subject_link l WHERE l.relation = c.relation)
    AND NOT EXISTS (SELECT FROM retention.subject_kind k WHERE k.relation = c.relation)
UNION ALL
SELECT 'recipient outside the EEA', r.name, format('it has data in %s, and nothing allows the transfer: nothing is disclosed to it', r.country),
    'Name the adequacy decision, the safeguard or the derogation in transfer_basis and transfer of retention.recipient.'
FROM retention.recipient r WHERE r.transfer_basis IS NULL AND NOT retention.in_eea(r.country)
UNION ALL
SELECT 'purpose of a recipient', r.name, format('purpose "%s" is not registered: nothing is disclosed for it', p.name),
    'Write it into retention.purpose, or take it out of purposes in retention.recipient.'
FROM retention.recipient r CROSS JOIN LATERAL unnest(r.purposes) p (name)
WHERE NOT EXISTS (SELECT FROM retention.purpose x WHERE x.name = p.name)
UNION ALL
SELECT 'table of a superuser', g.relation::text,
    format('sweeps act with the rights of its owner, superuser %I', r.rolname), 'Give the table to a role that owns no more than it has to.'
FROM governed g
JOIN pg_roles r ON r.oid = g.relowner AND r.rolsuper
UNION ALL
SELECT 'messages that are not counted', t.relid::regclass::text, format('the triggers of table %s that count messages are missing or do not always fire', t.relid::regclass),
    'Delete its row of retention.contact_log and insert it again; of a trigger that is there, ALTER TABLE ... ENABLE ALWAYS TRIGGER.'
FROM (WITH RECURSIVE tree (relid) AS (SELECT l.relation::oid FROM retention.contact_log l UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree ON tree.relid = i.inhparent) SELECT tree.relid FROM tree) t
JOIN pg_class c ON c.oid = t.relid AND c.relkind IN ('r', 'p')
WHERE (SELECT count(*) FROM pg_trigger g WHERE g.tgrelid = t.relid AND g.tgfoid = 'retention.count_contacts'::regproc AND g.tgenabled = 'A') < 2
UNION ALL
SELECT 'records that stay', t.relid::regclass::text,
    CASE WHEN t.up THEN format('what is recorded of its persons stays when a statement that names a table above %s deletes them or changes their keys', t.relid::regclass)
        ELSE format('what is recorded of persons stays when rows of %s go or change their keys: triggers are missing or do not always fire, or a partition is a foreign table', t.relid::regclass) END,
    CASE WHEN t.up THEN 'Make the table above that of the kind.' ELSE 'UPDATE retention.subject_kind SET relation = relation; of a trigger that is there, ALTER TABLE ... ENABLE ALWAYS TRIGGER; see retention.records_of_nobody().' END
FROM (WITH RECURSIVE tree (relid) AS (SELECT k.relation::oid FROM retention.subject_kind k UNION SELECT i.inhrelid FROM pg_inherits i JOIN tree ON tree.relid = i.inhparent) SELECT tree.relid, false AS up FROM tree
    UNION ALL SELECT i.inhrelid, true FROM pg_inherits i WHERE i.inhrelid IN (SELECT k.relation FROM retention.subject_kind k) AND i.inhparent NOT IN (SELECT tree.relid FROM tree)) t
JOIN pg_class c ON c.oid = t.relid AND c.relkind IN ('r', 'p')
WHERE t.up OR (SELECT count(*) FROM pg_trigger g WHERE g.tgrelid = t.relid AND g.tgfoid = 'retention.follow_rows'::regproc AND g.tgenabled = 'A') < 3
UNION ALL
SELECT 'caps without messages', p.name, format('it allows %s, and no table of its messages is registered', array_to_string(p.caps, ', ')),
    'Register the tables in retention.contact_log.'
FROM retention.purpose p
WHERE p.caps <> '{}' AND NOT EXISTS (SELECT FROM retention.contact_log l WHERE l.purpose = p.name OR l.purpose_column IS NOT NULL)
UNION ALL
SELECT m.kind, m.relation::text, m.detail, m.hint
FROM retention.messages_not_counted() m;
COMMENT ON VIEW retention.gaps IS 'personal data that no policy reaches, or that outlive what is done about them';
COMMENT ON COLUMN retention.gaps.kind IS 'the kind of gap';
COMMENT ON COLUMN retention.gaps.object IS 'the table, column or materialised view in question';
COMMENT ON COLUMN retention.gaps.detail IS 'what retention does not reach there, and why';
COMMENT ON COLUMN retention.gaps.hint IS 'what to do about it';

GRANT SELECT ON retention.gaps TO pg_monitor;

CREATE FUNCTION retention.check_managed() RETURNS event_trigger
    LANGUAGE c AS 'MODULE_PATHNAME', 'pg_retention_check_managed';
COMMENT ON FUNCTION retention.check_managed() IS 'what retention.unmanaged_personal_column says of personal columns outside any policy';
CREATE EVENT TRIGGER retention_check_managed ON ddl_command_end
    WHEN TAG IN ('CREATE TABLE', 'CREATE TABLE AS', 'SELECT INTO', 'CREATE SCHEMA', 'ALTER TABLE')
    EXECUTE FUNCTION retention.check_managed();
ALTER EVENT TRIGGER retention_check_managed ENABLE ALWAYS;
COMMENT ON EVENT TRIGGER retention_check_managed IS 'tables with personal columns are put under a policy';
