-- What servers after 15 add to SQL.
BEGIN;
SELECT plan(9);
SELECT v >= 160000 AS from16, v >= 170000 AS from17
FROM CAST(current_setting('server_version_num') AS int) v \gset

-- 16: errors of input functions are told, not raised.
\if :from16
SELECT ok(pg_input_is_valid(t, ty) = valid, format('%s %L is %s', ty, t, CASE WHEN valid THEN 'valid' ELSE 'invalid' END))
    FROM (VALUES ('7 held', 'retention.clock', true), ('7 lost', 'retention.clock', false), ('0', 'retention.clock', false),
        ('3 years', 'retention.period', true), ('3 yeers', 'retention.period', false), ('', 'retention.period', false)) v (t, ty, valid);
SELECT results_eq('SELECT sql_error_code, message LIKE $$%retention.clock%$$ FROM pg_input_error_info($$7 lost$$, $$retention.clock$$)',
    $$VALUES ('22P02', true)$$, 'and say what is wrong');
SELECT throws_ok($$SELECT '3 yeers'::retention.period$$, '22P02', NULL, 'where nobody asked, they are raised');
\else
SELECT skip('input functions raise their errors before 16', 8);
\endif

-- 17: COPY ON_ERROR.
\if :from17
CREATE TABLE typed (id int, p retention.period);
COPY typed FROM PROGRAM 'printf "1\t3 years\n2\t3 yeers\n3\tforever\n"' (ON_ERROR ignore);
SELECT results_eq('SELECT id, p::text FROM typed ORDER BY id', $$VALUES (1, '3 years'), (3, 'forever')$$, 'COPY passes over bad periods');
\else
SELECT skip('COPY has no ON_ERROR before 17');
\endif

SELECT * FROM finish();
ROLLBACK;
