-- The ledger and the configuration to be kept elsewhere: after the extension is dropped nothing of them is left here.

CREATE FUNCTION retention.export_ledger() RETURNS SETOF text
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT line::text FROM (
        SELECT 1 AS part, 0 AS n, jsonb_build_object('kind', 'database', 'database', current_database(), 'encoding', getdatabaseencoding(),
            'extension', (SELECT extversion FROM pg_extension WHERE extname = 'pg_retention'), 'exported_at', clock_timestamp(),
            'formats', (SELECT jsonb_object_agg(name, version) FROM retention.disk_format),
            'head', retention.ledger_head(), 'mark', (SELECT format('%s:%s', entry_id, encode(hash, 'hex')) FROM retention.ledger_mark ORDER BY entry_id DESC LIMIT 1),
            'verified', (SELECT to_jsonb(v) FROM retention.verify_ledger() v)) AS line
        UNION ALL SELECT 2, policy_id, jsonb_build_object('kind', 'policy') || to_jsonb(p) FROM retention.policy p
        UNION ALL SELECT 3, row_number() OVER (ORDER BY relation, column_name), jsonb_build_object('kind', 'personal_column') || to_jsonb(p) FROM retention.personal_columns p
        UNION ALL SELECT 4, row_number() OVER (ORDER BY kind), jsonb_build_object('kind', 'subject_kind') || (to_jsonb(k) - 'kind') || jsonb_build_object('subject', kind) FROM retention.subject_kind k
        UNION ALL SELECT 5, row_number() OVER (ORDER BY kind, relation, path), jsonb_build_object('kind', 'subject_link') || (to_jsonb(l) - 'kind') || jsonb_build_object('subject', kind) FROM retention.subject_link l
        UNION ALL SELECT 6, 0, jsonb_build_object('kind', 'controller') || to_jsonb(c) FROM retention.controller c
        UNION ALL SELECT 7, entry_id, jsonb_build_object('kind', 'entry') || to_jsonb(e)
            || jsonb_build_object('at', to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), 'previous', encode(previous, 'hex'), 'hash', encode(hash, 'hex'))
            FROM retention.ledger e
    ) x ORDER BY part, n $$;
COMMENT ON FUNCTION retention.export_ledger() IS 'ledger and configuration as JSON, one object a line, without what is recorded of persons (restrictions, statements, erasures); its chain can be verified elsewhere';
