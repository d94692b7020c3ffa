#!/usr/bin/env python3
"""Runs the examples of compiler/explain/*.md: a failing one gives its page's code and no other, a passing one gives no
diagnostic. Also: each code has a page and each page a code. compiler/explain/README.md describes the pages.
MLOPSC=path FULL=1 tests/cli/explain.py [--slow] [CODE...]"""
import json, os, re, subprocess, sys, tempfile
from concurrent.futures import ThreadPoolExecutor

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), '..', '..'))
PROGRAM = os.path.abspath(os.environ.get('MLOPSC', os.path.join(ROOT, 'build', 'mlopsc')))
PAGES = os.path.join(ROOT, 'compiler', 'explain')
LIBRARY = os.path.join(ROOT, 'stdlib', 'explain')     # of the codes that the library gives to checks of its own


def sections(text):
    """The page as (title line, {"Fails": lines, "Passes": lines})."""
    head, *rest = re.split(r'^## (.*)\n', text, flags=re.M)
    return head.split('\n', 1)[0], dict(zip(rest[::2], rest[1::2]))


def example(section):
    """What to run: files, command words, slow."""
    files, command, puts, slow, name, body = {}, ['check'], [], False, None, None
    for line in section.split('\n'):
        if body is not None:
            if line.startswith('```'):
                files[name or 'stack.mlops'] = '\n'.join(body + [''])
                name = body = None
            else:
                body.append(line)
            continue
        if line.startswith('```'):
            body = []
        elif m := re.fullmatch(r'<!-- file: (\S+) -->', line):
            name = m[1]
        elif m := re.fullmatch(r'<!-- command: (.+) -->', line):
            command = m[1].split()
        elif m := re.fullmatch(r'<!-- put: (.) = ((?:[0-9a-f]{2})+)(?: x (\d+))? -->', line):
            puts.append((m[1].encode(), bytes.fromhex(m[2]) * int(m[3] or 1)))
        elif line == '<!-- slow -->':
            slow = True
        elif line.startswith('<!--'):
            raise ValueError('unknown mark: ' + line)
    out = {}
    for file, text in files.items():
        data = text.encode()
        for mark, put in puts:
            data = data.replace(mark, put)
        out[file] = data
    return out, command, slow


def run(files, command):
    """Exit status, codes of the diagnostics, text of standard error."""
    with tempfile.TemporaryDirectory() as folder:
        for name, data in files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, 'wb') as f:
                f.write(data)
        p = subprocess.run([PROGRAM, *command, '--format', 'json'], cwd=folder, capture_output=True, timeout=300)
        text = p.stderr.decode('utf-8', 'replace')
        try:
            codes = [d['code'] for d in json.loads(text)['diagnostics']]
        except ValueError:
            codes = None
        return p.returncode, codes, text


def judge(code, which, section, slow_too):
    files, command, slow = example(section)
    if slow and not slow_too:
        return None
    if not files:
        return f'{code} {which}: no example'
    status, codes, text = run(files, command)
    if codes is None:
        return f'{code} {which}: status {status}, not JSON: {text[:300]}'
    if which == 'Fails':
        wanted = 0 if code.startswith('W') else None
        if set(codes) != {code} or (status == 0) != (wanted == 0):
            return f'{code} {which}: status {status}, gives {codes}'
    elif codes or status:
        return f'{code} {which}: status {status}, gives {codes}\n      ' + text[:600]
    return ''


def main():
    args = sys.argv[1:]
    slow = '--slow' in args or os.environ.get('FULL', '') not in ('', '0')
    only = [a for a in args if not a.startswith('-')]
    with open(os.path.join(ROOT, 'compiler', 'base', 'diag_codes.h')) as f:
        codes = re.findall(r'^#define \w+\s+"([EW]\d{4})"', f.read(), flags=re.M)
    with open(os.path.join(ROOT, 'stdlib', 'codes.tsv')) as f:
        given = sorted({line.split('\t')[0] for line in f if line.strip() and not line.startswith('#')} - set(codes))
    pages = {n[:-3]: at for at in (PAGES, LIBRARY) for n in os.listdir(at) if n.endswith('.md') and n != 'README.md'}
    codes += given
    bad = [f'{c}: no page' for c in codes if c not in pages] + [f'{c}: no such code' for c in sorted(set(pages) - set(codes))]
    bad += [f'{c}: twice in diag_codes.h' for c in sorted(set(codes)) if codes.count(c) > 1]
    work, names = [], {}
    for code in sorted(pages):
        with open(os.path.join(pages[code], code + '.md')) as f:
            title, parts = sections(f.read())
        m = re.fullmatch(r'# ([EW]\d{4}) ([A-Za-z0-9]+(?:[ -][A-Za-z0-9]+)*)', title)
        if not m or m[1] != code:
            bad.append(f'{code}: bad title: {title}')
        elif m[2] in names:
            bad.append(f'{code}: has the name of {names[m[2]]}')
        else:
            names[m[2]] = code
        if list(parts) != ['Fails', 'Passes']:
            bad.append(f'{code}: sections are {list(parts)}')
            continue
        if not only or code in only:
            work += [(code, which, parts[which], slow) for which in parts]
    with ThreadPoolExecutor(2) as pool:
        results = list(pool.map(lambda w: judge(*w), work))
    bad += [r for r in results if r]
    for b in bad:
        print('FAIL', b)
    left = sum(r is None for r in results)
    print('%d passed, %d failed, %d skipped' % (results.count(''), len(bad), left))
    return 1 if bad else 0


sys.exit(main())
