#!/usr/bin/env python3
"""Law: independent mistakes are all reported in one run, each at its line, and nothing else is. A thousand generated programs get
one to ten faults each at random places; and one file has twenty different codes from lexer to wiring."""
import concurrent.futures, os, random, sys
sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from batch import *
from generate import program

t = Tally()
# What a fault adds: lines, with the codes that must be reported at those that are marked. A mark is `<E0310>` at the end of a line
# and is taken out. @ stands for a number that no other fault of the file has. A fault of `inside` is a statement of the component
# that the harness itself declares; the others are declarations.
TOP = [
    ['let fault-@ = unknown-word-@ <E0202>'],
    ['let fault-@ : int = "text" <E0301>'],
    ['let fault-@ : nosuchtype <E0205>= 1'],
    ['let fault-@ = nosuchfunction(1) <E0207>'],
    ['let fault-@ = { a: 1, b: 2 }.c <E0206>'],
    ['let fault-@ : int(0..10) = 11 <E0311>'],
    ['let fault-@ : size = 20s <E0310>'],
    ['let fault-@ : port = 99999 <E0311>'],
    ['let fault-@ = 4Gi <E0314>'],
    ['let fault-@ = 1 / 0 <E0324>'],
    ['let fault-@ = 1 + "a" <E0323>'],
    ['let fault-@ = 9223372036854775807 + 1 <E0325>'],
    ['let fault-@ = [1, 2][7] <E0326>'],
    ['let fault-@ = { same: 1', '  same: 2 <E0213>', '}'],
    ['let fault-@ : red | green = blue <E0313>'],
    ['let fault-@ : image = "Not An Image" <E0312>'],
    ['param fault-@ : int <E0321>'],
    ['param twice-@ : int = 1', 'param twice-@ : int = 2 <E0204>'],
    ['fn fault-@(a : int) : int = fault-@(a) <E0902>', 'let use-@ = 1'],
    ['let loop-@ = loop-b-@', 'let loop-b-@ = loop-@ <E0901>'],
    ['component fault-@ : nosuchkind-@ { } <E0201>'],
    ['component fault-@ : bench-kind { nosuch = 1 } <E0203>', ],
    ['component fault-@ : bench-kind { size = 1; size = 2 } <E0216>'],
    ['component fault-@ : bench-required { } <E0320>'],
    ['component fault-@ : bench-kind { expose grpc on node(31000) } <E0208>'],
    ['component fault-@ : bench-needy { } <E0401>'],
    ['component fault-@ : bench-choosy { } <E0402>'],
    ['component fault-@ : bench-choosy { upstream = bench-plain } <E0403>'],
    ['component left-@ : bench-kind { expose http on node(310@) }', 'component right-@ : bench-kind { expose http on node(310@) } <E0412>'],
    ['component left-@ : bench-claims { text = "@" }', 'component right-@ : bench-claims { text = "@" } <E0413>'],
    ['component left-@ : bench-kind { names = { configmap: "same-@" } }', 'component right-@ : bench-kind { names = { configmap: "same-@" } } <E0414>'],
    ['component fault-@ : bench-kind { expose http on node(80) } <E0311>'],
    ['secret fault-@ { a }', 'component leak-@ : bench-claims { text = "${fault-@.a}" } <E0702>'],
    ['component fault-@ : bench-kind { names = { configmap: "Not_A_Name" } } <E0312>'],
    ['kind fault-@ {', '  manifest configmap("Not_A_Name") { } <E0802>', '}', 'component use-@ : fault-@ { }'],
    ['kind fault-@ {', '  manifest nosuchthing-@(name) { } <E0803>', '}', 'component use-@ : fault-@ { }'],
    ['component fault-@ : bench-kind { check 1 > 2 else "never @" } <E0500>'],
    ['check 1 > 2 else "one is not more than two, @" <E0500>'],
    ['component fault-@ : bench-kind {', '  size = "big" <E0301>', '}'],
    ['component fault-@ : bench-kind {', '  patch deployment("none-such-@") { spec: {} } <E0804>', '}'],
    ['secret fault-@ { a }', 'let key-@ = fault-@.b <E0701>'],
    ['kind fault-@ { collects x : nosuchinterface-@ } <E0209>'],
    ['env fault-@ { nosuchpath-@ = 1 } <E0212>'],
    # lexer and parser
    ['let fault-@ = "no end <E0004>'],
    ['let fault-@ = "bad \\q escape" <E0005>'],
    ['let fault-@ = 1 ^ 2 <E0003>'],
    ['let fault-@ = = 3 <E0010>'],
    ['let Fault-@ = 3 <E0014>'],
    ['component fault-@ = bench-kind { } <E0015>'],
    ['let fault-@ = "a" "b" <E0010>'],
    ['param : int = 3 <E0010>'],
    ['check "no else, @" <E0010>'],
    ['let fault-@ = if true then 1 <E0010>'],
    ['allow fault-@ <E0010>'],
    ['allow fault-@ because "" <E0010>'],
    ['rule fault-@ for x objects { } <E0010>'],
    ['rule fault-@ for x in fault-@ { } <E0202>'],
    ['env fault-@ { fault.path == 3 } <E0010>'],
    ['param fault-@ = 3 <E0010>'],
    ['nosuchword fault-@ : int = 3 <E0010>'],
    ['secret fault-@ { one = "${fault-@.two}", two = "${fault-@.one}" } <E0901>'],
    ['secret fault-@ { one } from existing("Not A Name") <E0802>'],
    ['component fault-@ : bench-kind { names = { service: "none-@" } } <E0804>'],
]
INSIDE = [
    ['nosuch-@ = 1 <E0203>'],
    ['patch configmap("none-@") { data: {} } <E0804>'],
    ['check "a" == "b" else "not equal, @" <E0500>'],
    ['expose nosuch-@ on node(31001) <E0208>'],
    ['labels.x = = 1 <E0010>'],
]
BASE = ['stack bench-stack {', '  edition = 2026', '  catalog = khaos-2024', '  namespace = "bench"', '}',
        'interface bench-interface { a : int }',
        'kind bench-kind {', '  namespace : name = "bench"', '  size : int = 3', '  port http = 80 on cluster | node',
        '  manifest configmap(name) { data: { size: "${size}" } }', '}',
        'kind bench-claims {', '  text : string', '  claims "bench ${text}"', '}', 'interface bench-pair { b : int }',
        'kind bench-giver { gives bench-pair { b: 1 } }', 'component bench-first : bench-giver { }', 'component bench-second : bench-giver { }',
        'component bench-plain : bench-kind { }', 'kind bench-choosy { needs upstream : bench-pair }',
        'kind bench-required {', '  wanted : int', '}', 'kind bench-needy {', '  needs upstream : bench-interface', '}']


