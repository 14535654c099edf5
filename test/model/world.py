"""What the rows should be: a slow model of what the documentation says, which keeps each row with all that it went through. It knows
nothing of how the extension does it: after each statement every row is looked at again."""
from dates import follow, is_over, just_over, over, start_of


FILLED_AGAIN = {'anonymised', 'awaiting'}  # flags that go when a row is filled or brought back


WAITS = 'waits'  # of a row whose start was unset under a floor
ANY = 'any of several'  # SQLSTATE of what is refused for several reasons


class Refused(Exception):
    """A statement that the server must refuse, with this SQLSTATE."""


class Table:
    def __init__(self, name, columns, keys=None, partitions=None):
        self.name = name
        self.columns = columns        # name to type: int, text, timestamptz, date
        self.keys = keys or {}        # column to (table it refers to, what happens when that row goes)
        self.partitions = partitions  # of column "region"; None: it has none
        self.rows = {}                # id to row
        self.managed = True           # else its clocks stay what they are


class Policy:
    def __init__(self, policy_id, relation, starts, keep_for, quarantine_for, action, **more):
        self.id = policy_id
        self.relation = relation
        self.starts = starts
        self.keep_for = keep_for
        self.quarantine_for = quarantine_for
        self.action = action
        self.must_keep_for = more.get('must_keep_for', -1)  # -1: no floor
        self.mode = more.get('mode', 'enforce')
        self.priority = more.get('priority', 100)
        self.starts_when = more.get('starts_when', 'any')
        self.applies_to = more.get('applies_to')            # a number: rows with id % 3 = it
        self.zone = more.get('zone', 'Europe/Oslo')
        self.ready = True  # else its rows are still to be stamped, and it takes none from another

    def copy(self):
        other = Policy.__new__(Policy)
        other.__dict__.update(self.__dict__)
        return other

    def has_floor(self):
        return self.must_keep_for != -1

    def enforced(self):
        return self.mode == 'enforce' and self.ready

    def hides(self, start, now):
        return is_over(follow(start, self.keep_for, self.zone), now)

    def released(self, start):
        """The second from which the row may go; None: never."""
        return over(follow(start, self.must_keep_for, self.zone)) if self.has_floor() else 0

    def is_mandatory(self, start, now):
        released = self.released(start)
        return released is None or released > now

    def is_due(self, start, now):
        ends = follow(follow(start, self.keep_for, self.zone), self.quarantine_for, self.zone)
        return is_over(ends, now) and not self.is_mandatory(start, now)


def floor_length(policy):
    if not policy.has_floor():
        return -1
    period = policy.must_keep_for
    if period is None:
        return 1 << 40
    return period[1] / 24 if isinstance(period, tuple) else period


class Row(dict):
    """Values by column; beside them what the model keeps of the row."""

    def __init__(self, values):
        super().__init__(values)
        self.policy = None      # number of the policy that has it
        self.start = None
        self.late = None        # the start it was moved to; WAITS: it had one under a floor, and the next is not to be earlier than when it comes
        self.orphaned = False   # a start was reached on a way that is gone: this one, or one that another has the place of
        self.flags = set()      # anonymised, awaiting, restricted
        self.ways = {}          # path to (whether it leads to a column, start, the rows on it)
        self.order = 0          # of its last change of clock: the sweep takes rows by clock

    def clone(self):
        other = Row(self)
        other.__dict__.update(self.__dict__)
        other.flags = set(self.flags)
        return other


