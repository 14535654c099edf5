"""A psql that stays: texts go in, lines come out."""
import os
import subprocess


class Session:
    def __init__(self, database):
        environment = dict(os.environ, PGDATABASE=database, PGOPTIONS='-c client_min_messages=error -c synchronous_commit=off')
        self.psql = subprocess.Popen(['psql', '-qAtX', '-F', '|', '-P', 'null=~'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True, env=environment)
        self.n = 0
        self.run('\\set VERBOSITY sqlstate')

    def send(self, sql):
        self.n += 1
        self.psql.stdin.write(f'{sql}\n\\echo end-{self.n}\n')
        self.psql.stdin.flush()

    def receive(self):
        lines = []
        for line in self.psql.stdout:
            line = line.rstrip('\n')
            if line == f'end-{self.n}':
                return lines
            lines.append(line)
        raise RuntimeError('the session ended: ' + '\n'.join(lines))

    def run(self, sql):
        self.send(sql)
        return self.receive()

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()


def errors(lines):
    return [line.split('ERROR:')[1].strip() for line in lines if 'ERROR:' in line]
