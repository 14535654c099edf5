-- Rows that stay and refer to rows that are hidden: an application that follows the key finds nothing there.

CREATE VIEW retention.reference_to_hidden AS
WITH key AS MATERIALIZED (
    SELECT f.oid, f.conrelid, f.confrelid, (SELECT array_agg(a.attname ORDER BY k.place) FROM unnest(f.conkey) WITH ORDINALITY k (number, place) JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number) AS columns,
        -- By the first of its columns that is in no other foreign key.
        (SELECT quote_ident(a.attname) FROM unnest(f.conkey) WITH ORDINALITY k (number, place) JOIN pg_attribute a ON a.attrelid = f.conrelid AND a.attnum = k.number
            WHERE NOT EXISTS (SELECT FROM pg_constraint o WHERE o.contype = 'f' AND o.conparentid = 0 AND o.conrelid = f.conrelid AND o.oid <> f.oid AND k.number = ANY (o.conkey)) ORDER BY k.place LIMIT 1) AS path
    FROM pg_constraint f
    WHERE f.contype = 'f' AND f.conparentid = 0 AND f.conrelid <> f.confrelid
)
SELECT k.conrelid::regclass AS relation, k.columns, p.relation AS refers_to, p.policy_id, p.name AS policy, k.path,
    CASE WHEN k.path IS NOT NULL THEN (SELECT array_agg(regexp_replace(q.start, '^(seconds\(|milliseconds\(|microseconds\()?', '\1' || k.path || '.') ORDER BY q.place) FROM unnest(p.clock_starts) WITH ORDINALITY q (start, place)) END AS clock_starts,
    (SELECT string_agg(c.name, ', ' ORDER BY c.name COLLATE "C") COLLATE "default" FROM retention.policy c
        WHERE c.mode <> 'off' AND (c.relation = k.conrelid OR c.relation IN (SELECT a.relid FROM pg_partition_ancestors(k.conrelid) a))) AS policies
FROM retention.policy p
JOIN key k ON k.confrelid = p.relation OR k.confrelid IN (SELECT a.relid FROM pg_partition_ancestors(p.relation) a)
WHERE p.mode <> 'off' AND NOT EXISTS (SELECT FROM retention.policy c
    WHERE c.mode <> 'off' AND (c.relation = k.conrelid OR c.relation IN (SELECT a.relid FROM pg_partition_ancestors(k.conrelid) a))
        AND c.applies_to IS NULL AND c.keep_for OPERATOR(retention.<=) p.keep_for
        AND c.clock_starts @> (SELECT array_agg(regexp_replace(q.start, '^(seconds\(|milliseconds\(|microseconds\()?', '\1' || k.path || '.')) FROM unnest(p.clock_starts) q (start)));
COMMENT ON VIEW retention.reference_to_hidden IS 'foreign keys of tables whose rows may be visible when a policy hides the rows that they refer to; not those of tables with a policy that runs from the same starts, along the key, and no longer';
COMMENT ON COLUMN retention.reference_to_hidden.relation IS 'the table that refers';
COMMENT ON COLUMN retention.reference_to_hidden.columns IS 'by these columns';
COMMENT ON COLUMN retention.reference_to_hidden.refers_to IS 'the table of the policy';
COMMENT ON COLUMN retention.reference_to_hidden.policy_id IS 'number of the policy that hides what is referred to';
COMMENT ON COLUMN retention.reference_to_hidden.policy IS 'its name';
COMMENT ON COLUMN retention.reference_to_hidden.path IS 'the column that clock_starts of a policy names for the key; NULL: each of its columns is in another foreign key, too, and no policy can run along it';
COMMENT ON COLUMN retention.reference_to_hidden.clock_starts IS 'of a policy of the table that runs from the same starts; NULL as well';
COMMENT ON COLUMN retention.reference_to_hidden.policies IS 'what policies the table has, which hide its rows at another time or not all of them; NULL: none';
GRANT SELECT ON retention.reference_to_hidden TO pg_monitor;

CREATE FUNCTION retention.propose_policies(OUT name text, OUT relation regclass, OUT clock_starts text[], OUT keep_for retention.period, OUT quarantine_for retention.period, OUT action text, OUT mode text, OUT along text) RETURNS SETOF record
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_propose_policies';
COMMENT ON FUNCTION retention.propose_policies() IS 'for tables without a policy whose rows refer to rows that a policy hides: one that runs from the same starts, along the keys, and only observes; its columns fit into retention.policy. along: the policy that hides. Where several tables are referred to, whose policies have other periods, choose';
GRANT EXECUTE ON FUNCTION retention.propose_policies() TO pg_monitor;
