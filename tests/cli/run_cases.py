#!/usr/bin/env python3
"""run_cases.py PROGRAM FILE.case...: runs the cases of the files, each in an empty folder.

A case is a line `case NAME` and lines of the form `word rest`:
  server [ARGS]       starts `PROGRAM -C data serve ARGS` and waits for its line
  server-kill         kill -9;  server-stop: SIGTERM, must end with 0 and take its socket file away
  server-term: SIGTERM without waiting for the end
  file NAME TEXT      makes a file (\\n and \\xHH are understood);  big NAME BYTES;  png NAME;  folder NAME
  env NAME=VALUE      for all later runs of the case
  stdin TEXT          of the next run
  type TEXT           the next run has a terminal, on which this is typed
  run ARGS            as a shell splits them; data stands for the data folder; {NAME} for what was saved
  start ARGS          the same in the background;  wait N: N of those must have ended with 0
  exit N              of the last run; 0 when not said
  json SUBSET         of its stdout, which must be one document
  stdout|stderr REGEX, no-stdout|no-stderr REGEX
  save NAME a.b.0     a value of its JSON
  present PATH, absent PATH;  same FILE FILE
"""
import fcntl, json, os, pty, re, select, shlex, shutil, signal, struct, subprocess, sys, tempfile, termios, time, zlib

CLEAN = {k: os.environ[k] for k in ('PATH', 'HOME', 'ASAN_OPTIONS', 'TSAN_OPTIONS', 'UBSAN_OPTIONS') if k in os.environ}


class Failed(Exception):
    pass


def unescape(text):
    return re.sub(r'\\(n|x[0-9a-f]{2}|\\)', lambda m: {'n': '\n', '\\': '\\'}.get(m[1]) or chr(int(m[1][1:], 16)), text)


def subset(want, have, path='$'):
    if isinstance(want, dict) and isinstance(have, dict):
        for k, v in want.items():
            if k not in have:
                raise Failed(f'{path}.{k} is absent')
            subset(v, have[k], f'{path}.{k}')
    elif isinstance(want, list) and isinstance(have, list):
        if len(want) != len(have):
            raise Failed(f'{path}: {len(have)} items, not {len(want)}')
        for i, v in enumerate(want):
            subset(v, have[i], f'{path}[{i}]')
    elif want != have:
        raise Failed(f'{path}: {have!r}, not {want!r}')


