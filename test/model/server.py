"""A psql that stays: texts go in, lines come out."""
import os
import select
import subprocess


class Session:
    def __init__(self, database):
        environment = dict(os.environ, PGDATABASE=database, PGOPTIONS='-c client_min_messages=error -c synchronous_commit=off')
        self.psql = subprocess.Popen(['psql', '-qAtX', '-F', '|', '-P', 'null=~'], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, env=environment)
        self.n = 0
        self.buffer = b''
        self.run('\\set VERBOSITY sqlstate')

    def send(self, sql):
        self.n += 1
        self.psql.stdin.write(f'{sql}\n\\echo end-{self.n}\n'.encode())
        self.psql.stdin.flush()

    def is_done(self, seconds):
        """Whether all of the answer is there, which is waited for so long; None: for ever."""
        end = f'end-{self.n}\n'.encode()
        while not self.buffer.endswith(end):
            if not select.select([self.psql.stdout], [], [], seconds)[0]:
                return False
            read = os.read(self.psql.stdout.fileno(), 1 << 16)
            if not read:
                raise RuntimeError('the session ended: ' + self.buffer.decode())
            self.buffer += read
        return True

    def receive(self):
        self.is_done(None)
        lines, self.buffer = self.buffer.decode().split('\n')[:-2], b''
        return lines

    def run(self, sql):
        self.send(sql)
        return self.receive()

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()


def errors(lines):
    return [line.split('ERROR:')[1].strip() for line in lines if 'ERROR:' in line]
