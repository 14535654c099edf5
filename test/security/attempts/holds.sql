-- What a legal hold, and who may place one, tells of hidden rows.

-- attempt: a hold on the rows of a condition counts them
-- as: reader
-- expect: oracle hold-conditions
-- shows: "rows": [1-9]
-- prepare
GRANT USAGE ON SCHEMA retention TO reader;
GRANT EXECUTE ON FUNCTION retention.place_hold(text, text, text, regclass, text, text, text, date, regrole[]) TO reader;
-- attack
SELECT retention.place_hold('x', 'x', '17(3)(e)', relation => 'app.people', condition => $$name ~ '^SEC'$$);

-- attempt: a hold shows what it keeps
-- as: reader auditor admin
-- prepare
GRANT USAGE ON SCHEMA retention TO reader, auditor;
SELECT retention.place_hold('x', 'x', '17(3)(e)', relation => 'app.people') \g /dev/null
-- attack
SELECT * FROM app.people;
