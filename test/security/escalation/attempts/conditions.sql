-- attempt: a condition is followed by more: true ORDER BY evil.cond('x')
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true ORDER BY evil.cond(''x'')');

-- attempt: a condition is followed by more: true LIMIT 1
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true LIMIT 1');

-- attempt: a condition is followed by more: true FOR UPDATE
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true FOR UPDATE');

-- attempt: a condition is followed by more: true INTO evil.x
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true INTO evil.x');

-- attempt: a condition is followed by more: true; SELECT evil.act()
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true; SELECT evil.act()');

-- attempt: a condition is followed by more: true) UNION SELECT (true
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) UNION SELECT (true');

-- attempt: a condition is followed by more: true UNION SELECT true
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true UNION SELECT true');

-- attempt: a condition is followed by more: true) OR (true
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) OR (true');

-- attempt: a condition is followed by more: true), (true
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true), (true');

-- attempt: a condition is followed by more: true, true
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true, true');

-- attempt: a condition is followed by more: true AS x
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true AS x');

-- attempt: a condition is followed by more: *
-- expect: refused 42601
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', '*');

-- attempt: a condition is followed by more: DISTINCT true
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'DISTINCT true');

-- attempt: a condition is followed by more: true FROM pg_class
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true FROM pg_class');

-- attempt: a condition is followed by more: true WHERE true
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true WHERE true');

-- attempt: a condition is followed by more: true GROUP BY 1
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true GROUP BY 1');

-- attempt: a condition is followed by more: true HAVING true
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true HAVING true');

-- attempt: a condition is followed by more: true WINDOW w AS ()
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true WINDOW w AS ()');

-- attempt: a condition is followed by more: true /*
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true /*');

-- attempt: a condition is followed by more: 
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', '');

-- attempt: a condition is followed by more: (SELECT evil.act())
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', '(SELECT evil.act())');

-- attempt: a condition is followed by more: EXISTS (SELECT evil.act())
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'EXISTS (SELECT evil.act())');

-- attempt: a condition is followed by more: evil.act()
-- expect: refused 42P17: condition in field .applies_to. is not immutable
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'evil.act()');

-- attempt: a condition is followed by more: true) ORDER BY (evil.cond('x')
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) ORDER BY (evil.cond(''x'')');

-- attempt: a condition is followed by more: true) LIMIT (1
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) LIMIT (1');

-- attempt: a condition is followed by more: true) OFFSET (1
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) OFFSET (1');

-- attempt: a condition is followed by more: true) FOR UPDATE --
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) FOR UPDATE --');

-- attempt: a condition is followed by more: true) INTO evil.x --
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) INTO evil.x --');

-- attempt: a condition is followed by more: true) AS x --
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) AS x --');

-- attempt: a condition is followed by more: true) GROUP BY (1
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) GROUP BY (1');

-- attempt: a condition is followed by more: true) HAVING (true
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) HAVING (true');

-- attempt: a condition is followed by more: true) --
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) --');

-- attempt: a condition is followed by more: true) WINDOW w AS (ORDER BY 1
-- expect: refused (42601|0A000)
-- as mallory
INSERT INTO retention.policy (name, relation, clock_starts, keep_for, action, applies_to) VALUES ('e', 'evil.t', '{left_on}', '1 day', 'delete', 'true) WINDOW w AS (ORDER BY 1');