class Case:
    def __init__(self, program, name):
        self.program, self.name = program, name
        self.folder = tempfile.mkdtemp(prefix='letopis-case-')
        self.env = dict(CLEAN, LETOPIS_DATA=os.path.join(self.folder, 'data'), LANG='C', TZ='Europe/Moscow')
        self.saved, self.servers, self.started = {}, [], []
        self.stdin = self.typed = None
        self.last, self.judged = None, True

    def path(self, name):
        return os.path.join(self.folder, name)

    def args(self, text):
        for k, v in self.saved.items():
            text = text.replace('{' + k + '}', str(v))
        return [self.program] + [os.fsdecode(a.encode('latin-1')) if re.search('[\x80-\xff]', a) and not re.search('[\u0100-\uffff]', a)
                                 else a for a in shlex.split(unescape(text))]

    # --- what a case can do ---

    def do_file(self, rest):
        name, _, text = rest.partition(' ')
        with open(self.path(name), 'w', encoding='utf-8') as f:
            f.write(unescape(text))

    def do_big(self, rest):
        name, size = rest.split()
        with open(self.path(name), 'wb') as f:
            f.write((b'0123456789abcdef' * 4096 * 16)[:1 << 20] * (int(size) >> 20) + b'x' * (int(size) & 0xfffff))

    def do_png(self, rest):
        def chunk(kind, data):
            return struct.pack('>I', len(data)) + kind + data + struct.pack('>I', zlib.crc32(kind + data))
        picture = zlib.compress(b''.join(b'\0' + bytes((y, 120, 90)) * 64 for y in range(64)))
        with open(self.path(rest), 'wb') as f:
            f.write(b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', struct.pack('>IIBBBBB', 64, 64, 8, 2, 0, 0, 0)) +
                    chunk(b'IDAT', picture) + chunk(b'IEND', b''))

    def do_folder(self, rest):
        os.makedirs(self.path(rest), mode=0o700)

    def do_env(self, rest):
        k, _, v = rest.partition('=')
        self.env[k] = unescape(v)

    def do_stdin(self, rest):
        self.stdin = unescape(rest)

    def do_type(self, rest):
        self.typed = unescape(rest)

    def do_run(self, rest):
        self.settle()
        if self.typed is not None:
            self.run_on_terminal(self.args(rest), self.typed)
        else:
            p = subprocess.run(self.args(rest), cwd=self.folder, env=self.env, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               input=(self.stdin or '').encode(), timeout=60, start_new_session=True)
            self.last = (p.returncode, p.stdout.decode('utf-8', 'replace'), p.stderr.decode('utf-8', 'replace'))
        self.stdin = self.typed = None
        self.judged = False

    def run_on_terminal(self, args, text):
        """Types line by line, each when the program has asked for it (a prompt ends with a space)."""
        pid, fd = pty.fork()
        if pid == 0:
            os.chdir(self.folder)
            os.execvpe(args[0], args, self.env)
        shown, lines, end = b'', text.splitlines(keepends=True), time.time() + 30
        asked = 0
        while time.time() < end:
            if select.select([fd], [], [], 0.05)[0]:
                try:
                    piece = os.read(fd, 65536)
                except OSError:
                    break
                if not piece:
                    break
                shown += piece
            echo_off = not termios.tcgetattr(fd)[3] & termios.ECHO
            if lines and echo_off and len(shown) > asked and shown.endswith(b' '):
                asked = len(shown)
                os.write(fd, lines.pop(0).encode())
        code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        os.close(fd)
        self.last = (code, shown.decode('utf-8', 'replace'), shown.decode('utf-8', 'replace'))

    def do_start(self, rest):
        self.started.append(subprocess.Popen(self.args(rest), cwd=self.folder, env=self.env, stdout=subprocess.PIPE,
                                             stderr=subprocess.PIPE, stdin=subprocess.DEVNULL))

    def do_wait(self, rest):
        done = [(p.communicate(timeout=60), p.returncode) for p in self.started]
        good = sum(code == 0 for _, code in done)
        self.started = []
        if good != int(rest):
            raise Failed(f'{good} of {len(done)} ended well, not {rest}: {[d for d in done if d[1]][:1]}')

    def do_pause(self, rest):
        time.sleep(float(rest))

    def do_server(self, rest):
        self.settle()
        p = subprocess.Popen(self.args('serve --listen none ' + rest), cwd=self.folder, env=self.env, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, stdin=subprocess.DEVNULL)
        line = p.stdout.readline()
        if b'letopis.sock' not in line:
            raise Failed(f'the server did not start: {line} {p.stderr.read()}')
        self.servers.append(p)

    def do_server_kill(self, rest):
        p = self.servers.pop()
        p.send_signal(signal.SIGKILL)
        p.communicate()

    def do_server_term(self, rest):
        self.servers[-1].send_signal(signal.SIGTERM)

    def do_server_stop(self, rest):
        p = self.servers.pop()
        p.send_signal(signal.SIGTERM)
        out, err = p.communicate(timeout=60)
        if p.returncode != 0:
            raise Failed(f'the server ended with {p.returncode}: {err.decode()[-2000:]}')
        if out:
            raise Failed(f'the server wrote more than its line: {out}')
        if os.path.exists(self.path('data/run/letopis.sock')):
            raise Failed('the socket file is still there')

    # --- what a case can ask ---

    def settle(self):
        """A run whose exit code nobody judged must have ended with 0."""
        if not self.judged:
            self.judged = True
            if self.last[0] != 0:
                raise Failed(f'exit {self.last[0]}, not 0')

    def do_exit(self, rest):
        self.judged = True
        if self.last[0] != int(rest):
            raise Failed(f'exit {self.last[0]}, not {rest}')

    def json(self):
        try:
            return json.loads(self.last[1])
        except ValueError:
            raise Failed('stdout is not one JSON document')

    def do_json(self, rest):
        for k, v in self.saved.items():
            rest = rest.replace('{' + k + '}', str(v))
        subset(json.loads(rest), self.json())

    def do_stdout(self, rest):
        if not re.search(rest, self.last[1], re.M):
            raise Failed(f'stdout has no /{rest}/')

    def do_stderr(self, rest):
        if not re.search(rest, self.last[2], re.M):
            raise Failed(f'stderr has no /{rest}/')

    def do_no_stdout(self, rest):
        if re.search(rest, self.last[1], re.M):
            raise Failed(f'stdout has /{rest}/')

    def do_no_stderr(self, rest):
        if re.search(rest, self.last[2], re.M):
            raise Failed(f'stderr has /{rest}/')

    def do_save(self, rest):
        name, path = rest.split()
        v = self.json()
        for part in path.split('.'):
            try:
                v = v[int(part)] if isinstance(v, list) else v[part]
            except (KeyError, IndexError, TypeError):
                raise Failed(f'there is no {path}')
        self.saved[name] = v

    def do_same(self, rest):
        a, b = [open(self.path(n), 'rb').read() for n in rest.split()]
        if a != b:
            raise Failed(f'{rest} differ ({len(a)} and {len(b)} bytes)')

    def do_present(self, rest):
        if not os.path.exists(self.path(rest)):
            raise Failed(f'{rest} is absent')

    def do_absent(self, rest):
        if os.path.exists(self.path(rest)):
            raise Failed(f'{rest} is present')

    def close(self):
        for p in self.servers + self.started:
            p.kill()
            p.communicate()
        shutil.rmtree(self.folder, ignore_errors=True)


def run_case(program, name, lines):
    case = Case(program, name)
    number = lines[0][0] if lines else 0
    try:
        for number, line in lines:
            word, _, rest = line.partition(' ')
            act = getattr(case, 'do_' + word.replace('-', '_'), None)
            if not act:
                raise Failed(f'no such word: {word}')
            act(rest)
        case.settle()
        return None
    except (Failed, subprocess.TimeoutExpired, json.JSONDecodeError) as why:
        last = case.last or ('-', '', '')
        return f'line {number}: {why}\n    exit {last[0]}\n    stdout: {last[1][:1500]}\n    stderr: {last[2][:1500]}'
    finally:
        case.close()


def main():
    program, files = os.path.abspath(sys.argv[1]), sys.argv[2:]
    bad = total = 0
    for file in files:
        cases, name = [], None
        with open(file, encoding='utf-8') as f:
            for number, line in enumerate(f, 1):
                line = line.rstrip('\n')
                if not line.strip() or line.startswith('#'):
                    continue
                if line.startswith('case '):
                    cases.append((line[5:], []))
                else:
                    cases[-1][1].append((number, line))
        for name, lines in cases:
            total += 1
            why = run_case(program, name, lines)
            if why:
                bad += 1
                print(f'{os.path.basename(file)}: {name}: {why}')
    print(f'{total} cases, {bad} failed')
    return 1 if bad or not total else 0


if __name__ == '__main__':
    sys.exit(main())
