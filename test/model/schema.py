"""The tables and policies a run begins with."""
from world import Policy, Table, World
from dates import period_text

COLUMNS = {
    'customers': {'id': 'int', 'ended_at': 'timestamptz'},
    'users': {'id': 'int', 'customer': 'int', 'left_at': 'timestamptz', 'name': 'text', 'seen': 'int'},
    'orders': {'id': 'int', 'author': 'int', 'done_on': 'date', 'body': 'text', 'seen': 'int'},
    'notes': {'id': 'int', 'region': 'text', 'author': 'int', 'left_on': 'date', 'body': 'text'},
    'books': {'id': 'int', 'author': 'int', 'issued_on': 'date', 'body': 'text'},
    'cases': {'id': 'int', 'author': 'int', 'done_at': 'timestamptz', 'body': 'text'},
}
KEYS = {
    'users': {'customer': ('customers', 'SET NULL')},
    'orders': {'author': ('users', 'SET NULL')},
    'notes': {'author': ('users', 'CASCADE')},
    'books': {'author': ('users', 'NO ACTION')},
    'cases': {'author': ('users', 'SET NULL')},
}
START_PATHS = {
    'users': (('left_at',), ('customer', 'ended_at')),
    'orders': (('author', 'left_at'), ('author', 'customer', 'ended_at'), ('done_on',)),
    'notes': (('left_on',), ('author', 'left_at'), ('author', 'customer', 'ended_at')),
    'books': (('issued_on',), ('author', 'customer', 'ended_at')),
    'cases': (('author', 'left_at'), ('done_at',)),
}
REGIONS = ('north', 'south')
PERSONAL = {('users', 'name'): None, ('orders', 'body'): None, ('notes', 'body'): 'gone', ('books', 'body'): None}


def new_world(now, rng):
    """Keys and periods differ from run to run."""
    keys = {name: dict(columns) for name, columns in KEYS.items()}
    for name, column, actions in (('notes', 'author', ('CASCADE', 'SET NULL')), ('books', 'author', ('NO ACTION', 'SET NULL')),
                                  ('cases', 'author', ('SET NULL', 'CASCADE'))):
        keys[name][column] = ('users', rng.choice(actions))
    tables = [Table(name, columns, keys.get(name), REGIONS if name == 'notes' else None) for name, columns in COLUMNS.items()]
    world = World(tables, now)
    zone = rng.choice(('Europe/Oslo', 'UTC', 'America/New_York'))
    order_starts = [('author', 'left_at'), ('author', 'customer', 'ended_at'), ('done_on',)]
    rng.shuffle(order_starts)
    policies = [
        Policy(1, 'users', [('left_at',), ('customer', 'ended_at')], rng.choice((0, 0, 2)), 30, 'delete'),
        Policy(2, 'orders', order_starts, rng.choice((0, 10, ('h', 5))), 20, rng.choice(('delete', 'anonymise'))),
        Policy(3, 'notes', [('left_on',), ('author', 'left_at')], rng.choice((0, 10)), 10, rng.choice(('delete', 'anonymise'))),
        Policy(4, 'books', [('issued_on',), ('author', 'customer', 'ended_at')], 20, rng.choice((0, 5)), 'delete', must_keep_for=rng.choice((20, 60))),
        Policy(5, 'cases', [('author', 'left_at'), ('done_at',)], 5, 5, 'delete', starts_when='all'),
    ]
    for policy in policies:
        policy.zone = zone
        world.policies[policy.id] = policy
    world.personal = dict(PERSONAL)
    return world


def literal(value):
    return 'NULL' if value is None else str(value) if isinstance(value, int) else f"'{value}'"


FIELDS = {'starts': 'clock_starts', 'zone': 'timezone'}


def field_value(field, value):
    if field == 'starts':
        return "'{" + ','.join('.'.join(path) for path in value) + "}'"
    if field in ('keep_for', 'quarantine_for', 'must_keep_for'):
        return literal(None if value == -1 else period_text(value))
    if field == 'applies_to':
        return literal(None if value is None else f'id % 3 = {value}')
    return literal(value)


def policy_field(field, value):
    return f'{FIELDS.get(field, field)} = {field_value(field, value)}'


def insert_policy(p):
    paths, floor, applies = (field_value(field, getattr(p, field)) for field in ('starts', 'must_keep_for', 'applies_to'))
    return (f"INSERT INTO retention.policy (policy_id, name, relation, clock_starts, starts_when, timezone, keep_for, quarantine_for, action, "
            f"must_keep_for, mode, priority, applies_to) VALUES ({p.id}, 'p{p.id}', '{p.relation}', {paths}, '{p.starts_when}', '{p.zone}', "
            f"'{period_text(p.keep_for)}', '{period_text(p.quarantine_for)}', '{p.action}', {floor}, '{p.mode}', {p.priority}, {applies});")


def insert_personal(table, column, constant):
    how = 'null' if constant is None else 'constant'
    return (f"INSERT INTO retention.personal_column (relation, column_name, category, anonymise, constant) "
            f"VALUES ('{table}', '{column}', 'name', '{how}', {literal(constant)});")


def setup(world):
    sql = ["CREATE EXTENSION pg_retention; SET retention.confirm_drop = on;",
           "DO $$BEGIN CREATE ROLE model_app; EXCEPTION WHEN duplicate_object THEN NULL; END$$;"]
    for table in world.tables.values():
        parts = []
        for column, kind in table.columns.items():
            target = table.keys.get(column)
            parts.append(f'{column} {kind}' + (f' REFERENCES {target[0]} ON DELETE {target[1]}' if target else ''))
        key = 'PRIMARY KEY (id, region)' if table.partitions else 'PRIMARY KEY (id)'
        sql.append(f"CREATE TABLE {table.name} ({', '.join(parts)}, {key}){' PARTITION BY LIST (region)' if table.partitions else ''};")
        for region in table.partitions or ():
            sql.append(f"CREATE TABLE {table.name}_{region} PARTITION OF {table.name} FOR VALUES IN ('{region}');")
    sql += [insert_personal(*where, constant) for where, constant in world.personal.items()]
    sql += [insert_policy(p) for p in world.policies.values()]
    sql.append("INSERT INTO retention.subject_kind (kind, relation, identifying) VALUES ('user', 'users', '{}');")
    sql += [f"INSERT INTO retention.subject_link (kind, relation, path, role) VALUES ('user', '{name}', 'author', 'about');"
            for name in ('orders', 'notes', 'books', 'cases')]
    sql.append("""GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO model_app;
CREATE FUNCTION try_delete(relation regclass, row_id int) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('DELETE FROM %s WHERE id = %s', relation, row_id);
    RAISE EXCEPTION USING ERRCODE = 'ZZ000';
EXCEPTION WHEN OTHERS THEN
    RETURN nullif(SQLSTATE, 'ZZ000');
END $$;
CALL retention.sweep();""")
    return '\n'.join(sql)