class World:
    def __init__(self, tables, now):
        self.tables = {t.name: t for t in tables}
        self.policies = {}
        self.personal = {}  # (table, column) to None (set to null) or the constant it gets
        self.blocked = {}   # (table, id) to (attempts, second of the next one)
        self.now = now
        self.restrictions = {}  # by number, whose; None: lifted
        self.pending = set()  # tables whose rows are to be stamped anew
        self.gone = {}  # the last row of each table and number that was deleted

    # Partitions.
    def attached(self, name):
        return self.tables[name].partitions or ('south',)

    def detach(self):
        """What nobody manages keeps its clocks, and is hidden by them."""
        notes = self.tables['notes']
        south = Table('notes_south', notes.columns, notes.keys)
        south.rows = {k: row for k, row in notes.rows.items() if row['region'] == 'south'}
        for row in south.rows.values():
            self.check_gone(row, ANY)
        notes.rows = {k: row for k, row in notes.rows.items() if row['region'] != 'south'}
        notes.partitions = ('north',)
        south.managed = False
        self.tables['notes_south'] = south

    def attach(self):
        notes = self.tables['notes']
        for row_id, row in self.tables.pop('notes_south').rows.items():
            notes.rows[row_id] = row
            before = (row.policy, row.start)
            self.reconsider('notes', row, False, attached=True)
            for column, constant in self.personal_of('notes').items():
                if row[column] != constant:
                    row.flags -= FILLED_AGAIN
            # What has its clock already was hidden by it.
            if before != (row.policy, row.start):
                self.not_over_before((None, None), row)
        notes.partitions = ('north', 'south')

    # Savepoints.
    def save(self):
        return ({name: (t, t.partitions, {k: row.clone() for k, row in t.rows.items()}) for name, t in self.tables.items()},
                {k: p.copy() for k, p in self.policies.items()}, dict(self.personal), dict(self.blocked), set(self.pending),
                dict(self.restrictions))

    def restore(self, saved):
        tables, self.policies, self.personal, self.blocked, self.pending, self.restrictions = saved
        self.tables = {name: table for name, (table, _, _) in tables.items()}
        for table, partitions, rows in tables.values():
            table.partitions, table.rows = partitions, rows

    # Policies and ways.
    def policies_of(self, name):
        found = [p for p in self.policies.values() if p.relation == name and p.mode != 'off']
        return sorted(found, key=lambda p: (p.priority, -floor_length(p), p.id))

    def policy_for(self, name, row):
        first = None
        for policy in self.policies_of(name):
            if policy.applies_to is not None and row['id'] % 3 != policy.applies_to:
                continue
            if policy.enforced():
                return policy
            first = first or policy
        return first

    def follow_way(self, name, row, path, zone, past=False):
        """Whether it leads to a column, the start there, and the rows on it; past: or were until now."""
        passed = []
        for key in path[:-1]:
            name = self.tables[name].keys[key][0]
            passed.append((name, row[key]))
            gone = self.gone.get((name, row[key])) if past else None
            row = self.tables[name].rows.get(row[key], gone) if row[key] is not None else None
            if row is None:
                return False, None, tuple(passed)
        return True, start_of(row[path[-1]], zone), tuple(passed)

    def evaluate(self, name, row, change, forgets=False, attached=False):
        """Gives the row its policy and start again. `change` is false where nothing but policies changed. True: something is another."""
        policy = self.policy_for(name, row)
        before = (row.policy, row.start, row.orphaned, row.late is not None)
        if policy is None:
            had = self.policies.get(row.policy)
            # What was reached under a policy that is off, that knows when it stands again.
            if had is not None and had.mode == 'off' and not forgets:
                return False
            row.policy = row.start = row.late = None
            row.orphaned = False
            row.ways = {}
            return before != (None, None, False, False)
        ways = {path: self.follow_way(name, row, path, policy.zone) for path in policy.starts}
        cut = self.start_that_is_cut(name, policy, row, ways) if change else None
        known = not forgets and self.is_lost_start_known(policy, row, ways, change, cut)
        known = known or (attached and self.leads_nowhere(policy, row, ways))
        starts = [start for _, start, _ in ways.values()]
        if policy.starts_when == 'any':
            start = min((start for start in starts if start is not None), default=None)
            if known:
                reached = self.reached(policy, row, ways, change, cut)
                start = reached if start is None else min(start, reached)
        else:
            start = None if None in starts else max(starts)
            if known:
                rest = [start for leads, start, _ in ways.values() if leads]
                start = None if None in rest else max(rest + [self.reached(policy, row, ways, change, cut)])
        ended = any(not leads for leads, _, _ in ways.values())
        orphaned = known and (start is not None or ended)
        waits = row.late is WAITS
        is_unset = row.start is not None and self.is_mandatory(row)
        late = None if forgets or waits else row.late
        if late is not None and start is not None and start < late and row.policy == policy.id:
            start = late
        elif not orphaned or start != late:
            late = None
        if policy.has_floor() and start is None and (waits or is_unset):
            late = WAITS
        elif policy.has_floor() and waits and change and start < 2 * self.now:
            start = late = 2 * self.now
        row.policy, row.start, row.ways, row.orphaned, row.late = policy.id, start, ways, orphaned, late
        return before != (row.policy, row.start, row.orphaned, row.late is not None)

    def is_lost_start_known(self, policy, row, ways, change, cut):
        """Whether a start was reached on a way that is gone: now, or before and known since."""
        had = self.policies.get(row.policy)
        same = [path for path in ways if len(path) > 1 and had is not None and (had.id == policy.id or path in had.starts)]
        olds = row.ways if change else {}
        if row.orphaned:
            for path, (leads, _, passed) in ways.items():
                if path in olds and passed != olds[path][2] and (leads or (olds[path][0] and row.start is None and cut is None)):
                    return False
            return any(not ways[path][0] for path in same)
        if cut is not None:
            return True
        if row.start is None or row.start > 2 * self.now:
            return False
        lost = [path for path in same if path in olds and olds[path][0] and not ways[path][0]]
        return bool(lost) and (policy.starts_when == 'all' or not self.is_given(policy, row, ways, change))

    def leads_nowhere(self, policy, row, ways):
        """Of a row that stood where nobody followed its ways: whether it lost the one on which it had reached its start."""
        return (row.policy == policy.id and row.start is not None and row.start <= 2 * self.now and not row.orphaned and bool(ways)
                and not any(leads for leads, _, _ in ways.values()))

    def start_that_is_cut(self, name, policy, row, ways):
        """What the ways had reached that lead nowhere now."""
        starts = []
        for path, (leads, _, _) in ways.items():
            keys = [passed[0][1] for other, (_, _, passed) in row.ways.items() if passed and other[0] == path[0]]
            if leads or not keys:
                continue
            if keys[0] == row[path[0]]:
                start = row.ways[path][1] if path in row.ways and row.ways[path][0] else None
            else:
                start = self.follow_way(name, {path[0]: keys[0]}, path, policy.zone, True)[1]
            if start is not None and start <= 2 * self.now:
                starts.append(start)
        return (max if policy.starts_when == 'all' else min)(starts) if starts else None

    def is_given(self, policy, row, ways, change):
        """Whether a way that is still there gave the row its start."""
        for path, (leads, _, _) in ways.items():
            then = (row.ways if change else ways).get(path)
            if then is None or then[1] is None or row.start is None or (change and then[0] and not leads):
                continue
            if then[1] == row.start or (policy.starts_when == 'any' and then[1] < row.start):
                return True
        return False

    def reached(self, policy, row, ways, change, cut):
        """The start on the way that is gone; where another had its place, the latest that it can have been."""
        if not row.orphaned and cut is not None:
            return cut
        if row.start is not None and not (row.orphaned and self.is_given(policy, row, ways, change)):
            return row.start
        now = 2 * self.now
        if policy.starts_when == 'all':
            return now if row.start is None else min(row.start, now)
        hides = just_over(policy.keep_for, self.now, policy.zone)
        return hides if row.start is not None and hides is not None and row.start <= hides else now

    def look_at_all(self, change=True):
        """After something changed: which other rows follow from it."""
        for name, table in self.tables.items():
            for row in table.rows.values():
                if self.follows(name, row):
                    self.reconsider(name, row, change)

    def follows(self, name, row):
        """Whether one of its ways is another than it was."""
        policy = self.policy_for(name, row)
        if policy is None:
            return False
        ways = {path: self.follow_way(name, row, path, policy.zone) for path in policy.starts}
        # A key to a row that is gone: what becomes of it comes first.
        dangles = any(not leads and passed[-1][1] is not None for leads, _, passed in ways.values())
        return not dangles and ways != row.ways

    def reconsider(self, name, row, change, forgets=False, attached=False):
        before = (row.policy, row.start)
        if not self.tables[name].managed:
            return
        changed = self.evaluate(name, row, change, forgets, attached)
        if row.start is None and before[1] is not None:
            row.flags -= FILLED_AGAIN
        self.forget_other_action(row)
        if change:
            self.not_over_before(before, row)
        if change and changed:
            self.check_release(before, row, ANY)

    def forget_other_action(self, row):
        """What an action that the row's policy has not had did to the row."""
        policy = self.policies.get(row.policy)
        if policy is not None and policy.action == 'anonymise':
            row.flags.discard('awaiting')
        elif policy is not None and 'awaiting' not in row.flags:
            row.flags.discard('anonymised')

    def check_release(self, before, row, why='RT001'):
        """A row that must be kept is not released earlier by what is written."""
        was = self.policies.get(before[0])
        if was is None or not was.enforced() or not was.is_mandatory(before[1], self.now):
            return
        now = self.policies.get(row.policy)
        if before[1] is None and now is was:
            return
        released = now.released(row.start) if now is not None and now.enforced() else 0
        until = was.released(before[1])
        if released is not None and (until is None or released < until):
            raise Refused(why)

    # What is to be seen.
    def state(self, row):
        policy = self.policies.get(row.policy)
        if policy is None:
            return 'none'
        if 'anonymised' in row.flags:
            return 'anonymised'
        if row.start is None:
            return 'active'
        if policy.is_due(row.start, self.now):
            return 'due'
        if not policy.hides(row.start, self.now):
            return 'retained'
        return 'kept' if policy.has_floor() and policy.is_mandatory(row.start, self.now) else 'quarantined'

    def is_hidden(self, row):
        policy = self.policies.get(row.policy)
        if 'restricted' in row.flags:
            return True
        return policy is not None and policy.enforced() and self.state(row) in ('quarantined', 'due', 'kept')

    def is_mandatory(self, row):
        policy = self.policies.get(row.policy)
        return policy is not None and policy.enforced() and policy.has_floor() and policy.is_mandatory(row.start, self.now)

    def check_gone(self, row, why=None):
        """Whether the row may go."""
        if 'restricted' in row.flags:
            raise Refused(why or 'RT002')
        if self.is_mandatory(row):
            raise Refused(why or 'RT001')

    # Rows are written.
    def move_if_over(self, row):
        """A start that is over when the row comes moves to the latest that is just over."""
        policy = self.policies.get(row.policy)
        if policy is None or not policy.enforced() or row.start is None:
            return
        latest = just_over(policy.keep_for, self.now, policy.zone)
        if latest is None or row.start >= latest:
            return
        row.start = row.late = latest

    def not_over_before(self, before, row):
        """Nor does one that is written: only to since when the row was over by the policy and start that it had."""
        policy = self.policies.get(row.policy)
        if policy is None or not policy.enforced() or policy.quarantine_for == 0 or row.start is None or not policy.hides(row.start, self.now):
            return
        latest = just_over(policy.keep_for, self.now, policy.zone)
        was = self.policies.get(before[0])
        if was is not None and was.enforced() and before[1] is not None and was.hides(before[1], self.now):
            since = over(follow(before[1], was.keep_for, was.zone))
            latest = before[1] if was is policy else min(latest, just_over(policy.keep_for, since, policy.zone))
        if row.start < latest:
            row.start = row.late = latest

    def check_keys(self, name, row):
        for column, (target, _) in self.tables[name].keys.items():
            if row[column] is not None and row[column] not in self.tables[target].rows:
                raise Refused('23503')

    def insert(self, name, values):
        row = Row(values)
        if self.tables[name].managed:
            self.evaluate(name, row, True)
            self.move_if_over(row)
        self.check_keys(name, row)
        self.tables[name].rows[row['id']] = row

    def update(self, name, row_id, changes):
        row = self.tables[name].rows[row_id]
        if 'restricted' in row.flags:
            raise Refused('RT002')
        old = dict(row)
        row.update(changes)
        if not self.tables[name].managed:
            self.check_keys(name, row)
            return
        before = (row.policy, row.start)
        self.evaluate(name, row, True)
        flags = set(row.flags)
        if row.start is None and before[1] is not None:
            row.flags -= FILLED_AGAIN
        for column in changes:
            if (name, column) in self.personal and row[column] != old[column] and row[column] != self.personal[name, column]:
                row.flags -= FILLED_AGAIN
        if row.policy != before[0]:
            self.forget_other_action(row)
        if row.flags != flags:
            self.move_if_over(row)
        else:
            self.not_over_before(before, row)
        self.check_release(before, row)
        self.check_keys(name, row)
        self.look_at_all()

    def delete(self, name, row_ids):
        """All of them, and what follows."""
        gone = []
        for row_id in row_ids:
            row = self.tables[name].rows.get(row_id)
            if row is None:
                continue
            if self.tables[name].managed:
                self.check_gone(row)
            gone.append(row_id)
        for row_id in gone:
            self.blocked.pop((name, row_id), None)
            self.gone[name, row_id] = self.tables[name].rows.pop(row_id)
        for child, table in self.tables.items():
            for column, (target, action) in table.keys.items():
                if target == name:
                    self.follow_deleted(child, column, action, set(gone))
        self.look_at_all()

    def delete_all_of(self, name, row_ids):
        """In what order the server looks at what refers to them is its own."""
        try:
            self.delete(name, row_ids)
        except Refused as refused:
            still = any(row_id in self.tables[name].rows for row_id in row_ids)
            raise Refused(str(refused) if still else ANY) from None

    def follow_deleted(self, child, column, action, gone):
        rows = [k for k, row in self.tables[child].rows.items() if row[column] in gone]
        if not rows:
            return
        if action == 'NO ACTION':
            raise Refused('23503')
        if action == 'CASCADE':
            self.delete(child, rows)
        else:
            for row_id in rows:
                self.update(child, row_id, {column: None})

    def attempt(self, body):
        """In a savepoint; the SQLSTATE it was refused with, or None."""
        saved = self.save()
        try:
            body()
        except Refused as refused:
            self.restore(saved)
            return str(refused)
        return None

    def would_delete(self, name, row_id):
        saved = self.save()
        result = self.attempt(lambda: self.delete_all_of(name, [row_id]))
        self.restore(saved)
        return result

    def reinstate(self, name, row_id):
        row = self.tables[name].rows.get(row_id)
        if row is None:
            raise Refused('P0002')
        if 'restricted' in row.flags:
            raise Refused('RT002')
        if self.state(row) not in ('quarantined', 'retained'):
            raise Refused('55000')
        policy = self.policies[row.policy]
        self.update(name, row_id, {path[0]: None for path in policy.starts if len(path) == 1})
        if row.orphaned:
            self.reconsider(name, row, False, True)
        if row.start is not None:
            raise Refused('55000')

    # One person.
    def rows_about(self, user):
        yield self.tables['users'].rows[user]
        for name in ('orders', 'notes', 'books', 'cases'):
            yield from (row for row in self.tables[name].rows.values() if row['author'] == user)

    def restrict(self, user):
        self.restrictions[len(self.restrictions) + 1] = user
        for row in self.rows_about(user):
            row.flags.add('restricted')

    def lift(self, number):
        user, self.restrictions[number] = self.restrictions[number], None
        if user not in self.restrictions.values():
            for row in self.rows_about(user):
                row.flags.discard('restricted')

    # Policies and personal columns are written, and all rows looked at again.
    def restamp(self, name):
        for row in self.tables[name].rows.values():
            self.reconsider(name, row, False)

    def declare(self, name, column, constant):
        self.personal[name, column] = constant
        for row in self.tables[name].rows.values():
            if 'anonymised' in row.flags and row[column] != constant:
                row.flags -= FILLED_AGAIN
                self.not_over_before((None, None), row)

    # Sweeps.
    def prepare(self):
        while self.pending:
            pending, self.pending = self.pending, set()
            for name in sorted(pending):
                self.prepare_table(name)

    def prepare_table(self, name):
        self.restamp(name)
        policies = [p for p in self.policies.values() if p.relation == name]
        for policy in policies:
            # Rows that another policy had meanwhile fall under it only now.
            if not policy.ready and policy.mode == 'enforce' and len(policies) > 1:
                self.pending.add(name)
            policy.ready = True

    def restored(self):
        """Elsewhere: policies are checked, and rows looked at, anew; what could not be done before is tried again."""
        self.pending = {p.relation for p in self.policies.values()}
        self.blocked = {}

    def sweep(self):
        self.prepare()
        policies = sorted((p for p in self.policies.values() if p.enforced()), key=lambda p: p.id)
        on_paths = {name for p in policies for path in p.starts for name in self.tables_on(p.relation, path)}
        for policy in [p for p in policies if p.relation not in on_paths] + [p for p in policies if p.relation in on_paths]:
            self.sweep_policy(policy)

    def tables_on(self, name, path):
        found = set()
        for key in path[:-1]:
            name = self.tables[name].keys[key][0]
            found.add(name)
        return found

    def personal_of(self, name):
        return {column: value for (table, column), value in self.personal.items() if table == name}

    def anonymise(self, name, row, flags):
        row.update(self.personal_of(name))
        row.flags |= flags

    def sweep_policy(self, policy):
        name = policy.relation
        due = [k for k, row in self.tables[name].rows.items() if row.policy == policy.id and not row.flags
               and policy.is_due(row.start, self.now) and self.blocked.get((name, k), (0, 0))[1] <= self.now]
        for row_id in due:
            if row_id not in self.tables[name].rows:
                continue
            if policy.action == 'delete' and self.attempt(lambda: self.delete(name, [row_id])) is None:
                continue
            row = self.tables[name].rows[row_id]
            if policy.action == 'anonymise':
                self.anonymise(name, row, {'anonymised'})
            elif self.personal_of(name):
                self.anonymise(name, row, {'anonymised', 'awaiting'})
            else:
                attempts = self.blocked.get((name, row_id), (0, 0))[0] + 1
                self.blocked[name, row_id] = (attempts, self.now + min(60 * 2 ** (attempts - 1), 86400))
        for row_id in [k for k, row in self.tables[name].rows.items() if row.policy == policy.id
                       and 'awaiting' in row.flags and 'restricted' not in row.flags]:
            self.attempt(lambda: self.delete(name, [row_id]))
