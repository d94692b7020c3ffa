"""Thousands of inputs through one fuzz target in few processes (tests/fuzz/replay.c), and where inputs come from."""
import os, random, re, subprocess, sys
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'lib'))
from harness import *

REPLAY = os.path.join(B, 'replay')


def batch(target, inputs):
    """The number of errors of each input; a text (what went wrong) instead for one that crashes or takes too long."""
    results, inputs = [], list(inputs)
    while len(results) < len(inputs):
        todo = inputs[len(results):len(results) + 2000]
        data = b''.join(b'%d\n%s' % (len(i), i) for i in todo)
        r = run(target, '-', program=REPLAY, stdin=data, timeout=900)
        done = [int(n) for n in r.out.split()]
        results += done
        if len(done) < len(todo):
            why = 'takes more than ten seconds' if r.status == -14 else 'ends with %s' % r.status
            results.append('%s\n%s' % (why, said(r.err)))
    return results


def judge(t, name, target, inputs, expect=lambda errors: True, keep=5):
    """Counts the inputs as checks. A failing input is kept below build/ and its path told."""
    inputs = list(inputs)
    bad = 0
    for text, errors in zip(inputs, batch(target, inputs)):
        if isinstance(errors, int) and expect(errors):
            t.ok()
            continue
        bad += 1
        if bad <= keep:
            folder = os.path.join(B, 'failed')
            os.makedirs(folder, exist_ok=True)
            path = os.path.join(folder, re.sub(r'[^a-z0-9]+', '-', name.lower()) + '-%d' % bad)
            with open(path, 'wb') as f:
                f.write(text)
            t.fail(name, '%s\nthe input: %s %s %s' % (
                errors if isinstance(errors, str) else '%d errors' % errors, os.path.relpath(REPLAY, ROOT), target, os.path.relpath(path, ROOT)))
        else:
            t.failed += 1
    if bad > keep:
        print('     %s: %d more' % (name, bad - keep))


def sources():
    """Every .mlops file of the repository: {path: bytes}."""
    out = {}
    for folder in ('examples', 'stdlib', 'tests'):
        for at, names, files in os.walk(os.path.join(ROOT, folder)):
            for name in sorted(files):
                if name.endswith('.mlops'):
                    path = os.path.join(at, name)
                    with open(path, 'rb') as f:
                        out[os.path.relpath(path, ROOT)] = f.read()
    return out


TOKENS = [b'{', b'}', b'(', b')', b'[', b']', b'"', b'"""', b'${', b'=', b'==', b':', b'?:', b'...', b'..', b'.', b',', b';', b'\n', b'#', b'##', b'|', b'?',
          b'!', b'-', b' - ', b'+', b'*', b'/', b'%', b'<', b'<=', b'&&', b'||', b'in', b'for', b'if', b'then', b'else', b'none', b'true', b'component x : y',
          b'kind', b'port', b'let', b'let a = a', b'check', b'on', b'5', b'4Gi', b'1.1.1', b'40/s', b'0x', b'1e999', b'99999999999999999999', b'\\', b'\\u{110000}',
          b'\0', b'\xff', b'\xc3\x28', b'\xef\xbb\xbf', b'\r\n', b'\t', b'-1', b'x.y.z', b'x["y"]', b'f(x)', b'@', b'$', b"'"]


def mutate(r, text, others):
    """A text near `text`."""
    for _ in range(r.choice((1, 1, 1, 2, 3, 6))):
        n = len(text)
        i, j = sorted((r.randint(0, n), r.randint(0, n)))
        what = r.randrange(10)
        if what == 0:
            text = text[:i] + text[i + r.randint(1, 4):]
        elif what == 1:
            text = text[:i] + r.choice(TOKENS) + text[i:]
        elif what == 2:
            text = text[:i] + bytes([r.randrange(256)]) + text[i + 1:]
        elif what == 3 and j - i < 4000:
            text = text[:j] + text[i:j] + text[j:]
        elif what == 4:
            text = text[:i] + text[min(n, i + (j - i) % 200):]
        elif what == 5:                 # words change places
            words = list(re.finditer(rb'[A-Za-z0-9-]+', text))
            if len(words) > 1:
                a, b = sorted(r.sample(words, 2), key=lambda m: m.start())
                text = text[:a.start()] + b[0] + text[a.end():b.start()] + a[0] + text[b.end():]
        elif what == 6:                 # lines go or come twice
            lines = text.split(b'\n')
            k = r.randrange(len(lines))
            lines[k:k + 1] = r.choice(([], [lines[k]] * 2, [r.choice(lines)]))
            text = b'\n'.join(lines)
        elif what == 7:                 # a number is another
            text = re.sub(rb'\d+', lambda m: m[0] if r.random() < 0.9 else str(r.choice((0, 1, 65536, 10 ** 18, 10 ** 30))).encode(), text, count=20)
        elif what == 8 and others:
            o = r.choice(others)
            k = r.randrange(len(o) + 1)
            text = text[:i] + o[k:k + r.randint(1, 300)] + text[i:]
        else:
            text = text[:i] + r.choice(TOKENS) + text[i + r.randint(0, 3):]
    return text
