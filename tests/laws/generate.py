"""Valid random programs, the same for the same seed.

program(seed) gives a Program: declarations (each a list of lines) that compile without an error in any order. Nothing in them
needs the library but its stack. Expressions are made to a type, so what comes out is well-typed by construction; numbers stay
small, so nothing overflows and nothing divides by zero."""
import random

WORDS = ('alpha amber anchor apple arrow atlas bamboo basil beacon birch bison bloom brook cactus canyon cedar cherry cliff cloud '
         'clover comet copper coral cotton crane crystal dahlia delta ember falcon fern fjord flint frost garnet ginger glacier '
         'harbor hazel heron indigo iris island ivory jasper juniper kelp lagoon lark laurel lemon lilac linen lotus lupin maple '
         'marble meadow mesa mint moss nectar nettle oak oasis olive onyx opal orchid otter pebble pine plum pond poppy quartz '
         'quill raven reef ridge river robin saffron sage sand shell silver slate sorrel spruce stone storm sumac teal thistle '
         'thyme tide topaz tulip tundra umber valley velvet violet walnut willow wren yarrow zephyr').split()
TEXTS = ['', 'a', 'plain text', 'yes', '1e3', '0x1F', 'null', '- x', 'key: value', '# no comment', 'tab\\tinside', 'line\\nbreak', "it's",
         'quote \\" inside', 'back\\\\slash', '\\u{1F600} smile', 'caf\\u{e9}', 'ends with space ', ' starts with one', '12:30', '~', '{a}', '[b]',
         '100%', '@at', '`tick`', '\\$ is no dollar', '*star', '&and', '!bang', '|pipe', '>more', '?what', 'a: b: c', 'x#y', '.5', '0o7']
SIZES = ['1Ki', '64Mi', '1Gi', '1.5Gi', '500Mi', '20Gi', '2Ti', '1073741824', '10M']
CORES = ['1', '2', '500m', '0.5', '100m', '1.5']
DURATIONS = ['5m', '90s', '1h30m', '12h', '1d', '250ms', '2w', '1m30s']
RATES = ['40/s', '10/d', '5/m', '0.5/h']
VERSIONS = ['1.10', '2.3.1', '2023.04.13', '1.19.0-rc.1', '3']
IMAGES = ['"ghcr.io/acme/web:1.2"', '"registry.example.com:5000/a/b/c:2.0.1"', '"nginx"', '"a/b@sha256:' + '0123456789abcdef' * 4 + '"']
HOSTS = ['"db.example.com"', '192.0.2.1', '"198.51.100.7"', '"localhost"']
URLS = ['"http://a.example.com:80/x"', '"https://s3.example.com"', '"https://b.example.com/path?q=1"']
SIMPLE = ['bool', 'int', 'float', 'string', 'port', 'version', 'size', 'cores', 'duration', 'rate', 'host', 'url', 'image', 'name']


class Program:
    def __init__(self):
        self.declarations = []          # lists of lines
        self.kinds = []

    def text(self, order=None):
        order = range(len(self.declarations)) if order is None else order
        return '\n'.join('\n'.join(self.declarations[i]) for i in order) + '\n'


