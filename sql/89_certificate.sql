-- Certificates of erasures: what was done is written down as it is done, without the person, and put into words when somebody asks.

CREATE TABLE retention.erasure_outcome (
    request_id bigint NOT NULL,
    entry_id bigint NOT NULL,
    made_at timestamptz NOT NULL,
    outcome jsonb NOT NULL,
    PRIMARY KEY (request_id, entry_id)
);
SELECT pg_catalog.pg_extension_config_dump('retention.erasure_outcome', '');
COMMENT ON TABLE retention.erasure_outcome IS 'what erasures in the name of requests did, for retention.erasure_certificate: tables, numbers, categories and laws, and nothing about the person; goes with the request';
COMMENT ON COLUMN retention.erasure_outcome.request_id IS 'number of the request';
COMMENT ON COLUMN retention.erasure_outcome.entry_id IS 'number of the erasure''s entry in the ledger, or of one before it where a restore has moved that';
COMMENT ON COLUMN retention.erasure_outcome.made_at IS 'when it was done';
COMMENT ON COLUMN retention.erasure_outcome.outcome IS 'the answer of retention.erase without the person, the words of errors and contacts; beside it which categories of data each table has';

CREATE VIEW retention.erasure_facts AS
SELECT r.request_id, jsonb_build_object(
    'certificate', 'erasure',
    'made_at', to_char(retention.time_now() AT TIME ZONE r.timezone, 'YYYY-MM-DD HH24:MI'),
    'timezone', r.timezone,
    'controller', (SELECT jsonb_build_object('name', c.name, 'contact', c.contact) FROM retention.controller c),
    'request', jsonb_build_object('number', r.request_id, 'type', r.type, 'received', to_char(r.received_at AT TIME ZONE r.timezone, 'YYYY-MM-DD'),
        'done', to_char(r.done_at AT TIME ZONE r.timezone, 'YYYY-MM-DD HH24:MI'), 'answered', to_char(r.answered_at AT TIME ZONE r.timezone, 'YYYY-MM-DD')),
    'since', to_char(l.made_at AT TIME ZONE r.timezone, 'YYYY-MM-DD HH24:MI'),
    'gone', (SELECT coalesce(jsonb_agg(jsonb_build_object('table', g.relation, 'how', g.how, 'rows', g.rows, 'categories', coalesce((SELECT k.outcome -> 'categories' -> g.relation FROM retention.erasure_outcome k
                WHERE k.request_id = r.request_id AND k.outcome -> 'categories' ? g.relation ORDER BY k.entry_id LIMIT 1), '[]')) ORDER BY g.relation COLLATE "C", g.how COLLATE "C"), '[]')
        FROM (SELECT x.value ->> 'table' AS relation, CASE h.key WHEN 'in_consequence' THEN 'deleted_in_consequence' ELSE h.key END AS how,
                CASE WHEN count(*) = count(x.value ->> 'rows') THEN sum((x.value ->> 'rows')::bigint) END AS rows
            FROM retention.erasure_outcome c CROSS JOIN (VALUES ('deleted'), ('anonymised'), ('taken_out'), ('in_consequence')) h (key) CROSS JOIN LATERAL jsonb_array_elements(c.outcome -> h.key) x
            WHERE c.request_id = r.request_id AND (h.key <> 'in_consequence' OR x.value ->> 'what' = 'deleted') GROUP BY 1, 2) g),
    'changed', (SELECT coalesce(jsonb_agg(jsonb_build_object('table', g.relation, 'rows', g.rows) ORDER BY g.relation COLLATE "C"), '[]')
        FROM (SELECT x.value ->> 'table' AS relation, CASE WHEN count(*) = count(x.value ->> 'rows') THEN sum((x.value ->> 'rows')::bigint) END AS rows
            FROM retention.erasure_outcome c CROSS JOIN LATERAL jsonb_array_elements(c.outcome -> 'in_consequence') x
            WHERE c.request_id = r.request_id AND x.value ->> 'what' = 'changed' GROUP BY 1) g),
    'kept', l.outcome -> 'kept',
    'objections', l.outcome -> 'objections',
    'remembered', l.outcome -> 'remembered',
    'stays', (SELECT coalesce(jsonb_agg(jsonb_build_object('table', x.value -> 'table', 'how', x.key, 'rows', x.value -> 'rows') || CASE WHEN x.value ? 'why' THEN jsonb_build_object('why', x.value -> 'why') ELSE '{}' END
            ORDER BY x.value ->> 'table' COLLATE "C", x.key COLLATE "C"), '[]')
        FROM (SELECT h.key, x.value FROM (VALUES ('deferred'), ('not_covered'), ('blocked')) h (key) CROSS JOIN LATERAL jsonb_array_elements(l.outcome -> h.key) x
            UNION ALL
            -- What any call wrote where none could follow, until one does.
            SELECT 'added', jsonb_build_object('table', x.value -> 'table', 'rows', CASE WHEN count(*) = count(x.value ->> 'rows') THEN sum((x.value ->> 'rows')::bigint) END)
            FROM retention.erasure_outcome c CROSS JOIN LATERAL jsonb_array_elements(c.outcome -> 'in_consequence') x
            WHERE c.request_id = r.request_id AND x.value ->> 'what' = 'added' AND c.outcome -> 'not_reached' @> jsonb_build_array(jsonb_build_object('table', x.value -> 'table'))
                AND NOT EXISTS (SELECT FROM retention.erasure_outcome n WHERE n.request_id = r.request_id AND n.entry_id > c.entry_id AND n.outcome -> 'categories' ? (x.value ->> 'table'))
            GROUP BY x.value -> 'table') x (key, value)),
    'not_reached', l.outcome -> 'not_reached',
    'copies', (SELECT coalesce(jsonb_agg(jsonb_build_object('name', p.name, 'kind', p.kind, 'country', p.country, 'provider', p.provider, 'kept_for', p.kept_for::text,
            'until', CASE WHEN isfinite(u.over) THEN to_char((u.over AT TIME ZONE r.timezone) - interval '1 microsecond', 'YYYY-MM-DD') END) ORDER BY p.kind COLLATE "C", p.name COLLATE "C"), '[]')
        FROM retention.location p CROSS JOIN LATERAL (SELECT retention.over_from(l.made_at, p.kept_for) AS over) u WHERE p.kind NOT IN ('server', 'tablespace')),
    'unregistered_copies', (SELECT coalesce(jsonb_agg(jsonb_build_object('kind', g.kind, 'object', g.object) ORDER BY g.kind COLLATE "C", g.object COLLATE "C"), '[]')
        FROM retention.location_gaps g WHERE g.kind NOT IN ('server', 'tablespace') AND NOT EXISTS (SELECT FROM retention.location p WHERE p.kind = g.kind AND p.name = g.object)),
    'recipients', (SELECT coalesce(jsonb_agg(jsonb_build_object('recipient', x.value -> 'recipient', 'state', coalesce(n.state, 'forgotten'),
            'settled', to_char(n.settled_at AT TIME ZONE r.timezone, 'YYYY-MM-DD')) ORDER BY x.value ->> 'recipient' COLLATE "C", n.notice_id), '[]')
        FROM retention.erasure_outcome c CROSS JOIN LATERAL jsonb_array_elements(c.outcome -> 'recipients') x
        LEFT JOIN retention.notice_to_recipient n ON n.notice_id = (x.value ->> 'notice_id')::bigint WHERE c.request_id = r.request_id),
    'left', l.outcome -> 'left',
    'elsewhere', l.outcome -> 'elsewhere',
    'unverified', l.outcome -> 'unverified',
    'verifications', (SELECT coalesce(jsonb_agg(jsonb_build_object('number', c.outcome -> 'verification', 'state', coalesce(v.state, 'forgotten'), 'finished', to_char(v.finished_at AT TIME ZONE r.timezone, 'YYYY-MM-DD'))
            ORDER BY c.entry_id), '[]')
        FROM retention.erasure_outcome c LEFT JOIN retention.verifications v ON v.verification_id = (c.outcome ->> 'verification')::bigint
        WHERE c.request_id = r.request_id AND c.outcome ->> 'verification' IS NOT NULL),
    'ledger', (SELECT coalesce(jsonb_agg(jsonb_build_object('entry', e.entry_id, 'at', to_char(e.at AT TIME ZONE r.timezone, 'YYYY-MM-DD HH24:MI'), 'rows', e.row_count, 'hash', encode(e.hash, 'hex')) ORDER BY e.entry_id), '[]')
        FROM retention.erasure_outcome c CROSS JOIN LATERAL (SELECT x.* FROM retention.ledger x WHERE x.entry_id >= c.entry_id AND x.action = 'erased' AND x.at = c.made_at
            AND x.detail LIKE '%, request ' || r.request_id ORDER BY x.entry_id LIMIT 1) e WHERE c.request_id = r.request_id)) AS facts
FROM retention.request r
CROSS JOIN LATERAL (SELECT c.made_at, c.outcome FROM retention.erasure_outcome c WHERE c.request_id = r.request_id ORDER BY c.entry_id DESC LIMIT 1) l;
COMMENT ON VIEW retention.erasure_facts IS 'what certificates of erasures are written from: of each request in whose name something was erased, as JSON';
COMMENT ON COLUMN retention.erasure_facts.request_id IS 'number of the request';
COMMENT ON COLUMN retention.erasure_facts.facts IS 'the certificate as JSON';

CREATE FUNCTION retention.erasure_certificate(request_id bigint, language text DEFAULT 'en', format text DEFAULT 'markdown') RETURNS text
    LANGUAGE c STABLE AS 'MODULE_PATHNAME', 'pg_retention_erasure_certificate';
COMMENT ON FUNCTION retention.erasure_certificate(bigint, text, text) IS 'a certificate of the erasure that an answered request asked for: what is gone and since when, what is kept under which law, what could not be reached, how it was checked, and the entry of the ledger that proves it; without the erased data. language: en, nb (or no); format: markdown, html, json';
