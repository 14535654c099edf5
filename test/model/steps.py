"""What may happen in a step: its SQL, and the same to the model."""
from dates import day_of, instant
from schema import START_PATHS, insert_personal, insert_policy, literal, policy_field
from world import Policy

DAY = 86400
# Few parents, so that what happens to one concerns many.
ROOM = {'customers': 4, 'users': 8}


class Step:
    """Statements of one transaction; `apply` does to the model what they do."""

    def __init__(self, sql, apply, reveals=True, sweeps=False, alone=False):
        self.sql = sql
        self.apply = apply
        self.reveals = reveals  # else an ordinary role gives them, and hidden rows are not there
        self.sweeps = sweeps    # rows are to be stamped anew before anything is compared
        self.beside = None      # steps of other sessions, at the same time
        self.alone = alone      # not in a transaction block
        self.expected = None    # the SQLSTATEs of what is taken back


class Steps:
    def __init__(self, world, rng):
        self.world = world
        self.rng = rng
        self.next_id = 1
        self.next_policy = max(world.policies) + 1

    # Values.
    def when(self, kind):
        """A time for a start column: mostly past, near the ends of periods, some to come."""
        rng = self.rng
        days = rng.choice((0, 0, 0, 1, 2, 5, 10, 11, 20, 30, 31, 40, 90, -1, -3, -40))
        seconds = self.world.now - days * DAY - rng.choice((0, 0, 1, 3600, 40000))
        return day_of(seconds, 'UTC') if kind == 'date' else seconds

    def value(self, name, column):
        rng, kind = self.rng, self.world.tables[name].columns[column]
        keys = self.world.tables[name].keys
        if column in keys:
            return None if rng.random() < 0.2 else self.any_id(keys[column][0])
        if kind in ('date', 'timestamptz'):
            return None if rng.random() < 0.5 else self.when(kind)
        if column == 'region':
            return rng.choice(self.world.attached(name))
        if kind == 'text':
            return rng.choice((None, 'Kari', 'Ola', 'gone'))
        return rng.randrange(9)

    def any_id(self, name):
        ids = list(self.world.tables[name].rows)
        return self.rng.choice(ids) if ids else None

    def sql_value(self, name, column, value):
        if value is not None and self.world.tables[name].columns[column] == 'timestamptz':
            return f"'{instant(value)}'"
        return literal(str(value) if self.world.tables[name].columns[column] == 'date' and value is not None else value)

    def assignments(self, name, changes):
        return ', '.join(f'{column} = {self.sql_value(name, column, value)}' for column, value in changes.items())

    def any_row(self, names=None):
        """A table that has rows, and one of them."""
        names = [name for name in names or self.world.tables if self.world.tables[name].rows]
        if not names:
            return None, None
        name = self.rng.choice(names)
        return name, self.any_id(name)

    # Steps.
    def insert(self):
        name = self.rng.choice(list(self.world.tables))
        if len(self.world.tables[name].rows) >= ROOM.get(name, 12):
            return self.delete(name)
        values = {column: self.value(name, column) for column in self.world.tables[name].columns}
        values['id'] = self.next_id
        self.next_id += 1
        columns = ', '.join(values)
        texts = ', '.join(self.sql_value(name, column, value) for column, value in values.items())
        return Step(f'INSERT INTO {name} ({columns}) VALUES ({texts});', lambda: self.world.insert(name, values), self.rng.random() < 0.5)

    def write(self, name, row_id, changes, clock=False):
        """An UPDATE of one row."""
        reveals = self.rng.random() < 0.7
        also = ", retention_clock = 'none'" if clock and name not in ('customers', 'notes_south') else ''

        def apply():
            row = self.world.tables[name].rows.get(row_id)
            if row is not None and (reveals or not self.world.is_hidden(row)):
                self.world.update(name, row_id, changes)
        return Step(f'UPDATE {name} SET {self.assignments(name, changes)}{also} WHERE id = {row_id};', apply, reveals)

    def update_of(self, kinds, several=False):
        name, row_id = self.any_row()
        if name is None:
            return self.insert()
        columns = [c for c, kind in self.world.tables[name].columns.items() if kinds(name, c, kind)]
        if not columns:
            return self.insert()
        chosen = self.rng.sample(columns, min(len(columns), self.rng.randint(2, 3) if several else 1))
        return self.write(name, row_id, {c: self.value(name, c) for c in chosen})

    def update_start(self):
        return self.update_of(lambda name, c, kind: kind in ('date', 'timestamptz'))

    def update_key(self):
        """Often in the middle of ways."""
        users = self.world.tables['users'].rows
        if users and self.rng.random() < 0.3:
            return self.write('users', self.any_id('users'), {'customer': self.value('users', 'customer')})
        return self.update_of(lambda name, c, kind: c in self.world.tables[name].keys)

    def update_personal(self):
        """Of anonymised rows, where there are any."""
        done = [(name, row_id) for name, table in self.world.tables.items() for row_id, row in table.rows.items() if 'anonymised' in row.flags]
        if done and self.rng.random() < 0.5:
            name, row_id = self.rng.choice(done)
            column = self.rng.choice([c for c in ('name', 'body') if c in self.world.tables[name].columns])
            return self.write(name, row_id, {column: self.value(name, column)})
        return self.update_of(lambda name, c, kind: kind == 'text' and c != 'region')

    def update_several(self):
        return self.update_of(lambda name, c, kind: c not in ('id', 'region'), True)

    def update_region(self):
        if len(self.world.attached('notes')) < 2 or not self.world.tables['notes'].rows:
            return self.insert()
        row_id = self.any_id('notes')
        changes = {c: self.value('notes', c) for c in self.rng.sample(['author', 'left_on', 'body'], self.rng.choice((0, 0, 1)))}
        changes['region'] = 'north' if self.world.tables['notes'].rows[row_id]['region'] == 'south' else 'south'
        return self.write('notes', row_id, changes)

    def write_back(self):
        name, row_id = self.any_row()
        if name is None:
            return self.insert()
        row = self.world.tables[name].rows[row_id]
        return self.write(name, row_id, {c: row[c] for c in self.world.tables[name].columns if c != 'id'}, True)

    def delete(self, name=None):
        name, row_id = self.any_row([name] if name else None)
        if name is None:
            return self.insert()
        reveals = self.rng.random() < 0.8

        def apply():
            row = self.world.tables[name].rows.get(row_id)
            if row is not None and (reveals or not self.world.is_hidden(row)):
                self.world.delete_all_of(name, [row_id])
        return Step(f'DELETE FROM {name} WHERE id = {row_id};', apply, reveals)

    def delete_parent(self):
        return self.delete(self.rng.choice(('customers', 'users')))

    def reinstate(self):
        name, row_id = self.any_row([n for n in self.world.tables if n not in ('customers', 'notes', 'notes_south')])
        if name is None:
            return self.insert()
        return Step(f"SELECT retention.reinstate('{name}', {row_id}) \\g /dev/null", lambda: self.world.reinstate(name, row_id))

    def sweep(self):
        return Step('CALL retention.sweep();', self.world.sweep, alone=True)

    def move_time(self):
        now = self.world.now + self.rng.choice((1, 59, 3600, 6 * 3600, DAY, DAY, 2 * DAY, 5 * DAY, 11 * DAY, 20 * DAY)) + self.rng.randrange(3)

        def apply():
            self.world.now = now
        return Step(f"SET retention.test_now = '{instant(now)}';", apply, alone=True)

    # Several statements, some of which are taken back.
    def savepoint(self):
        saved = self.world.save()
        kept, expected = [], []
        sql = []
        for back in (False, True, False):
            step = self.revealing()
            before = self.world.save()
            refused = self.world.attempt(step.apply)
            if refused and not back:
                sql += ['SAVEPOINT b;', step.sql, 'ROLLBACK TO b;']
                expected.append(refused)
                continue
            if back:
                self.world.restore(before)
                expected += [refused] if refused else []
            else:
                kept.append(step)
            sql += ['SAVEPOINT a;', step.sql, 'ROLLBACK TO a;'] if back else [step.sql]
        self.world.restore(saved)
        result = Step('\n'.join(sql), lambda: [step.apply() for step in kept])
        result.expected = expected
        return result

    def revealing(self):
        while True:
            kind = self.rng.choice((self.insert, self.update_start, self.update_key, self.update_personal, self.update_several,
                                    self.delete, self.delete_parent, self.write_back))
            step = kind()
            if step.reveals:
                return step

    def concurrent(self):
        """Transactions of three sessions that are open at the same time."""
        step = Step('', None)
        step.beside = [self.revealing() for _ in range(3)]
        return step

    # Policies.
    def any_policy(self):
        return self.rng.choice(list(self.world.policies.values()))

    def change_policy(self, policy, **changes):
        def apply():
            self.world.policies[policy.id].__dict__.update(changes)
            self.world.pending.add(policy.relation)
        return Step(f"UPDATE retention.policy SET {', '.join(policy_field(k, v) for k, v in changes.items())} WHERE policy_id = {policy.id};",
                    apply, sweeps=True)

    def policy_terms(self):
        policy = self.any_policy()
        if policy.has_floor() and self.rng.random() < 0.5:
            return self.change_policy(policy, must_keep_for=self.rng.choice((20, 60, 90)))
        if self.rng.random() < 0.5:
            return self.change_policy(policy, quarantine_for=self.rng.choice((0, 5, 30, ('h', 30))))
        return self.change_policy(policy, keep_for=self.rng.choice((0, 2, 10, 30, ('h', 5), None)))

    def policy_mode(self):
        modes = {'enforce': ('observe', 'off'), 'observe': ('enforce',), 'off': ('enforce', 'observe')}
        policy = self.any_policy()
        return self.change_policy(policy, mode=self.rng.choice(modes[policy.mode]))

    def policy_starts(self):
        policy = self.any_policy()
        starts = list(START_PATHS[policy.relation])
        self.rng.shuffle(starts)
        if self.rng.random() < 0.3:
            return self.change_policy(policy, starts_when=self.rng.choice(('any', 'all')))
        if self.rng.random() < 0.3:
            return self.change_policy(policy, zone=self.rng.choice(('Europe/Oslo', 'UTC', 'America/New_York')))
        return self.change_policy(policy, starts=starts[:self.rng.randint(1, len(starts))])

    def policy_order(self):
        policy = self.any_policy()
        if self.rng.random() < 0.5:
            return self.change_policy(policy, priority=self.rng.choice((50, 100, 150)))
        return self.change_policy(policy, applies_to=self.rng.choice((None, 0, 1, 2)))

    def policy_added(self):
        name = self.rng.choice(list(START_PATHS))
        if len([p for p in self.world.policies.values() if p.relation == name]) > 2:
            return self.policy_dropped()
        number, self.next_policy = self.next_policy, self.next_policy + 1
        starts = list(START_PATHS[name])
        self.rng.shuffle(starts)
        policy = Policy(number, name, starts[:self.rng.randint(1, len(starts))], self.rng.choice((0, 10, ('h', 5), None)), self.rng.choice((0, 20)),
                        'delete', mode=self.rng.choice(('enforce', 'observe')), priority=self.rng.choice((50, 100, 150)),
                        starts_when=self.rng.choice(('any', 'any', 'all')), applies_to=self.rng.choice((None, 0, 1)),
                        must_keep_for=self.rng.choice((-1, -1, 30)), zone=self.rng.choice(('Europe/Oslo', 'UTC')))

        def apply():
            self.world.policies[number] = policy.copy()
            self.world.policies[number].ready = not self.world.tables[name].rows
            self.world.pending.add(name)
        return Step(insert_policy(policy), apply, sweeps=True)

    def policy_dropped(self):
        policy = self.any_policy()
        if len([p for p in self.world.policies.values() if p.relation == policy.relation]) < 2:
            return self.policy_order()

        def apply():
            del self.world.policies[policy.id]
            self.world.pending.add(policy.relation)
        return Step(f'DELETE FROM retention.policy WHERE policy_id = {policy.id};', apply, sweeps=True)

    def declaration(self):
        """A personal column is declared, withdrawn, or gets another constant."""
        name, column = self.rng.choice((('orders', 'seen'), ('users', 'seen'), ('cases', 'body'), ('notes', 'body')))
        where = f"relation = '{name}'::regclass AND column_name = '{column}'"
        if (name, column) not in self.world.personal:
            return Step(insert_personal(name, column, None), lambda: self.world.declare(name, column, None), sweeps=True)
        if name == 'notes':
            constant = self.rng.choice(('gone', 'Ola', 'nobody'))
            return Step(f"UPDATE retention.personal_column SET constant = '{constant}' WHERE {where};",
                        lambda: self.world.declare(name, column, constant), sweeps=True)
        return Step(f'DELETE FROM retention.personal_column WHERE {where};', lambda: self.world.personal.pop((name, column)), sweeps=True)

    # Partitions.
    def partition(self):
        """Detached, or attached again."""
        if not self.world.policies_of('notes'):
            return self.insert()
        if 'notes_south' in self.world.tables:
            return Step("ALTER TABLE notes ATTACH PARTITION notes_south FOR VALUES IN ('south');", self.world.attach, sweeps=True)
        return Step('ALTER TABLE notes DETACH PARTITION notes_south;', self.world.detach)

    # One person.
    def restriction(self):
        standing = [number for number, user in self.world.restrictions.items() if user is not None]
        if standing and self.rng.random() < 0.6:
            number = self.rng.choice(standing)
            return Step(f'SELECT retention.inform_of_lifting({number}), retention.lift_restriction({number}) \\g /dev/null',
                        lambda: self.world.lift(number))
        user = self.any_id('users')
        if user is None:
            return self.insert()
        return Step(f"SELECT retention.restrict('user', {user}, 'contested') \\g /dev/null", lambda: self.world.restrict(user))

    # Places.
    def restore(self):
        """A dump, restored in another database, which goes on from there."""
        return Step(None, self.world.restored, sweeps=True, alone=True)

    KINDS = (('insert', 25), ('update_start', 12), ('update_key', 8), ('update_personal', 6), ('update_several', 6), ('write_back', 3),
             ('delete', 4), ('delete_parent', 7), ('reinstate', 4), ('sweep', 6), ('move_time', 12), ('savepoint', 5), ('update_region', 3),
             ('policy_terms', 2), ('policy_mode', 2), ('policy_starts', 2), ('policy_order', 2), ('policy_added', 2), ('declaration', 3), ('partition', 3),
             ('restore', 0.5), ('restriction', 3))

    def any(self, sessions):
        kinds = self.KINDS + ((('concurrent', 60),) if sessions > 1 else ())
        kind = self.rng.choices([k for k, _ in kinds], [w for _, w in kinds])[0]
        step = getattr(self, kind)()
        step.kind = kind
        return step