class Maker:
    def __init__(self, seed, size=12):
        self.r = random.Random(seed)
        self.size = size
        self.used = set()
        self.values = {'bool': [], 'int': [], 'float': [], 'string': []}        # names in scope in the stack
        self.program = Program()
        self.out = self.program.declarations
        self.node_port = 30000
        self.interfaces, self.kinds, self.components, self.secrets, self.functions = [], [], [], [], []

    # -- words
    def name(self):
        while True:
            n = '-'.join(self.r.sample(WORDS, self.r.choice((1, 1, 2, 2, 3)))) + self.r.choice(('', '', '2', '-7'))
            if n not in self.used:
                self.used.add(n)
                return n

    def chance(self, p):
        return self.r.random() < p

    def comment(self, indent=''):
        return [indent + self.r.choice(('# ', '#', '#  - ')) + ' '.join(self.r.sample(WORDS, 3))] if self.chance(0.15) else []

    def doc(self, indent=''):
        return [indent + '## ' + ' '.join(self.r.sample(WORDS, 4)).capitalize() + '.'] if self.chance(0.3) else []

    def tail(self):
        return self.r.choice(('', '', '', '', '  # ' + self.r.choice(WORDS)))

    # -- expressions of a type, in a scope {type: [names]}
    def text(self):
        return '"%s"' % self.r.choice(TEXTS)

    def literal(self, kind):
        r = self.r
        if kind == 'bool':
            return r.choice(('true', 'false'))
        if kind == 'int':
            return str(r.choice((0, 1, 2, 3, 7, 10, 255, 1000)))
        if kind == 'float':
            return r.choice(('0.5', '1.0', '0.05', '2.25', '1e-6', '3.0'))
        if kind == 'string':
            return self.text()
        if kind == 'port':
            return str(r.randint(1, 65535))
        if kind == 'name':
            return '"%s"' % r.choice(WORDS)
        return r.choice({'version': VERSIONS, 'size': SIZES, 'cores': CORES, 'duration': DURATIONS, 'rate': RATES, 'image': IMAGES,
                         'host': HOSTS, 'url': URLS}[kind])

    def expr(self, kind, scope, depth=0):
        r = self.r
        if kind not in ('bool', 'int', 'float', 'string'):
            return self.literal(kind)
        names = scope.get(kind, ())
        if depth > 2 or self.chance(0.35):
            return r.choice(names) if names and self.chance(0.6) else self.literal(kind)
        sub = lambda k: self.expr(k, scope, depth + 1)
        pick = r.random()
        if pick < 0.15:
            return '(if %s then %s else %s)' % (sub('bool'), sub(kind), sub(kind))
        if kind == 'bool':
            a = r.choice(('int', 'string', 'bool'))
            return r.choice((
                lambda: '(%s && %s)' % (sub('bool'), sub('bool')), lambda: '(%s || %s)' % (sub('bool'), sub('bool')),
                lambda: '!%s' % self.atom('bool', scope), lambda: '(%s == %s)' % (sub(a), sub(a)), lambda: '(%s != %s)' % (sub(a), sub(a)),
                lambda: '(%s %s %s)' % (sub('int'), r.choice(('<', '<=', '>', '>=')), sub('int')),
                lambda: '(%s in [%s, %s])' % (sub('int'), sub('int'), sub('int')),
                lambda: '("part" in %s)' % sub('string')))()
        if kind == 'int':
            return r.choice((
                lambda: '(%s + %s)' % (sub('int'), sub('int')), lambda: '(%s - %s)' % (sub('int'), sub('int')),
                lambda: '(%s * %s)' % (self.atom('int', scope), self.r.randint(0, 5)), lambda: '(%s %% %d)' % (sub('int'), r.randint(1, 9)),
                lambda: 'len(%s)' % self.list('int', scope, depth), lambda: 'len(%s)' % sub('string')))()
        if kind == 'float':
            return r.choice((
                lambda: '(%s + %s)' % (sub('float'), sub('float')), lambda: '(%s * 2.0)' % sub('float'), lambda: '(%s / 4.0)' % sub('float')))()
        return r.choice((
            lambda: '(%s + %s)' % (sub('string'), sub('string')),
            lambda: '"%s${%s}%s"' % (r.choice(WORDS), sub(r.choice(('int', 'string', 'bool'))), r.choice(('', '-x', ' and more'))),
            lambda: 'upper(%s)' % sub('string'), lambda: 'join([%s, %s], ", ")' % (sub('string'), sub('string')),
            lambda: 'lookup({ a: %s }, "a", %s)' % (sub('string'), sub('string')), lambda: '[%s, %s][%s %% 2 * 0]' % (sub('string'), sub('string'), self.r.randint(0, 9)),
            lambda: '{ k: %s }.k' % sub('string')))()

    def atom(self, kind, scope):
        names = scope.get(kind, ())
        return self.r.choice(names) if names else self.literal(kind)

    def list(self, kind, scope, depth=0):
        sub = lambda: self.expr(kind, scope, depth + 1)
        if self.chance(0.4):
            v = 'x'
            inner = {k: list(n) for k, n in scope.items()}
            inner[kind] = inner.get(kind, []) + [v]
            cond = ' if %s' % self.expr('bool', inner, depth + 2) if self.chance(0.3) else ''
            return '[for %s in [%s]%s: %s]' % (v, ', '.join(sub() for _ in range(self.r.randint(0, 3))), cond, self.expr(kind, inner, depth + 2))
        return '[%s]' % ', '.join(sub() for _ in range(self.r.randint(0, 4)))

    # A tree that can be written as YAML.
    def tree(self, scope, indent, depth=0):
        r = self.r
        pick = r.random()
        if depth > 2 or pick < 0.45:
            return self.expr(r.choice(('string', 'int', 'bool', 'float', 'string')), scope, 1)
        if pick < 0.6:
            return self.list(r.choice(('string', 'int')), scope, depth + 1)
        if pick < 0.7:
            return '[ %s ]' % ' '.join(self.record(scope, indent, depth + 1, flat=True) + ',' for _ in range(r.randint(1, 3)))[:-1] if self.chance(0.7) else '[]'
        return self.record(scope, indent, depth + 1)

    def record(self, scope, indent, depth=0, flat=False):
        r = self.r
        entries, keys = [], r.sample(WORDS, r.randint(0, 4))
        for k in keys:
            key = r.choice((k, k, k.upper(), '"%s.%s/x"' % (k, r.choice(WORDS)), k + 'Name'))
            if self.chance(0.15):
                entries.append('%s?: if %s then none else %s' % (key, self.expr('bool', scope, 2), self.tree(scope, indent + '  ', depth + 1)))
            else:
                entries.append('%s: %s' % (key, self.tree(scope, indent + '  ', depth + 1)))
        if self.chance(0.1):
            entries.append('...{ spread%d: %s }' % (r.randint(1, 9), self.expr('int', scope, 2)))
        if self.chance(0.1):
            entries.append('for k, v in { one: 1, two: 2 } { "loop-${k}": v }')
        if self.chance(0.1):
            entries.append('if %s { yes-%d: true } else { no-%d: "no" }' % (self.expr('bool', scope, 2), r.randint(1, 9), r.randint(1, 9)))
        if not entries:
            return '{}'
        if flat or (len(entries) < 3 and self.chance(0.5)):
            return '{ %s }' % ', '.join(entries)
        return '{\n%s\n%s}' % ('\n'.join(indent + '  ' + e for e in entries), indent)

    # -- declarations
    def add(self, lines):
        text = '\n'.join(self.comment() + self.doc() + lines)
        self.out.append(text.split('\n'))

    def stack(self):
        self.stack_name = self.name()
        self.out.append(['stack %s {' % self.stack_name, '  edition = 2026', '  catalog = khaos-2024', '  namespace = "%s"' % self.r.choice(WORDS), '}'])

    def param(self):
        kind = self.r.choice(SIMPLE)
        n = self.name()
        self.add(['param %s : %s = %s%s' % (n, kind, self.literal(kind), self.tail())])
        self.bind(n, kind)

    def bind(self, n, kind):
        if kind in self.values:
            self.values[kind].append(n)

    def let(self):
        n, kind = self.name(), self.r.choice(('bool', 'int', 'float', 'string'))
        annotate = ' : ' + kind if self.chance(0.5) else ''
        value = self.expr(kind, self.values)
        if kind == 'float' and not annotate:
            annotate = ' : float'       # 4.0 / 4.0 would be as good an int
        self.add(['let %s%s = %s%s' % (n, annotate, value, self.tail())])
        self.bind(n, kind)

    def function(self):
        n, kind = self.name(), self.r.choice(('int', 'string', 'bool'))
        params = [('a', self.r.choice(('int', 'string'))), ('b', self.r.choice(('int', 'string')))]
        scope = {}
        for p, k in params:
            scope.setdefault(k, []).append(p)
        second = ' = ' + self.literal(params[1][1]) if self.chance(0.5) else ''
        self.add(['fn %s(a : %s, b : %s%s) : %s = %s' % (n, params[0][1], params[1][1], second, kind, self.expr(kind, scope))])
        args = [self.expr(k, self.values, 2) for _, k in params]
        if second and self.chance(0.5):
            args.pop()
        elif self.chance(0.3):
            args[1] = 'b = ' + args[1]
        m = self.name()
        self.add(['let %s : %s = %s(%s)' % (m, kind, n, ', '.join(args))])
        self.bind(m, kind)

    def secret(self):
        n = self.name()
        keys = self.r.sample(WORDS, self.r.randint(1, 3))
        lines = ['secret %s { %s }%s' % (n, ', '.join(keys), self.r.choice(('', '', ' from existing("%s")' % n)))]
        self.add(lines)
        self.secrets.append((n, keys))

    def interface(self):
        n = self.name()
        fields = [(f, self.r.choice(('string', 'int', 'port', 'bool'))) for f in self.r.sample(WORDS, self.r.randint(1, 4))]
        self.add(['interface %s {' % n] + ['  %s : %s%s' % (f, k, '' if i == 0 or self.chance(0.6) else ' = ' + self.literal(k))
                                           for i, (f, k) in enumerate(fields)] + ['}'])
        self.interfaces.append((n, fields))

    def kind(self, needs=None):
        r = self.r
        n = self.name()
        settings, lines, scope = [], ['kind %s {' % n], {'string': ['name', 'namespace'], 'int': [], 'bool': [], 'float': []}
        lines.append('  namespace : name = "%s"' % r.choice(WORDS))
        gives = r.choice(self.interfaces) if self.interfaces and not needs and self.chance(0.7) else None
        for s in r.sample(WORDS, r.randint(1, 5)):
            k = r.choice(SIMPLE)
            s = 'set-' + s
            required = self.chance(0.25)
            lines += self.doc('  ')
            lines.append('  %s : %s%s' % (s, k, '' if required else ' = ' + self.literal(k)))
            settings.append((s, k, required))
            if k in scope:
                scope[k].append(s)
        port = None
        if self.chance(0.6):
            port = r.choice(('http', 'grpc', 'metrics'))
            lines.append('  port %s = %d on cluster | node' % (port, r.randint(80, 9999)))
            scope['int'].append('port.%s' % port)
        if needs:
            lines.append('  needs upstream : %s' % needs[0])
            for f, k in needs[1]:
                if k in scope:
                    scope[k].append('upstream.%s' % f)
        for _ in range(r.randint(0, 2)):
            k = r.choice(('string', 'int', 'bool'))
            m = 'let-' + r.choice(WORDS) + str(len(lines))
            lines.append('  let %s : %s = %s' % (m, k, self.expr(k, scope)))
            scope[k].append(m)
        if gives:
            lines.append('  gives %s {' % gives[0])
            for f, k in gives[1]:
                lines.append('    %s: %s' % (f, self.expr(k, scope, 1)))
            lines.append('  }')
        lines.append('  check len(name) > %d else "%s has a name"' % (r.choice((-1, 0)), n))
        body = ['  manifest configmap(name) {', '    data: { text: %s, number: "${%s}", "file.json": json(%s) }' % (
            self.expr('string', scope), self.expr('int', scope), self.tree(scope, '    ')), '  }']
        lines += body
        if self.chance(0.5):
            lines += ['  manifest "example.com/v1/Widget"("${name}-widget") {', '    spec: %s' % self.record(scope, '    '), '  }']
        if self.chance(0.3):
            lines += ['  for i in [1, 2, 3] {', '    manifest configmap("${name}-${i}") { data: { i: "${i}" } }', '  }']
        if self.chance(0.3):
            lines += ['  if %s {' % self.expr('bool', scope, 1), '    manifest serviceaccount(name) { automountServiceAccountToken: false }', '  } else {',
                      '    manifest service(name) { spec: { ports: [ { name: "x", port: 80 } ], selector: selector } }', '  }']
        if self.chance(0.3):
            lines.append('  claims "%s ${namespace} ${name}"' % n)
        lines.append('}')
        self.add(lines)
        self.kinds.append({'name': n, 'settings': settings, 'port': port, 'gives': gives, 'needs': needs})
        return self.kinds[-1]

    def component(self, kind, upstream=None):
        r = self.r
        n = self.name()
        lines = []
        for s, k, required in kind['settings']:
            if required or self.chance(0.4):
                value = self.expr(k, self.values) if k in self.values else self.literal(k)
                lines.append('  %s = %s%s' % (s, value, self.tail()))
        if kind['needs']:
            lines.append('  upstream = %s' % upstream)
        if kind['port'] and self.chance(0.5):
            target = 'cluster'
            if self.chance(0.5):
                self.node_port += 1
                target = 'node(%d)' % self.node_port
            lines.append('  expose %s on %s' % (kind['port'], target))
        if self.chance(0.2):
            lines.append('  labels = { team: %s }' % '"%s"' % r.choice(WORDS))
        if self.chance(0.15):
            lines.append('  patch configmap("%s") { metadata: { annotations: { "example.com/note": %s } } }' % (n, self.text()))
        if self.chance(0.15):
            lines.append('  check %s else "never"' % r.choice(('true', '1 < 2', '"a" in "cat"')))
        r.shuffle(lines)
        self.add(['component %s : %s {' % (n, kind['name'])] + lines + ['}'])
        self.components.append((n, kind))
        return n

    def family(self, kind):
        n = self.name()
        items = self.r.sample(WORDS, self.r.randint(1, 4))
        lines = ['component %s : %s for m in [%s] {' % (n, kind['name'], ', '.join('"%s"' % i for i in items)), '  name = "%s-${m}"' % n]
        for s, k, required in kind['settings']:
            if required:
                lines.append('  %s = %s' % (s, self.literal(k)))
        self.add(lines + ['}'])

    def make(self):
        r = self.r
        self.stack()
        for _ in range(r.randint(1, 3)):
            self.interface()
        for _ in range(self.size):
            r.choice((self.param, self.let, self.let, self.function, self.secret))()
        for _ in range(r.randint(1, 3)):
            self.kind()
        givers = [k for k in self.kinds if k['gives']]
        if givers and self.chance(0.8):
            self.kind(needs=r.choice(givers)['gives'])
        for k in list(self.kinds):
            if k['needs']:
                continue
            for _ in range(r.randint(1, 2)):
                self.component(k)
            if not k['needs'] and self.chance(0.3):
                self.family(k)
        for k in self.kinds:
            if k['needs']:
                up = [n for n, g in self.components if g['gives'] and g['gives'][0] == k['needs'][0]]
                if up:
                    self.component(k, r.choice(up))
        for _ in range(r.randint(0, 2)):
            self.add(['check %s || true else "never"' % self.expr('bool', self.values)])
        if self.chance(0.4):
            self.add(['rule %s for o in objects {' % self.name(), '  check len(o.name) > 0 else "${o.kind} ${o.name} has no name"', '}'])
        if self.chance(0.4) and self.components:
            n, k = r.choice(self.components)
            changes = ['  %s.%s = %s' % (n, s, self.literal(t)) for s, t, _ in k['settings']][:1]
            self.add(['env %s {' % self.name()] + changes + ['}'])
        return self.program


def program(seed, size=12):
    return Maker(seed, size).make()


if __name__ == '__main__':
    import sys
    sys.stdout.write(program(int(sys.argv[1]) if len(sys.argv) > 1 else 0).text())
