-- Which columns are personal: those whose type says so, and those in retention.personal_column, which comes first.

CREATE FUNCTION retention.personal_types(OUT type oid, OUT category text, OUT modifier integer) RETURNS SETOF record
    LANGUAGE c STABLE ROWS 30 AS 'MODULE_PATHNAME', 'pg_retention_personal_types';
COMMENT ON FUNCTION retention.personal_types() IS 'the types that say that a column is personal: the extension''s own, arrays of them and domains over them';

-- Columns are found through what depends on the types, by index: catalogs are large, and personal columns few.
CREATE VIEW retention.personal_columns AS
SELECT p.relation, p.column_name, p.category, p.anonymise, p.constant, p.argument, p.keep_for, p.origin, p.required_by_law, 'personal_column' AS declared_by, p.written_for
FROM retention.personal_column p
WHERE EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = p.relation AND a.attname = p.column_name AND a.attnum > 0)
UNION ALL
SELECT a.attrelid::regclass, a.attname, t.category, coalesce(retention.modifier_anonymiser(m.modifier), 'null'), NULL, NULL, retention.modifier_period(m.modifier),
    'provided', false, 'type', 0
FROM retention.personal_types() t
JOIN pg_depend d ON d.refclassid = 'pg_type'::regclass AND d.refobjid = t.type AND d.classid = 'pg_class'::regclass AND d.objsubid > 0
JOIN pg_attribute a ON a.attrelid = d.objid AND a.attnum = d.objsubid AND a.atttypid = t.type
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND c.relpersistence <> 't' AND NOT c.relispartition
CROSS JOIN LATERAL (SELECT CASE WHEN a.atttypmod = -1 THEN t.modifier ELSE a.atttypmod END AS modifier) m
WHERE NOT EXISTS (SELECT FROM retention.personal_column p WHERE p.relation = a.attrelid AND p.column_name = a.attname);
COMMENT ON VIEW retention.personal_columns IS 'all personal columns of tables; partitions are part of their table, temporary and foreign tables are not looked at';
COMMENT ON COLUMN retention.personal_columns.declared_by IS 'type, or personal_column, which overrides the type';
COMMENT ON COLUMN retention.personal_columns.keep_for IS 'the period after the start of the row''s clock at which this column is anonymised; NULL: as long as the row';

CREATE FUNCTION retention.release_types(OUT relation regclass, OUT column_name name, OUT released_from text) RETURNS SETOF record
    LANGUAGE c VOLATILE AS 'MODULE_PATHNAME', 'pg_retention_release_types';
COMMENT ON FUNCTION retention.release_types() IS 'turns personal columns into text, date, inet and point, so that the extension can be dropped; what their types said goes into retention.personal_column';