def marked(lines, number):
    """Lines without marks, and [(code, offset of the line)]."""
    out, codes = [], []
    for i, line in enumerate(lines):
        if m := re.search(r' ?<([EW]\d{4})>', line):
            codes.append((m[1], i))
            line = line[:m.start()] + line[m.end():]
        out.append(line.replace('@', '%02d' % (number % 100)))
    return out, codes


def make(seed):
    """A program with faults: (text, sorted [(code, line)])."""
    r = random.Random(seed)
    base = program(seed % 97, 6)
    blocks = [(d, []) for d in base.declarations[1:]]
    n = r.randint(1, 10)
    inside, inside_codes = ['component bench-host : bench-kind {'], []
    top = r.sample(range(len(TOP)), min(n, len(TOP)))
    for k, i in enumerate(top):
        if r.random() < 0.2:
            lines, codes = marked(r.choice(INSIDE), 50 + k)
            inside_codes += [(c, len(inside) + at) for c, at in codes]
            inside += ['  ' + l for l in lines]
        else:
            blocks.append(marked(TOP[i], k))
    blocks.append((inside + ['}'], inside_codes))
    r.shuffle(blocks)
    blocks.insert(0, (BASE, []))
    lines, want = [], []
    for block, codes in blocks:
        want += [(c, len(lines) + at + 1) for c, at in codes]
        lines += block
    return '\n'.join(lines) + '\n', sorted(independent(want))


def independent(want):
    """A component of a kind that nobody knows might give what is missing elsewhere: that is not reported before the kind is known."""
    return [w for w in want if w[0] != 'E0401' or not any(c == 'E0201' for c, _ in want)]


def one(seed):
    text, want = make(seed)
    r = run('check', '--format', 'json', '--all', '-', stdin=text.encode(), timeout=60)
    found = diagnostics(r.err)
    got = None if found is None else sorted((d['code'], d['line']) for d in found if d['severity'] == 'error')
    return seed, text, want, got, r


if t.wants('seeded'):
    count, bad = 1000 if not ASAN or FULL else 200, 0
    with concurrent.futures.ThreadPoolExecutor(JOBS) as jobs:
        for seed, text, want, got, r in jobs.map(one, range(count)):
            if got == want and r.status == 2:
                t.ok()
                continue
            bad += 1
            if bad > 10:
                t.failed += 1
                continue
            lines = text.split('\n')
            why = ['status %s' % r.status]
            if got is None:
                why.append(show(r))
            for code, line in want if got is not None else ():
                if (code, line) not in got:
                    why.append('not reported: %s at line %d: %s' % (code, line, lines[line - 1]))
            for code, line in got or ():
                if (code, line) not in want:
                    message = [d['message'] for d in diagnostics(r.err) if (d['code'], d['line']) == (code, line)]
                    why.append('extra: %s at line %s: %s\n      %s' % (code, line, lines[line - 1] if line else '', message[0]))
            if got is not None and len(why) == 1:
                why.append('counted differently: %s' % [x for x in set(want + got) if want.count(x) != got.count(x)])
            t.fail('seeded faults %d' % seed, '\n'.join(why))
    if bad > 10:
        print('     seeded faults: %d more' % (bad - 10))

if t.wants('each'):
    # each fault alone, in a program without anything else
    for i, fault in enumerate(TOP):
        body, codes = marked(fault, i % 100)
        text = '\n'.join(BASE + body) + '\n'
        status, found = check(text, command='check')
        got = sorted((d['code'], d['line']) for d in found)
        want = sorted((c, len(BASE) + at + 1) for c, at in codes)
        t.check(got == want and status == 2, 'fault alone: ' + fault[0], lambda: 'wanted %s\ngot %s' % (want, [(d['code'], d['line'], d['message']) for d in found]))

if t.wants('twenty'):
    lines, want, seen = list(BASE), [], set()
    for i, fault in enumerate(TOP):
        body, codes = marked(fault, i % 100)
        if codes[0][0] not in seen:
            seen.add(codes[0][0])
            want += [(c, len(lines) + at + 1) for c, at in codes]
            lines += body
    want = independent(want)
    status, found = check('\n'.join(lines) + '\n')
    got = [(d['code'], d['line']) for d in found]
    t.check(len(want) >= 20, 'twenty codes', str(len(want)))
    t.check(sorted(got) == sorted(want) and status == 2, 'all of %d codes in one run' % len(seen), lambda: 'not reported: %s\nextra: %s' % (
        sorted(set(want) - set(got)), [(d['code'], d['line'], d['message']) for d in found if (d['code'], d['line']) not in want]))
t.end()
