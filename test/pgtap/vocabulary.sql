-- Words that stand in SQL as well are those of the library.
BEGIN;
SELECT plan(9);

CREATE FUNCTION words_of(wanted text) RETURNS text[] LANGUAGE sql AS
    $$SELECT array_agg(word ORDER BY word COLLATE "C") FROM retention.vocabulary() WHERE kind = wanted$$;
-- The literals of a CHECK that is a list.
CREATE FUNCTION listed(relation regclass, column_name name) RETURNS text[] LANGUAGE sql AS $$
    SELECT array_agg(m[1] ORDER BY m[1] COLLATE "C") FROM pg_constraint c
    JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
    CROSS JOIN regexp_matches(pg_get_constraintdef(c.oid), '''([^'']*)''', 'g') m
    WHERE c.contype = 'c' AND c.conrelid = relation AND a.attname = column_name$$;

SELECT is(listed('retention.policy', 'action'), words_of('action'), 'the table of policies takes the actions there are');
SELECT is(listed('retention.personal_column', 'anonymise'), words_of('anonymiser'), 'the table of personal columns takes the anonymisers there are');
SELECT is(listed('retention.subject_link', 'role'), words_of('role'), 'the table of links takes the roles there are');
SELECT is(listed('retention.request', 'type'), words_of('request'), 'the table of requests takes the types there are');
SELECT is(listed('retention.wording', 'object'), words_of('wording'), 'the table of words takes the objects there are');
SELECT is((SELECT count(*) FROM retention.vocabulary() WHERE word IS NULL OR word = ''), 0::bigint, 'each member of a vocabulary has a word');
SELECT is((SELECT count(*) FROM (SELECT FROM retention.vocabulary() GROUP BY kind, word HAVING count(*) > 1) d), 0::bigint, 'no word stands for two');
SELECT ok((SELECT bool_and(changes_rows) FROM retention.vocabulary() WHERE kind = 'ledger' AND word IN ('deleted', 'quarantined', 'restricted', 'reinstated')),
    'what changes what is seen makes copies stale');
SELECT ok((SELECT bool_and(NOT changes_rows) FROM retention.vocabulary() WHERE kind = 'ledger' AND word IN ('exported', 'refreshed', 'revealed')),
    'what only reads makes no copy stale');
SELECT * FROM finish();
ROLLBACK;
